import assert from 'node:assert/strict';
import { CFamilyFile } from '../../../src/language/c-family/c-family-file';
import type { CFamily } from '../../../src/language/source/language-id';

/** Constants of another file. */
const scope = { constant: (name: string) => ({ OUTER: 0x10n, 'vmcs::RIP': 0x681en })[name] };

function constants(language: CFamily, text: string): Record<string, string> {
  const all = new CFamilyFile(language, text, scope).constants();
  return Object.fromEntries([...all].map(([name, value]) => [name, value.toString(16)]));
}

const sources: readonly (readonly [string, CFamily, string, Record<string, string>])[] = [
  [
    'macros',
    'c',
    '#define A 0x401e\n#define B (A | 1)\n#  define C 017u /* x */\n#define EMPTY\n#define S "x"',
    { A: '401e', B: '401f', C: 'f' },
  ],
  ['macros over several lines', 'c', '#define A (1 << 3) | \\\n  1 /* ...\n ... */\nint x;', { A: '9' }],
  [
    'macros are text',
    'c',
    '#define A 1 + 1\n#define B A * 2\n#define F(x) x * 2\n#define C F(1 + 1)',
    { A: '2', B: '3', C: '3' },
  ],
  [
    'function-like macros',
    'c',
    '#define FIELD(t, i) (((t) << 10) | ((i) << 1))\n#define A FIELD(2, 0xf)\n#define B FIELD(1)',
    { A: '81e' },
  ],
  [
    'widths as C has them',
    'c',
    '#define A (~0)\n#define B (~0u)\n#define C (~0ull)\n#define D (1 << 31)\n#define E (u16)0x12345\n#define F (-1 >> 1)',
    {
      A: '-1',
      B: 'ffffffff',
      C: 'ffffffffffffffff',
      D: '80000000',
      E: '2345',
      F: '-1',
    },
  ],
  [
    'operators',
    'c',
    '#define A (7 / 2 % 2 - 1)\n#define B (1 ? 5 : 6)\n#define C (1 / 0)\n#define D (3 > 2 && 2 == 2)\n#define E (1 << 200)',
    { A: '0', B: '5', D: '1' },
  ],
  [
    'bits by number',
    'c',
    "#define A BIT(4)\n#define B BIT_ULL(40)\n#define C GENMASK(7, 4)\n#define D _AC(1, UL)\n#define E (_BITUL(2) | 1'000)",
    {
      A: '10',
      B: '10000000000',
      C: 'f0',
      D: '1',
      E: '3ec',
    },
  ],
  ['circles', 'c', '#define A B\n#define B A\n#define C (C + 1)\n#define D 1', { D: '1' }],
  ['two values', 'c', '#if X\n#define A 1\n#define B 3\n#else\n#define A 2\n#define B 3\n#endif', { B: '3' }],
  ['what #if 0 takes out', 'c', '#if 0\n#define A 1\n#if X\n#endif\n#else\n#define A 2\n#endif', { A: '2' }],
  ['enumerations', 'c', 'enum e { A, B = 0x10, C, D = 1 << 3 | C, };', { A: '0', B: '10', C: '11', D: '19' }],
  [
    'members that may be missing',
    'c',
    'enum { A,\n#ifdef X\nB,\n#endif\nC, D = 7, E };',
    { A: '0', D: '7', E: '8' },
  ],
  [
    'scoped enumerations',
    'cpp',
    'enum class field : u32 { rip = 0x681e, rsp };\nconstexpr auto A = static_cast<u32>(field::rip);',
    {
      rip: '681e',
      'field::rip': '681e',
      rsp: '681f',
      'field::rsp': '681f',
      A: '681e',
    },
  ],
  [
    'constants',
    'cpp',
    'static const u32 A = 5, *B = 6;\nconst unsigned char C = 0x1ff;\nnamespace n { constexpr uint64_t D = OUTER + 1; }\nconst char *E = 0;',
    {
      C: 'ff',
      D: '11',
      'n::D': '11',
    },
  ],
  ['constants inside of functions', 'c', 'void f(void) { const int A = 1; }', {}],
  [
    'constants of Rust',
    'rust',
    'pub const A: u32 = 0x40_1e;\nconst B: u32 = !0;\nconst C: u64 = A as u64 + 1;\npub(crate) const D: usize = 1 << 12;\nstatic E: u32 = 1;\nconst F: u32 = u32::MAX;',
    {
      A: '401e',
      B: 'ffffffff',
      C: '401f',
      D: '1000',
      F: 'ffffffff',
    },
  ],
  [
    'modules of Rust',
    'rust',
    'pub mod guest { pub const RIP: u32 = 1; }\nmod host { pub const RIP: u32 = 2; }\nconst A: u32 = crate::guest::RIP;\nconst B: u32 = x86::vmcs::RIP;',
    {
      'guest::RIP': '1',
      'host::RIP': '2',
      A: '1',
      B: '681e',
    },
  ],
  [
    'enumerations of Rust',
    'rust',
    '#[repr(u32)]\nenum E { /// doc\n #[x(1)] A = 0x10, B }\nenum Names { C, D }',
    { A: '10', 'E::A': '10', B: '11', 'E::B': '11' },
  ],
  [
    'comments and strings of Rust',
    'rust',
    'const A: u32 = 1; /* /* */ const B: u32 = 2; */\nconst C: &str = r#"\nconst D: u32 = 3;"#;\nfn f<\'a>(x: &\'a u8) {}\nconst E: u8 = 4;',
    {
      A: '1',
      E: '4',
    },
  ],
];

describe('language: constants of C, C++ and Rust', () => {
  for (const [title, language, text, expected] of sources)
    it(title, () => assert.deepEqual(constants(language, text), expected));

  it('gives single values before it computes all', () => {
    const map = new CFamilyFile('c', '#define A 1\n#define B A\n#define F(x) x', scope).constants();
    assert.equal(map.get('B'), 1n);
    assert.equal(map.get('F'), undefined);
    assert.ok(!map.has('C'));
    assert.deepEqual([...map.keys()], ['A', 'B']);
    assert.equal(map.size, 2);
  });

  it('an operand takes constants of its own file and of others', () => {
    const file = new CFamilyFile('c', '#define F 0x401e\nvoid f(void) { vmwrite(F, OUTER | 2); }', scope);
    const [operation] = file.analysis().operations;
    assert.ok(operation?.kind === 'vmwrite');
    assert.equal(operation.field.value, 0x401en);
    assert.equal(operation.value?.value, 0x12n);
    assert.deepEqual(operation.field.range, {
      start: { line: 1, character: 23 },
      end: { line: 1, character: 24 },
    });
  });

  it('names included files', () => {
    const text = '#include "vmx.h"\n# include <asm/msr.h>\n#include MACRO\n/* #include "x.h" */';
    assert.deepEqual(new CFamilyFile('c', text, scope).includes(), ['vmx.h', 'asm/msr.h']);
  });
});
