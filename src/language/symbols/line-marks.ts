/**
 * The names in one line of assembly and what each is there, seen from the line alone. What it takes more lines to know
 * (labels before, open macros) is for whoever walks over the lines.
 */
import { isMnemonic } from '../assembly/effects';
import type {
  DefinitionStatement,
  DirectiveStatement,
  InstructionStatement,
  Label,
  SourceLine,
  Statement,
} from '../assembly/statement';
import { registerNamed } from '../assembly/register-names';
import { textStart, type Token } from '../assembly/token';
import type { AssemblyDialect } from '../source/language-id';
import { argumentsIn, macroParameters } from './macro-parameters';
import type { Mark, MarkKind } from './mark';
import { pastedName } from './pasted-names';

export function marksOf(line: SourceLine, dialect: AssemblyDialect): readonly Mark[] {
  const reader = new MarkReader(dialect);
  for (const statement of line.statements) reader.statement(statement);
  reader.names(line.rest, 'any');
  return reader.marks;
}

const EXPORTING = /^(?:\.globl|\.global|\.weak|global|public)$/i;
const IMPORTING = /^(?:\.extern|extern|extrn|required)$/i;
const COMMON = /^(?:\.comm|\.lcomm|common)$/i;
/** Directives whose words are names of sections, flags and files, not of symbols. */
const SECTION_NAMING =
  /^(?:\.?(?:push|pop)?section|segment|\.previous|\.(?:text|data|bss|rodata|const)|ends)$/i;
const ABOUT_MACROS = /^(?:\.purgem|%(?:el)?ifn?macro|%un[ir]*macro)$/i;
/** Macros of C that begin something with a name which only its own file sees. */
const FILE_LOCAL = /LOCAL/;

class MarkReader {
  readonly marks: Mark[] = [];

  constructor(private readonly dialect: AssemblyDialect) {}

  statement(statement: Statement): void {
    const byMacro = statement.kind === 'instruction' && statement.call ? statement : undefined;
    for (const label of statement.labels) this.label(label, byMacro);
    if (statement.kind === 'instruction') this.instruction(statement);
    else if (statement.kind === 'definition') this.definition(statement);
    else if (statement.kind === 'directive') this.directive(statement);
  }

  /** All names in a row of words. */
  names(tokens: readonly Token[], kind: 'use' | 'call' | 'any'): void {
    tokens.forEach((token, index) => {
      this.pasted(token, tokens[index - 1], tokens[index + 1]);
      if (token.kind === 'name') {
        // Behind gas's at sign stands a type or a relocation.
        const typed = this.dialect === 'gas' && tokens[index - 1]?.text === '@';
        if (!typed && token.text !== '.' && token.text !== 'defined') this.mark(kind, token);
      } else if (token.kind === 'numeric-reference') this.mark('numeric-reference', token);
      // A percent sign before another word: a register by a macro's name, or the value of an expression (`.altmacro`).
      else if (token.kind === 'register' && !token.text.includes('\\') && !registerNamed(token.text, false))
        this.mark(kind, token);
      else this.arguments(token);
    });
  }

  private mark(kind: MarkKind, token: Token, anyCase?: boolean): void {
    const span = { start: textStart(token), end: token.end };
    this.marks.push({ kind, name: token.text, ...span, ...(anyCase && { anyCase }) });
  }

  private event(kind: MarkKind, name: Token): void {
    this.marks.push({ kind, name: '', start: name.start, end: name.start });
  }

  private pasted(token: Token, before?: Token, after?: Token): void {
    const name = pastedName(token, before, after, this.dialect);
    if (name !== undefined) this.marks.push({ kind: 'pasted', name, start: token.start, end: token.end });
  }

  /** Parameters of macros inside a word; gas puts them into strings as well. */
  private arguments(token: Token): void {
    if (token.kind === 'argument' || (this.dialect === 'gas' && token.text.includes('\\'))) {
      for (const { name, start, end } of argumentsIn(token, this.dialect))
        this.marks.push({ kind: 'argument', name, start, end });
    }
  }

