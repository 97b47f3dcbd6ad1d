/** Edits of whole lines, of the kinds that reach far: labels with numbers, macros, constants, code bits, conditions. */
import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import type { AssemblyDialect } from '../../../src/language/source/language-id';
import { FileSymbols } from '../../../src/language/symbols/file-symbols';
import { Randomness } from '../server/random-documents';

const pieces: Readonly<Record<AssemblyDialect, readonly string[]>> = {
  gas: [
    'main:',
    'other:',
    '.global main',
    '1:',
    '1: nop',
    '2:',
    'jmp 1b',
    'jmp 1f',
    'jmp 2b',
    'call main',
    '.code16',
    '.code64',
    '.set FIELD, 0x681e',
    '#define FIELD 0x4002',
    '#define LONG 1 + \\',
    '2',
    '.macro put field, value\nmov $\\value, %eax\nmov \\field, %edx\nvmwrite %rax, %rdx\n.endm',
    '.macro pin field\nmov $0x16, %eax\nmov \\field, %edx\nvmwrite %rax, %rdx\n.endm',
    '.macro long\n.code64\n.endm',
    '.macro',
    '.endm',
    'put $FIELD, 5',
    'pin $0x4000',
    'pin $FIELD',
    'long',
    'mov $FIELD, %ecx',
    'rdmsr',
    'mov $0x48b, %ecx',
    'vmread %rcx, %rax',
    'nop',
    '#if 0',
    '#if FIELD',
    '#endif',
    '/*',
    '*/',
    '.intel_syntax noprefix',
  ],
  nasm: [
    'main:',
    '.loop:',
    'other:',
    'jmp .loop',
    'call main.loop',
    'global main',
    'BITS 16',
    'BITS 64',
    'FIELD equ 0x681e',
    '%define FIELD 0x4002',
    '%macro put 2\nmov rax, %2\nmov rdx, %1\nvmwrite rdx, rax\n%endmacro',
    '%macro pin 1\nmov rax, 0x16\nmov rdx, %1\nvmwrite rdx, rax\n%%here:\n%endmacro',
    '%macro nop 0\nBITS 64\n%endmacro',
    '%macro',
    '%endmacro',
    'put FIELD, 5',
    'pin 0x4000',
    'nop',
    'mov ecx, FIELD',
    'rdmsr',
    'struc point',
    '.x: resd 1',
    'endstruc',
    'istruc point',
    'iend',
    '%if 0',
    '%endif',
    '%comment',
    '%endcomment',
  ],
};

function all(file: AssemblyFile): object {
  const symbols = FileSymbols.of(file);
  const { definitions, exported, imported } = symbols.definitions;
  return {
    analysis: file.analysis(),
    constants: [...file.constants()],
    occurrences: symbols.occurrences,
    pasted: symbols.pasted,
    definitions,
    exported: [...exported].sort(),
    imported: [...imported].sort(),
  };
}

describe('language: assembly in blocks', () => {
  for (const dialect of ['gas', 'nasm'] as const)
    it(`${dialect}: after edits of lines everything is as in a source that was never edited`, () => {
      const scope = { constant: () => undefined };
      for (let seed = 1; seed <= 400; seed++) {
        const random = new Randomness(seed);
        const some = (count: number): string[] =>
          Array.from({ length: count }, () => random.one(pieces[dialect])).flatMap((piece) =>
            piece.split('\n'),
          );
        const lines = ['', ...some(25), ''];
        const file = new AssemblyFile(dialect, lines.join('\n'), scope, 1 + random.below(5));
        for (let edit = 0; edit < 12; edit++) {
          const first = random.below(lines.length - 1);
          const removed = random.below(Math.min(4, lines.length - 1 - first));
          const added = some(random.below(3));
          lines.splice(first, removed, ...added);
          file.edit(
            { start: { line: first, character: 0 }, end: { line: first + removed, character: 0 } },
            added.map((line) => `${line}\n`).join(''),
          );
          if (random.below(3) === 0) continue;
          assert.deepEqual(
            all(file),
            all(new AssemblyFile(dialect, lines.join('\n'), scope)),
            `seed ${seed}, edit ${edit}`,
          );
        }
      }
    });

  const changes: [string, AssemblyDialect, string, string, string][] = [
    [
      'a macro that switches code bits from now on',
      'gas',
      '.code32\n.macro long\n$\n.endm\nmain:\nlong\nnop',
      'nop',
      '.code64',
    ],
    ['a text with another name', 'nasm', '%define $ 1\nmain:\nnop\nhere', 'here', 'nop'],
    [
      'a macro and a text that change names',
      'nasm',
      '$\nmain:\nx a\n',
      '%macro a 0\n%endmacro\n%define b',
      '%macro b 0\n%endmacro\n%define a',
    ],
  ];
  for (const [title, dialect, text, before, after] of changes)
    it(title, () => {
      const scope = { constant: () => undefined };
      const place = (written: string) => {
        const lines = written.split('\n');
        return { line: lines.length - 1, character: lines.at(-1)!.length };
      };
      const [head] = text.split('$') as [string];
      const written = (word: string): string => text.replace('$', () => word);
      const file = new AssemblyFile(dialect, written(before), scope, 1);
      all(file);
      file.edit({ start: place(head), end: place(head + before) }, after);
      assert.deepEqual(all(file), all(new AssemblyFile(dialect, written(after), scope)));
    });
});
