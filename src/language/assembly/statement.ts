/**
 * What a line of assembly says: the model that the analysis and the symbols (definitions, references, folding) read. Made line by
 * line; whatever takes more than one line (scopes of local labels, blocks, bodies of macros, code bits) is found by walking
 * over the lines in order. Places count characters within the line.
 */
import type { DirectiveMeaning } from './directives';
import type { Effect } from './effects';
import type { Register } from './register-names';
import type { Span, Token } from './token';

export interface Label extends Span {
  /** As written, without colon and sigil. */
  readonly name: string;
  readonly scope: LabelScope;
}

/**
 * Where a label is known. `file`: everywhere in the file (gas's `.L` names too). `label`: NASM's `.name`, up to the next label
 * of the file. `number`: `1:`, for `1b` and `1f`. `macro`: made by an expansion, so its whole name stands nowhere.
 */
export type LabelScope = 'file' | 'label' | 'number' | 'macro';

interface Part {
  /** Labels in front. */
  readonly labels: readonly Label[];
}

/** Labels and nothing else. */
interface LabelStatement extends Part {
  readonly kind: 'label';
}

/** An instruction, or a macro that is used like one: only its name can tell. */
export interface InstructionStatement extends Part, Span {
  readonly kind: 'instruction';
  readonly prefixes: readonly Token[];
  readonly mnemonic: Token;
  /** The mnemonic in small letters and without AT&T's suffix, where it is one that `effects` knows. */
  readonly base: string;
  /** What AT&T's suffix says about the width. */
  readonly suffixBits: number | undefined;
  /** What it does to registers; undefined when nobody knows it, as with a macro. */
  readonly effect: Effect | undefined;
  /** In the order of the source. */
  readonly operands: readonly AssemblyOperand[];
  /** AT&T's order: the destination is the last operand. */
  readonly destinationLast: boolean;
  /** Written like a macro of C, `SYM_FUNC_START(name)`. */
  readonly call: boolean;
}

export interface AssemblyOperand extends Span {
  /**
   * The tokens of an `immediate` are its expression, without AT&T's dollar sign. An `address` is a bare name or expression:
   * memory, the target of a jump, a constant in Intel syntax, or a macro of C that is any of it.
   */
  readonly kind: 'register' | 'immediate' | 'memory' | 'address';
  /** All words of the operand: references to symbols are its names. */
  readonly tokens: readonly Token[];
  /** Of `register`; undefined behind a percent sign that no register follows, as in `%_ASM_AX`. */
  readonly register: Register | undefined;
  /** Of `memory`, where the source says how wide it is. */
  readonly bits: number | undefined;
}

export interface DirectiveStatement extends Part {
  readonly kind: 'directive';
  readonly name: Token;
  readonly meaning: DirectiveMeaning;
  /** Everything behind the name, commas included. */
  readonly arguments: readonly Token[];
  /** Of `include`. */
  readonly path?: string;
}

/** Something gets a name that is not a place: a constant, a text, a macro. */
export interface DefinitionStatement extends Part {
  readonly kind: 'definition';
  /** `#define`, `.set`, `equ`, `%macro`; the sign of `name = value`. */
  readonly directive: Token;
  /** `text` is put in place of the name, `value` is computed once, `macro` opens a block of lines. */
  readonly what: 'text' | 'value' | 'macro';
  readonly name: Token;
  /** Words of the parameters; undefined where the name has none. */
  readonly parameters?: readonly Token[];
  readonly body: readonly Token[];
}

export type Statement = LabelStatement | InstructionStatement | DirectiveStatement | DefinitionStatement;

export interface SourceLine {
  readonly statements: readonly Statement[];
  /** The last statement goes on in the next line, whose `rest` belongs to it. */
  readonly continues: boolean;
  /** What the line adds to the statement before. Nothing else stands on such a line. */
  readonly rest: readonly Token[];
}