  private label({ name, scope, start, end }: Label, byMacro: InstructionStatement | undefined): void {
    if (scope === 'number') this.marks.push({ kind: 'number', name: name.replace('$', ''), start, end });
    else if (scope !== 'macro') {
      const second = byMacro?.operands[1]?.tokens[0]?.text ?? '';
      const exported = byMacro && !FILE_LOCAL.test(byMacro.mnemonic.text) && !FILE_LOCAL.test(second);
      this.marks.push({ kind: exported ? 'exported-label' : 'label', name, start, end });
    } else if (/^%%[^%]+$/.test(name)) this.marks.push({ kind: 'generated', name, start, end });
    else this.generatedLabel({ kind: 'argument', text: name, start, end, value: undefined });
  }

  private generatedLabel(token: Token): void {
    this.pasted(token);
    this.arguments(token);
  }

  private instruction({ labels, mnemonic, effect, operands }: InstructionStatement): void {
    const known = effect !== undefined || isMnemonic(mnemonic.text);
    if (mnemonic.kind === 'name') this.mark(known ? 'word' : 'call', mnemonic);
    else {
      this.pasted(mnemonic);
      this.arguments(mnemonic);
    }
    for (const { tokens } of operands) {
      // What a macro of C takes as the name of a label stands there already.
      const label = tokens.length === 1 && labels.some(({ start }) => start === tokens[0]!.start);
      // What a macro does with a name nobody knows: it may call it.
      if (!label) this.names(tokens, known ? 'use' : 'any');
    }
  }

  private definition({ what, name, directive, parameters, body }: DefinitionStatement): void {
    const anyCase = /^%i/i.test(directive.text) || (what === 'macro' && this.dialect === 'gas');
    if (name.kind === 'name') this.mark(what === 'value' ? 'constant' : what, name, anyCase);
    else this.arguments(name);
    if (what === 'macro') {
      // The end that comes must have its beginning, named or not.
      if (name.kind !== 'name') this.event('macro', name);
      if (this.dialect === 'gas')
        for (const token of macroParameters(parameters ?? [])) this.mark('parameter', token);
    } else for (const token of parameters ?? []) if (token.kind === 'name') this.mark('parameter', token);
    this.names(body, what === 'text' ? 'any' : 'use');
  }

  private directive({ name, meaning, arguments: words, path }: DirectiveStatement): void {
    const { block } = meaning;
    const [first] = words;
    if (name.kind !== 'name') this.arguments(name);
    else if (/^[a-z]/i.test(name.text)) this.mark('word', name);
    if (block && block.family !== 'conditional') return this.block(name, words, block.family, block.edge);
    if (meaning.what === 'symbols') return this.symbols(name.text, words);
    if (path !== undefined || (meaning.what === 'section' && SECTION_NAMING.test(name.text))) return;
    if (first?.kind === 'name' && first.text.startsWith('.') && /^at$/i.test(name.text)) {
      this.mark('member', first);
      return this.names(words.slice(1), 'use');
    }
    this.names(words, ABOUT_MACROS.test(name.text) ? 'call' : 'use');
  }

  private symbols(directive: string, words: readonly Token[]): void {
    if (COMMON.test(directive) && words[0]?.kind === 'name') {
      this.mark('common', words[0]);
      return this.names(words.slice(1), 'use');
    }
    const kind = EXPORTING.test(directive) ? 'export' : IMPORTING.test(directive) ? 'import' : undefined;
    if (!kind) return this.names(words, 'use');
    words.forEach((token, index) => {
      // NASM says more behind a colon.
      const leads = index === 0 || words[index - 1]!.text === ',';
      if (token.kind !== 'name') this.arguments(token);
      else if (leads) this.mark(kind, token);
    });
  }

  private block(name: Token, words: readonly Token[], family: string, edge: string): void {
    const [first] = words;
    if (family === 'structure' && edge === 'open' && first?.kind === 'name') {
      if (/^struc$/i.test(name.text)) this.mark('structure', first);
      else if (/^istruc$/i.test(name.text)) {
        this.mark('use', first);
        this.mark('instance', first);
      } else this.names(words, 'use');
      return this.names(words.slice(1), 'use');
    }
    if (family === 'structure' && edge === 'close') this.event('end-instance', name);
    if (family === 'macro' && edge === 'close') this.event('end-macro', name);
    if (family === 'repetition') this.event(edge === 'open' ? 'repetition' : 'end-repetition', name);
    const parameter = /^\.irpc?$/i.test(name.text) && first?.kind === 'name' ? first : undefined;
    if (parameter) this.mark('parameter', parameter);
    this.names(parameter ? words.slice(1) : words, 'use');
  }
}
