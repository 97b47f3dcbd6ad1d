/**
 * Integers as C computes with them: a width, a sign, and wrapping at both. Rust's literals without a suffix take their type
 * from where they go, which is not always visible: they have no width, and nothing wraps.
 */
export interface Integer {
  readonly value: bigint;
  /** Undefined: as wide as needed. */
  readonly bits?: number;
  readonly unsigned: boolean;
}

/** Wider than any of these is a typing error, and could keep the machine busy for long. */
const MAXIMUM_BITS = 256;

export function integerOf(value: bigint, bits: number | undefined, unsigned: boolean): Integer {
  if (bits === undefined) return { value: BigInt.asIntN(MAXIMUM_BITS, value), unsigned };
  return { value: unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value), bits, unsigned };
}

/** A value whose type nobody knows, as a literal of C would have it. */
export function integerOfValue(value: bigint): Integer {
  if (value < 0n) return integerOf(value, value >= -0x80000000n ? 32 : 64, false);
  if (value <= 0x7fffffffn) return { value, bits: 32, unsigned: false };
  if (value <= 0xffffffffn) return { value, bits: 32, unsigned: true };
  return integerOf(value, 64, value > 0x7fffffffffffffffn);
}

/** What the hardware gets: negative numbers in two's complement. Too large a number stays one, for whoever wants to complain. */
export function asHardware({ value }: Integer, bits = 64): bigint {
  return value < 0n ? BigInt.asUintN(bits, value) : value;
}

export function unary(operator: string, operand: Integer): Integer | undefined {
  const { value, bits, unsigned } = promoted(operand);
  switch (operator) {
    case '-':
      return integerOf(-value, bits, unsigned);
    case '+':
      return integerOf(value, bits, unsigned);
    case '~':
      return integerOf(~value, bits, unsigned);
    case '!':
      return truth(value === 0n);
    default:
      return undefined;
  }
}

export function binary(operator: string, left: Integer, right: Integer): Integer | undefined {
  if (operator === '<<' || operator === '>>') return shift(operator, promoted(left), right.value);
  const { bits, unsigned } = common(promoted(left), promoted(right));
  const a = integerOf(left.value, bits, unsigned).value;
  const b = integerOf(right.value, bits, unsigned).value;
  const result = (value: bigint): Integer => integerOf(value, bits, unsigned);
  switch (operator) {
    case '|':
      return result(a | b);
    case '&':
      return result(a & b);
    case '^':
      return result(a ^ b);
    case '+':
      return result(a + b);
    case '-':
      return result(a - b);
    case '*':
      return result(a * b);
    case '/':
      return b === 0n ? undefined : result(a / b);
    case '%':
      return b === 0n ? undefined : result(a % b);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '>':
      return truth(a > b);
    case '<=':
      return truth(a <= b);
    case '>=':
      return truth(a >= b);
    case '&&':
      return truth(left.value !== 0n && right.value !== 0n);
    case '||':
      return truth(left.value !== 0n || right.value !== 0n);
    default:
      return undefined;
  }
}

function shift(operator: '<<' | '>>', left: Integer, count: bigint): Integer | undefined {
  const { value, bits, unsigned } = left;
  if (count < 0n || count >= BigInt(bits ?? MAXIMUM_BITS)) return undefined;
  if (operator === '>>') return integerOf(value >> count, bits, unsigned);
  const shifted = value << count;
  // `1 << 31` overflows in C; everybody means bit 31 by it, and compilers give just that.
  const overflows = !unsigned && value > 0n && bits !== undefined && shifted >> BigInt(bits - 1) === 1n;
  return integerOf(shifted, bits, unsigned || overflows);
}

/** C computes with nothing narrower than int. */
function promoted(integer: Integer): Integer {
  const { bits, value } = integer;
  return bits === undefined || bits >= 32 ? integer : { value, bits: 32, unsigned: false };
}

function common(left: Integer, right: Integer): { bits: number | undefined; unsigned: boolean } {
  if (left.bits === undefined) return { bits: right.bits, unsigned: right.unsigned };
  if (right.bits === undefined) return { bits: left.bits, unsigned: left.unsigned };
  const bits = Math.max(left.bits, right.bits);
  return {
    bits,
    unsigned: (left.unsigned && left.bits === bits) || (right.unsigned && right.bits === bits),
  };
}

function truth(condition: boolean): Integer {
  return { value: condition ? 1n : 0n, bits: 32, unsigned: false };
}
