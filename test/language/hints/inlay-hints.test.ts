/** Hints beside numbers, shown in the text: `«label»` stands where the hint stands. */
import assert from 'node:assert/strict';
import { inlayHints } from '../../../src/language/hints/inlay-hints';
import type { Comparison, Operation } from '../../../src/language/source/operation';
import { lineRange, type Range } from '../../../src/language/text/position';
import { StubFile } from '../support/stub-file';

const everything: Range = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
const here = lineRange(0, 0, 100);
type Make = (file: StubFile) => Operation;

function shown(file: StubFile, range = everything): string {
  const lines = Array.from({ length: file.lineCount }, (_, line) => file.lineText(line));
  for (const { position, label } of [...inlayHints(file, range)].reverse()) {
    const text = lines[position.line]!;
    lines[position.line] = `${text.slice(0, position.character)}«${label}»${text.slice(position.character)}`;
  }
  return lines.join('\n');
}

function file(text: string, ...operations: Make[]): StubFile {
  const made = new StubFile('c', text);
  made.operations = operations.map((operation) => operation(made));
  return made;
}

const write =
  (field: string, value: string): Make =>
  (made) => ({ kind: 'vmwrite', range: here, field: made.operand(field), value: made.operand(value) });
const compare =
  (subject: Comparison['with'], value: string): Make =>
  (made) => ({ kind: 'comparison', range: here, with: subject, value: made.operand(value) });

describe('language: inlay hints', () => {
  const cases: readonly (readonly [title: string, file: StubFile, text: string])[] = [
    [
      'name fields and the controls of a word',
      file('vmwrite(0x401e, 0x82);', write('0x401e', '0x82')),
      'vmwrite(0x401e«SECONDARY_VM_EXEC_CONTROL», 0x82«ENABLE_EPT | UNRESTRICTED_GUEST»);',
    ],
    [
      'name three controls and count the others, those that are 1 by default last',
      file('vmwrite(0x4002, 0x9401e1f2);', write('0x4002', '0x9401e1f2')),
      'vmwrite(0x4002«CPU_BASED_VM_EXEC_CONTROL», 0x9401e1f2«HLT_EXITING | USE_MSR_BITMAPS | ACTIVATE_SECONDARY_CONTROLS +2»);',
    ],
    [
      'say nothing about bits that are 1 by default and have no name',
      file('vmwrite(0x4000, 0x16);', write('0x4000', '0x16')),
      'vmwrite(0x4000«PIN_BASED_VM_EXEC_CONTROL», 0x16);',
    ],
    [
      'name the high half',
      file('vmwrite(0x2801, x);', write('0x2801', 'x')),
      'vmwrite(0x2801«VMCS_LINK_POINTER_HIGH», x);',
    ],
    [
      'name bits of registers in fields',
      file('vmwrite(0x6804, 0x2020);', write('0x6804', '0x2020')),
      'vmwrite(0x6804«GUEST_CR4», 0x2020«PAE | VMXE»);',
    ],
    [
      'say what an enumerated value means',
      file('vmwrite(0x4826, 1);', write('0x4826', '1')),
      'vmwrite(0x4826«GUEST_ACTIVITY_STATE», 1«HLT»);',
    ],
    [
      'name exceptions',
      file('vmwrite(0x4004, 0x4002);', write('0x4004', '0x4002')),
      'vmwrite(0x4004«EXCEPTION_BITMAP», 0x4002«#DB | #PF»);',
    ],
    [
      'are silent about values that are plain numbers',
      file('vmwrite(0x0c02, 0x8);', write('0x0c02', '0x8')),
      'vmwrite(0x0c02«HOST_CS_SELECTOR», 0x8);',
    ],
    [
      'name MSRs and their bits',
      file('wrmsr(0xc0000080, 0x500);', (made) => ({
        kind: 'wrmsr',
        range: here,
        msr: made.operand('0xc0000080'),
        value: made.operand('0x500'),
      })),
      'wrmsr(0xc0000080«IA32_EFER», 0x500«LME | LMA»);',
    ],
    ['name exit reasons', file('case 48:', compare('exit-reason', '48')), 'case 48«EPT_VIOLATION»:'],
    [
      'name the reason of a failed entry',
      file('case 0x80000021:', compare('exit-reason', '0x80000021')),
      'case 0x80000021«INVALID_STATE»:',
    ],
    [
      'name VM-instruction errors',
      file('if (error == 7)', compare('vm-instruction-error', '7')),
      'if (error == 7«ENTRY_INVALID_CONTROL_FIELD»)',
    ],
    [
      'say what a CPUID leaf answers',
      file('cpuid(0x80000008)', (made) => ({ kind: 'cpuid', range: here, leaf: made.operand('0x80000008') })),
      'cpuid(0x80000008«Address widths»)',
    ],
    [
      'name bits of control registers',
      file('write_cr0(0x80000021)', (made) => ({
        kind: 'register-write',
        range: here,
        register: 'cr0',
        value: made.operand('0x80000021'),
      })),
      'write_cr0(0x80000021«PE | NE | PG»)',
    ],
    [
      'are silent about numbers that mean nothing',
      file('case 999:', compare('exit-reason', '999')),
      'case 999:',
    ],
    [
      'stand only beside numbers',
      file('vmwrite(FIELD, VALUE);', (made) => ({
        kind: 'vmwrite',
        range: here,
        field: made.operand('FIELD', 0x401en),
        value: made.operand('VALUE', 0x82n),
      })),
      'vmwrite(FIELD, VALUE);',
    ],
  ];
  for (const [title, source, text] of cases) it(title, () => assert.equal(shown(source), text));

  it('spell names as the file does', () => {
    const source = file('case EXIT_REASON_HLT: case 48:', compare('exit-reason', '48'), (made) => ({
      kind: 'comparison',
      range: here,
      with: 'exit-reason',
      value: made.operand('EXIT_REASON_HLT', 12n),
    }));
    assert.equal(shown(source), 'case EXIT_REASON_HLT: case 48«EXIT_REASON_EPT_VIOLATION»:');
  });

  it('offer a name to put in only where the file knows it', () => {
    const source = file('case 48:', compare('exit-reason', '48'));
    assert.equal(inlayHints(source, everything)[0]?.replacement, undefined);
    const knowing = file('case 48:', compare('exit-reason', '48'));
    knowing.defined = new Map([
      ['FORTY_EIGHT', 48n],
      ['EXIT_REASON_EPT_VIOLATION', 48n],
    ]);
    assert.deepEqual(inlayHints(knowing, everything)[0]?.replacement, {
      range: lineRange(0, 5, 7),
      text: 'EXIT_REASON_EPT_VIOLATION',
    });
  });

  it('are those of the range, in order', () => {
    const source = new StubFile('c', 'case 48:\ncase 10:\ncase 12:');
    source.operations = ['12', '10', '48'].map((text): Operation => {
      const value = source.operand(text);
      return { kind: 'comparison', range: value.range, with: 'exit-reason', value };
    });
    const labels = (range: Range): string[] => inlayHints(source, range).map(({ label }) => label);
    assert.deepEqual(labels(everything), ['EPT_VIOLATION', 'CPUID', 'HLT']);
    assert.deepEqual(labels(lineRange(1, 0, 8)), ['CPUID']);
  });

  it('explain a number once, though two operations read it', () => {
    const source = file('case 48:', compare('exit-reason', '48'), compare('exit-reason', '48'));
    assert.equal(inlayHints(source, everything).length, 1);
  });
});
