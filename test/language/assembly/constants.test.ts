import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import type { AssemblyDialect } from '../../../src/language/source/language-id';

const scope = { constant: (name: string) => (name === 'OUTSIDE' ? 7n : undefined) };

function value(dialect: AssemblyDialect, expression: string, before = ''): bigint | undefined {
  const definition = dialect === 'gas' ? `.set X, ${expression}` : `X equ ${expression}`;
  return new AssemblyFile(dialect, `${before}\n${definition}`, scope).constants().get('X');
}

/** Expression and what the assembler itself makes of it (checked with GNU as 2.40 and NASM 2.16). */
type Row = readonly [expression: string, value: bigint | undefined];

const gas: readonly Row[] = [
  ['0x401e', 0x401en],
  ['017', 15n],
  ['0b101', 5n],
  ['0', 0n],
  ['10UL', 10n],
  ['0xffffffffffffffff', -1n],
  ["'a", 97n],
  ["'\\n'", 10n],
  ['1 + 2 | 4', 7n],
  ['1 << 2 + 1', 5n],
  ['2 + 3 * 4', 14n],
  ['(2 + 3) * 4', 20n],
  ['-7 / 2', -3n],
  ['-7 % 4', -3n],
  ['-1 >> 60', 15n],
  ['~0xf & 0xff', 0xf0n],
  ['!1', 0n],
  ['6 ^ 3', 5n],
  ['1 / 0', undefined],
  ['1 << 64', undefined],
  ['foo + 1', undefined],
  ['OUTSIDE + 1', 8n],
  ['. - foo', undefined],
  ['1 +', undefined],
  ['(1', undefined],
  ['1Fh', undefined],
  ['1b', undefined],
  ['1.5', undefined],
  ['', undefined],
];

const nasm: readonly Row[] = [
  ['0x1F', 31n],
  ['1Fh', 31n],
  ['0b1010', 10n],
  ['1010b', 10n],
  ['1010y', 10n],
  ['$1F', 31n],
  ['777o', 511n],
  ['777q', 511n],
  ['0o777', 511n],
  ['1_000', 1000n],
  ['0d10', 10n],
  ['10d', 10n],
  ['0b1h', 0xb1n],
  ['0x1b', 0x1bn],
  ['017', 17n],
  ["'ab'", 0x6261n],
  ['`a`', 97n],
  ['1 | 2 + 1 << 1', 7n],
  ['1 | 6 & 3', 3n],
  ['-7 // 2', -3n],
  ['-8 / 4', 0x3ffffffffffffffen],
  ['7 % 4', 3n],
  ['$ - 4', undefined],
  ['0b12', undefined],
  ['foo', undefined],
  ['OUTSIDE * 2', 14n],
];

describe('assembly: constant expressions', () => {
  for (const [expression, expected] of gas)
    it(`gas: ${JSON.stringify(expression)} is ${expected}`, () =>
      assert.equal(value('gas', expression), expected));
  for (const [expression, expected] of nasm)
    it(`nasm: ${JSON.stringify(expression)} is ${expected}`, () =>
      assert.equal(value('nasm', expression), expected));
});

