/** What the command line may say: the usage, and its options read. */
import { parseArgs } from 'node:util';

export const USAGE = `Usage: turtlescope run IMAGE [options]
       turtlescope demo
       turtlescope rows [--missing]

run boots IMAGE: a Linux kernel (bzImage, vmlinux), multiboot 1 or 2, PVH, ELF or a flat binary; COM1 goes to stdout.
Standard input goes to COM1 when it is a terminal: Ctrl-A x ends the run, Ctrl-A Ctrl-A sends Ctrl-A.
  --topology nested|bare   the image is L1 under the built-in L0 (default), or runs in VMX root itself
  --memory MiB             guest RAM (default 256)
  --append "ARGS"          the kernel's command line (multiboot puts the image's name before it)
  --initrd FILE            initial RAM disk of a Linux kernel
  --module FILE            module for multiboot or PVH; may be repeated
  --load-address ADDRESS   where a flat binary or a static PIE goes
  --l0 PROFILE             behaviour of L0 (kvm-6.12)
  --cpu PROFILE            CPU profile; -feature or +feature may follow: skylake-server,-avx2
  --unclaimed stop|fault   an instruction of a feature the CPU does not claim: stop and name it (default), or #UD
  --on-reset reboot|stop   what a reset by the guest does (default: reboot, with the RAM kept)
  --on-triple-fault stop|reboot
                           what a triple fault of IMAGE does (default: stop)
  --feature-control STATE  IA32_FEATURE_CONTROL as firmware leaves it: locked-on (default), locked-off, unlocked
  --stdin                  standard input goes to COM1 though it is no terminal
  --input-log FILE         writes down all input with its moment
  --replay-input FILE      the input of such a file, at the same moments: the same run again
  --max-instructions N     stop after N instructions
  --trace FILE.jsonl       one JSON object a line for each VM entry, exit and verdict
  --screen                 the VGA text screen at the end of the run, to stderr
  --stats                  instructions, seconds, MIPS and exits, to stderr

Exit status: the guest's debug exit (port 0xf4, as QEMU: (value << 1) | 1); 124 the instruction budget is used up;
125 something this CPU does not have; 126 shutdown (triple fault, VMX abort); 130 ended with Ctrl-A x; 2 wrong usage; 0 powered off.`;

/** The command line is wrong; the message says what, and the usage follows it. */
export class UsageError extends Error {}

/** `--append "-x"` is what it says: parseArgs alone takes a value that begins with a dash for the next option. */
function joined(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const next = args[i + 1];
    const takes = args[i] === '--append' && next?.startsWith('-') && next !== '--';
    result.push(takes ? `${args[i]}=${args[++i]}` : args[i]!);
  }
  return result;
}

export function parseRun(args: string[]) {
  try {
    return parseArgs({
      args: joined(args),
      allowPositionals: true,
      options: {
        topology: { type: 'string' },
        memory: { type: 'string' },
        append: { type: 'string' },
        initrd: { type: 'string' },
        module: { type: 'string', multiple: true },
        'load-address': { type: 'string' },
        l0: { type: 'string' },
        cpu: { type: 'string' },
        unclaimed: { type: 'string' },
        'on-reset': { type: 'string' },
        'on-triple-fault': { type: 'string' },
        'feature-control': { type: 'string' },
        'max-instructions': { type: 'string' },
        stdin: { type: 'boolean' },
        'input-log': { type: 'string' },
        'replay-input': { type: 'string' },
        trace: { type: 'string' },
        screen: { type: 'boolean' },
        stats: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A non-negative whole number, decimal or 0x. */
export function positive(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new UsageError(`${option} needs a whole number, not "${text}"`);
  return value;
}
