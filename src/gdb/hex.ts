/** Hexadecimal as gdb's remote protocol writes it: two digits a byte, numbers without a prefix. */

export function hexOf(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Undefined for what is no even number of digits. */
export function bytesOf(hex: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) return undefined;
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16),
  );
}

/** A number of at most 64 bits; undefined for what is none. */
export function numberOf(hex: string | undefined): bigint | undefined {
  return hex !== undefined && /^[0-9a-f]{1,16}$/i.test(hex) ? BigInt(`0x${hex}`) : undefined;
}

/** A count that is sure to be a small number. */
export function countOf(hex: string | undefined): number | undefined {
  const value = numberOf(hex);
  return value === undefined || value > 0xffffffffn ? undefined : Number(value);
}

export function littleEndian(value: bigint, bits: number): string {
  const bytes: number[] = [];
  for (let shift = 0; shift < bits; shift += 8) bytes.push(Number((value >> BigInt(shift)) & 0xffn));
  return hexOf(bytes);
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Text as one byte a character, which is how packets carry it. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** UTF-8 in one byte a character. */
export function encoded(text: string): string {
  return textOf(new TextEncoder().encode(text));
}

/** UTF-8 as hex, for what people read. */
export function hexText(text: string): string {
  return hexOf(new TextEncoder().encode(text));
}
