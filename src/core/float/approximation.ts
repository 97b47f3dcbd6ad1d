// RCPPS and RSQRTPS. Their results are not architectural but for the bound of the relative error, 1.5 * 2^-12 (SDM Vol. 2B), and
// processors differ: these give the true value rounded to 13 bits, so that the error is below 2^-13. No exceptions, MXCSR
// is not asked: denormal operands and results count as zeros always.
const SIGN: u32 = 0x8000_0000;
const INFINITY_BITS: u32 = 0x7f80_0000;
const QUIET: u32 = 0x0040_0000;
const DEFAULT_NAN: u32 = 0xffc0_0000;
const LEAST_NORMAL: u32 = 0x0080_0000;
/** Bits of the fraction that are rounded away. */
const CUT: u32 = 11;

function rounded(value: f32): u32 {
  const bits = reinterpret<u32>(value) + (1 << (CUT - 1));
  return bits & ~((1 << CUT) - 1);
}

export function reciprocal(a: u32): u32 {
  const magnitude = a & ~SIGN;
  if (magnitude > INFINITY_BITS) return a | QUIET;
  if (magnitude == INFINITY_BITS) return a & SIGN;
  if (magnitude < LEAST_NORMAL) return (a & SIGN) | INFINITY_BITS;
  const result = rounded(<f32>(1.0 / <f64>reinterpret<f32>(magnitude)));
  return (a & SIGN) | (result < LEAST_NORMAL ? 0 : result);
}

export function reciprocalSquareRoot(a: u32): u32 {
  const magnitude = a & ~SIGN;
  if (magnitude > INFINITY_BITS) return a | QUIET;
  if (magnitude < LEAST_NORMAL) return (a & SIGN) | INFINITY_BITS;
  if (a & SIGN) return DEFAULT_NAN;
  if (magnitude == INFINITY_BITS) return 0;
  return rounded(<f32>(1.0 / sqrt<f64>(<f64>reinterpret<f32>(a))));
}
