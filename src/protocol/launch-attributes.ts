/**
 * The attributes of a launch configuration as rows: what package.json's schema, its completion texts and README's table say. Held to
 * `LaunchConfiguration` by `satisfies`: an attribute without a row does not compile. Rows only; `launch-check.ts` validates by them.
 */
import type {
  L0Configuration,
  LaunchConfiguration,
  ModuleConfiguration,
  SymbolConfiguration,
} from './launch-configuration';

/** JSON Schema of one attribute, as far as it is written down here. */
export interface LaunchAttribute {
  readonly type?: string | readonly string[];
  /** Markdown, shown on hover and in completion. */
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  /** Values that are sensible beginnings; VS Code offers them in completion. */
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: LaunchAttribute;
  readonly properties?: Readonly<Record<string, LaunchAttribute>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly oneOf?: readonly LaunchAttribute[];
  /** The text is a path on this machine; relative ones count from the workspace folder. Not part of the schema. */
  readonly isPath?: true;
  /** What a number counts. Not part of the schema. */
  readonly unit?: string;
  /** Completes "must be ...", where type and limits do not say it well. Not part of the schema. */
  readonly wanted?: string;
}

/** Keys of a row that JSON Schema does not know. */
export const ownKeys: readonly (keyof LaunchAttribute)[] = ['isPath', 'unit', 'wanted'];

const moduleAttributes = {
  path: { type: 'string', isPath: true, markdownDescription: 'Path of the file.' },
  cmdline: {
    type: 'string',
    markdownDescription: 'String handed to the guest with the module. Default: the path.',
  },
} satisfies Record<keyof ModuleConfiguration, LaunchAttribute>;

const symbolAttributes = {
  path: {
    type: 'string',
    isPath: true,
    markdownDescription:
      'ELF file with DWARF. Of a Linux kernel (`vmlinux`) it is found where KASLR has put it.',
  },
  level: {
    type: 'string',
    enum: ['L0', 'L1', 'L2'],
    markdownDescription:
      'Level whose addresses the file describes. Default: the level that `program` runs at (`L1` in the nested topology, `L0` in the bare one).',
  },
  loadBias: {
    type: ['string', 'integer'],
    pattern: '^-?(0[xX][0-9a-fA-F]+|[0-9]+)$',
    wanted: 'a number, or text such as "0x100000" or "-0x1000"',
    markdownDescription: 'Added to every address of the file, for instance `"0x200000"`. Default: 0.',
  },
  modules: {
    type: 'string',
    isPath: true,
    markdownDescription:
      'Of a Linux kernel (`vmlinux`): a folder with its modules, `.ko` or `.ko.debug` files with debug information, in subfolders too. Modules are found as the kernel loads them, and breakpoints in them wait for that.',
  },
} satisfies Record<keyof SymbolConfiguration, LaunchAttribute>;

const l0Attributes = {
  profile: {
    type: 'string',
    enum: ['kvm-6.12'],
    default: 'kvm-6.12',
    markdownDescription: 'Behaviour to follow.',
  },
  features: {
    type: 'object',
    additionalProperties: { type: 'boolean' },
    examples: [{ ENABLE_EPT: false }],
    markdownDescription:
      'VMX features offered to L1, by control name. `false` takes one away: L1 sees it missing in its capability MSRs.',
  },
} satisfies Record<keyof L0Configuration, LaunchAttribute>;

