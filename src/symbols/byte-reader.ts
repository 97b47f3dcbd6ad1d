/**
 * A little-endian cursor over a section's bytes: fixed-width numbers, LEB128 (DWARF5 7.6), strings.
 *
 * Every read is checked against the section's end and fails with `SymbolError`. It knows bytes, not ELF or DWARF.
 */
import { SymbolError } from './symbol-error';
import { utf8 } from './utf8';

const TWO_32 = 0x1_0000_0000;
/** Bytes of a LEB128 number beyond 64 bits are padding; adding them up would end in infinity. */
const LEB_LIMIT = 2 ** 64;

export class ByteReader {
  readonly bytes: Uint8Array;
  /** Next byte to read, from the start of `bytes`. */
  offset: number;
  /** First byte that may not be read any more. */
  readonly end: number;
  private readonly view: DataView;

  /** `what` names the section in error messages. */
  constructor(
    bytes: Uint8Array,
    private readonly what: string,
    offset = 0,
    end = bytes.length,
  ) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = Math.min(end, bytes.length);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!(offset >= 0 && offset <= this.end)) this.fail();
  }

  /** A second cursor over the same bytes. */
  at(offset: number, end = this.end): ByteReader {
    return new ByteReader(this.bytes, this.what, offset, end);
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(): number {
    const at = this.take(1);
    return this.bytes[at]!;
  }

  i8(): number {
    return this.view.getInt8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  i16(): number {
    return this.view.getInt16(this.take(2), true);
  }

  u24(): number {
    const at = this.take(3);
    return this.view.getUint16(at, true) | (this.bytes[at + 2]! << 16);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }

  i64(): bigint {
    return this.view.getBigInt64(this.take(8), true);
  }

  /** A section offset or length of 4 or 8 bytes; values past 2^53 cannot be inside any file and fail. */
  size(width: number): number {
    if (width === 4) return this.u32();
    const at = this.take(8);
    const value = this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * TWO_32;
    if (value > Number.MAX_SAFE_INTEGER) this.fail();
    return value;
  }

  /** A target address of 4 or 8 bytes as the inside number (see address.ts). */
  address(width: number): number {
    if (width === 4) return this.u32();
    if (width === 8) {
      const at = this.take(8);
      return this.view.getUint32(at, true) + this.view.getInt32(at + 4, true) * TWO_32;
    }
    if (width === 2) return this.u16();
    throw new SymbolError(
      `${this.what}: ${width}-byte addresses are not x86. The debug information is damaged; rebuild it.`,
    );
  }

  /** Unsigned LEB128 as a number; exact up to 2^53, which is enough for everything but constants. */
  uleb(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let result = first & 0x7f;
    let scale = 128;
    for (;;) {
      const byte = this.u8();
      if (scale < LEB_LIMIT) result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
      scale *= 128;
    }
  }

  /** Signed LEB128 as a number; exact up to 2^53. */
  sleb(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      if (scale < LEB_LIMIT) {
        result += (byte & 0x7f) * scale;
        scale *= 128;
      }
      if (byte < 0x80) return byte & 0x40 ? result - scale : result;
    }
  }

  /** Unsigned LEB128, all 64 bits. */
  uleb64(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      if (shift < 70n) result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, result);
    }
  }

  /** Signed LEB128, all 64 bits. */
  sleb64(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      if (shift < 70n) result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte & 0x40 && shift < 70n) result -= 1n << (shift + 7n);
        return BigInt.asIntN(64, result);
      }
    }
  }

  skipLeb(): void {
    while (this.u8() >= 0x80);
  }

  /** Zero-terminated UTF-8. */
  string(): string {
    const start = this.offset;
    this.skipString();
    return utf8(this.bytes, start, this.offset - 1);
  }

  skipString(): void {
    const zero = this.bytes.indexOf(0, this.offset);
    if (zero < 0 || zero >= this.end) this.fail();
    this.offset = zero + 1;
  }

  /** The next `length` bytes, not copied. */
  block(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.take(length);
  }

  private take(length: number): number {
    const at = this.offset;
    const next = at + length;
    // The comparison is written so that NaN fails too.
    if (!(length >= 0 && next <= this.end)) this.fail();
    this.offset = next;
    return at;
  }

  private fail(): never {
    throw new SymbolError(
      `${this.what} ends in the middle of an entry (offset ${this.offset}). The file is truncated or damaged; rebuild it.`,
    );
  }
}
