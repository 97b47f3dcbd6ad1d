// Rounds a significand to fewer bits under the rounding control (SDM Vol. 1, 4.8.4). Raises nothing: whoever packs knows
// which exception it is.
import { Rounding, rounding, setRoundedUp } from './environment';
import { INTEGER_BIT } from './operand';

/** The last rounding changed the value. */
export let inexact: bool = false;

/** Whether to take the next larger magnitude. `rest` is what is cut off, its top bit worth a half; `odd` the last bit kept. */
// @ts-ignore: decorator
@inline
export function rounds(rest: u64, odd: bool, sign: u32, mode: u32): bool {
  if (mode == Rounding.NEAREST) return rest > INTEGER_BIT || (rest == INTEGER_BIT && odd);
  return rest != 0 && (mode == Rounding.UP ? !sign : mode == Rounding.DOWN ? sign != 0 : false);
}

/** The top `bits` bits of significand:rest, rounded; 0 when they carried out, which means a one at the next exponent. */
export function roundSignificand(significand: u64, rest: u64, bits: u32, sign: u32): u64 {
  let unit: u64 = 1;
  if (bits < 64) {
    unit <<= 64 - bits;
    rest = (significand << bits) | (<u64>(rest != 0));
    significand &= 0 - unit;
  }
  inexact = rest != 0;
  const up = rounds(rest, (significand & unit) != 0, sign, rounding);
  setRoundedUp(up);
  return up ? significand + unit : significand;
}

/** Whether an overflow gives infinity or the largest finite number. */
export function overflowsToInfinity(sign: u32): bool {
  const infinite =
    rounding == Rounding.NEAREST ||
    (rounding == Rounding.UP && !sign) ||
    (rounding == Rounding.DOWN && sign != 0);
  setRoundedUp(infinite);
  return infinite;
}
