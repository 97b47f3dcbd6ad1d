/** Completion: `|` in the source is the cursor; what is offered, in what order, and what is put in. */
import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import {
  completions,
  type Completion,
  type CompletionSymbols,
} from '../../../src/language/completion/completion';
import type { AssemblyDialect } from '../../../src/language/source/language-id';
import { StubFile } from '../support/stub-file';

const noSymbols: CompletionSymbols = { names: () => [], elsewhere: () => [] };
const symbols: CompletionSymbols = {
  names: () => [
    { name: 'start', kind: 'label' },
    { name: 'STACK_SIZE', kind: 'constant', detail: '0x1000' },
    { name: 'save_all', kind: 'macro' },
  ],
  elsewhere: (fits) =>
    ['stack_of_others', 'print'].filter(fits).map((name) => ({ name, kind: 'label', detail: 'other.S' })),
};

function at(dialect: AssemblyDialect, source: string, names = noSymbols): readonly Completion[] {
  const line = source.split('\n').findIndex((text) => text.includes('|'));
  const character = source.split('\n')[line]!.indexOf('|');
  const file = new AssemblyFile(dialect, source.replace('|', ''), { constant: () => undefined });
  return completions(file, { line, character }, names);
}

const labels = (items: readonly Completion[]): string[] => items.map(({ label }) => label);
/** `label -> text` where what is put in is not the label. */
const texts = (items: readonly Completion[]): string[] =>
  items.map(({ label, edit }) => (edit.text === label ? label : `${label} -> ${edit.text}`));

describe('language: completion at the start of a statement', () => {
  it('offers mnemonics that start with what is typed', () => {
    assert.deepEqual(labels(at('nasm', ' vmre|')), ['vmread', 'vmresume']);
    assert.deepEqual(labels(at('gas', 'again: vmla|')), ['vmlaunch']);
    assert.deepEqual(labels(at('gas', ' nop; vmla|')), ['vmlaunch']);
    assert.deepEqual(labels(at('nasm', ' VMLA|')), ['VMLAUNCH']);
  });

  it('offers the mnemonics of the dialect', () => {
    assert.ok(labels(at('gas', ' cqt|')).includes('cqto'));
    assert.deepEqual(labels(at('nasm', ' cqt|')), []);
  });

  it('offers what systems code uses while nothing is typed', () => {
    const items = labels(at('nasm', '\t|'));
    assert.ok(items.includes('vmwrite') && items.includes('mov'));
    assert.ok(!items.includes('vfmadd132pd'));
  });

  it('says what a mnemonic does, and explains it when asked', () => {
    const [item] = at('nasm', ' vmla|');
    assert.equal(item?.detail, 'Launch virtual machine');
    assert.match(item?.documentation?.() ?? '', /VMLAUNCH/);
  });

  it('offers macros beside mnemonics, and labels not', () => {
    assert.deepEqual(labels(at('gas', ' save_|', symbols)), ['save_all']);
    assert.ok(!labels(at('gas', ' star|', symbols)).includes('start'));
  });

  it('offers directives after their sign', () => {
    assert.deepEqual(texts(at('gas', '.code|')), ['.code16', '.code16gcc', '.code32', '.code64']);
    assert.deepEqual(texts(at('nasm', '%inc|')), ['%include -> include']);
    assert.ok(labels(at('nasm', 'sect|')).includes('section'));
  });

  it('is silent in comments, strings and numbers', () => {
    assert.deepEqual(at('gas', ' nop # vm|'), []);
    assert.deepEqual(at('nasm', ' nop ; vm|'), []);
    assert.deepEqual(at('nasm', "x: db 'vm|'"), []);
    assert.deepEqual(at('nasm', 'mov eax, 0x4|'), []);
  });
});

describe('language: completion of operands', () => {
  it('offers registers, with their percent sign in AT&T syntax', () => {
    assert.deepEqual(texts(at('nasm', 'mov cr|')).slice(0, 3), ['cr0', 'cr1', 'cr2']);
    assert.deepEqual(texts(at('gas', 'mov %cr|')).slice(0, 2), ['cr0', 'cr1']);
    assert.deepEqual(texts(at('gas', 'mov rax|')), ['rax -> %rax']);
  });

  it('offers labels to jumps, and constants to others', () => {
    assert.deepEqual(texts(at('gas', 'jmp star|', symbols)), ['start']);
    assert.deepEqual(texts(at('gas', 'add STA|', symbols)), ['STACK_SIZE -> $STACK_SIZE', 'start']);
    assert.deepEqual(texts(at('gas', 'add $STA|', symbols)), ['STACK_SIZE', 'start']);
    assert.deepEqual(texts(at('gas', 'add $4 + STA|', symbols)), ['STACK_SIZE', 'start']);
    assert.deepEqual(texts(at('nasm', 'add eax, STA|', symbols)), ['STACK_SIZE', 'start']);
  });
});

