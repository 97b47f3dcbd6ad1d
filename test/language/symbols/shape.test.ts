/** The outline and the folds of sources, written down as text. */
import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import { folds } from '../../../src/language/symbols/folding';
import { outline, type OutlineNode } from '../../../src/language/symbols/outline';
import type { AssemblyDialect } from '../../../src/language/source/language-id';

const read = (dialect: AssemblyDialect, lines: readonly string[]): AssemblyFile =>
  new AssemblyFile(dialect, lines.join('\n'), { constant: () => undefined });

/** One line a node: depth, kind, name, lines from 0, detail. */
function shown(nodes: readonly OutlineNode[], depth = ''): string[] {
  return nodes.flatMap(({ kind, name, place, end, detail, children }) => [
    `${depth}${kind} ${name} ${place.line}-${end}${detail && ` ${detail}`}`,
    ...shown(children, `${depth}. `),
  ]);
}

describe('language: symbols: outline', () => {
  const is = (dialect: AssemblyDialect, lines: readonly string[], wanted: readonly string[]) =>
    assert.deepEqual(shown(outline(read(dialect, lines))), wanted);

  it('gas: sections hold labels, labels their local labels, and a body ends before what introduces the next', () =>
    is(
      'gas',
      [
        '.set SIZE, 4 * 2 # twice',
        '.section .text, "ax"',
        '.globl first',
        'first:',
        ' nop',
        '.Lagain: dec %ecx',
        ' jnz .Lagain',
        ' jmp 1f',
        '1: ret',
        '',
        '# the second',
        '.globl second',
        '.align 16',
        'second: ret',
        '.data',
        'table:',
        ' .quad first, second',
      ],
      [
        'constant SIZE 0-0 4 * 2',
        'section .text 1-13',
        '. function first 3-8',
        '. . local .Lagain 5-8',
        '. function second 13-13',
        'section .data 14-16',
        '. data table 15-16',
      ],
    ));
  it('gas: a label inside of a function that says where it ends is a part of it', () =>
    is(
      'gas',
      [
        'outer:',
        ' nop',
        'inner: nop',
        'deeper: ret',
        '.size outer, . - outer',
        'after: ret',
        'SYM_FUNC_START(third)',
        'part: ret',
        'SYM_FUNC_END(third)',
      ],
      [
        'function outer 0-4',
        '. local inner 2-2',
        '. local deeper 3-4',
        'function after 5-5',
        'function third 6-8',
        '. local part 7-8',
      ],
    ));
  it('gas: a pushed section interrupts a function and does not end it', () =>
    is(
      'gas',
      [
        '.text',
        'f: nop',
        '.pushsection .fixup, "ax"',
        'fix: jmp f',
        '.popsection',
        ' ret',
        '.section .table',
        't: .long 1',
        '.previous',
        ' nop',
      ],
      [
        'section .text 0-9',
        '. function f 1-9',
        '. . section .fixup 2-3',
        '. . . function fix 3-3',
        'section .table 6-7',
        '. data t 7-7',
      ],
    ));
  it('gas: macros have their parameters, and nothing inside of them counts', () =>
    is(
      'gas',
      [
        '.macro m a, b=1',
        'label: nop',
        '.macro inner',
        '.endm',
        '.endm',
        '#define F(x) x',
        '#define K 5',
        '#define K 6',
      ],
      ['macro m 0-4 a, b=1', 'macro F 5-5 x', 'constant K 6-6 5'],
    ));
  it('NASM: labels hold local ones, structures their fields', () =>
    is(
      'nasm',
      [
        'section .text',
        'main:',
        '.loop: dec ecx',
        ' jnz .loop',
        'next: ret',
        'section .bss',
        'buffer: resb 4096',
        'struc rec',
        '.a: resd 1',
        '.b: resq 1',
        'endstruc',
        'LIMIT equ 5',
        '%macro m 1-2 0',
        '%%x: nop',
        '%endmacro',
      ],
      [
        'section .text 0-4',
        '. function main 1-3',
        '. . local .loop 2-3',
        '. function next 4-4',
        'section .bss 5-14',
        '. data buffer 6-6',
        '. structure rec 7-10',
        '. . field .a 8-8',
        '. . field .b 9-9',
        '. constant LIMIT 11-11 5',
        '. macro m 12-14 1-2 0',
      ],
    ));
});

describe('language: symbols: folding', () => {
  const is = (dialect: AssemblyDialect, lines: readonly string[], wanted: readonly string[]) =>
    assert.deepEqual(
      folds(read(dialect, lines)).map(({ start, end, kind }) => `${start}-${end}${kind ? ` ${kind}` : ''}`),
      wanted,
    );

  it('gas: bodies of labels, of local ones when they are long', () =>
    is(
      'gas',
      ['a:', ' nop', '.L1:', ' nop', '.L2:', ' nop', ' nop', ' ret', '', 'b: ret', 'c:', ' ret'],
      ['0-7', '4-7', '10-11'],
    ));
  it('gas: blocks of directives, each side of a condition by itself, the closing line in sight', () =>
    is(
      'gas',
      [
        '.macro m',
        ' nop',
        '.endm',
        '#ifdef X',
        ' nop',
        ' nop',
        '#else',
        ' nop',
        ' nop',
        '#endif',
        '.rept 2',
        '.if 1',
        ' nop',
        '.endif',
        '.endr',
      ],
      ['0-1', '3-5', '6-8', '10-13', '11-12'],
    ));
  it('gas: comments over several lines, of every kind', () =>
    is(
      'gas',
      ['/* a', '', ' b */', ' nop', '# one', '', '# two', '// three', ' nop # no', '# no'],
      ['0-2 comment', '6-7 comment'],
    ));
  it('NASM: blocks, structures and comments', () =>
    is(
      'nasm',
      [
        '; one',
        '; two',
        'struc s',
        '.a: resd 1',
        'endstruc',
        '%if 1',
        ' nop',
        '%elif 2',
        ' nop',
        '%endif',
        '%macro m 0',
        ' nop',
        '%endmacro',
        '%rep 3',
        ' nop',
        '%endrep',
        '%comment',
        'x',
        '%endcomment',
      ],
      ['0-1 comment', '2-3', '5-6', '7-8', '10-11', '13-14', '16-17'],
    ));
  it('what nothing closes, and what nothing opened, folds nothing', () => {
    is('gas', ['.if 1', ' nop', ' nop'], []);
    is('gas', [' nop', '.endm', '.endif', '#else', ' nop', '.endr'], []);
  });
});
