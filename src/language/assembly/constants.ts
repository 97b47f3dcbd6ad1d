/**
 * Values of the names that a source defines. A name that is defined in two ways (in branches of a condition, counted up in a loop)
 * has no value: which one holds somewhere is more than a reader of one file can say.
 */
import type { AssemblyDialect } from '../source/language-id';
import type { ConstantScope } from '../source/source-file';
import { evaluate } from './expression';
import type { DefinitionStatement } from './statement';
import type { Token } from './token';

interface Definition {
  readonly what: 'text' | 'value';
  readonly line: number;
  /** Undefined: it has parameters, or there are several. */
  readonly body: readonly Token[] | undefined;
}

/** Text put in place of names may not grow without end. */
const LONGEST = 500;
/** Names of names of names: more than this is nobody's source. */
const DEEPEST = 200;

export class Constants {
  private readonly definitions = new Map<string, Definition>();
  private readonly values = new Map<string, bigint | undefined>();
  /** Names whose value is being computed: one that needs itself has none. */
  private readonly pending = new Set<string>();

  constructor(
    private readonly dialect: AssemblyDialect,
    private readonly scope: ConstantScope,
  ) {}

  define(statement: DefinitionStatement, line: number, more: readonly Token[] | undefined): void {
    const { what, name, parameters } = statement;
    if (what === 'macro' || name.kind !== 'name') return;
    // NASM's local names are other names behind each label.
    if (this.dialect === 'nasm' && name.text.startsWith('.')) return;
    const body = more ? [...statement.body, ...more] : statement.body;
    const before = this.definitions.get(name.text);
    const usable =
      parameters === undefined && (!before || (before.what === what && sameText(before.body, body)));
    this.definitions.set(name.text, { what, line: before?.line ?? line, body: usable ? body : undefined });
  }

  /** True when the file defines the name in whatever way, the line given or one before it. */
  defines(name: string, upTo = Infinity): boolean {
    const definition = this.definitions.get(name);
    return definition !== undefined && definition.line <= upTo;
  }

  /** Of a name of this file or of one it includes. */
  value(name: string): bigint | undefined {
    if (this.values.has(name)) return this.values.get(name);
    const definition = this.definitions.get(name);
    if (!definition) return this.scope.constant(name);
    if (this.pending.has(name) || this.pending.size > DEEPEST) return undefined;
    this.pending.add(name);
    const value = definition.body && this.evaluate(definition.body);
    this.pending.delete(name);
    this.values.set(name, value);
    return value;
  }

  evaluate(tokens: readonly Token[]): bigint | undefined {
    if (tokens.length === 1 && tokens[0]!.kind === 'name') return this.value(tokens[0]!.text);
    if (tokens.length > LONGEST) return undefined;
    if (!tokens.some((token) => token.kind === 'name')) return evaluate(tokens, this.dialect);
    const replaced: Token[] = [];
    return this.replace(tokens, replaced, new Set()) ? evaluate(replaced, this.dialect) : undefined;
  }

  /** All that has a value. */
  all(): ReadonlyMap<string, bigint> {
    const known = new Map<string, bigint>();
    for (const name of this.definitions.keys()) {
      const value = this.value(name);
      if (value !== undefined) known.set(name, value);
    }
    return known;
  }

  /**
   * Puts texts and values in place of names. Text is put in as it stands, without parentheses around it, because that is what
   * the assembler sees. False when there is a name without either.
   */
  private replace(tokens: readonly Token[], into: Token[], within: Set<string>): boolean {
    for (const token of tokens) {
      if (token.kind !== 'name') {
        if (into.push(token) > LONGEST) return false;
        continue;
      }
      const definition = this.definitions.get(token.text);
      if (definition?.what === 'text') {
        if (
          !definition.body ||
          within.size > DEEPEST ||
          within.has(token.text) ||
          this.pending.has(token.text)
        )
          return false;
        within.add(token.text);
        if (!this.replace(definition.body, into, within)) return false;
        within.delete(token.text);
        continue;
      }
      const value = this.value(token.text);
      if (value === undefined) return false;
      if (into.push({ ...token, kind: 'number', value }) > LONGEST) return false;
    }
    return true;
  }
}

function sameText(a: readonly Token[] | undefined, b: readonly Token[]): boolean {
  return a?.length === b.length && a.every((token, index) => token.text === b[index]!.text);
}
