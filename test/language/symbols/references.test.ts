/** Definitions, references and renames of marked symbols: from each mark to all others. */
import assert from 'node:assert/strict';
import {
  definitionsAt,
  referencesOf,
  symbolAt,
  type Location as SymbolPlace,
} from '../../../src/language/symbols/references';
import { prepareRename, rename } from '../../../src/language/symbols/rename';
import type { Position } from '../../../src/language/text/position';
import { openMarked, shown, type MarkedPlace, type MarkedSources } from './marked-sources';

interface Case {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** The new name to try; without one, rename is refused with these words. */
  readonly rename: string | RegExp;
}

const gas = (title: string, text: string, rename: string | RegExp = 'other'): Case => ({
  title: `gas: ${title}`,
  files: { 'a.S': text },
  rename,
});
const nasm = (title: string, text: string, rename: string | RegExp = 'other'): Case => ({
  title: `NASM: ${title}`,
  files: { 'a.asm': text },
  rename,
});

const cases: readonly Case[] = [
  gas(
    'a label, not in comments and strings, and not the macro of the same name',
    `.globl «start»
.type «start», @function
# start here
‹start›:
  jmp «start» /* start */
  .quad «start» + 4, again
  lea «start»(%rip), %rax
  call «start»@PLT
  mov $«start», %eax
  start %rax
  .ascii "start"
  .size «start», . - «start»
.macro start reg
.endm`,
  ),
  gas('a label of its file by .L', '‹.Lagain›: dec %ecx\n jnz «.Lagain»\n jz .Lother', '.Lretry'),
  gas('a label in letters of one case only', '‹Main›:\n call «Main»\n call main\n', 'start'),
  gas('a numbered label behind', '1: jmp 1b\n‹1›: nop\n jmp «1b»\n jne «1b»\n2: jmp 2b\n1:', /number/),
  gas('a numbered label ahead', ' jmp «1f»\n2: nop; jmp «1f»\n‹1›: jmp 1f\n1: nop', /number/),
  gas('a numbered label that is defined and used in one line', '1: nop\n‹1›: jmp «1b»\n1: nop', /number/),
  gas('a constant of .set', '.set ‹SIZE›, 4\n mov $«SIZE»*2, %eax\n.if «SIZE» > 1\n.endif\n.skip «SIZE»'),
  gas('a constant that gets two values', '‹n› = 1\n .byte «n»\n‹n› = «n» + 1\n'),
  gas('an .equ', '.equ ‹A›, 1\n.equ B, «A» + A1\n'),
  gas(
    'a name of the preprocessor',
    '#define ‹K› 1\n#if defined(«K») && «K» > 0\n mov $«K», %eax\n#endif\n#undef «K»',
  ),
  gas(
    'a name of the preprocessor that is used like an instruction',
    '#define ‹SAVE› push %rax\n «SAVE»\n «SAVE»; nop',
  ),
  gas(
    'a macro, in letters of either case',
    '.macro ‹prologue› a\n.endm\n «prologue» 1\n «PROLOGUE» 2\nprologue:\n .purgem «prologue»\n',
  ),
  gas('a macro inside of a #define', '.macro ‹m› a\n.endm\n#define TWICE(x) «m» x; «m» x\n'),
  gas('a macro in the further lines of a #define', '.macro ‹m›\n.endm\n#define ALL \\\n «m»; \\\n «m»\n'),
  gas('a macro with the name of an instruction', '.macro ‹test› a\n.endm\n «test» 1\n', 'mine'),
  gas('a macro that another macro is told to call', '.macro ‹one› a\n.endm\n twice «one», 1\n'),
  gas('a text that stands for a register', '#define ‹_ASM_AX› rax\n mov %«_ASM_AX», %rbx\n', '_ASM_CX'),
  gas('the value of a constant as an argument', '.altmacro\n.set ‹n›, 1\n m %«n»\n'),
  gas(
    'a macro in a #define behind a comment',
    '#define ALL \\\n/* a\n * b */ \\\n «m»; \\\n nop\n.macro ‹m›\n.endm\n',
  ),
  gas(
    'a parameter of a macro, in its body only, in names and strings too',
    `.macro m ‹reg›, other=\\reg
 mov %\\«reg», %\\other
 .ascii "\\«reg»"
 push\\«reg»
tag_\\«reg»: nop
.endm
.macro n reg
 mov %\\reg, %rax
.endm`,
    'source',
  ),
  gas(
    'a parameter with a qualifier behind others',
    '.macro m a:req, b=1 ‹c›:vararg\n .long \\a, \\b, \\«c»\n.endm\n',
    'rest',
  ),
  gas(
    'a parameter of .irp',
    '.irp ‹r›, rax, rbx\n push %\\«r»\n.endr\n .irp r, rcx\n pop %\\r\n.endr\n',
    'one',
  ),
  gas(
    'a parameter of a #define, over its lines',
    '#define M(‹a›, b) («a» + \\\n  b + «a»)\na:\n .long a\n',
    'first',
  ),
  gas(
    'a label that a macro of C begins',
    'SYM_FUNC_START(‹entry›)\n jmp «entry»\nSYM_FUNC_END(«entry»)\nEXPORT_SYMBOL(«entry»)',
  ),
  gas('a common symbol', '.comm ‹buffer›, 4096, 4\n lea «buffer»(%rip), %rdi'),
  gas('both sides of a condition', '#ifdef X\n‹f›:\n#else\n‹f›: nop\n#endif\n call «f»'),
  gas(
    'Intel syntax',
    '.intel_syntax noprefix\n‹data›: .long 1\n mov eax, dword ptr [rip + «data»]\n mov eax, offset «data»',
  ),
  nasm(
    'a label, not in comments and strings',
    `global «start»:function
extern other2
‹start›: mov rax, «start»
  jmp near «start» ; start
  dq «start» - $$, 'start'
  lea rax, [rel «start»]
msg: db "start", 0
msglen equ $ - msg
  mov rax, $«start»`,
  ),
  nasm('a label without a colon', '‹value› dd 1\n mov eax, [«value»]'),
  nasm(
    'a local label of one label, by its whole name elsewhere',
    `a:
.loop: jmp .loop
b:
‹.loop›: jmp «.loop»
 jmp a.loop
c: jmp b«.loop»
 jmp .loop`,
    '.again',
  ),
  nasm(
    'a label by the whole names of its local labels',
    '‹a›:\n.l: jmp .l\n jmp «a».l\nb: jmp «a».l\n jmp «a»\n',
  ),
  nasm(
    'an equ is no label for local labels',
    'a:\n‹.x›: nop\nk equ 5\n jmp «.x»\n..@special: jmp «.x»',
    '.y',
  ),
  nasm('a constant of equ', '‹SIZE› equ 4\n times «SIZE» db 0\n mov eax, «SIZE» * 2\n resb «SIZE»'),
  nasm('a %define', '%define ‹K› 1\n%ifdef «K»\n mov eax, «K»\n%endif\n%undef «K»\n'),
  nasm('an %idefine in any case', '%idefine ‹K› 1\n mov eax, «k»\n mov ebx, «K»\n'),
  nasm('an %assign that counts', '%assign ‹n› 0\n%assign ‹n› «n»+1\n dd «n»'),
  nasm('parameters of a %define', '%define F(‹a›, b) «a» + b\n', 'first'),
  nasm(
    'a macro',
    '%macro ‹enter2› 0\n%endmacro\n «enter2»\n%ifmacro «enter2» 0\n%endif\n%unmacro «enter2» 0\n',
  ),
  nasm(
    'a %macro in one case, an %imacro in any',
    '%macro m 0\n%endmacro\n%imacro ‹M› 0\n%endmacro\n M1\n «M»\n',
  ),
  nasm(
    'a name that each expansion makes anew',
    '%macro m 1\n‹%%again›: dec %1\n jnz «%%again»\n%endmacro\n%macro n 0\n%%again:\n%endmacro',
    '%%retry',
  ),
  nasm(
    'a local label inside of a macro belongs to it',
    'a:\n.x: nop\n%macro m 0\n‹.x›: jmp «.x»\n%endmacro\n jmp .x',
    '.y',
  ),
  nasm(
    'a structure, and its size',
    `struc ‹rec›
.a: resd 1
endstruc
 mov eax, [rdi + «rec».a]
 mov ecx, «rec»_size
one: istruc «rec»
 at .a, dd 1
 at «rec».a, dd 1
iend`,
    'record',
  ),
  nasm(
    'a field',
    `struc rec
‹.a›: resd 1
.b: resd 1
endstruc
 mov eax, [rdi + rec«.a»]
one: istruc rec
 at «.a», dd 1
 at rec«.a», dd 1
 at .b, dd 1
iend`,
    '.first',
  ),
  {
    title: 'an exported label, over files and dialects, but not the label of its own that a file has',
    files: {
      'a.S': '.globl «entry»\n‹entry›: ret\n',
      'b.S': '.extern «entry»\n call «entry»\n',
      'c.asm': 'extern «entry»\n call «entry»\n',
      'd.S': 'entry: jmp entry\n',
      'e.S': '# entry\n mov $1, %eax\n',
    },
    rename: 'begin',
  },
  {
    title: 'a label that is not exported stays in its file and in those that are one piece with it',
    files: {
      'a.S': '#include "part.S"\n‹inner›: ret\n',
      'part.S': ' jmp «inner»\n',
      'b.S': ' jmp inner\n',
    },
    rename: 'within',
  },
  {
    title: 'a constant of an included file, through another one',
    files: {
      'a.asm': '%include "one.inc"\n mov eax, «LIMIT»\n',
      'one.inc': '%include "two.inc"\n',
      'two.inc': '‹LIMIT› equ 5\n dd «LIMIT»\n',
      'b.asm': '%define LIMIT 6\n mov eax, LIMIT\n',
    },
    rename: 'MAXIMUM',
  },
  {
    title: 'a macro of an included file',
    files: {
      'a.S': '.include "macros.S"\n «twice» nop\n twice: nop\n',
      'macros.S': '.macro ‹twice› what\n \\what\n.endm\n',
      'b.S': ' twice nop\n',
    },
    rename: 'double',
  },
  {
    title: 'a local label of another file by its whole name',
    files: {
      'a.asm': 'extern main«.entry»\n jmp main«.entry»\n',
      'b.asm': 'global main«.entry»\nmain:\n‹.entry›: ret\n',
    },
    rename: '.start',
  },
];

