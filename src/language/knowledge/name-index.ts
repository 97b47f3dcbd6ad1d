/**
 * Finds rows by the tokens of a name. A name is a set of tokens: neither order nor repetition matters. A set that fits two
 * rows fits none: an unknown word is silence.
 */
import { tokensOf, wordsOf } from './tokens';

/** Tokens that say nothing about which row is meant. */
const noise: ReadonlySet<string> = new Set([
  ...['VM', 'VMX', 'VMCS', 'FIELD', 'FULL', 'IA32', 'K', 'BX', 'T', 'BASED', 'NW', 'X86'],
  ...['OF', 'THE', 'FOR', 'OR', 'AND', 'TO', 'BY', 'IN', 'WITH', 'IS', 'FROM'],
]);
const counted = /^VMCS\d+$|^(16|32|64)(BIT)?$/;

export interface Spelled<Row> {
  readonly row: Row;
  /** Everything the row is called: its name, its title, a name in Linux. */
  readonly spellings: readonly string[];
}

export class NameIndex<Row> {
  /** Complete names. `undefined` stands for a set that more than one row has. */
  private readonly complete = new Map<string, Row | undefined>();
  /** Names with some of their optional tokens left out. */
  private readonly reduced = new Map<string, Row | undefined>();
  private readonly bags: { row: Row; tokens: ReadonlySet<string> }[] = [];

  /** `optional` are tokens that a short name may leave out, `significant` those that are no noise here. */
  constructor(
    entries: readonly Spelled<Row>[],
    private readonly vocabulary: ReadonlySet<string>,
    optional: readonly string[] = [],
    private readonly significant: readonly string[] = [],
  ) {
    for (const { row, spellings } of entries) {
      const bag = new Set<string>();
      for (const spelling of spellings) {
        const tokens = this.tokens(spelling);
        for (const token of tokens) bag.add(token);
        put(this.complete, key(tokens), row);
        for (const kept of withoutSome(tokens, optional))
          if (kept.length > 0) put(this.reduced, key(kept), row);
      }
      this.bags.push({ row, tokens: bag });
    }
  }

  /** Tokens of a name without noise. */
  tokens(name: string): string[] {
    return tokensOf(name, this.vocabulary).filter(
      (token) => this.significant.includes(token) || !(noise.has(token) || counted.test(token)),
    );
  }

  /** The row with exactly this name. */
  exact(tokens: readonly string[]): Row | undefined {
    return this.complete.get(key(tokens));
  }

  /** The row with this name, or the one that it abbreviates. */
  short(tokens: readonly string[]): Row | undefined {
    const name = key(tokens);
    return this.complete.has(name) ? this.complete.get(name) : this.reduced.get(name);
  }

  /** The row with this name, or the only one with all of these words. One word alone is too little for that. */
  only(tokens: readonly string[], atLeast = 2): Row | undefined {
    const found = this.short(tokens);
    if (found !== undefined || tokens.length < atLeast || this.complete.has(key(tokens))) return found;
    const rows = this.bags.filter((bag) => tokens.every((token) => bag.tokens.has(token)));
    return rows.length === 1 ? rows[0]!.row : undefined;
  }
}

/** The words of many spellings, by which glued words are parted. */
export function vocabularyOf(spellings: Iterable<string>): Set<string> {
  const words = new Set<string>();
  for (const spelling of spellings) for (const word of wordsOf(spelling)) words.add(word);
  return words;
}

/** A title and what stands in its parentheses are two names: "EPT pointer (EPTP)". */
export function titleNames(title: string): string[] {
  const inner = /\(([A-Z][A-Z0-9_]+)\)/.exec(title)?.[1];
  return inner === undefined ? [title] : [title.replace(/\([^)]*\)/g, ' '), inner];
}

function key(tokens: readonly string[]): string {
  return [...new Set(tokens)].sort().join(' ');
}

function put<Row>(map: Map<string, Row | undefined>, name: string, row: Row): void {
  map.set(name, map.has(name) && map.get(name) !== row ? undefined : row);
}

/** All ways to leave out one or more of the optional tokens. */
function withoutSome(tokens: readonly string[], optional: readonly string[]): string[][] {
  const present = optional.filter((token) => tokens.includes(token)).slice(0, 4);
  const ways: string[][] = [];
  for (let mask = 1; mask < 1 << present.length; mask++)
    ways.push(tokens.filter((token) => !present.some((other, bit) => other === token && mask & (1 << bit))));
  return ways;
}
