/**
 * Finds rows by the tokens of a name. A name is a set of tokens: neither order nor repetition matters. A set that fits two
 * rows fits none: an unknown word is silence.
 */
import type { Tokens } from './tokens';

/** Tokens that say nothing about which row is meant. */
const noise: ReadonlySet<string> = new Set([
  ...['VM', 'VMX', 'VMCS', 'FIELD', 'FULL', 'IA32', 'K', 'BX', 'T', 'BASED', 'NW', 'X86'],
  ...['OF', 'THE', 'FOR', 'OR', 'AND', 'TO', 'BY', 'IN', 'WITH', 'IS', 'FROM'],
]);
const counted = /^VMCS\d+$|^(16|32|64)(BIT)?$/;

/** Parts of one name, each written by itself: `['CONTROL', 'TSC_OFFSET']`. */
export type Spelling = readonly string[];

export interface Spelled<Row> {
  readonly row: Row;
  /** Everything the row is called: its name, its title, a name in Linux. */
  readonly spellings: readonly Spelling[];
}

interface Entry<Row> {
  readonly row: Row;
  readonly tokens: ReadonlySet<string>;
}

export class NameIndex<Row> {
  /** Rows by complete names. `undefined` stands for a set of tokens that more than one row has. */
  private readonly complete = new Map<string, Row | undefined>();
  /** Names by each of their tokens, and all words of a row by each of them. */
  private readonly named = new Map<string, Entry<Row>[]>();
  private readonly bags = new Map<string, Entry<Row>[]>();
  private readonly optional: ReadonlySet<string>;

  /** `optional` are tokens that a short name may leave out, `significant` those that are no noise here. */
  constructor(
    spelled: readonly Spelled<Row>[],
    private readonly all: Tokens,
    optional: readonly string[] = [],
    private readonly significant: readonly string[] = [],
  ) {
    this.optional = new Set(optional);
    for (const { row, spellings } of spelled) {
      const bag = new Set<string>();
      for (const spelling of spellings) {
        const tokens = new Set(this.meaningful(spelling.flatMap((part) => all.of(part))));
        const name = key(tokens);
        this.complete.set(name, this.complete.has(name) && this.complete.get(name) !== row ? undefined : row);
        for (const token of tokens) bag.add(token);
        put(this.named, { row, tokens });
      }
      put(this.bags, { row, tokens: bag });
    }
  }

  /** Tokens of a name without noise. */
  tokens(name: string): string[] {
    return this.meaningful(this.all.of(name));
  }

  /** The row with exactly this name. */
  exact(tokens: readonly string[]): Row | undefined {
    return this.complete.get(key(tokens));
  }

  /** The row with this name, or the one that it abbreviates. */
  short(tokens: readonly string[]): Row | undefined {
    const name = key(tokens);
    if (this.complete.has(name)) return this.complete.get(name);
    const asked = new Set(tokens);
    const missing = (entry: Entry<Row>): string[] => [...entry.tokens].filter((token) => !asked.has(token));
    return onlyRow(
      containing(this.named, tokens).filter((entry) =>
        missing(entry).every((token) => this.optional.has(token)),
      ),
    );
  }

  /** The row with this name, or the only one with all of these words. One word alone is too little for that. */
  only(tokens: readonly string[], atLeast = 2): Row | undefined {
    const found = this.short(tokens);
    if (found !== undefined || tokens.length < atLeast || this.complete.has(key(tokens))) return found;
    return onlyRow(containing(this.bags, tokens));
  }

  /** Tokens without noise. */
  meaningful(tokens: readonly string[]): string[] {
    return tokens.filter(
      (token) => this.significant.includes(token) || !(noise.has(token) || counted.test(token)),
    );
  }
}

/** A title and what stands in its parentheses are two names: "EPT pointer (EPTP)". */
export function titleNames(title: string): string[] {
  const inner = /\(([A-Z][A-Z0-9_]+)\)/.exec(title)?.[1];
  return inner === undefined ? [title] : [title.replace(/\([^)]*\)/g, ' '), inner];
}

function key(tokens: Iterable<string>): string {
  return [...new Set(tokens)].sort().join(' ');
}

function put<Row>(map: Map<string, Entry<Row>[]>, entry: Entry<Row>): void {
  for (const token of entry.tokens) {
    const list = map.get(token);
    if (list) list.push(entry);
    else map.set(token, [entry]);
  }
}

/** Entries that have all of these tokens. */
function containing<Row>(map: Map<string, Entry<Row>[]>, tokens: readonly string[]): Entry<Row>[] {
  const lists = tokens.map((token) => map.get(token) ?? []);
  const shortest = lists.reduce((best, list) => (list.length < best.length ? list : best), lists[0] ?? []);
  return shortest.filter((entry) => tokens.every((token) => entry.tokens.has(token)));
}

function onlyRow<Row>(entries: readonly Entry<Row>[]): Row | undefined {
  const rows = new Set(entries.map((entry) => entry.row));
  return rows.size === 1 ? [...rows][0] : undefined;
}
