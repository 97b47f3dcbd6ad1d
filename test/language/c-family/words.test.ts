import assert from 'node:assert/strict';
import { CFamilyFile } from '../../../src/language/c-family/c-family-file';
import type { CFamily } from '../../../src/language/source/language-id';

function words(language: CFamily, text: string): string[] {
  const file = new CFamilyFile(language, text, { constant: () => undefined });
  return Array.from({ length: file.lineCount }, (_, line) =>
    file
      .words(line)
      .map(({ role, text: word, value }) => `${role} ${word}${value === undefined ? '' : ` =${value}`}`)
      .join(', '),
  );
}

const lines: readonly (readonly [string, CFamily, string, readonly string[]])[] = [
  [
    'code',
    'c',
    'if (x->y == 0x10UL)',
    [
      'directive if, operator (, identifier x, operator ->, identifier y, operator ==, number 0x10UL =16, operator )',
    ],
  ],
  [
    'a string in a directive that goes on with an empty line',
    'c',
    '#include "a\\\n\nx',
    ['directive #include, string "a\\', '', 'identifier x'],
  ],
  [
    'numbers of C',
    'cpp',
    "1'000 0b101u 010 1.5e-3 0xffull 09 1ui64",
    [
      "number 1'000 =1000, number 0b101u =5, number 010 =8, number 1.5e-3, number 0xffull =255, number 09, number 1ui64 =1",
    ],
  ],
  [
    'numbers of Rust',
    'rust',
    '1_000u32 0o17 0b1_1 1..2 3.0 0xffu8 010',
    [
      'number 1_000u32 =1000, number 0o17 =15, number 0b1_1 =3, number 1 =1, operator .., number 2 =2, number 3.0, number 0xffu8 =255, number 010 =10',
    ],
  ],
  [
    'strings and characters',
    'c',
    '"a\\"b" L"c" \'\\\'\' \'x\' u8"d',
    ['string "a\\"b", string L"c", string \'\\\'\', string \'x\', string u8"d'],
  ],
  [
    'lifetimes and characters',
    'rust',
    "&'a 'b' b'\\n' '\\u{1F600}' 'static",
    ["operator &, operator 'a, string 'b', string b'\\n', string '\\u{1F600}', operator 'static"],
  ],
  [
    'block comments',
    'c',
    'a /* b\n c */ d // e \\\n f\ng',
    [
      'identifier a, comment /* b',
      'comment  c */, identifier d, comment // e \\',
      'comment  f',
      'identifier g',
    ],
  ],
  [
    'nested comments of Rust',
    'rust',
    'a /* /* b */\n*/ c',
    ['identifier a, comment /* /* b */', 'comment */, identifier c'],
  ],
  ['raw strings of C++', 'cpp', 'R"x(a)"\n)x" b', ['string R"x(a)"', 'string )x", identifier b']],
  [
    'raw strings of Rust',
    'rust',
    'r##"a"#\n"## b r#match',
    ['string r##"a"#', 'string "##, identifier b, identifier r, operator #, directive match'],
  ],
  ['strings over lines', 'rust', '"a\nb" c', ['string "a', 'string b", identifier c']],
  ['a string of C ends with its line', 'c', '"a\nb', ['string "a', 'identifier b']],
  [
    'directives',
    'c',
    '# define A \\\n 1\n#include <a/b.h>\nx < y',
    [
      'directive # define, identifier A',
      'number 1 =1',
      'directive #include, string <a/b.h>',
      'identifier x, operator <, identifier y',
    ],
  ],
];

describe('language: words of C, C++ and Rust', () => {
  for (const [title, language, text, expected] of lines)
    it(title, () => assert.deepEqual(words(language, text), expected));
});
