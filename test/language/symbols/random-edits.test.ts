/** Random edits of two files that include each other: nothing throws, and every answer is that of texts that were never edited. */
import assert from 'node:assert/strict';
import type { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import { folds } from '../../../src/language/symbols/folding';
import { outline } from '../../../src/language/symbols/outline';
import { definitionsAt, referencesOf, symbolAt } from '../../../src/language/symbols/references';
import { prepareRename, rename } from '../../../src/language/symbols/rename';
import { searchSymbols } from '../../../src/language/symbols/symbol-search';
import { semanticTokens } from '../../../src/language/symbols/semantic-tokens';
import { openMarked, refresh, type MarkedSources } from './marked-sources';

const rounds = Number(process.env['SYMBOL_ROUNDS'] ?? 60);

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const words = {
  gas: [
    ...[
      'a',
      'b',
      '.Lc',
      '1',
      '1b',
      '1f',
      'm',
      '\\x',
      '\\()',
      '$a',
      '%rax',
      '"a\\x"',
      '=',
      ',',
      ';',
      ':',
      '\n',
      '\n',
    ],
    ...[
      '#',
      '/*',
      '*/',
      '\\\n',
      '(',
      ')',
      '@',
      '.',
      '\t',
      ' ',
      '\u20ac',
      '.globl',
      '.macro',
      '.endm',
      '.set',
      '#define',
    ],
    ...[
      '#if 0',
      '#else',
      '#endif',
      '.irp',
      '.endr',
      '.include "b.S"',
      '.include "a.S"',
      '.section .x',
      '.previous',
      '.size',
      'call',
      'mov',
    ],
    ...[
      'SYM_FUNC_START(a)',
      'SYM_FUNC_END(a)',
      '.intel_syntax noprefix',
      '.comm',
      '.pushsection .y',
      '.popsection',
    ],
  ],
  nasm: [
    ...[
      'a',
      'b',
      '.c',
      'a.c',
      'a_size',
      '%%d',
      '%1',
      '%{2}',
      '%$e',
      '$a',
      'rax',
      "'a'",
      ',',
      ';',
      ':',
      '\n',
      '\n',
      '[',
    ],
    ...[
      ']',
      '\\\n',
      '(',
      ')',
      '.',
      '\t',
      ' ',
      '\u20ac',
      'global',
      'extern',
      '%macro',
      '%endmacro',
      'equ',
      '%define',
    ],
    ...[
      '%if 1',
      '%else',
      '%endif',
      '%rep',
      '%endrep',
      '.include "b.S"',
      '.include "a.S"',
      'section .x',
      'struc',
      'endstruc',
      'istruc',
      'iend',
    ],
    ...[
      'at',
      'resd',
      'db',
      'call',
      'mov',
      '%comment',
      '%endcomment',
      '..@f',
      'common',
      '%idefine',
      '%imacro',
    ],
  ],
};

/** Everything that can be asked, as one value. */
function answers(sources: MarkedSources, file: string, ask: (below: number) => number): unknown {
  const { tables, workspace } = sources;
  const uri = sources.uri(file);
  const source = workspace.at(uri) as AssemblyFile;
  const tokens: unknown[] = [];
  semanticTokens(tables, uri, source, 0, Infinity, (...token) => tokens.push(token));
  const places = Array.from({ length: 6 }, () => {
    const line = ask(source.lineCount + 1);
    const position = { line, character: ask(source.lineText(line).length + 2) };
    const symbol = symbolAt(tables, uri, position);
    return [
      definitionsAt(tables, uri, position),
      symbol && referencesOf(tables, symbol),
      prepareRename(tables, uri, source, position),
      rename(tables, uri, source, position, ['fresh', '.fresh', 'b', '%%z'][ask(4)]!),
    ];
  });
  return [outline(source), folds(source), tokens, places, searchSymbols(tables, 'a')];
}

describe('language: symbols: random edits', () => {
  for (const [dialect, extension] of [
    ['gas', 'S'],
    ['nasm', 'asm'],
  ] as const)
    it(`${dialect}: answers are those of a fresh reading`, () => {
      const random = numbers(7);
      const text = (count: number): string =>
        Array.from(
          { length: count },
          () => words[dialect][random(words[dialect].length)]! + ' '.repeat(random(2)),
        ).join('');
      for (let round = 0; round < rounds; round++) {
        const names = [`a.${extension}`, `b.${extension}`] as const;
        const texts = Object.fromEntries(names.map((name) => [name, text(random(60))]));
        const sources = openMarked(texts);
        for (let version = 2; version < 8; version++) {
          const name = names[random(2)]!;
          const file = sources.workspace.at(sources.uri(name))!;
          const start = { line: random(file.lineCount), character: random(20) };
          const end = { line: start.line + random(3), character: random(20) };
          const range =
            end.line > start.line || end.character > start.character ? { start, end } : { start, end: start };
          sources.workspace.didChange(sources.uri(name), version, [{ range, text: text(random(5)) }]);
          refresh(sources.tables);
          const now = Object.fromEntries(
            names.map((each) => [each, sources.workspace.text(sources.uri(each)) ?? '']),
          );
          const fresh = openMarked(now);
          const seed = random(1e9);
          for (const each of names)
            assert.deepEqual(
              answers(sources, each, numbers(seed)),
              answers(fresh, each, numbers(seed)),
              JSON.stringify(now),
            );
        }
      }
    });
});
