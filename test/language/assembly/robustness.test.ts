import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import type { AssemblyDialect } from '../../../src/language/source/language-id';
import type { Range } from '../../../src/language/text/position';

const scope = { constant: (name: string) => (name === 'F' ? 0x6800n : undefined) };
const dialects: readonly AssemblyDialect[] = ['gas', 'nasm'];

/** Everything a file answers. Words must lie in their line, in order. */
function answers(file: AssemblyFile): unknown {
  const lines = Array.from({ length: file.lineCount }, (_, line) => {
    const words = file.words(line);
    let end = 0;
    for (const { range } of words) {
      assert.ok(
        range.start.character >= end && range.end.character >= range.start.character,
        file.lineText(line),
      );
      end = range.end.character;
    }
    assert.ok(end <= file.lineText(line).length, file.lineText(line));
    return { source: file.line(line), words };
  });
  return { lines, analysis: file.analysis(), constants: [...file.constants()], includes: file.includes() };
}

class Random {
  constructor(private seed: number) {}

  below(limit: number): number {
    this.seed = (this.seed * 48271) % 2147483647;
    return this.seed % limit;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

/** What sources are made of, and what breaks them. */
const pieces = [
  ...[
    '\n',
    '\n',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\\\n',
    '\\',
    ';',
    '#',
    '//',
    '/*',
    '*/',
    '"',
    "'",
    '`',
    '%',
    '%%',
    '$',
    '$$',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '.',
    '=',
    '==',
    '<<',
    '!',
    '~',
    '-',
    '+',
    '*',
    '\0',
    'ä',
    '\u{1f600}',
  ],
  ...[
    'mov ',
    'movl ',
    'vmread ',
    'vmwrite ',
    'rdmsr',
    'cpuid\n',
    'cmp ',
    'xor ',
    'jmp ',
    'call ',
    'rep ',
    'stosb',
  ],
  ...[
    '%eax',
    '%rbx',
    'eax',
    'rax',
    'cr4',
    '%cr0',
    '$0x4402',
    '0x401e',
    '48',
    '1Fh',
    '0b1',
    '1b',
    '1f',
    '99999999999999999999',
  ],
  ...['foo', 'foo:', '.loop:', '1:', 'F', '\\arg', '%1', '%{x}', '\\()', '\\@'],
  ...[
    '#define F ',
    '#if 0\n',
    '#else\n',
    '#endif\n',
    '%if 0\n',
    '%else\n',
    '%endif\n',
    '.macro m a, b\n',
    '.endm\n',
    '%macro m 2\n',
  ],
  ...[
    '%endmacro\n',
    '.set F, ',
    'F equ ',
    '%define F(x) ',
    '.intel_syntax noprefix\n',
    '.att_syntax\n',
    '.code16\n',
    'bits 32\n',
  ],
  ...[
    '[bits 64]\n',
    '.include "',
    '%include ',
    '#include <a.h>\n',
    '.rept 3\n',
    '.endr\n',
    'dword ptr ',
    'offset ',
    'times 5 ',
  ],
  ...['SYM_FUNC_START(f)\n', 'm 1, 2\n', '%comment\n', '%endcomment\n', 'PROC\n', 'db "x"', 'mov x0, #1\n'],
];

function document(random: Random, length: number): string {
  return Array.from({ length }, () => random.of(pieces)).join('');
}

/** Places count as the file counts, which the test keeps a plain copy of. */
function edit(text: string, range: Range, inserted: string): string {
  const lines = text.split('\n');
  const { start, end } = range;
  const head = [...lines.slice(0, start.line), lines[start.line]!.slice(0, start.character)].join('\n');
  const tail = [lines[end.line]!.slice(end.character), ...lines.slice(end.line + 1)].join('\n');
  return head + inserted + tail;
}

function randomRange(random: Random, text: string): Range {
  const lines = text.split('\n');
  const from = random.below(lines.length);
  const to = Math.min(lines.length - 1, from + random.below(3));
  const start = random.below(lines[from]!.length + 1);
  const end =
    from === to ? start + random.below(lines[to]!.length - start + 1) : random.below(lines[to]!.length + 1);
  return { start: { line: from, character: start }, end: { line: to, character: end } };
}

describe('assembly: any text', () => {
  for (const dialect of dialects) {
    it(`${dialect}: after random edits all answers are those of a fresh reading`, () => {
      const random = new Random(dialect === 'gas' ? 7 : 11);
      for (let round = 0; round < 400; round++) {
        let text = document(random, 5 + random.below(60)).replaceAll('\r', '');
        const file = new AssemblyFile(dialect, text, scope);
        for (let change = 0; change < 5; change++) {
          const range = randomRange(random, text);
          const inserted =
            random.below(4) === 0 ? '' : document(random, 1 + random.below(4)).replaceAll('\r', '');
          file.edit(range, inserted);
          text = edit(text, range, inserted);
          assert.deepEqual(
            answers(file),
            answers(new AssemblyFile(dialect, text, scope)),
            JSON.stringify(text),
          );
        }
      }
    });

    it(`${dialect}: random bytes are answered`, () => {
      const random = new Random(13);
      for (let round = 0; round < 500; round++) {
        const bytes = Array.from({ length: random.below(300) }, () => String.fromCharCode(random.below(256)));
        answers(new AssemblyFile(dialect, bytes.join(''), scope));
      }
    });

    it(`${dialect}: every start of a source is answered`, () => {
      const text =
        dialect === 'gas'
          ? '#define A (1 << 3) /* a\n */\nf: .macro m a\n mov $\\a, %eax # x\n vmwrite %rbx, %rax\n.endm\n m A|1; jmp 1b\n'
          : "%macro m 2\n mov eax, %1 ; x\n vmwrite rax, [rbx+%2]\n%endmacro\n.l: m 0x401e, 'a'\nx equ (1+2\n";
      for (let length = 0; length <= text.length; length++)
        answers(new AssemblyFile(dialect, text.slice(0, length), scope));
    });

    // Each of these takes very long, or overflows the stack, if reading is quadratic or recursive without a limit.
    for (const [title, piece] of [
      ['a name', 'a'],
      ['a number', '9'],
      ['blanks', ' '],
      ['backslashes', '\\'],
      ['parentheses', '('],
      ['closing parentheses', ')'],
      ['brackets', '['],
      ['quotes', '"'],
      ['percent signs', '%'],
      ['dollar signs', '$'],
      ['parameters', '%1'],
      ['arguments', '\\a'],
      ['words', 'ab '],
      ['operands', '1,'],
      ['labels', 'a:'],
      ['prefixes', 'rep '],
      ['statements', 'nop;'],
      ['signs', '-'],
      ['sums', '1+'],
      ['operators', '<'],
      ['comments', '/**/'],
      ['a mixture', 'mov $0x401e, %eax; x(y)[z] "'],
    ] as const)
      it(`${dialect}: long lines, ${title}`, () => {
        const line = piece.repeat(Math.ceil(1_000_000 / piece.length));
        // One as long as a line may be to be read, and one that is too long.
        const readable = piece.repeat(Math.floor(9_900 / piece.length));
        const lines = [`#define A ${readable}`, `A equ ${readable}`, readable, `.set B, ${readable}`, line];
        const file = new AssemblyFile(dialect, lines.join('\n'), scope);
        file.analysis();
        file.constants();
        assert.equal(file.lineCount, 5);
        assert.ok(file.words(2).length < 10_000);
        assert.deepEqual(file.words(4), []);
      });
  }

  it('a line that is too long to be read may do anything, and comments go on behind it', () => {
    const long = ' '.repeat(10_001);
    const gas = new AssemblyFile(
      'gas',
      `mov $1, %eax\n${long}\ncpuid\n${long}/*\ncpuid\n*/ mov $1, %eax\ncpuid`,
      scope,
    );
    assert.deepEqual(
      gas.analysis().operations.map(({ range }) => range.start.line),
      [6],
    );
    const nasm = new AssemblyFile('nasm', `mov eax, 1\n${long}/*\ncpuid\nmov eax, 1\ncpuid`, scope);
    assert.deepEqual(
      nasm.analysis().operations.map(({ range }) => range.start.line),
      [4],
    );
  });

  it('constants that need each other are unknown', () => {
    const chain = Array.from({ length: 5000 }, (_, n) => `#define A${n} A${n + 1} + A${n + 1}`).join('\n');
    const file = new AssemblyFile(
      'gas',
      `${chain}\n#define X Y\n#define Y X\n.set Z, Z + 1\n.set V, W\n.set W, V`,
      scope,
    );
    assert.deepEqual([...file.constants()], []);
  });

  it('a long chain of values ends', () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => `.set A${n}, A${n + 1}`).join('\n');
    const file = new AssemblyFile('gas', `${chain}\n.set A20000, 5`, scope);
    assert.equal(file.constants().get('A20000'), 5n);
  });
});
