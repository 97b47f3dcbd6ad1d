/**
 * The host's own CPU as oracle: compiles harness.c once and runs batches of user-mode sequences on it. Needs gcc (or
 * $CC) and an x86-64 Linux host; `nativeCpu()` answers undefined elsewhere.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where code, data and stack lie, in the harness and in the core; the pages around them are not mapped. */
export const CODE = 0x600000;
export const DATA = 0x700000;
export const STACK = 0x800000;
export const CODE_BYTES = 8192;
/** Room for the code of a case. */
export const CASE_CODE = 256;
export const DATA_BYTES = 8192;
export const STACK_BYTES = 4096;
/** x87, XMM and MXCSR as FXSAVE64 stores them (512 bytes), then the upper halves of YMM0 to YMM15. */
export const IMAGE_BYTES = 768;

/** All registers zero, x87 empty, exceptions masked: FCW 37FH, MXCSR 1F80H. */
export function initialImage(): Uint8Array {
  const image = new Uint8Array(IMAGE_BYTES);
  const view = new DataView(image.buffer);
  view.setUint16(0, 0x37f, true);
  view.setUint32(24, 0x1f80, true);
  return image;
}

/** Width of a code segment in bits. */
export type Mode = 16 | 32 | 64;

/** A sequence and the state it starts in. */
export interface Case {
  /** Of the code segment: 16 and 32 are compatibility mode; 16-bit segments have their bases at CODE, DATA and STACK. */
  mode: Mode;
  /** Where the code lies, from CODE; what does not fit into CODE_BYTES is not there. */
  start: number;
  /** At most CASE_CODE - 1 bytes; INT3 follows. */
  code: Uint8Array;
  /** 16 general registers in encoding order. */
  registers: bigint[];
  flags: bigint;
  /** DATA_BYTES bytes at DATA. */
  data: Uint8Array;
  /** x87 and vector registers, see `initialImage`, which is what the case starts with when this is absent. */
  image?: Uint8Array;
  /** For messages. */
  text: string;
}

/** How it ended: the exception and the state it interrupted. */
export interface Outcome {
  vector: number;
  error: number;
  /** Of a page fault, else 0. */
  cr2: bigint;
  rip: bigint;
  registers: bigint[];
  flags: bigint;
  code: Uint8Array;
  data: Uint8Array;
  stack: Uint8Array;
  /** x87 and vector registers, IMAGE_BYTES. */
  image: Uint8Array;
}

const HEAD = 19 * 8;
const INPUT = HEAD + CASE_CODE + DATA_BYTES + IMAGE_BYTES;
const OUTPUT = 21 * 8 + CODE_BYTES + DATA_BYTES + STACK_BYTES + IMAGE_BYTES;
/** Cases a call of the harness: its output has to fit into one buffer. */
const BATCH = 2000;

export interface NativeCpu {
  /** Whether this host runs code segments of a width: found by running an instruction in one. */
  runs(mode: Mode): boolean;
  run(cases: readonly Case[]): Outcome[];
  close(): void;
}

/** The oracle, or undefined where it cannot be built. */
export function nativeCpu(): NativeCpu | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'turtlescope-native-'));
  const program = join(folder, 'harness');
  const flags = ['-O1', '-pie', '-fPIE', '-o', program, join(__dirname, 'harness.c')];
  if (spawnSync(process.env['CC'] ?? 'gcc', ['--version']).status !== 0) return undefined;
  execFileSync(process.env['CC'] ?? 'gcc', flags);
  const modes = ([16, 32, 64] as const).filter((mode) => probe(program, mode));
  return {
    runs: (mode) => modes.includes(mode),
    run: (cases) => batches(program, cases),
    close: () => rmSync(folder, { recursive: true }),
  };
}

/**
 * Some kernels below others (those of sandboxes) enter no compatibility-mode segments. INC EAX of 16- and 32-bit code is a
 * prefix in 64-bit code, so that a host that runs the code in the wrong mode shows too.
 */
function probe(program: string, mode: Mode): boolean {
  const one: Case = {
    mode,
    start: 0,
    // MOV AL,5AH; INC eAX
    code: Uint8Array.of(0xb0, 0x5a, 0x40),
    registers: new Array<bigint>(16).fill(0n),
    flags: 0x202n,
    data: new Uint8Array(DATA_BYTES),
    text: `probe of ${mode}-bit code`,
  };
  try {
    const { vector, rip, registers } = run(program, [one])[0]!;
    const end = (mode === 16 ? 0 : CODE) + one.code.length + 1;
    return vector === 3 && rip === BigInt(end) && registers[0] === (mode === 64 ? 0x5an : 0x5bn);
  } catch {
    // The host ended the harness.
    return false;
  }
}

function batches(program: string, cases: readonly Case[]): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let i = 0; i < cases.length; i += BATCH) outcomes.push(...run(program, cases.slice(i, i + BATCH)));
  return outcomes;
}

function run(program: string, cases: readonly Case[]): Outcome[] {
  const input = Buffer.alloc(INPUT * cases.length);
  const initial = initialImage();
  cases.forEach((one, i) => {
    const at = i * INPUT;
    input.writeUInt32LE(one.mode, at);
    input.writeUInt32LE(one.start, at + 8);
    one.registers.forEach((value, r) => input.writeBigUInt64LE(value, at + 16 + r * 8));
    input.writeBigUInt64LE(one.flags, at + 18 * 8);
    input.fill(0xcc, at + HEAD, at + HEAD + CASE_CODE);
    input.set(one.code, at + HEAD);
    input.set(one.data, at + HEAD + CASE_CODE);
    input.set(one.image ?? initial, at + HEAD + CASE_CODE + DATA_BYTES);
  });
  const done = spawnSync(program, { input, maxBuffer: OUTPUT * cases.length + 1024 });
  if (done.stdout.length !== OUTPUT * cases.length) {
    const count = Math.floor(done.stdout.length / OUTPUT);
    throw new Error(
      `harness ended early: ${done.signal ?? done.status} after ${count}: ${cases[count]?.text}`,
    );
  }
  return cases.map((_, i) => outcome(done.stdout, i * OUTPUT));
}

function outcome(bytes: Buffer, at: number): Outcome {
  const word = (index: number) => bytes.readBigUInt64LE(at + index * 8);
  const code = at + 21 * 8;
  const data = code + CODE_BYTES;
  const stack = data + DATA_BYTES;
  const vector = Number(word(0));
  return {
    vector,
    error: Number(word(1)),
    cr2: vector === 14 ? word(2) : 0n,
    rip: word(3),
    registers: Array.from({ length: 16 }, (_, r) => word(4 + r)),
    flags: word(20),
    code: bytes.subarray(code, data),
    data: bytes.subarray(data, stack),
    stack: bytes.subarray(stack, stack + STACK_BYTES),
    image: bytes.subarray(stack + STACK_BYTES, stack + STACK_BYTES + IMAGE_BYTES),
  };
}
