/**
 * The launch configuration, as it stands in launch.json. package.json's schema, the adapter's validation and README's table are
 * held to this type by `launch-attributes.ts`. Type only.
 */

/** Name of the debug type in launch.json. */
export const DEBUG_TYPE = 'turtlescope';

/** Launch argument of a client that asks its user on `turtlescope/futureAtStake`; no attribute of a launch.json. */
export const ASKS_BEFORE_FORK = '__asksBeforeFork';

export type Topology = 'nested' | 'bare';

/** What the built-in L0 is and what it offers to L1. */
export interface L0Configuration {
  /** Behaviour to follow; see the profiles of `src/l0`. */
  profile?: 'kvm-6.12';
  /** Features offered to L1, by control name; `false` takes one away (`{"ENABLE_EPT": false}`). */
  features?: Record<string, boolean>;
}

/** One multiboot module. */
export interface ModuleConfiguration {
  /** Path of the file. */
  path: string;
  /** String handed to the guest with it; default: the path. */
  cmdline?: string;
}

/** Where symbols of a program come from when they are not in `program`. */
export interface SymbolConfiguration {
  /** ELF file with DWARF. */
  path: string;
  /** Level whose addresses it describes; default `L1` in the nested topology, `L0` in the bare one. */
  level?: 'L0' | 'L1' | 'L2';
  /** Added to every address of the file (hex string or number); default 0. */
  loadBias?: string | number;
  /** Of a Linux kernel: folder with the files of its modules (.ko with debug information). */
  modules?: string;
}

export interface LaunchConfiguration {
  /** Image to boot: Linux (bzImage, vmlinux), multiboot 1 or 2, PVH, ELF, or a flat binary together with `loadAddress`. */
  program: string;
  /** Kernel command line; multiboot puts the image's name before it. */
  cmdline?: string;
  /** Path of a Linux kernel's initial RAM disk. */
  initrd?: string;
  modules?: ModuleConfiguration[];
  /** Guest RAM in MiB. */
  memory?: number;
  /** CPUs of the machine; default 1. */
  cpus?: number;
  /** CPU profile, a name of `isa/cpuid`. */
  cpu?: string;
  /** CPUID features taken from the profile (`false`) or added to it (`true`), by name. */
  cpuFeatures?: Record<string, boolean>;
  /** What firmware did about VMX: IA32_FEATURE_CONTROL. Default `locked-on`. */
  featureControl?: 'locked-on' | 'locked-off' | 'unlocked';
  /** An instruction of a CPUID feature that the CPU does not claim: stop and name it (default), or #UD as on silicon. */
  unclaimedInstructions?: 'stop' | 'fault';
  topology?: Topology;
  l0?: L0Configuration;
  /** More symbol files; `program` itself is always read. */
  symbols?: SymbolConfiguration[];
  /** Compile-time path prefix -> path on this machine; the longest prefix wins. */
  sourceMap?: Record<string, string>;
  stopOnEntry?: boolean;
  /** Where COM1 goes: the debug console, a terminal of VS Code, or a file. */
  serial?: 'console' | 'terminal' | { file: string };
  /** File for what is typed, with its moments. */
  inputLog?: string;
  /** Input log of an earlier run: the same input at the same moments. */
  replayInput?: string;
  /** The guest resets the machine: boot the image again as a PC does (default), or stop there. */
  onReset?: 'reboot' | 'stop';
  /** A triple fault of `program`: stop there (default), or reset as a PC does. */
  onTripleFault?: 'stop' | 'reboot';
  /** Address of a flat binary or a static PIE (hex string or number). */
  loadAddress?: string | number;
  /** Instructions after which the session stops by itself; default: none. */
  maxInstructions?: number;
  /** MiB for the past of the run (default 512); 0: none is kept. */
  history?: number;
}
