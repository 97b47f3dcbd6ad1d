// One run of a benchmark guest in some emulator, timed between the two lines the guest prints: "begin" and the line
// with its checksum. Booting, firmware and loading are outside. Knows no emulator.

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** A started emulator; `serial` carries what the guest prints. */
export interface Started {
  process: ChildProcess;
  serial: Readable;
}

export interface TimedRun {
  /** Between the guest's two lines: CPU time of the emulator's process where the system tells it, else wall time. */
  seconds: number;
  checksum: string;
  /** What the emulator wrote to stderr. */
  stderr: string;
}

const CHECKSUM = /checksum (0x[0-9a-f]+)/;
const CLOCK_TICKS_PER_SECOND = 100;
const SAMPLE_MS = 10;

export function start(command: string, args: readonly string[], cwd?: string): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(cwd !== undefined && { cwd }) });
}

/** Waits for the guest's lines and the emulator's end. Rejects with the serial text if a line is missing. */
export async function timedRun({ process: child, serial }: Started): Promise<TimedRun> {
  let text = '';
  let stderr = '';
  let begin: number | undefined;
  let end: number | undefined;
  // An emulator can be gone before its last line is read, and its times with it: the last look before then counts.
  let seen = secondsOf(child);
  const look = setInterval(() => (seen = secondsOf(child) ?? seen), SAMPLE_MS);
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  serial.on('data', (data: Buffer) => {
    text += data.toString('latin1');
    if (begin === undefined && text.includes('begin\n')) begin = secondsOf(child) ?? seen;
    // Only a whole line: the last digit must have arrived.
    if (end === undefined && /checksum .*\n/.test(text)) end = secondsOf(child) ?? seen;
  });
  let pipe = false;
  serial.once('open', () => (pipe = true));
  const read = new Promise<void>((resolve) => serial.once('close', resolve));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(look));
  // The emulator's own streams are read by now. A pipe may still hold lines; one it never opened would be waited for in vain.
  if (pipe) await read;
  const checksum = CHECKSUM.exec(text)?.[1];
  if (begin === undefined || end === undefined || checksum === undefined)
    throw new Error(`the guest did not finish (exit status ${status}): ${text}${stderr}`);
  return { seconds: end - begin, checksum, stderr };
}

export const timesCpu = cpuSeconds(process.pid) !== undefined;

/** Seconds of the process so far; undefined when it is gone. */
function secondsOf(child: ChildProcess): number | undefined {
  if (!timesCpu) return performance.now() / 1000;
  return child.pid === undefined ? undefined : cpuSeconds(child.pid);
}

/** User and system time of a process and all its threads, in hundredths; undefined where there is no /proc. */
function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}
