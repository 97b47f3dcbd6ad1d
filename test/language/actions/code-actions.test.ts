/** Code actions: the title of each, and the text after it. */
import assert from 'node:assert/strict';
import { codeActions, type Action } from '../../../src/language/actions/code-actions';
import { inNotationOf } from '../../../src/language/actions/number-text';
import type { Language } from '../../../src/language/source/language-id';
import type { Operand } from '../../../src/language/source/operation';
import { lineRange, type Range } from '../../../src/language/text/position';
import { StubFile } from '../support/stub-file';

function applied(file: StubFile, { edits }: Action): string {
  let text = file.lineText(0);
  for (const { range, text: fresh } of [...edits].reverse())
    text = text.slice(0, range.start.character) + fresh + text.slice(range.end.character);
  return text;
}

interface Source {
  readonly language?: Language;
  readonly text: string;
  readonly field: string;
  readonly value?: string;
  readonly values?: Readonly<Record<string, bigint>>;
  readonly defined?: Readonly<Record<string, bigint>>;
}

function fileOf({ language = 'c', text, field, value, values = {}, defined = {} }: Source): StubFile {
  const file = new StubFile(language, text);
  const operand = (written: string): Operand => file.operand(written, values[written]);
  file.operations.push({
    kind: 'vmwrite',
    range: lineRange(0, 0, text.length),
    field: operand(field),
    ...(value !== undefined && { value: operand(value) }),
  });
  file.defined = new Map(Object.entries(defined));
  return file;
}

function actions(source: Source, range?: Range): string[] {
  const file = fileOf(source);
  return codeActions(file, range ?? lineRange(0, 0, source.text.length)).map(
    (action) => `${action.rule ?? action.kind}: ${action.title} => ${applied(file, action)}`,
  );
}

const kvm = {
  SECONDARY_VM_EXEC_CONTROL: 0x401en,
  SECONDARY_EXEC_ENABLE_EPT: 2n,
  SECONDARY_EXEC_UNRESTRICTED_GUEST: 0x80n,
};
/** In Linux's spelling. */
const events = { INTR_INFO_VALID_MASK: 1n << 31n, INTR_INFO_DELIVER_CODE_MASK: 1n << 11n };
const secondary = { text: 'vmwrite(0x401e, 0x82);', field: '0x401e', value: '0x82' };

