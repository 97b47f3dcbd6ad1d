/** Numbers as a source writes them: a new value in the notation of the number it replaces. */

/** C and Rust have suffixes; NASM and old assemblers have `1eh`. The sigil of AT&T immediates may be part of the text. */
const HEX = /^(\$?)(0[xX])([0-9a-fA-F_]+?)(_?[ui](?:8|16|32|64|128|size)|[uUlL]*)$/;
const HEX_BEHIND = /^(\$?)()([0-9][0-9a-fA-F]*)([hH])$/;
const DECIMAL = /^(\$?)()([0-9][0-9_]*?)(_?[ui](?:8|16|32|64|128|size)|[uUlL]*)$/;

export function inNotationOf(written: string, value: bigint): string {
  const behind = HEX_BEHIND.exec(written);
  if (behind) {
    const digits = cased(value.toString(16), behind[3]!);
    // A number has to start with a digit.
    return `${behind[1]}${/^\d/.test(digits) ? '' : '0'}${digits}${behind[4]}`;
  }
  const hex = HEX.exec(written);
  if (hex) return `${hex[1]}${hex[2]}${cased(value.toString(16), hex[3]!)}${hex[4]}`;
  const decimal = DECIMAL.exec(written);
  const digits = value > 9n ? `0x${value.toString(16)}` : `${value}`;
  return decimal ? `${decimal[1]}${digits}${decimal[4]}` : digits;
}

function cased(digits: string, like: string): string {
  return /[A-F]/.test(like) ? digits.toUpperCase() : digits;
}
