/**
 * Words of a line into statements, for both dialects. Any row of words is some statement: a line that is being typed is an
 * instruction with an odd operand, never an error.
 */
import type { AssemblyDialect } from '../source/language-id';
import { directiveMeaning, type DirectiveMeaning } from './directives';
import { isMnemonic, mnemonicMeaning } from './effects';
import { isDecoration, operandsOf, type Syntax } from './operands';
import type { DefinitionStatement, Label, LabelScope, SourceLine, Statement } from './statement';
import { textStart, type Lexed, type Token } from './token';

const EMPTY: SourceLine = { statements: [], continues: false, rest: [] };

/** Macros of C in Linux and Xen that begin a function or an object with a name. */
const LABEL_MACRO =
  /^(?:SYM_\w*START\w*|SYM_(?:INNER_LABEL\w*|ENTRY|DATA)|ENTRY|GLOBAL|WEAK|FUNC|FUNC_LOCAL|LABEL|LABEL_LOCAL|DATA|DATA_LOCAL)$/;

const PREFIX =
  /^(?:rep|repe|repz|repne|repnz|lock|notrack|bnd|xacquire|xrelease|data16|data32|addr16|addr32|[ao](?:16|32|64)|[c-gs]s)$/i;

/** Second words by which MASM gives the first word a name. */
const NAMED_BEFORE = /^(?:proc|endp|macro|segment|ends|struct|struc|textequ|label)$/i;

/** What makes a label of any word in front, be it one of a directive (`name db 5`). */
const DATA = /^(?:d|res)[bwdqtoyz]$/i;

const NOTHING: DirectiveMeaning = { what: 'unknown' };

export function parseLine(text: string, lexed: Lexed, dialect: AssemblyDialect, intel: boolean): SourceLine {
  const words = lexed.tokens.filter((token) => token.kind !== 'comment');
  const { continues } = lexed;
  if (lexed.continued)
    return words.length === 0 && !continues ? EMPTY : { statements: [], continues, rest: words };
  if (words.length === 0 && !continues) return EMPTY;
  const syntax: Syntax = dialect === 'nasm' ? 'nasm' : intel ? 'gas-intel' : 'att';
  const statements = segments(words, dialect).flatMap((segment) => {
    const statement = new StatementParser(text, segment, dialect, syntax).parse();
    return statement ? [statement] : [];
  });
  return { statements, continues, rest: [] };
}

/** A semicolon ends a statement of gas; a line of the preprocessor is one piece. */
function segments(words: readonly Token[], dialect: AssemblyDialect): readonly (readonly Token[])[] {
  const whole =
    dialect === 'nasm' || words[0]?.text.startsWith('#') || !words.some((word) => word.text === ';');
  if (whole) return [words];
  const parts: Token[][] = [[]];
  for (const word of words) {
    if (word.text === ';' && word.kind === 'operator') parts.push([]);
    else parts[parts.length - 1]!.push(word);
  }
  return parts;
}

class StatementParser {
  private at = 0;
  private readonly labels: Label[] = [];

  constructor(
    private readonly text: string,
    private readonly words: readonly Token[],
    private readonly dialect: AssemblyDialect,
    private readonly syntax: Syntax,
  ) {}

  parse(): Statement | undefined {
    this.readLabels();
    const first = this.words[this.at];
    if (!first) return this.labels.length > 0 ? { kind: 'label', labels: this.labels } : undefined;
    if (first.text === '[' && this.dialect === 'nasm') return this.bracketed();
    const second = this.words[this.at + 1];
    const meaning = first.kind === 'name' ? directiveMeaning(this.dialect, first.text) : undefined;
    if (meaning) return this.directive(first, meaning);
    const assigned = second?.kind === 'operator' && (second.text === '=' || second.text === '==');
    if (assigned && first.kind === 'name' && first.text !== '.')
      return this.definition('value', second, first, this.rest(2));
    if (first.text === '.') return this.plain(first, NOTHING);
    return this.instruction();
  }

  /** Words from here on, without the first `count`. */
  private rest(count: number): readonly Token[] {
    return this.words.slice(this.at + count);
  }

