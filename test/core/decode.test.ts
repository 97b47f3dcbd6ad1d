import assert from 'node:assert/strict';
import { Code, CpuidFeature, Decoder, DecoderOptions, type Instruction, Mnemonic } from 'iced-x86';
import { Mode } from '../../src/abi/state-block';
import { cpuidRows } from '../../src/cpu/profile';
import { operationNumbers } from '../../src/generate/opcodes/operations';
import { cpuidFeatures } from '../../src/isa/cpuid-features';
import { opcodeFamilies } from '../../src/isa/opcodes';
import type { OpcodeRow } from '../../src/isa/opcodes/row';
import { Random } from '../support/random';
import { decoder, everyFeature, rowsInOrder } from './support/decoder';

const { all: operations } = operationNumbers(opcodeFamilies);
const operation = (name: string): number => operations.find((row) => row.name === name)!.number;
/** What the decoder answers where there is no instruction of this processor. */
const UD = operation('UD');
const UNCLAIMED = operation('UNCLAIMED');
const TOO_LONG = operation('TOO_LONG');
/** Their handlers decide which registers exist, when they run. */
const NUMBERED_REGISTERS = /^[=]?[SCD]\w|, [SCD]\w/;

/** Cases a mode and test; the environment asks for more. */
const CASES = Number(process.env['DECODER_CASES'] ?? 25_000);

/** Features of iced that no row of isa/cpuid-features claims by that name, and that the processor has. */
const always =
  'INTEL8086 INTEL8086_ONLY INTEL186 INTEL286 INTEL286_ONLY INTEL386 INTEL386_ONLY INTEL386_A0_ONLY INTEL486 X64 CPUID ' +
  'CMPXCHG16B RDPMC MULTIBYTENOP PAUSE PREFETCHWT1 CET_IBT INVEPT INVVPID';

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

const modes = [
  { bits: 16, mode: Mode.PROTECTED_16 },
  { bits: 32, mode: Mode.PROTECTED_32 },
  { bits: 64, mode: Mode.LONG_64 },
] as const;

/** Features that some row needs: of other ones the decoder knows nothing. */
const inRows = new Set(rowsInOrder.flatMap((row) => [row.feature ?? []].flat()));

const processors = [
  {
    title: 'turtle-64',
    answers: cpuidRows('turtle-64'),
    claimed: [...always.split(' '), ...cpuidNames('turtle-64')],
  },
  {
    title: 'a processor that claims everything',
    answers: everyFeature,
    claimed: [...always.split(' '), ...cpuidNames('turtle-64'), ...inRows],
  },
];

function cpuidNames(profile: 'turtle-64'): string[] {
  const answers = cpuidRows(profile);
  return cpuidFeatures
    .filter(({ leaf, subleaf, register, bit }) =>
      answers.some(
        (row) => row.leaf === leaf && (row.subleaf ?? subleaf) === subleaf && (row[register] >>> bit) & 1,
      ),
    )
    .map(({ name }) => name);
}

/** Random bytes, half of them behind an escape or a VEX prefix, some behind a legacy prefix. */
function randomBytes(random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: 32 }, () => random.below(256));
  let at = 0;
  if (random.below(4) === 0) bytes[at++] = random.pick([0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x65]);
  if (random.below(8) === 0) bytes[at++] = random.pick([0x48, 0x41, 0x44, 0x4f]);
  const escape = random.below(8);
  if (escape < 2) bytes[at] = 0x0f;
  else if (escape === 2) bytes.set([0x0f, random.pick([0x38, 0x3a])], at);
  else if (escape === 3) bytes.set([0xc5, 0xc0 | bytes[at + 1]!], at);
  else if (escape === 4) bytes.set([0xc4, (bytes[at + 1]! & 0xe0) | random.pick([1, 2, 3])], at);
  return bytes;
}

for (const { title, answers, claimed } of processors)
  describe(`decoder against iced-x86: ${title}`, function () {
    this.timeout(600_000);
    const probe = decoder(answers);
    const has = new Set(claimed);

    /** True when iced knows no feature it needs that is not claimed. */
    const executable = (instruction: Instruction): boolean =>
      instruction
        .cpuidFeatures()
        .every((feature) => has.has((CpuidFeature[feature] ?? '').replace(/^FPU[23]87$/, 'FPU')));

    for (const { bits, mode } of modes) {
      it(`${bits}-bit code: every instruction the core executes is one, and has its length and its name`, () => {
        const random = new Random(bits);
        let executed = 0;
        for (let i = 0; i < CASES; i++) {
          const bytes = randomBytes(random);
          const mine = probe(bytes, mode);
          if ([UD, UNCLAIMED, TOO_LONG].includes(mine.operation)) continue;
          const theirs = new Decoder(bits, bytes, DecoderOptions.None).decode();
          const text = `${Buffer.from(bytes.subarray(0, 15)).toString('hex')}: ${mine.row?.name ?? mine.operation}`;
          if (theirs.code === Code.INVALID && NUMBERED_REGISTERS.test(mine.row?.operands ?? '')) continue;
          executed++;
          assert.notEqual(theirs.code, Code.INVALID, `${text} is no instruction to iced`);
          assert.equal(mine.length, theirs.length, `${text}, iced ${Code[theirs.code]}`);
          assert.ok(mine.row, `${text} was read by no row`);
          if (executable(theirs))
            assert.ok(sameName(mine.row, nameOf(theirs)), `${text}, iced ${nameOf(theirs)}`);
          theirs.free();
        }
        assert.ok(executed > CASES / 4, `${executed} compared`);
      });

      it(`${bits}-bit code: what is undefined to the core is undefined, or belongs to a feature it does not claim`, () => {
        const random = new Random(bits + 1);
        for (let i = 0; i < CASES; i++) {
          const bytes = randomBytes(random);
          const { operation } = probe(bytes, mode);
          if (operation !== UD && operation !== UNCLAIMED) continue;
          const theirs = new Decoder(bits, bytes, DecoderOptions.None).decode();
          const known = theirs.code !== Code.INVALID && executable(theirs);
          assert.ok(
            !known || tolerated.has(Code[theirs.code] ?? ''),
            `${Buffer.from(bytes.subarray(0, 15)).toString('hex')} is ${Code[theirs.code]} to iced`,
          );
          theirs.free();
        }
      });
    }
  });

/** Its mnemonic as Intel writes it. */
function nameOf(instruction: Instruction): string {
  const name = Mnemonic[instruction.mnemonic].toUpperCase();
  if (name === 'WAIT') return 'FWAIT';
  return name === 'RESERVEDNOP' ? 'NOP' : name;
}

/** Prefetches that are hints of other processors do nothing here, nor do landing pads of a processor that tracks no branches. */
function sameName(row: OpcodeRow, name: string): boolean {
  return row.name.split('/').includes(name) || (row.name === 'NOP' && /^(PREFETCH|ENDBR)/.test(name));
}
