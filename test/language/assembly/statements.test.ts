import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import type { Statement } from '../../../src/language/assembly/statement';
import type { AssemblyDialect } from '../../../src/language/source/language-id';

const nothing = { constant: () => undefined };

/** A statement in one line: what it is and what its parts are. */
function written(file: AssemblyFile, line: number, statement: Statement): string {
  const cut = (part: { start: number; end: number }): string =>
    file.lineText(line).slice(part.start, part.end);
  const labels = statement.labels.map((label) => {
    assert.equal(cut(label), label.name);
    return `${label.scope}(${label.name}) `;
  });
  const rest = (): string => {
    switch (statement.kind) {
      case 'label':
        return 'label';
      case 'instruction': {
        const prefixes = statement.prefixes.map((prefix) => `${prefix.text}+`).join('');
        const operands = statement.operands.map((operand) => `${operand.kind} ${cut(operand)}`);
        return `${prefixes}${statement.base}${statement.effect ? '' : '?'} ${operands.join(', ')}`.trimEnd();
      }
      case 'directive':
        return `${statement.name.text} is ${statement.meaning.what} ${statement.meaning.bits ?? statement.path ?? ''}`.trimEnd();
      case 'definition':
        return `${statement.what} ${statement.name.text} = ${statement.body.map((word) => word.text).join(' ')}`.trimEnd();
    }
  };
  return labels.join('') + rest();
}

function read(dialect: AssemblyDialect, text: string): string[] {
  const file = new AssemblyFile(dialect, text, nothing);
  return Array.from({ length: file.lineCount }, (_, line) =>
    file.line(line).statements.map((statement) => written(file, line, statement)),
  ).flat();
}

/** Source line -> what it says. */
type Row = readonly [source: string, ...statements: string[]];

const att: readonly Row[] = [
  ['\tmov $0x401e, %eax', 'mov immediate 0x401e, register %eax'],
  ['movl $(A | 2), 8(%rsp,%rax,4) # why', 'mov immediate (A | 2), memory 8(%rsp,%rax,4)'],
  ['again: 1: jmp 1b', 'file(again) number(1) jmp address 1b'],
  ['nop; hlt ;; cli', 'nop', 'hlt', 'cli'],
  ['rep; stosl', 'rep', 'stos'],
  ['rep stosq', 'rep+stosq'],
  ['lock addl $1, %fs:4', 'lock+add immediate 1, memory %fs:4'],
  ['call *%rax', 'call register *%rax'],
  ['call *8(%rax)', 'call memory *8(%rax)'],
  ['ljmp $0x10, $start', 'ljmp immediate 0x10, immediate start'],
  ['fld %st(1)', 'fld? register %st(1)'],
  ['mov %_ASM_AX, foo(%rip)', 'mov register %_ASM_AX, memory foo(%rip)'],
  ['mov $CR4_PAE, ', 'mov immediate CR4_PAE, address'],
  ['SYM_FUNC_START(entry)', 'file(entry) sym_func_start? address entry'],
  [
    'ALTERNATIVE "jmp 1f; nop", "", FEATURE',
    'alternative? address "jmp 1f; nop", address "", address FEATURE',
  ],
  ['stub_\\vector: push $\\vector', 'macro(stub_\\vector) push immediate \\vector'],
  ['.set a, 1 + 2', 'value a = 1 + 2'],
  ['b = 3; .equ c, b', 'value b = 3', 'value c = b'],
  ['. = . + 4', '. is unknown'],
  ['.macro save register, other=3', 'macro save ='],
  ['.code16', '.code16 is code-bits 16'],
  ['.section .text, "ax"; .globl f', '.section is section', '.globl is symbols'],
  ['#include <asm/msr.h>', '#include is include asm/msr.h'],
  ['# include "x.h" /* why */', '#include is include x.h'],
  ['.include "y.s"', '.include is include y.s'],
  ['#define F(a, b) a + b', 'text F = a + b'],
  ['#define N (1 << 3) // three', 'text N = ( 1 << 3 )'],
  ['# if the flag is set'],
  ['# else it was'],
  ['# endif /* X */', '#endif is control'],
  ['#if defined(A) && B > 2', '#if is control'],
  ['/ a comment of AT&T'],
  ["mov $'a, %al; mov $'\\n', %bl", "mov immediate 'a, register %al", "mov immediate '\\n', register %bl"],
  ['"odd name": nop', 'file(odd name) nop'],
  ['mov /* in between */ %eax, %ebx // behind', 'mov register %eax, register %ebx'],
  [
    'cmovel %eax, %ebx; btsl $3, %ecx',
    'cmove register %eax, register %ebx',
    'bts immediate 3, register %ecx',
  ],
  ['movq $1, %rax', 'mov immediate 1, register %rax'],
];

