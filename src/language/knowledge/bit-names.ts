/**
 * Bits of a word by what stands behind the name of the word: `VALID_MASK`, `LOCKED`, `ENABLE_X2APIC_MODE`. Which word it is, the
 * caller has found in front; here only the word's own ranges are asked.
 */
import type { BitRange } from '../../isa/bit-ranges';
import { NameIndex, titleNames } from './name-index';
import type { Tokens } from './tokens';

/** What says how the number is written, not which bits it is. */
const MANNER = /_(?:BIT|MASK|SHIFT|FLAG)$/;

/** What a project may add to the name of a bit: of one that software sets, and of one that tells what there is. */
const settings: readonly string[] = ['ENABLE'];
const properties: readonly string[] = ['SUPPORT', 'SUPPORTED'];

/** Tokens that are noise in other names and part of a bit's. */
const significant = ['VM', 'VMX', 'NW', 'T', 'OF', 'BASED'];

/** A name without what says how its number is written: `X86_CR0_PE_BIT` and `INTR_INFO_VALID_MASK`. */
export function withoutManner(name: string): string {
  return name.replace(MANNER, '');
}

export class BitNames {
  private readonly index: NameIndex<BitRange>;
  private readonly vague: ReadonlySet<string>;

  /** Bits of a read-only word are properties: nothing enables them. */
  constructor(ranges: readonly BitRange[], tokens: Tokens, readOnly = false) {
    this.vague = new Set(readOnly ? properties : [...settings, ...properties]);
    this.index = new NameIndex(
      ranges.map((row) => ({
        row,
        spellings: [row.name, ...titleNames(row.title), ...(row.otherNames ?? [])].map((name) => [name]),
      })),
      tokens,
      ['STATE', ...this.vague],
      significant,
    );
  }

  /** `tokens` are those behind the name of the word. */
  find(tokens: readonly string[]): BitRange | undefined {
    const meaningful = this.index.meaningful(tokens);
    if (meaningful.length === 0) return undefined;
    const certain = meaningful.filter((token) => !this.vague.has(token));
    return (
      this.index.exact(meaningful) ??
      (certain.length > 0 ? (this.index.exact(certain) ?? this.index.short(certain)) : undefined)
    );
  }
}