describe('language: code actions', () => {
  it('put names that the file knows in the place of numbers', () => {
    assert.deepEqual(actions({ ...secondary, defined: kvm }), [
      'refactor.rewrite: Replace 0x401e with SECONDARY_VM_EXEC_CONTROL => vmwrite(SECONDARY_VM_EXEC_CONTROL, 0x82);',
      'refactor.rewrite: Write 0x82 as SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_UNRESTRICTED_GUEST => vmwrite(0x401e, SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_UNRESTRICTED_GUEST);',
    ]);
  });

  it('know the bits of the event that is injected, and of MSRs', () => {
    const injected = { text: 'vmwrite(0x4016, 0x80000800);', field: '0x4016', value: '0x80000800' };
    assert.deepEqual(
      actions({ ...injected, defined: events })[1],
      [
        'refactor.rewrite: Write 0x80000800 as INTR_INFO_DELIVER_CODE_MASK | INTR_INFO_VALID_MASK',
        'vmwrite(0x4016, INTR_INFO_DELIVER_CODE_MASK | INTR_INFO_VALID_MASK);',
      ].join(' => '),
    );
    const text = 'wrmsr(0x3a, 5);';
    const file = new StubFile('c', text);
    file.operations.push({
      kind: 'wrmsr',
      range: lineRange(0, 0, text.length),
      msr: file.operand('0x3a', 0x3an),
      value: file.operand('5', 5n),
    });
    file.defined = new Map([
      ['FEAT_CTL_LOCKED', 1n],
      ['FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX', 4n],
    ]);
    assert.deepEqual(
      codeActions(file, lineRange(0, 12, 13)).map(({ title }) => title),
      ['Write 5 as FEAT_CTL_LOCKED | FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX'],
    );
  });

  it('leave bits without a known name a number', () => {
    assert.deepEqual(actions({ ...secondary, defined: { SECONDARY_EXEC_ENABLE_EPT: 2n } }).slice(1), [
      'refactor.rewrite: Write 0x82 as SECONDARY_EXEC_ENABLE_EPT | 0x80 => vmwrite(0x401e, SECONDARY_EXEC_ENABLE_EPT | 0x80);',
    ]);
  });

  it('explain with a comment where no name is known', () => {
    assert.deepEqual(actions(secondary), [
      'refactor.rewrite: Explain 0x401e with a comment => vmwrite(0x401e /* SECONDARY_VM_EXEC_CONTROL */, 0x82);',
      'refactor.rewrite: Explain 0x82 with a comment => vmwrite(0x401e, 0x82 /* ENABLE_EPT | UNRESTRICTED_GUEST */);',
    ]);
  });

  it('do not take a name with another value for the name', () => {
    const defined = { SECONDARY_VM_EXEC_CONTROL: 5n };
    assert.match(actions({ text: 'vmwrite(0x401e);', field: '0x401e', defined })[0]!, /Explain/);
  });

  it('put the comment at the end of the line in NASM, unless there is one', () => {
    const nasm = { language: 'nasm', text: 'mov eax, 0x401e', field: '0x401e' } as const;
    assert.deepEqual(actions(nasm), [
      'refactor.rewrite: Explain 0x401e with a comment => mov eax, 0x401e ; SECONDARY_VM_EXEC_CONTROL',
    ]);
    assert.deepEqual(actions({ ...nasm, text: 'mov eax, 0x401e // secondary' }), []);
  });

  it('keep the sigil of AT&T immediates', () => {
    const file = fileOf({ language: 'gas', text: 'mov $0x401e, %eax', field: '0x401e', defined: kvm });
    const [operation] = file.operations;
    assert.ok(operation?.kind === 'vmwrite');
    file.operations = [
      { ...operation, field: { ...operation.field, range: lineRange(0, 4, 11), text: '$0x401e' } },
    ];
    const [action] = codeActions(file, lineRange(0, 0, 17));
    assert.ok(action);
    assert.equal(applied(file, action), 'mov $SECONDARY_VM_EXEC_CONTROL, %eax');
  });

  it('put parentheses around names where something else could bind to them', () => {
    const [, bits] = actions({ ...secondary, text: 'vmwrite(0x401e, mask & 0x82);', defined: kvm });
    assert.match(bits!, /mask & \(SECONDARY_EXEC_ENABLE_EPT \| SECONDARY_EXEC_UNRESTRICTED_GUEST\)\);$/);
  });

  it('are those at the place', () => {
    assert.deepEqual(actions({ ...secondary, defined: kvm }, lineRange(0, 18, 18)).length, 1);
    assert.deepEqual(actions({ ...secondary, defined: kvm }, lineRange(0, 2, 2)), []);
  });

  it('apply the remedy of a finding', () => {
    assert.equal(
      actions({ text: 'vmread(0x681d);', field: '0x681d' })[0],
      'vmcs-no-high-half: Use the encoding of GUEST_RSP => vmread(0x681c);',
    );
    assert.equal(
      actions({ text: 'vmwrite(0x4000, 0x1);', field: '0x4000', value: '0x1' })[0],
      'control-fixed: Set bits 4 and 2:1 => vmwrite(0x4000, 0x17);',
    );
  });

  it('add bits to an expression, and take none away', () => {
    const source = { text: 'vmwrite(0x4000, A + B);', field: '0x4000', value: 'A + B' };
    const quickFixes = (value: bigint): string[] =>
      actions({ ...source, values: { 'A + B': value } }).filter((line) => line.startsWith('control'));
    assert.deepEqual(quickFixes(8n), [
      'control-fixed: Set bits 4 and 2:1 => vmwrite(0x4000, (A + B) | 0x16);',
    ]);
    assert.deepEqual(quickFixes(0x416n), []);
  });

  it('write numbers in the notation of the number they replace', () => {
    const texts = [
      ['0x401e', '0xab'],
      ['0X401E', '0XAB'],
      ['$0x401e', '$0xab'],
      ['401Eh', '0ABh'],
      ['0x401eUL', '0xabUL'],
      ['0x401e_u64', '0xab_u64'],
      ['0x401eu32', '0xabu32'],
      ['48', '0xab'],
      ['VALUE', '0xab'],
    ];
    for (const [written, expected] of texts) assert.equal(inNotationOf(written!, 0xabn), expected);
    assert.equal(inNotationOf('48', 7n), '7');
  });
});
