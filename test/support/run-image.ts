// Runs an image headless to its end, as `turtlescope run` does, and returns everything it left behind as text.

import { readFileSync } from 'node:fs';
import { createMachine } from '../../src/machine/create';
import { runHeadless } from '../../src/machine/headless';
import { recordLine } from '../../src/machine/record-json';

export interface FinishedRun {
  /** "exited 1" for the guest's own exit, else what stopped the machine. */
  stop: string;
  serial: string;
  /** One JSON object a line for each entry, exit and verdict. */
  trace: string;
  instructions: bigint;
}

export interface RunRequest {
  path: string;
  topology: 'nested' | 'bare';
  cmdline?: string;
  /** Limit that a guest gone astray meets; default 10^8. */
  maxInstructions?: bigint;
}

export function runImage({
  path,
  topology,
  cmdline,
  maxInstructions = 100_000_000n,
}: RunRequest): FinishedRun {
  const bytes: number[] = [];
  const lines: string[] = [];
  const machine = createMachine({
    image: readFileSync(path),
    imageName: path,
    topology,
    cmdline,
    memoryMiB: 64,
    serial: (byte) => void bytes.push(byte),
  });
  const { stop, instructions } = runHeadless(machine, {
    maxInstructions,
    onRecord: (record) => void lines.push(recordLine(record)),
  });
  return {
    stop:
      stop.kind === 'exited' ? `exited ${stop.status}` : `${stop.kind} ${'text' in stop ? stop.text : ''}`,
    serial: Buffer.from(bytes).toString('latin1'),
    trace: lines.join('\n'),
    instructions,
  };
}