  private readLabels(): void {
    for (;;) {
      const word = this.words[this.at];
      if (!word) return;
      const next = this.words[this.at + 1];
      if (next?.text === ':' && next.kind === 'operator' && this.canBeLabel(word)) {
        this.labels.push(this.label(word));
        this.at += 2;
      } else {
        if (this.dialect === 'nasm' && this.labels.length === 0 && this.isBareLabel(word, next)) {
          this.labels.push(this.label(word));
          this.at++;
        }
        return;
      }
    }
  }

  private canBeLabel(word: Token): boolean {
    if (word.kind === 'number') return this.dialect === 'gas' && /^\d+\$?$/.test(word.text);
    return (
      word.kind === 'name' || word.kind === 'argument' || (word.kind === 'string' && this.dialect === 'gas')
    );
  }

  /** NASM's labels need no colon: then what stands behind must tell, and a word alone may as well be a macro. */
  private isBareLabel(word: Token, next: Token | undefined): boolean {
    if (word.kind !== 'name' && word.kind !== 'argument') return false;
    const local = word.text.startsWith('.') || word.text.startsWith('%%') || word.text.startsWith('..@');
    if (!next) return local && !directiveMeaning('nasm', word.text);
    if (DATA.test(next.text)) return true;
    if (next.kind !== 'name' || isMnemonic(word.text) || PREFIX.test(word.text)) return false;
    // A size belongs to the operand of whatever instruction the word may be.
    if (isDecoration(next.text, 'nasm')) return false;
    if (directiveMeaning('nasm', word.text)) return false;
    // Whoever defines with the name in front takes it as a name, not as a label.
    if (/^equ$/i.test(next.text) || NAMED_BEFORE.test(next.text)) return false;
    return (
      isMnemonic(next.text) || PREFIX.test(next.text) || directiveMeaning('nasm', next.text) !== undefined
    );
  }

  private label(word: Token): Label {
    const quoted = word.kind === 'string';
    const name = quoted ? word.text.replaceAll('"', '') : word.text;
    return {
      name,
      start: textStart(word) + (quoted ? 1 : 0),
      end: word.end - (quoted ? 1 : 0),
      scope: this.scope(word),
    };
  }

  private scope(word: Token): LabelScope {
    if (word.kind === 'number') return 'number';
    if (word.kind === 'argument') return 'macro';
    return this.dialect === 'nasm' && /^\.(?!\.@)/.test(word.text) ? 'label' : 'file';
  }

  /** `[bits 32]`: the primitive form of a directive. */
  private bracketed(): Statement {
    const inner = this.rest(1).filter((word) => word.text !== ']');
    const name = inner[0];
    if (!name) return this.plain(this.words[this.at]!, NOTHING);
    const meaning = directiveMeaning('nasm', name.text) ?? NOTHING;
    return {
      kind: 'directive',
      labels: this.labels,
      name,
      meaning: withBits(meaning, inner[1]),
      arguments: inner.slice(1),
    };
  }

  private plain(name: Token, meaning: DirectiveMeaning): Statement {
    return { kind: 'directive', labels: this.labels, name, meaning, arguments: this.rest(1) };
  }

  private directive(name: Token, meaning: DirectiveMeaning): Statement {
    const behind = this.rest(1);
    switch (meaning.what) {
      case 'define':
        return this.defining(name, meaning, behind);
      case 'include': {
        const path = this.path(behind);
        return {
          ...(this.plain(name, meaning) as Extract<Statement, { kind: 'directive' }>),
          ...(path && { path }),
        };
      }
      case 'code-bits':
        return this.plain(name, withBits(meaning, behind[0]));
      default:
        return this.plain(name, meaning);
    }
  }

  private path(behind: readonly Token[]): string | undefined {
    const [first] = behind;
    if (!first) return undefined;
    if (first.kind === 'string') return first.text.slice(1, first.text.length > 1 ? -1 : undefined);
    const rest = this.text.slice(textStart(first), behind[behind.length - 1]!.end);
    return /^<([^>]*)>?/.exec(rest)?.[1] ?? (this.dialect === 'nasm' ? rest : undefined);
  }

