/** What `turtlescope help` prints. */
import { machineOptions } from './machine-options';

/** Widest option that has its help beside it; behind longer ones it begins on the next line. */
const WIDTH = 24;

function optionLine(option: string, help: string): string {
  const head = `  ${option}`;
  return head.length < WIDTH + 2
    ? `${head.padEnd(WIDTH + 3)}${help}`
    : `${head}\n${' '.repeat(WIDTH + 3)}${help}`;
}

const shared = Object.entries(machineOptions).map(([name, { argument, help }]) =>
  optionLine(`--${name} ${argument}`, help),
);

export const USAGE = `Usage: turtlescope run IMAGE [options]
       turtlescope replay FILE [--stats]
       turtlescope gdb IMAGE [options]
       turtlescope demo
       turtlescope rows [--missing]

run boots IMAGE: a Linux kernel (bzImage, vmlinux), multiboot 1 or 2, PVH, ELF or a flat binary; COM1 goes to stdout.
Standard input goes to COM1 when it is a terminal: Ctrl-A x ends the run, Ctrl-A Ctrl-A sends Ctrl-A.
${shared.join('\n')}
${[
  optionLine('--stdin', 'standard input goes to COM1 though it is no terminal'),
  optionLine('--input-log FILE', 'writes down all input with its moment'),
  optionLine('--replay-input FILE', 'the input of such a file, at the same moments: the same run again'),
  optionLine('--record FILE', 'writes the run down: image by its hash, configuration, all input, checks'),
  optionLine('--embed', 'the recording has the files in it and needs nothing else'),
  optionLine('--max-instructions N', 'stop after N instructions'),
  optionLine('--trace FILE.jsonl', 'one JSON object a line for each VM entry, exit and verdict'),
  optionLine('--screen', 'the VGA text screen at the end of the run, to stderr'),
  optionLine('--stats', 'instructions, seconds, MIPS and exits, to stderr'),
].join('\n')}

replay runs a recording again and compares all state at its checks: status 123 and the place where it differs. What keeps it from
being the same run (a file that changed) is said before it begins.

gdb boots IMAGE, stops before its first instruction and waits for gdb: target remote :1234. Levels are threads, memory is that of
the selected one, and "monitor help" lists what this machine knows besides.
${[
  optionLine('--port N', 'port to listen on (default 1234; 0: any that is free, told on stderr)'),
  optionLine(
    '--listen ADDRESS',
    'listen there, for clients of other machines: whoever connects controls the session',
  ),
  optionLine('--record FILE', 'the recording of the run, when the session ends; --embed as above'),
].join('\n')}

Exit status: the guest's debug exit (port 0xf4, as QEMU: (value << 1) | 1); 124 the instruction budget is used up; 123 a replay differs;
125 something this CPU does not have; 126 shutdown (triple fault, VMX abort); 130 ended with Ctrl-A x; 2 wrong usage; 0 powered off.`;