describe('language: completion of jumps', () => {
  it('offers what other files export behind what the file has', () => {
    assert.deepEqual(texts(at('gas', 'call sta|', symbols)), ['start', 'stack_of_others']);
    assert.deepEqual(texts(at('gas', 'add $sta|', symbols)), ['STACK_SIZE', 'start']);
  });
});

describe('language: completion of VMX numbers', () => {
  it('offers fields where a register becomes the field of the next VMREAD', () => {
    const items = at('nasm', 'mov eax, GUEST_RI|\nvmread rbx, rax');
    assert.deepEqual(texts(items), ['GUEST_RIP -> 0x681e']);
    assert.equal(items[0]?.detail, '0x681e Guest RIP');
    assert.match(items[0]?.documentation?.() ?? '', /GUEST_RIP/);
  });

  it('finds a field by the end of its name', () => {
    assert.deepEqual(labels(at('nasm', 'mov eax, RIP|\nvmread rbx, rax')), [
      'IO_RIP',
      'GUEST_RIP',
      'HOST_RIP',
    ]);
  });

  it('offers writable fields first to VMWRITE', () => {
    const write = labels(at('nasm', 'mov eax, |\nvmwrite rax, rbx'));
    assert.ok(write.indexOf('GUEST_RIP') < write.indexOf('EXIT_QUALIFICATION'));
    assert.equal(write.indexOf('VIRTUAL_PROCESSOR_ID'), 0);
    const read = labels(at('nasm', 'mov eax, |\nvmread rbx, rax'));
    assert.ok(read.indexOf('EXIT_QUALIFICATION') < read.indexOf('GUEST_RIP'));
  });

  it('knows AT&T order and its dollar sign', () => {
    assert.deepEqual(texts(at('gas', 'mov $HOST_RS|, %edx\nvmwrite %rsp, %rdx')), ['HOST_RSP -> 0x6c14']);
    assert.deepEqual(texts(at('gas', 'mov HOST_RS|\nvmwrite %rsp, %rdx')), ['HOST_RSP -> $0x6c14']);
    assert.deepEqual(labels(at('gas', 'mov $HOST_RS|, %ecx\nvmwrite %rsp, %rdx')), []);
  });

  it('puts in a name that the file knows', () => {
    const source = 'GUEST_RIP equ 0x681e\nmov eax, GUEST_RI|\nvmread rbx, rax';
    assert.deepEqual(texts(at('nasm', source)), ['GUEST_RIP']);
    assert.deepEqual(texts(at('nasm', source.replace('681e', '681c'))), ['GUEST_RIP -> 0x681e']);
  });

  it('offers MSRs for ECX in front of RDMSR and WRMSR', () => {
    assert.deepEqual(texts(at('nasm', 'mov ecx, IA32_EFE|\nrdmsr')), ['IA32_EFER -> 0xc0000080']);
    assert.deepEqual(texts(at('gas', 'movl $IA32_EFE|, %ecx\nxor %edx, %edx\nwrmsr')), [
      'IA32_EFER -> 0xc0000080',
    ]);
    assert.deepEqual(at('nasm', 'mov eax, IA32_EFE|\nrdmsr'), []);
  });

  it('offers the controls of the word that a VMWRITE writes', () => {
    assert.deepEqual(texts(at('nasm', 'mov ebx, 0x401e\nmov eax, ENABLE_EP|\nvmwrite rbx, rax')), [
      'ENABLE_EPT -> 0x2',
    ]);
    assert.deepEqual(texts(at('gas', 'mov $0x401e, %edx\nmov $2 + UNRES|, %eax\nvmwrite %rax, %rdx')), [
      'UNRESTRICTED_GUEST -> 0x80',
    ]);
  });

  it('does not look past what overwrites the register or leaves the line', () => {
    assert.deepEqual(at('nasm', 'mov eax, GUEST_RI|\nxor eax, eax\nvmread rbx, rax'), []);
    assert.deepEqual(at('nasm', 'mov eax, GUEST_RI|\nret\nvmread rbx, rax'), []);
    assert.deepEqual(at('nasm', 'mov eax, GUEST_RI|\ncall f\nvmread rbx, rax'), []);
    assert.deepEqual(labels(at('nasm', 'mov eax, GUEST_RI|\njz f\nvmread rbx, rax')), ['GUEST_RIP']);
  });

  it('is for assembly only, and silent outside of the text', () => {
    assert.deepEqual(completions(new StubFile('c', 'vm'), { line: 0, character: 2 }, noSymbols), []);
    const file = new AssemblyFile('gas', 'nop', { constant: () => undefined });
    assert.deepEqual(completions(file, { line: 7, character: 70 }, noSymbols), []);
  });

  it('is sorted as listed', () => {
    const items = at('nasm', 'mov eax, |\nvmwrite rax, rbx');
    assert.deepEqual(
      [...items].sort((a, b) => a.sortText.localeCompare(b.sortText)).map(({ label }) => label),
      labels(items),
    );
  });
});