describe('assembly: constants of a source', () => {
  it('text is put in as it stands', () => {
    assert.equal(value('gas', 'A * 2', '#define A 1 + 2'), 5n);
    assert.equal(value('nasm', 'A * 2', '%define A 1 + 2'), 5n);
  });

  it('values are computed before they are put in', () => {
    assert.equal(value('gas', 'A * 2', '.set A, 1 + 2'), 6n);
    assert.equal(value('nasm', 'A * 2', '%assign A 1 + 2'), 6n);
  });

  it('all ways to define are read', () => {
    const text = '#define A 1\n.set B, 2\n.equ C, 3\n.equiv D, 4\nE = 5; F == 6\n# define G 7';
    assert.deepEqual(
      [...new AssemblyFile('gas', text, scope).constants().values()],
      [1n, 2n, 3n, 4n, 5n, 6n, 7n],
    );
    const other = '%define A 1\n%xdefine B 2\n%assign C 3\nD equ 4\nE: equ 5';
    assert.deepEqual([...new AssemblyFile('nasm', other, scope).constants().values()], [1n, 2n, 3n, 4n, 5n]);
  });

  it('a name with two values has none, with the same one twice it has that', () => {
    assert.equal(value('gas', 'A', '#ifdef B\n#define A 1\n#else\n#define A 2\n#endif'), undefined);
    assert.equal(value('gas', 'A', '#define A 1\n#define A 1'), 1n);
    assert.equal(value('nasm', 'i', '%assign i 0\n%assign i i + 1'), undefined);
  });

  it('what is not assembled defines nothing', () => {
    assert.equal(value('gas', 'A', '#if 0\n#define A 1\n#else\n#define A 2\n#endif'), 2n);
    assert.equal(value('nasm', 'A', '%if 1\n%define A 1\n%else\n%define A 2\n%endif'), 1n);
  });

  it('a name with parameters is no constant, nor does another file know it better', () => {
    assert.equal(value('gas', 'A(1)', '#define A(x) 1'), undefined);
    assert.equal(value('gas', 'OUTSIDE', '#define OUTSIDE(x) 1'), undefined);
  });

  it('an edit changes the values', () => {
    const file = new AssemblyFile('gas', '#define A 1\n.set B, A + 1', scope);
    assert.equal(file.constants().get('B'), 2n);
    file.edit({ start: { line: 0, character: 10 }, end: { line: 0, character: 11 } }, '41');
    assert.equal(file.constants().get('B'), 42n);
  });

  it('included files are named as written', () => {
    const file = new AssemblyFile('gas', '#include "a.h"\n#include <b/c.h>\n.include "d.s"', scope);
    assert.deepEqual(file.includes(), ['a.h', 'b/c.h', 'd.s']);
    assert.deepEqual(new AssemblyFile('nasm', '%include \'a.inc\'\n%include "b.inc"', scope).includes(), [
      'a.inc',
      'b.inc',
    ]);
  });
});

describe('assembly: words', () => {
  const words = (dialect: AssemblyDialect, text: string, line = 0): string[] => {
    const file = new AssemblyFile(dialect, text, scope);
    return file.words(line).map((word) => {
      const { start, end } = word.range;
      assert.ok(
        file.lineText(line).slice(start.character, end.character).endsWith(word.text.replace('#', '')),
      );
      return `${word.role} ${word.text}${word.value === undefined ? '' : `=${word.value}`}`;
    });
  };

  it('sigils are no part of a word', () => {
    assert.deepEqual(words('gas', 'f: rep movl $0x10, %eax # why'), [
      ...['label f', 'operator :', 'prefix rep', 'mnemonic movl', 'operator $', 'number 0x10=16'],
      ...['operator ,', 'register eax', 'comment # why'],
    ]);
    assert.deepEqual(words('nasm', '.l mov dword [$eax], 1Fh ; why'), [
      ...['label .l', 'mnemonic mov', 'operator dword', 'operator [', 'identifier eax', 'operator ]'],
      ...['operator ,', 'number 1Fh=31', 'comment ; why'],
    ]);
  });

  it('directives, strings and references are told apart', () => {
    assert.deepEqual(words('gas', '.ascii "a"; jmp 1b'), [
      ...['directive .ascii', 'string "a"', 'operator ;', 'mnemonic jmp', 'identifier 1b'],
    ]);
    assert.deepEqual(words('gas', '#define A B'), ['directive #define', 'identifier A', 'identifier B']);
    assert.deepEqual(words('nasm', 'x equ 5'), ['identifier x', 'directive equ', 'number 5=5']);
  });

  it('a macro of the file is no mnemonic', () => {
    assert.deepEqual(words('gas', '.macro m\n.endm\nm 1', 2), ['identifier m', 'number 1=1']);
  });
});
