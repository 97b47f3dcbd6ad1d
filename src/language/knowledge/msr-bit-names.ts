/**
 * Bits of MSRs by name: the name of the MSR, then that of the bit (`FEAT_CTL_LOCKED`, `MSR_IA32_APICBASE_ENABLE`). MSRs that are
 * registers with bits of their own (EFER) are found as such.
 */
import { msrs, type Msr } from '../../isa/msrs';
import { BitNames, withoutManner } from './bit-names';
import type { Fact } from './fact';
import { allNames } from './names';

interface MsrWord {
  readonly row: Msr;
  readonly bits: BitNames;
}

/** MSRs with named bits by the canonical tokens of their names. */
let words: ReadonlyMap<string, MsrWord> | undefined;

function msrWords(): ReadonlyMap<string, MsrWord> {
  if (words) return words;
  const { tokens } = allNames();
  const found = new Map<string, MsrWord>();
  for (const row of msrs) {
    if (!row.ranges) continue;
    const word = { row, bits: new BitNames(row.ranges, tokens, row.access === 'read-only') };
    for (const name of [row.name, ...(row.otherNames ?? []), ...(row.bitPrefixes ?? [])])
      found.set(withoutMark(tokens.of(name)).join(' '), word);
  }
  return (words = found);
}

const marks: ReadonlySet<string> = new Set(['MSR', 'IA32', 'BX', 'X86']);

/** Projects agree in the name and not in what stands in front of it. */
function withoutMark(tokens: readonly string[]): readonly string[] {
  return tokens.slice(tokens.findIndex((token) => !marks.has(token)));
}

export function msrBitNamed(word: string): Extract<Fact, { kind: 'msr-bit' }> | undefined {
  if (!/^[A-Z][A-Z0-9_]*$/.test(word)) return undefined;
  const tokens = withoutMark(allNames().tokens.of(withoutManner(word)));
  const marked = /^(?:BX_)?(?:MSR|IA32)_/.test(word);
  // A single word (`STAR_`) in front is no MSR without a mark. The longest name counts.
  for (let length = tokens.length - 1; length >= (marked ? 1 : 2); length--) {
    const msr = msrWords().get(tokens.slice(0, length).join(' '));
    if (!msr) continue;
    const range = msr.bits.find(tokens.slice(length));
    return range && { kind: 'msr-bit', row: msr.row, range };
  }
  return undefined;
}
