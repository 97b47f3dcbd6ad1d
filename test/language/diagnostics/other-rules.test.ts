/** Rules about MSRs and exit reasons, and about control words that are written together. */
import assert from 'node:assert/strict';
import { rules, type RuleId } from '../../../src/language/diagnostics/rules';
import { diagnose } from '../../../src/language/diagnostics/diagnose';
import type { Operand } from '../../../src/language/source/operation';
import type { Language } from '../../../src/language/source/language-id';
import { lineRange } from '../../../src/language/text/position';
import { StubFile } from '../support/stub-file';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

function msrFile(kind: 'rdmsr' | 'wrmsr', msr: bigint, value?: bigint): StubFile {
  const written = value === undefined ? 'x' : hex(value);
  const file = new StubFile('c', `${kind}(${hex(msr)}, ${written});`);
  const operand = file.operand(`, ${written}`, value);
  file.operations.push({ kind, range: lineRange(0, 0, 1), msr: file.operand(hex(msr)), value: operand });
  return file;
}

function reasonFile(value: bigint): StubFile {
  const file = new StubFile('c', `case ${hex(value)}:`);
  file.operations.push({
    kind: 'comparison',
    range: lineRange(0, 0, 1),
    with: 'exit-reason',
    value: file.operand(hex(value)),
  });
  return file;
}

const found = (file: StubFile): string[] => diagnose(file).map(({ rule }) => rule);

const cases: readonly (readonly [title: string, file: StubFile, rules: readonly RuleId[]])[] = [
  ['an MSR with a row', msrFile('rdmsr', 0xc0000080n), []],
  ['a model-specific MSR without a row', msrFile('rdmsr', 0x1a7n), []],
  ['performance counters beside the VMX capabilities', msrFile('wrmsr', 0x4c1n, 0n), []],
  ['an MSR of AMD processors', msrFile('wrmsr', 0xc0010114n, 0n), []],
  ['a synthetic MSR of a hypervisor', msrFile('wrmsr', 0x4b564d00n, 1n), []],
  ['an uncore MSR', msrFile('wrmsr', 0x2ff0n, 0n), []],
  ['a VMCS field encoding in the place of an MSR', msrFile('rdmsr', 0x4402n), ['msr-unknown']],
  ['a digit too few', msrFile('rdmsr', 0xc000080n), ['msr-unknown']],
  ['a digit too many', msrFile('rdmsr', 0xc00000080n), ['msr-unknown']],
  ['the upper half of the x2APIC ICR', msrFile('wrmsr', 0x831n, 0n), ['msr-unknown']],
  ['the x2APIC destination format register', msrFile('rdmsr', 0x80en), ['msr-unknown']],
  ['WRMSR of a VMX capability', msrFile('wrmsr', 0x480n, 0n), ['msr-read-only']],
  ['RDMSR of a VMX capability', msrFile('rdmsr', 0x480n), []],
  ['RDMSR of the x2APIC EOI register', msrFile('rdmsr', 0x80bn), ['msr-write-only']],
  ['an end of interrupt', msrFile('wrmsr', 0x80bn, 0n), []],
  ['an end of interrupt with a number', msrFile('wrmsr', 0x80bn, 1n), ['msr-reserved']],
  ['a reserved memory type', msrFile('wrmsr', 0x277n, 0x0007040600070402n), ['msr-reserved']],
  ['the memory types after reset', msrFile('wrmsr', 0x277n, 0x0007040600070406n), []],
  ['a reserved bit of the MTRR default type', msrFile('wrmsr', 0x2ffn, 0x1c06n), ['msr-reserved']],
  ['bits that only AMD processors have in EFER', msrFile('wrmsr', 0xc0000080n, 0x1d01n), []],

  ['exit reason 48', reasonFile(48n), []],
  ['exit reason 35 is not used', reasonFile(35n), ['exit-reason-unknown']],
  ['a failed entry', reasonFile(0x80000021n), []],
  ['bit 16 of the exit reason', reasonFile(0x10030n), ['exit-reason-unknown']],
  ['all ones means none', reasonFile(0xffffffffn), []],
];

