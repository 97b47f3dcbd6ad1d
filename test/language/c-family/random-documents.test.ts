import assert from 'node:assert/strict';
import { CFamilyFile } from '../../../src/language/c-family/c-family-file';
import type { CFamily } from '../../../src/language/source/language-id';
import type { ConstantScope } from '../../../src/language/source/source-file';

const languages: readonly CFamily[] = ['c', 'cpp', 'rust'];
const scope: ConstantScope = { constant: (name) => (name === 'GUEST_RIP' ? 0x681en : undefined) };

/** Words that matter to the front end, and what tears them apart. */
const pieces = [
  ...[
    'vmwrite(',
    'vmread(GUEST_RIP)',
    'vmcs_write32(0x4002, ',
    'rdmsr(0x48b',
    'cpuid(1, 0)',
    'Msr::new(',
    '.write(',
  ],
  ...[
    '#define A 1\n',
    '#define B (A | 2)\n',
    '#define F(x, y) ((x) << y)\n',
    '#if 0\n',
    '#if X\n',
    '#else\n',
    '#endif\n',
  ],
  ...[
    'enum E {',
    'A = 1,',
    'B,',
    'C = B << 3 }',
    'const u32 K = A;',
    'const K: u32 = !0;',
    'mod m {',
    'pub mod n {',
  ],
  ...[
    'switch (exit_reason) {',
    'case 48:',
    'case A ... B:',
    'match exit_reason {',
    '10 => x,',
    '1 | 2 if y =>',
    'default:',
  ],
  ...[
    'fn rdmsr_exit() {',
    'void cpuid_exit(int leaf)\n{',
    'exit_reason == 7',
    '[EXIT_REASON_HLT] = ',
    'exit_handlers[] = {',
  ],
  ...[
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ';',
    ',',
    '\n',
    '\n',
    ' ',
    '\\\n',
    '"',
    "'",
    '/*',
    '*/',
    '//',
    'R"(',
    ')"',
    'r#"',
    '"#',
    "'a",
  ],
  ...[
    '::',
    '->',
    '.',
    '=',
    '==',
    '&',
    '~',
    '-',
    '?',
    ':',
    '<',
    '>',
    'as u64',
    '(u32)',
    'static_cast<u32>(',
    'x',
    'A',
    'F(1, 2)',
  ],
  ...[
    '0x681e',
    '0b1_0',
    "1'000",
    '017',
    '08',
    '1.5',
    '0x',
    '99999999999999999999999',
    '\u0000',
    'ä',
    '\ud800',
    '\r',
  ],
];

function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => (state = (state * 48271) % 2147483647) % limit;
}

function document(below: (limit: number) => number, length: number): string {
  return Array.from({ length }, () => pieces[below(pieces.length)]!).join(below(2) ? ' ' : '');
}

/** Everything a file says. */
function everything(file: CFamilyFile): unknown {
  return {
    text: Array.from({ length: file.lineCount }, (_, line) => file.lineText(line)),
    words: Array.from({ length: file.lineCount }, (_, line) => file.words(line)),
    operations: file.analysis().operations,
    constants: [...file.constants()],
    includes: file.includes(),
  };
}

describe('language: any text as C, C++ or Rust', () => {
  it('says after edits what a fresh reading says', () => {
    const below = generator(7);
    for (let round = 0; round < 300; round++) {
      const language = languages[round % languages.length]!;
      const file = new CFamilyFile(language, document(below, 60), scope);
      for (let edit = 0; edit < 10; edit++) {
        const line = below(file.lineCount);
        const endLine = Math.min(file.lineCount - 1, line + below(3));
        const range = {
          start: { line, character: below(20) },
          end: { line: endLine, character: below(40) },
        };
        // Half of the time nobody asked between two edits.
        if (below(2)) file.analysis();
        file.edit(range, document(below, below(4)));
        const text = Array.from({ length: file.lineCount }, (_, each) => file.lineText(each)).join('\n');
        assert.deepEqual(
          everything(file),
          everything(new CFamilyFile(language, text, scope)),
          `round ${round}`,
        );
      }
    }
  });

  it('reads random characters, with every operation inside of the text and in order', () => {
    const below = generator(11);
    for (let round = 0; round < 3000; round++) {
      const text =
        round % 2
          ? document(below, below(200))
          : String.fromCharCode(...Array.from({ length: below(300) }, () => below(round % 3 ? 128 : 65536)));
      const file = new CFamilyFile(languages[round % languages.length]!, text, scope);
      file.constants();
      let before = -1;
      for (const { range } of file.analysis().operations) {
        const { start, end } = range;
        const place = start.line * 1_000_000 + start.character;
        assert.ok(place >= before && end.line < file.lineCount);
        assert.ok(end.character <= file.lineText(end.line).length);
        before = place;
      }
    }
  });

  it('reads every beginning of a program', () => {
    const text = [
      '#include "vmx.h"\n#define PIN(x) (1u << (x))\nenum { A = PIN(3), B };\nstatic const struct x exit_handlers[] = {',
      '[48] = f,\n};\nint handle_exit(u32 reason)\n{\n\tswitch (reason & 0xffff) {\n\tcase 10:\n\t\tvmwrite(vcpu, 0x681e,',
      ' vmread(0x681e) + 2);\n\t\tif (exit_reason.basic == A || vmread(VM_EXIT_REASON) != B) { wrmsr(0x174, 1, 2); }\n\t}\n}\n',
    ].join('');
    for (let length = 0; length <= text.length; length++)
      for (const language of languages) {
        const file = new CFamilyFile(language, text.slice(0, length), scope);
        assert.ok(Array.isArray(file.analysis().operations));
      }
  });

  it('reads lines of half a million characters', () => {
    const patterns = [
      ...[
        '(',
        'vmread(',
        '{',
        '"',
        '\\',
        "'",
        '0',
        '/*',
        '#',
        'x == ',
        '-',
        'case ',
        '1 + ',
        '::a',
        '1?1:',
        '[1]=',
      ],
    ];
    patterns.forEach((piece, index) => {
      const long = piece.repeat(500_000 / piece.length);
      const text = index % 2 ? `#define X ${long}` : long;
      const file = new CFamilyFile(languages[index % languages.length]!, text, scope);
      assert.ok(Array.isArray(file.analysis().operations));
      file.constants();
    });
  });

  it('computes no further than its stack reaches', () => {
    const chain = Array.from({ length: 5000 }, (_, at) => `#define A${at} ((((A${at + 1}))))`).join('\n');
    const file = new CFamilyFile('c', `${chain}\n#define A5000 1\n#define Z 1`, scope);
    assert.equal(file.constants().get('Z'), 1n);
    const nested = new CFamilyFile(
      'rust',
      `const A: u32 = ${'('.repeat(50_000)}1${')'.repeat(50_000)};\nconst Z: u32 = 2;`,
      scope,
    );
    assert.equal(nested.constants().get('Z'), 2n);
  });
});
