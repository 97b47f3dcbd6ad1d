/** Canonical form of linear addresses, for whoever asks outside the core; the chip's own is core/mode.ts. */

/** The chip has 48 bits (SDM 3.3.7.1): bits 63:47 of a canonical address are equal. */
const LINEAR_BITS = 48;

export function isCanonical(linear: bigint): boolean {
  return BigInt.asUintN(64, BigInt.asIntN(LINEAR_BITS, linear)) === BigInt.asUintN(64, linear);
}