describe('language: rules about MSRs and exit reasons', () => {
  for (const [title, file, expected] of cases)
    it(`${expected.length > 0 ? 'raises' : 'is silent'}: ${title}`, () =>
      assert.deepEqual(found(file), expected));

  it('says what is wrong and what happens', () => {
    assert.equal(
      diagnose(msrFile('rdmsr', 0xc00000080n))[0]?.message,
      'No processor has an MSR 0xc00000080: RDMSR raises #GP. It has more than the 32 bits of ECX. Look the number up in volume 4 of the manual.',
    );
    assert.equal(
      diagnose(msrFile('wrmsr', 0x831n, 0n))[0]?.message,
      '0x831 is a reserved MSR number: the interrupt command register is one 64-bit MSR in x2APIC mode. WRMSR raises #GP. SDM 10.12.1.2.',
    );
    assert.equal(
      diagnose(reasonFile(35n))[0]?.message,
      'No VM exit has the basic reason 35 (0x23). The reasons stand in appendix C of the manual. SDM 24.9.1.',
    );
  });
});

/** A source in which every `vmwrite` of two operands is an operation. */
function writes(language: Language, text: string): StubFile {
  const file = new StubFile(language, text);
  text.split('\n').forEach((content, line) => {
    for (const match of content.matchAll(/vmwrite\(?\s*(\w+),\s*(\w+)/g)) {
      const operand = (word: string): Operand => {
        const at = content.indexOf(word, match.index + 7);
        const range = lineRange(line, at, at + word.length);
        return { range, text: word, ...(/^\d/.test(word) && { value: BigInt(word) }) };
      };
      file.operations.push({
        kind: 'vmwrite',
        range: lineRange(line, match.index, match.index + match[0].length),
        field: operand(match[1]!),
        value: operand(match[2]!),
      });
    }
  });
  return file;
}

const PRIMARY = 'vmwrite(0x4002, 0x84006172);';
const PRIMARY_ALONE = 'vmwrite(0x4002, 0x04006172);';
const X2APIC = 'vmwrite(0x401e, 0x10);';
const inFunction = (...lines: string[]): string => ['void f(void) {', ...lines, '}'].join('\n');

type PairCase = readonly [title: string, language: Language, text: string, rules: readonly RuleId[]];
const pairs: readonly PairCase[] = [
  ['a control needs one of another word', 'c', inFunction(PRIMARY, X2APIC), ['control-requires']],
  ['the order of the writes does not matter', 'c', inFunction(X2APIC, PRIMARY), ['control-requires']],
  ['in Rust', 'rust', `impl V { fn f() {\n${PRIMARY}\n${X2APIC}\n} }`, ['control-requires']],
  [
    'in assembly',
    'nasm',
    'f:\n vmwrite 0x4002, 0x84006172\n jbe fail\n vmwrite 0x401e, 0x10\n ret',
    ['control-requires'],
  ],
  ['the other word has it', 'c', inFunction('vmwrite(0x4002, 0x84206172);', X2APIC), []],
  ['the other word is not a constant', 'c', inFunction('vmwrite(0x4002, x);', X2APIC), []],
  ['another function writes the other word', 'c', inFunction(PRIMARY) + inFunction(X2APIC), []],
  ['one write is in a branch', 'c', inFunction(PRIMARY, 'if (x) {', X2APIC, '}'), []],
  ['one write is in a branch without braces', 'c', inFunction(PRIMARY, 'if (x)', X2APIC), []],
  [
    'the writes are in two cases',
    'c',
    inFunction('switch (x) {', 'case 1: y;', PRIMARY, 'break;', 'case 2: y;', X2APIC, '}'),
    [],
  ],
  ['a word is written twice', 'c', inFunction(PRIMARY, X2APIC, 'if (x) vmwrite(0x4002, y);'), []],
  ['a preprocessor condition stands between', 'c', inFunction(PRIMARY, '#if X', X2APIC, '#endif'), []],
  ['a label stands between', 'gas', 'vmwrite 0x4002, 0x84006172\nf:\nvmwrite 0x401e, 0x10', []],
  ['nothing activates the secondary controls', 'c', inFunction(PRIMARY_ALONE, X2APIC), ['control-inactive']],
  ['secondary controls of zero', 'c', inFunction(PRIMARY_ALONE, 'vmwrite(0x401e, 0);'), []],
];

describe('language: rules about control words that are written together', () => {
  for (const [title, language, text, expected] of pairs)
    it(`${expected.length > 0 ? 'raises' : 'is silent'}: ${title}`, () =>
      assert.deepEqual(found(writes(language, text)), expected));
});

describe('language: rules of diagnostics', () => {
  it('have a title and an explanation in sentences', () => {
    for (const [id, rule] of Object.entries(rules)) {
      assert.match(id, /^[a-z]+(-[a-z]+)+$/);
      assert.match(rule.title, /^[A-Z].*[^.]$/);
      assert.match(rule.explanation, /^[A-Z].*\.$/);
    }
  });
});
