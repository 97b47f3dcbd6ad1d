/**
 * Words that are macros from some line on, whatever they look like: instructions, directives, and in NASM labels that have no
 * colon.
 */
import type { AssemblyDialect } from '../source/language-id';
import { isInstruction } from './instruction-words';
import type { Mark } from './mark';
import { nameKey } from './symbol';

/** Words so far, by `nameKey`. */
export interface KnownMacros {
  readonly words: ReadonlySet<string>;
  /** Those that are macros of lines. */
  readonly macros: ReadonlySet<string>;
}

export class MacroWords {
  /** Ours alone once something was added. */
  private own: { readonly words: Set<string>; readonly macros: Set<string> } | undefined;

  constructor(
    private readonly dialect: AssemblyDialect,
    private readonly before: KnownMacros,
  ) {}

  add(name: string, macro: boolean): void {
    this.own ??= { words: new Set(this.before.words), macros: new Set(this.before.macros) };
    this.own.words.add(nameKey(name));
    if (macro) this.own.macros.add(nameKey(name));
  }

  get known(): KnownMacros {
    return this.own ?? this.before;
  }

  /** The mark as what it is when the macros so far are known; beside it stand the marks of the same line. */
  asMacro(mark: Mark, before: Mark | undefined, after: Mark | undefined, text: string): Mark {
    if (mark.kind === 'word') return this.isWord(mark) ? { ...mark, kind: 'call' } : mark;
    if (this.dialect !== 'nasm') return mark;
    if (mark.kind === 'label') {
      const colon = /^\s*:/.test(text.slice(mark.end));
      return this.isWord(mark) && !colon ? { ...mark, kind: 'call' } : mark;
    }
    if (mark.kind === 'call' && this.labelsMacro(mark, after, text)) return { ...mark, kind: 'label' };
    if (before?.kind === 'call' && this.labelsMacro(before, mark, text)) return { ...mark, kind: 'call' };
    return mark;
  }

  private isWord({ name }: Mark): boolean {
    return this.known.words.has(nameKey(name));
  }

  /** A label without a colon before a macro: `name MACRO ...`. */
  private labelsMacro(label: Mark, macro: Mark | undefined, text: string): boolean {
    if (macro?.kind !== 'any' || !this.known.macros.has(nameKey(macro.name))) return false;
    if (this.isWord(label) || isInstruction(label.name, 'nasm')) return false;
    return text.slice(label.end, macro.start).trim() === '';
  }
}
