// Which features the profile claims, as a bitmap: read from the CPUID table once, asked by the decoder for each instruction
// that needs one. Not what CPUID answers now (OSXSAVE, APIC): that is exec/cpuid.ts.
import { cpuidRegister } from './cpuid-table';
import { FEATURE_COUNT, FEATURE_PLACES } from './gen/features';
import { S } from './state';

/** Private variables of the bitmap. */
const enum Claims {
  /** 1 when BITS are those of the table. u32 */
  KNOWN = 0x974,
  /** Bit i: feature i. */
  BITS = 0x980,
  BYTES = 32,
}

/** Reads the table; true when that changed the bitmap. */
function learn(): bool {
  let changed = false;
  for (let byte: u32 = 0; byte < <u32>Claims.BYTES; byte++) {
    let bits: u32 = 0;
    for (let bit: u32 = 0; bit < 8; bit++) if (inTable((byte << 3) + bit)) bits |= 1 << bit;
    const at = S + Claims.BITS + <usize>byte;
    if (load<u8>(at) != bits) changed = true;
    store<u8>(at, bits);
  }
  store<u32>(S + Claims.KNOWN, 1);
  return changed;
}

/** The table has the feature's bit; rows of FEATURE_PLACES are leaf, subleaf, register, bit. */
function inTable(feature: u32): bool {
  if (feature >= FEATURE_COUNT) return false;
  const place = FEATURE_PLACES + ((<usize>feature) << 4);
  const register = cpuidRegister(load<u32>(place), load<u32>(place, 4), <usize>load<u32>(place, 8));
  return ((register >> load<u32>(place, 12)) & 1) != 0;
}

/** Where the feature's bit stands in its register of CPUID. */
export function featureBit(feature: u32): u32 {
  return load<u32>(FEATURE_PLACES + ((<usize>feature) << 4), 12);
}

/** `feature` is a Feature. */
export function claimsFeature(feature: u32): bool {
  if (!load<u32>(S + Claims.KNOWN)) learn();
  return ((load<u8>(S + Claims.BITS + <usize>(feature >> 3)) >> (feature & 7)) & 1) != 0;
}

/** The embedder may have written the CPUID table: true when code decoded until now was decoded for another processor. */
export function claimsChanged(): bool {
  return load<u32>(S + Claims.KNOWN) != 0 && learn();
}