const nasm: readonly Row[] = [
  ['mov eax, 401Eh ; why', 'mov register eax, immediate 401Eh'],
  ['start:', 'file(start) label'],
  ['.loop: jmp .loop', 'label(.loop) jmp immediate .loop'],
  ['.loop', 'label(.loop) label'],
  ['..@here: nop', 'file(..@here) nop'],
  ['%%again: jmp %%again', 'macro(%%again) jmp address %%again'],
  ['foo nop', 'file(foo) nop'],
  ['text db "a;b", 0', 'file(text) db is unknown'],
  ['name dw 5', 'file(name) dw is unknown'],
  ['foo', 'foo?'],
  ['VMW GUEST_RIP, 5', 'vmw? immediate GUEST_RIP, immediate 5'],
  ['x equ 5 * 2', 'value x = 5 * 2'],
  ['x: equ 5', 'value x = 5'],
  ['%define A 1', 'text A = 1'],
  ['%define F(a) a+1', 'text F = a + 1'],
  ['%xdefine A (1)', 'text A = ( 1 )'],
  ['%assign i i+1', 'value i = i + 1'],
  ['%macro vmw 2', 'macro vmw ='],
  ['bits 16', 'bits is code-bits 16'],
  ['[bits 32]', 'bits is code-bits 32'],
  ['use64', 'use64 is code-bits 64'],
  ['BITS what', 'BITS is code-bits'],
  ['%include "a.inc"', '%include is include a.inc'],
  ["%include 'a.inc'", '%include is include a.inc'],
  ['mov rax, [rel x + rbx*4]', 'mov register rax, memory [rel x + rbx*4]'],
  ['mov dword [rax], 1', 'mov memory dword [rax], immediate 1'],
  ['mov eax, strict dword 5', 'mov register eax, immediate 5'],
  ['mov dword ptr es:[eax], offset y', 'mov memory dword ptr es:[eax], immediate y'],
  ['mov rax, %1', 'mov register rax, address %1'],
  ['mov eax, $eax', 'mov register eax, immediate $eax'],
  ['main PROC', 'file(main) PROC is control'],
  ['main ENDP', 'ENDP is control'],
  ['v MACRO a, b', 'macro v ='],
  ['rep movsb', 'rep+movsb'],
  ['%if A == 2', '%if is control'],
  ['%elifidn a, b', '%elifidn is control'],
];

const intel: readonly Row[] = [
  ['mov eax, 0x401e', 'mov register eax, immediate 0x401e'],
  ['mov eax, dword ptr [rbx + 4]', 'mov register eax, memory dword ptr [rbx + 4]'],
  ['mov eax, FIELD', 'mov register eax, address FIELD'],
  ['mov eax, offset FIELD', 'mov register eax, immediate FIELD'],
  ['vmread rax, rbx', 'vmread register rax, register rbx'],
];

function check(dialect: AssemblyDialect, rows: readonly Row[], before = ''): void {
  for (const [source, ...statements] of rows) {
    it(`${JSON.stringify(source)} says ${statements.length === 0 ? 'nothing' : statements.join(' | ')}`, () => {
      assert.deepEqual(read(dialect, before + source).slice(before === '' ? 0 : 1), statements);
    });
  }
}

describe('assembly: statements of AT&T syntax', () => check('gas', att));
describe('assembly: statements of NASM', () => check('nasm', nasm));
describe('assembly: statements of Intel syntax in gas', () =>
  check('gas', intel, '.intel_syntax noprefix\n'));

describe('assembly: statements over several lines', () => {
  it('block comments hide what they cover', () => {
    assert.deepEqual(read('gas', 'nop /* a\nhlt\n b */ cli'), ['nop', 'cli']);
  });

  it('a backslash carries a definition on; the line behind is no statement', () => {
    const file = new AssemblyFile('gas', '#define A 1 | \\\n  2\nnop', nothing);
    assert.deepEqual(file.line(0).continues, true);
    assert.deepEqual(
      file.line(1).rest.map((word) => word.text),
      ['2'],
    );
    assert.deepEqual(read('gas', '#define A 1 | \\\n  2\nnop'), ['text A = 1 |', 'nop']);
    assert.equal(file.constants().get('A'), 3n);
  });

  it('a backslash carries a line comment on', () => {
    assert.deepEqual(read('gas', 'nop // a \\\n hlt\ncli'), ['nop', 'cli']);
    assert.deepEqual(read('nasm', 'nop ; a \\\n hlt\ncli'), ['nop', 'cli']);
  });

  it('.att_syntax takes Intel syntax back', () => {
    const text = '.intel_syntax noprefix\nmov eax, 1\n.att_syntax\nmov $1, %eax';
    assert.deepEqual(read('gas', text).slice(1), [
      'mov register eax, immediate 1',
      '.att_syntax is neutral',
      'mov immediate 1, register %eax',
    ]);
  });
});
