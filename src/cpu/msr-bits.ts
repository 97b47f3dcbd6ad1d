/**
 * Values of MSRs by the names of their bits in `isa/msrs`. A name without a row is a spelling mistake of ours.
 */
import { msr, type MsrName } from '../isa/msrs';

/** Sum of the named bits of an MSR. */
export function msrBits(name: MsrName, bits: readonly string[]): bigint {
  return bits.reduce((sum, bit) => sum | msrField(name, bit, 1n), 0n);
}

/** `value` in the place of a named bit range of an MSR. */
export function msrField(name: MsrName, field: string, value: bigint): bigint {
  const range = msr[name].ranges?.find((candidate) => candidate.name === field);
  if (!range) throw new Error(`isa/msrs has no ${field} in ${name}`);
  return value << BigInt(range.low);
}