/** At the mark's first letter and behind its last; between a label and its local label the cursor would be at the local one. */
function cursors(sources: MarkedSources, mark: MarkedPlace): Position[] {
  const { line, start, end } = mark;
  const next = sources.text(mark.file).split('\n')[line]![end];
  return [start, next === '.' ? end - 1 : end].map((character) => ({ line, character }));
}

function check(sources: MarkedSources, wanted: string | RegExp): void {
  const { tables, workspace, marks } = sources;
  const written = (places: readonly SymbolPlace[]): string[] =>
    places.map((place) => shown({ ...place, file: sources.file(place.uri) })).sort();
  const all = marks.map(shown).sort();
  const definitions = marks.filter((mark) => mark.definition).map(shown);
  for (const mark of marks)
    for (const position of cursors(sources, mark)) {
      const uri = sources.uri(mark.file);
      const where = `from ${shown(mark)} at ${position.character}`;
      assert.deepEqual(written(definitionsAt(tables, uri, position)), definitions.sort(), where);
      const symbol = symbolAt(tables, uri, position);
      assert.ok(symbol, where);
      assert.deepEqual(written(referencesOf(tables, symbol)), all, where);
      const source = workspace.at(uri)!;
      const prepared = prepareRename(tables, uri, source, position);
      const renamed = rename(tables, uri, source, position, typeof wanted === 'string' ? wanted : 'other');
      if (typeof wanted === 'string') {
        assert.ok(!('refused' in prepared), `${JSON.stringify(prepared)} ${where}`);
        assert.equal(shown({ ...prepared.place, file: mark.file }), shown(mark), where);
        assert.ok(!('refused' in renamed), `${JSON.stringify(renamed)} ${where}`);
        assert.equal(renamed.newName, wanted);
        assert.deepEqual(written(renamed.places), all, where);
      } else {
        assert.match((prepared as { refused: string }).refused, wanted, where);
        assert.match((renamed as { refused: string }).refused, wanted, where);
      }
    }
}

describe('language: symbols: definition, references and rename agree on', () => {
  for (const { title, files, rename: wanted } of cases) it(title, () => check(openMarked(files), wanted));
});
