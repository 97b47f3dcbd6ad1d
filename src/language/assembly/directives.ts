/** What the directives of both assemblers and of their preprocessors mean to whoever walks over the lines. */
import type { AssemblyDialect } from '../source/language-id';
import type { CodeBits } from '../source/source-file';

/** Blocks of lines: a directive opens one, divides it (`else`) or closes it. */
export type BlockFamily = 'conditional' | 'macro' | 'repetition' | 'structure' | 'procedure' | 'comment';

export interface DirectiveMeaning {
  /**
   * `code-bits`, `include`, and names of symbols (`symbols`: `.globl`) say themselves. `control` decides which lines count.
   * `neutral` leaves no bytes that run, or only padding. `unknown`: it may be data among code, or a macro.
   */
  readonly what:
    'code-bits' | 'include' | 'symbols' | 'section' | 'define' | 'control' | 'neutral' | 'unknown';
  readonly bits?: CodeBits;
  readonly block?: { readonly family: BlockFamily; readonly edge: 'open' | 'middle' | 'close' };
}

const NEUTRAL: DirectiveMeaning = { what: 'neutral' };
/** Also of a word that only its place makes a directive. */
export const UNKNOWN: DirectiveMeaning = { what: 'unknown' };
const SECTION: DirectiveMeaning = { what: 'section' };
const SYMBOLS: DirectiveMeaning = { what: 'symbols' };
const INCLUDE: DirectiveMeaning = { what: 'include' };
const DEFINE: DirectiveMeaning = { what: 'define' };

function control(family: BlockFamily, edge: 'open' | 'middle' | 'close'): DirectiveMeaning {
  return { what: 'control', block: { family, edge } };
}

const IF = control('conditional', 'open');
const ELSE = control('conditional', 'middle');
const END_IF = control('conditional', 'close');

type Rows = readonly (readonly [names: string, meaning: DirectiveMeaning])[];

function table(rows: Rows): ReadonlyMap<string, DirectiveMeaning> {
  return new Map(
    rows.flatMap(([names, meaning]) => names.split(' ').map((name) => [name, meaning] as const)),
  );
}

const gas = table([
  ['.code16 .code16gcc', { what: 'code-bits', bits: 16 }],
  ['.code32', { what: 'code-bits', bits: 32 }],
  ['.code64', { what: 'code-bits', bits: 64 }],
  ['#include #include_next #import .include', INCLUDE],
  ['#define .set .equ .equiv .eqv', DEFINE],
  [
    '.globl .global .local .weak .hidden .internal .protected .extern .type .size .comm .lcomm .symver',
    SYMBOLS,
  ],
  ['.section .text .data .bss .rodata .pushsection .popsection .previous .subsection .org', SECTION],
  ['#if #ifdef #ifndef', IF],
  [
    '.if .ifdef .ifndef .ifnotdef .ifb .ifnb .ifc .ifnc .ifeq .ifne .ifge .ifgt .ifle .iflt .ifeqs .ifnes',
    IF,
  ],
  ['#elif #elifdef #else .else .elseif', ELSE],
  ['#endif .endif', END_IF],
  ['.macro', { what: 'define', block: { family: 'macro', edge: 'open' } }],
  ['.endm .endmacro', control('macro', 'close')],
  ['.rept .rep .irp .irpc', control('repetition', 'open')],
  ['.endr', control('repetition', 'close')],
  ['.struct', control('structure', 'open')],
  [
    '#undef #error #warning #pragma #line #ident .purgem .altmacro .noaltmacro .exitm .error .warning .print',
    NEUTRAL,
  ],
  ['.align .balign .balignw .balignl .p2align .p2alignw .p2alignl', NEUTRAL],
  [
    '.file .loc .ident .line .arch .att_syntax .intel_syntax .func .endfunc .title .list .nolist .att_mnemonic',
    NEUTRAL,
  ],
  ['.end .version .sbttl .psize .eject .def .endef .scl .val .tag .dim .secrel32 .symver .nops', NEUTRAL],
]);

const nasm = table([
  ['bits', { what: 'code-bits' }],
  ['use16', { what: 'code-bits', bits: 16 }],
  ['use32', { what: 'code-bits', bits: 32 }],
  ['use64', { what: 'code-bits', bits: 64 }],
  ['%include %depend include', INCLUDE],
  [
    '%define %xdefine %idefine %ixdefine %assign %iassign %defstr %deftok %strlen %substr %strcat equ',
    DEFINE,
  ],
  ['global extern extrn public static common required', SYMBOLS],
  ['section segment absolute org .code .data .data? .const', SECTION],
  ['%macro %imacro %rmacro %irmacro', { what: 'define', block: { family: 'macro', edge: 'open' } }],
  ['%endmacro %endm endm', control('macro', 'close')],
  ['%rep rept', control('repetition', 'open')],
  ['%endrep', control('repetition', 'close')],
  ['struc istruc', control('structure', 'open')],
  ['endstruc iend', control('structure', 'close')],
  ['proc', control('procedure', 'open')],
  ['endp', control('procedure', 'close')],
  ['ends', { what: 'section' }],
  ['%comment', control('comment', 'open')],
  ['%endcomment', control('comment', 'close')],
  ['%else', ELSE],
  ['%endif', END_IF],
  ['align alignb default cpu sectalign warning float group uppercase import export', NEUTRAL],
  ['%undef %unmacro %unimacro %error %warning %fatal %line %pragma %push %pop %repl %note %exitrep', NEUTRAL],
  [
    '%local %stacksize %arg %use %rotate %clear %pathsearch %defalias %idefalias %undefalias %aliases',
    NEUTRAL,
  ],
  [
    'db dw dd dq dt do dy dz resb resw resd resq rest reso resy resz incbin times at byte word dword qword',
    UNKNOWN,
  ],
]);

/** Undefined when the word is no directive, so that it is an instruction, a macro or a label. */
export function directiveMeaning(dialect: AssemblyDialect, word: string): DirectiveMeaning | undefined {
  const name = word.toLowerCase();
  if (dialect === 'gas') {
    const found = gas.get(name);
    if (found) return found;
    if (name.startsWith('.cfi_') || name.startsWith('.seh_')) return NEUTRAL;
    return name.startsWith('.') || name.startsWith('#') ? UNKNOWN : undefined;
  }
  const found = nasm.get(name);
  if (found) return found;
  if (name.startsWith('%if')) return IF;
  if (name.startsWith('%elif')) return ELSE;
  return name.startsWith('%') ? UNKNOWN : undefined;
}

/** Second words by which MASM gives the first word a name. */
const BEHIND_NAME = /^(?:proc|endp|macro|segment|ends|struct|struc|textequ|label)$/i;

/** True for `PROC` and its kin: the word in front is a name, be it one of a directive. */
export function standsBehindName(word: string): boolean {
  return BEHIND_NAME.test(word);
}

/** Names of all directives of a dialect that have rows here. */
export function directiveNames(dialect: AssemblyDialect): Iterable<string> {
  return (dialect === 'gas' ? gas : nasm).keys();
}