/** Every attribute, in the order in which users meet them. */
export const launchAttributes = {
  program: {
    type: 'string',
    isPath: true,
    markdownDescription:
      'Image to boot: a Linux kernel (bzImage or vmlinux), multiboot 1 or 2, PVH, ELF, or a flat binary together with `loadAddress`; or a recording of a run. What it is, its contents say. Its DWARF shows sources.',
    examples: ['${workspaceFolder}/hypervisor.elf', '${workspaceFolder}/vmlinuz', '${file}'],
  },
  topology: {
    type: 'string',
    enum: ['nested', 'bare'],
    default: 'nested',
    markdownEnumDescriptions: [
      'The image is **L1** under the built-in KVM-like **L0**; its guest is **L2**.',
      'The image runs in VMX root operation itself and is **L0**; its guest is **L1**. No built-in hypervisor.',
    ],
    markdownDescription: 'Where the image runs.',
  },
  cmdline: {
    type: 'string',
    markdownDescription:
      "The kernel's command line. Linux and PVH get it as it stands; multiboot puts the image's name before it.",
  },
  initrd: {
    type: 'string',
    isPath: true,
    markdownDescription: 'Initial RAM disk of a Linux kernel: path of a cpio archive, compressed or not.',
    examples: ['${workspaceFolder}/initrd.img'],
  },
  modules: {
    type: 'array',
    markdownDescription: 'Modules for multiboot or PVH, loaded behind the image in this order.',
    items: {
      type: 'object',
      required: ['path'],
      additionalProperties: false,
      properties: moduleAttributes,
    },
  },
  memory: {
    type: 'integer',
    minimum: 2,
    maximum: 3072,
    default: 256,
    unit: 'MiB',
    markdownDescription: 'Guest RAM in MiB; it ends below the devices, so 3 GiB are the most.',
  },
  cpus: {
    type: 'integer',
    minimum: 1,
    maximum: 8,
    default: 1,
    unit: 'CPUs',
    markdownDescription:
      'CPUs of the machine. Each has its own thread for every level; they take turns, the same in every run.',
  },
  cpu: {
    type: 'string',
    markdownDescription: 'CPU profile: what CPUID and the VMX capability MSRs claim.',
  },
  cpuFeatures: {
    type: 'object',
    additionalProperties: { type: 'boolean' },
    examples: [{ avx2: false }],
    markdownDescription:
      'CPUID features by name: `false` takes one from the profile, and with it those that need it; `true` adds one that this machine has.',
  },
  featureControl: {
    type: 'string',
    enum: ['locked-on', 'locked-off', 'unlocked'],
    default: 'locked-on',
    markdownEnumDescriptions: [
      'Locked, VMX allowed: what firmware of today leaves.',
      'Locked, VMX not allowed: VMXON is #GP.',
      '0, as after a reset: the image has to allow VMX and lock the register.',
    ],
    markdownDescription: 'What firmware has written to IA32_FEATURE_CONTROL before the image starts.',
  },
  unclaimedInstructions: {
    type: 'string',
    enum: ['stop', 'fault'],
    default: 'stop',
    markdownEnumDescriptions: [
      'The machine stops and names the instruction and the feature it needs.',
      '#UD, as on silicon. System instructions, which software probes for by executing them, always raise it.',
    ],
    markdownDescription: 'What an instruction does whose CPUID feature the CPU does not claim.',
  },
  l0: {
    type: 'object',
    additionalProperties: false,
    properties: l0Attributes,
    markdownDescription: 'The built-in L0 of the nested topology: its profile, and what it offers to L1.',
  },
  symbols: {
    type: 'array',
    markdownDescription:
      'More files with symbols, for instance of the guest that L1 loads. `program` itself is always read.',
    items: {
      type: 'object',
      required: ['path'],
      additionalProperties: false,
      properties: symbolAttributes,
    },
  },
  sourceMap: {
    type: 'object',
    additionalProperties: { type: 'string', isPath: true, wanted: 'text: a path' },
    examples: [{ '/build/hypervisor': '${workspaceFolder}' }],
    markdownDescription:
      'Compile-time path prefix to path on this machine, for images that were built elsewhere. The longest prefix wins.',
  },
  stopOnEntry: {
    type: 'boolean',
    default: false,
    markdownDescription: 'Stop before the first instruction of the image.',
  },
  serial: {
    default: 'console',
    markdownDescription: 'Where the first serial port (COM1) goes: the debug console, a terminal, or a file.',
    oneOf: [
      {
        type: 'string',
        enum: ['console', 'terminal'],
        markdownEnumDescriptions: [
          'To the debug console, which only shows it.',
          'To a terminal of VS Code; what is typed there the guest receives.',
        ],
      },
      {
        type: 'object',
        required: ['file'],
        additionalProperties: false,
        properties: {
          file: { type: 'string', isPath: true, markdownDescription: 'Path of the file; it is overwritten.' },
        },
      },
    ],
  },
  inputLog: {
    type: 'string',
    isPath: true,
    markdownDescription:
      'File for what is typed, with its moments; it is overwritten. With it as `replayInput` the run happens again.',
    examples: ['${workspaceFolder}/input.log'],
  },
  replayInput: {
    type: 'string',
    isPath: true,
    markdownDescription:
      'Input log of an earlier run of the same image and configuration: the same input comes at the same moments, and nobody can type.',
    examples: ['${workspaceFolder}/input.log'],
  },
  onReset: {
    type: 'string',
    enum: ['reboot', 'stop'],
    default: 'reboot',
    markdownEnumDescriptions: [
      'VMX is off, the image is loaded and entered again; all other RAM stays.',
      'The session stops where the guest asked for it.',
    ],
    markdownDescription: 'When the guest resets the machine: port 0xcf9, keyboard controller, port 0x92.',
  },
  onTripleFault: {
    type: 'string',
    enum: ['stop', 'reboot'],
    default: 'stop',
    markdownDescription:
      'When `program` itself triple faults: stop at the fault, or reset the machine as a PC does.',
  },
  loadAddress: {
    // JSON has no hexadecimal numbers.
    type: ['string', 'integer'],
    pattern: '^(0[xX][0-9a-fA-F]+|[0-9]+)$',
    minimum: 0,
    maximum: 0xffffffff,
    wanted: 'an address below 4 GiB: a number, or text such as "0x100000"',
    markdownDescription:
      'Physical address of a flat binary, which also is its entry point (`"0x7c00"`), or of a static PIE. Other ELF images say it themselves.',
  },
  maxInstructions: {
    type: 'integer',
    minimum: 1,
    unit: 'instructions',
    markdownDescription: 'Instructions after which the session stops by itself. Default: no limit.',
  },
  history: {
    type: 'integer',
    minimum: 0,
    default: 512,
    markdownDescription:
      'MiB of memory for the past of the run: with it you step back, continue backwards and go to any moment. When it is used up, old moments take longer to reach. 0 keeps no past.',
  },
} satisfies Record<keyof LaunchConfiguration, LaunchAttribute>;
