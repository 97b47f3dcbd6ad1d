import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code, CpuidFeature, Decoder, DecoderOptions, type Instruction } from 'iced-x86';
import { Region } from '../../src/abi/memory-map';
import { Mode } from '../../src/abi/state-block';
import { Random } from './native/families';

/** SlowOp numbers of src/core/slow-ops.ts that stand for "not an instruction of this processor". */
const FPU_GAP = 1;
const UD = 2;
// Other numbers are read from the source: the core's `const enum`s cannot be imported here.
const TOO_LONG = enumMember('exec/generic-ops.ts', 'TOO_LONG', 'END');
/** Their handlers decide which registers exist, when they run. */
const CONTROL_MOVES = ['MOV_TO_CR', 'MOV_FROM_CR', 'MOV_TO_DR', 'MOV_FROM_DR'].map((name) =>
  enumMember('slow-ops.ts', name, 'GENERIC'),
);

/** Features of iced that the processor of the default profile has; instructions of other ones are undefined to it. */
const claimed = new Set(
  [
    'INTEL8086 INTEL8086_ONLY INTEL186 INTEL286 INTEL286_ONLY INTEL386 INTEL386_ONLY INTEL386_A0_ONLY INTEL486',
    'X64 CPUID CMOV CX8 CMPXCHG16B MOVBE POPCNT TSC MSR SEP SYSCALL RDTSCP RDPMC FSGSBASE INVPCID SMAP VMX CLFSH',
    'MULTIBYTENOP PAUSE PREFETCHW PREFETCHWT1 SSE SSE2 XSAVE MONITOR CET_IBT',
  ]
    .join(' ')
    .split(' '),
);

/** True when iced knows no feature it needs that is not claimed. */
function executable(instruction: Instruction): boolean {
  return instruction.cpuidFeatures().every((feature) => claimed.has(CpuidFeature[feature] ?? ''));
}

function enumMember(file: string, name: string, last: string): number {
  const text = readFileSync(join(__dirname, '..', '..', 'src', 'core', file), 'utf8');
  let value = -1;
  for (const line of text.split('\n')) {
    const found = /^ {2}([A-Z][A-Z0-9_]*)(?: = (\d+))?,/.exec(line);
    if (!found) continue;
    value = found[2] === undefined ? value + 1 : Number(found[2]);
    if (found[1] === name) return value;
    if (found[1] === last) break;
  }
  throw new Error(`${name} not found in ${file}`);
}

/** Defined as undefined. */
const tolerated = new Set([
  'Ud0_r16_rm16',
  'Ud0_r32_rm32',
  'Ud0_r64_rm64',
  'Ud1_r16_rm16',
  'Ud1_r32_rm32',
  'Ud1_r64_rm64',
  'Ud2',
]);

interface Probe {
  operation: number;
  length: number;
}

function decoder(): (bytes: Uint8Array, mode: Mode) => Probe {
  const memory = new WebAssembly.Memory({ initial: Region.RAM / 65536 + 1, maximum: Region.RAM / 65536 + 1 });
  const stub = () => 0;
  const names = ['abort', 'portRead', 'portWrite', 'memoryRead', 'memoryWrite', 'msrRead', 'msrWrite'];
  names.push('interruptAcknowledge', 'taskPriorityRead', 'taskPriorityWrite');
  const env = { memory, ...Object.fromEntries(names.map((name) => [name, stub])) };
  const bytes = readFileSync(join(__dirname, '..', '..', 'dist', 'core.wasm'));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  const probe = exports['probeInstruction'] as (start: number, available: number, mode: number) => number;
  const window = new Uint8Array(memory.buffer, Region.RAM, 64);
  return (input, mode) => {
    window.fill(0);
    window.set(input);
    const result = probe(Region.RAM, 32, mode);
    return { operation: result >>> 8, length: result & 0xff };
  };
}

const modes = [
  { bits: 16, mode: Mode.PROTECTED_16 },
  { bits: 32, mode: Mode.PROTECTED_32 },
  { bits: 64, mode: Mode.LONG_64 },
] as const;

describe('decoder against iced-x86', function () {
  this.timeout(60_000);
  const probe = decoder();

  for (const { bits, mode } of modes) {
    it(`${bits}-bit code: every instruction the core executes is one, and has its length`, () => {
      const random = new Random(bits);
      let executed = 0;
      for (let i = 0; i < 25_000; i++) {
        const bytes = Uint8Array.from({ length: 32 }, () => random.below(256));
        // Half of them behind the two-byte escape, some behind a prefix.
        if (random.below(2)) bytes[0] = 0x0f;
        if (random.below(4) === 0) bytes[0] = random.pick([0x66, 0x67, 0xf2, 0xf3, 0x48, 0x2e, 0x65]);
        const mine = probe(bytes, mode);
        if (mine.operation === FPU_GAP || mine.operation === UD || mine.operation === TOO_LONG) continue;
        const theirs = new Decoder(bits, bytes, DecoderOptions.None).decode();
        const text = `${Buffer.from(bytes.subarray(0, 15)).toString('hex')}: operation ${mine.operation}`;
        if (theirs.code === Code.INVALID && CONTROL_MOVES.includes(mine.operation)) continue;
        executed++;
        assert.notEqual(theirs.code, Code.INVALID, `${text} is no instruction to iced`);
        assert.equal(mine.length, theirs.length, `${text}, iced ${Code[theirs.code]}`);
      }
      assert.ok(executed > 8_000, `${executed} compared`);
    });

    it(`${bits}-bit code: what is undefined to the core is undefined, or belongs to a feature it does not claim`, () => {
      const random = new Random(bits + 1);
      for (let i = 0; i < 25_000; i++) {
        const bytes = Uint8Array.from({ length: 32 }, () => random.below(256));
        if (random.below(2)) bytes[0] = 0x0f;
        if (probe(bytes, mode).operation !== UD) continue;
        const theirs = new Decoder(bits, bytes, DecoderOptions.None).decode();
        const known = theirs.code !== Code.INVALID && executable(theirs);
        assert.ok(
          !known || tolerated.has(Code[theirs.code] ?? ''),
          `${Buffer.from(bytes.subarray(0, 15)).toString('hex')} is ${Code[theirs.code]} to iced`,
        );
      }
    });
  }
});