  private defining(directive: Token, meaning: DirectiveMeaning, behind: readonly Token[]): Statement {
    const word = directive.text.toLowerCase();
    const [name, next] = behind;
    // `label equ 5`: the name stands in front, as a label if it has a colon.
    if (word === 'equ') {
      const label = this.labels.pop();
      if (!label) return this.plain(directive, meaning);
      return this.definition('value', directive, nameToken(label), behind);
    }
    if (!name || name.kind === 'operator' || name.kind === 'string') return this.plain(directive, meaning);
    if (meaning.block?.family === 'macro')
      return this.definition('macro', directive, name, [], behind.slice(1));
    if (this.dialect === 'gas' && word !== '#define') {
      return this.definition('value', directive, name, behind.slice(next?.text === ',' ? 2 : 1));
    }
    const what = /assign$/.test(word) ? 'value' : 'text';
    // A parenthesis right behind the name, and only there, begins parameters.
    if (next?.text !== '(' || next.start !== name.end)
      return this.definition(what, directive, name, behind.slice(1));
    const close = behind.findIndex((token) => token.text === ')');
    const stop = close < 0 ? behind.length : close;
    return this.definition(what, directive, name, behind.slice(stop + 1), behind.slice(2, stop));
  }

  private definition(
    what: DefinitionStatement['what'],
    directive: Token,
    name: Token,
    body: readonly Token[],
    parameters?: readonly Token[],
  ): Statement {
    return {
      kind: 'definition',
      labels: this.labels,
      directive,
      what,
      name,
      body,
      ...(parameters && { parameters }),
    };
  }

  private instruction(): Statement {
    const first = this.words[this.at]!;
    const second = this.words[this.at + 1];
    if (this.dialect === 'nasm' && second?.kind === 'name' && first.kind === 'name') {
      if (/^equ$/i.test(second.text)) return this.definition('value', second, first, this.rest(2));
      if (/^macro$/i.test(second.text)) return this.definition('macro', second, first, [], this.rest(2));
      if (NAMED_BEFORE.test(second.text)) return this.named(first, second);
    }
    const prefixes: Token[] = [];
    while (
      this.at < this.words.length - 1 &&
      PREFIX.test(this.words[this.at]!.text) &&
      this.words[this.at + 1]!.kind === 'name'
    )
      prefixes.push(this.words[this.at++]!);
    const mnemonic = this.words[this.at]!;
    const { base, suffixBits, effect } = mnemonicMeaning(mnemonic.text, this.syntax === 'att');
    const end = this.words[this.words.length - 1]!.end;
    const open = this.words[this.at + 1];
    const call = open?.text === '(' && open.start === mnemonic.end && effect === undefined;
    const behind = call ? this.insideParentheses() : this.rest(1);
    const named = call && behind[0]?.kind === 'name' && LABEL_MACRO.test(mnemonic.text);
    return {
      kind: 'instruction',
      labels: named ? [...this.labels, this.label(behind[0]!)] : this.labels,
      start: prefixes[0]?.start ?? mnemonic.start,
      end,
      prefixes,
      mnemonic,
      base,
      suffixBits,
      effect,
      operands: operandsOf(behind, this.syntax),
      destinationLast: this.syntax === 'att',
      call,
    };
  }

  private insideParentheses(): readonly Token[] {
    const behind = this.rest(2);
    return behind[behind.length - 1]?.text === ')' ? behind.slice(0, -1) : behind;
  }

  /** `name PROC` begins something with a name, `name ENDP` ends it. */
  private named(name: Token, word: Token): Statement {
    const begins = /^(?:proc|label|struct?)$/i.test(word.text);
    if (begins) this.labels.push(this.label(name));
    const meaning = directiveMeaning('nasm', word.text) ?? NOTHING;
    const behind = this.rest(2);
    return {
      kind: 'directive',
      labels: this.labels,
      name: word,
      meaning,
      arguments: begins ? behind : [name, ...behind],
    };
  }
}

function nameToken({ name, start, end }: Label): Token {
  return { kind: 'name', start, end, text: name, value: undefined };
}

function withBits(meaning: DirectiveMeaning, argument: Token | undefined): DirectiveMeaning {
  if (meaning.what !== 'code-bits' || meaning.bits !== undefined) return meaning;
  const bits = Number(argument?.value ?? 0n);
  return bits === 16 || bits === 32 || bits === 64 ? { ...meaning, bits } : meaning;
}
