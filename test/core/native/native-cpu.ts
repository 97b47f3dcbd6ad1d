/**
 * The host's own CPU as oracle: compiles harness.c once and runs batches of user-mode sequences on it. Needs gcc (or
 * $CC) and an x86-64 Linux host; `nativeCpu()` answers undefined elsewhere.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where code, data and stack lie, in the harness and in the core. */
export const CODE = 0x600000;
export const DATA = 0x700000;
export const STACK = 0x800000;
export const AREA = 4096;

/** A sequence and the state it starts in. */
export interface Case {
  /** At most 62 bytes; INT3 is appended. */
  code: Uint8Array;
  /** 16 general registers in encoding order. */
  registers: bigint[];
  flags: bigint;
  /** AREA bytes at DATA. */
  data: Uint8Array;
  /** For messages. */
  text: string;
}

/** How it ended: vectors of the faults the signals stand for (13 for any memory fault). */
export interface Outcome {
  vector: number;
  rip: bigint;
  registers: bigint[];
  flags: bigint;
  data: Uint8Array;
  stack: Uint8Array;
}

const INPUT = 64 + 16 * 8 + 8 + AREA;
const OUTPUT = 8 + 8 + 16 * 8 + 8 + 2 * AREA;
const vectorOfSignal: Record<number, number> = { 4: 6, 5: 3, 7: 13, 8: 0, 11: 13 };

export interface NativeCpu {
  run(cases: readonly Case[]): Outcome[];
  close(): void;
}

/** The oracle, or undefined where it cannot be built. */
export function nativeCpu(): NativeCpu | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'turtlescope-native-'));
  const program = join(folder, 'harness');
  try {
    execFileSync(process.env['CC'] ?? 'gcc', [
      '-O1',
      '-pie',
      '-fPIE',
      '-o',
      program,
      join(__dirname, 'harness.c'),
    ]);
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return { run: (cases) => run(program, cases), close: () => rmSync(folder, { recursive: true }) };
}

function run(program: string, cases: readonly Case[]): Outcome[] {
  const input = Buffer.alloc(INPUT * cases.length);
  cases.forEach((one, i) => {
    const at = i * INPUT;
    input.fill(0xcc, at, at + 64);
    input.set(one.code, at);
    one.registers.forEach((value, r) => input.writeBigUInt64LE(value, at + 64 + r * 8));
    input.writeBigUInt64LE(one.flags, at + 192);
    input.set(one.data, at + 200);
  });
  const done = spawnSync(program, { input, maxBuffer: OUTPUT * cases.length + 1024 });
  if (done.stdout.length !== OUTPUT * cases.length)
    throw new Error(
      `harness ended early: ${done.signal ?? done.status} after ${done.stdout.length / OUTPUT} cases`,
    );
  return cases.map((_, i) => outcome(done.stdout, i * OUTPUT));
}

function outcome(bytes: Buffer, at: number): Outcome {
  const signal = Number(bytes.readBigUInt64LE(at));
  const areas = at + 16 + 17 * 8;
  return {
    vector: vectorOfSignal[signal] ?? -1,
    rip: bytes.readBigUInt64LE(at + 8),
    registers: Array.from({ length: 16 }, (_, r) => bytes.readBigUInt64LE(at + 16 + r * 8)),
    flags: bytes.readBigUInt64LE(at + 16 + 128),
    data: bytes.subarray(areas, areas + AREA),
    stack: bytes.subarray(areas + AREA, areas + 2 * AREA),
  };
}
