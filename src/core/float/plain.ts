// Tests on packed numbers that make the host's arithmetic usable: operands that are zero or normal, results that are normal with
// room to spare. For such numbers Wasm's f32 and f64 give what IEEE 754 and the SDM give, and only inexactness can be flagged.
import { exponentMask, fractionBits } from './binary';

/** Zero, or neither denormal nor infinite nor a NaN. */
// @ts-ignore: decorator
@inline
export function isPlain<T>(value: T): bool {
  const field = <u32>(value >> <T>fractionBits<T>()) & exponentMask<T>();
  return field - 1 < exponentMask<T>() - 1 || value << 1 == 0;
}

/** Normal and not the least normal binade: no rounding made it so from something tiny. */
// @ts-ignore: decorator
@inline
export function isSafe<T>(value: T): bool {
  const field = <u32>(value >> <T>fractionBits<T>()) & exponentMask<T>();
  return field - 2 < exponentMask<T>() - 2;
}

/** Sign bit of the format. */
// @ts-ignore: decorator
@inline
export function signBit<T>(): T {
  const top = sizeof<T>() * 8 - 1;
  return <T>1 << <T>top;
}

