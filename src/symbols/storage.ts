/**
 * Bytes of a value wherever its location says they are: memory, registers, nowhere, or in pieces.
 *
 * Knows locations, not types. What cannot be read is answered with the reason in words.
 */
import { type Location, bigintToBytes, bytesToBigint } from './dwarf/expression';
import type { ReadingContext, WritingContext } from './frame';
import { type Architecture, registerName, registerWidth } from './registers';

/** Bytes, or why there are none. */
export type Bytes = { readonly bytes: Uint8Array } | { readonly reason: string };

/** Widest register, in bytes. */
const MAXIMUM_REGISTER = 64;

/** A byte range of a location. */
export class Storage {
  constructor(
    readonly location: Location,
    /** First byte of the value within the location. */
    readonly offset: number,
    private readonly architecture: Architecture,
  ) {}

  /** A part of this storage, `offset` bytes further. */
  at(offset: number): Storage {
    return new Storage(this.location, this.offset + offset, this.architecture);
  }

  /** The linear address, when it lies in memory as a whole. */
  get address(): bigint | undefined {
    return this.location.kind === 'memory'
      ? BigInt.asUintN(64, this.location.address + BigInt(this.offset))
      : undefined;
  }

  /** Where it is, for people: `rax`, `0x1000`, `in pieces`. */
  describe(): string {
    const { location } = this;
    if (location.kind === 'register')
      return registerName(this.architecture, location.register) ?? 'a register';
    if (location.kind === 'memory') return `0x${this.address!.toString(16)}`;
    return { value: 'a constant', implicitPointer: 'optimized out', pieces: 'in pieces', missing: 'nowhere' }[
      location.kind
    ];
  }

  read(length: number, context: ReadingContext): Bytes {
    return this.readFrom(this.location, this.offset, length, context, 0);
  }

  /** Writes all bytes or answers why not. Values in pieces and constants cannot be written. */
  write(bytes: Uint8Array, context: WritingContext): string | undefined {
    const { location } = this;
    if (location.kind === 'memory') {
      const address = this.address!;
      if (context.writeMemory(address, bytes)) return undefined;
      return `Memory at 0x${address.toString(16)} cannot be written.`;
    }
    if (location.kind === 'register') {
      const width = registerWidth(this.architecture, location.register);
      const old = context.register(location.register);
      const name = registerName(this.architecture, location.register) ?? String(location.register);
      if (old === undefined || this.offset + bytes.length > width)
        return `Register ${name} is not known in this frame.`;
      const whole = bigintToBytes(old, width);
      whole.set(bytes, this.offset);
      if (context.writeRegister(location.register, bytesToBigint(whole))) return undefined;
      return `Register ${name} cannot be written in this frame.`;
    }
    return 'The compiler keeps this value nowhere as a whole, so it cannot be changed. Build with -O0 to change it.';
  }

  private readFrom(
    location: Location,
    offset: number,
    length: number,
    context: ReadingContext,
    depth: number,
  ): Bytes {
    switch (location.kind) {
      case 'memory': {
        const address = BigInt.asUintN(64, location.address + BigInt(offset));
        const bytes = context.readMemory(address, length);
        if (bytes && bytes.length >= length) return { bytes };
        return { reason: `cannot read memory at 0x${address.toString(16)}` };
      }
      case 'register': {
        const value = context.register(location.register);
        const width = registerWidth(this.architecture, location.register);
        if (value === undefined) {
          const name = registerName(this.architecture, location.register) ?? String(location.register);
          return { reason: `optimized out: ${name} was not preserved` };
        }
        if (offset + length > MAXIMUM_REGISTER) return { reason: 'damaged debug information' };
        // A value wider than its register is a producer's shorthand; the rest reads as zero.
        return {
          bytes: bigintToBytes(value, Math.max(width, offset + length)).subarray(offset, offset + length),
        };
      }
      case 'value': {
        const bytes = new Uint8Array(length);
        bytes.set(location.bytes.subarray(offset, offset + length));
        return { bytes };
      }
      case 'implicitPointer':
        return { reason: 'optimized out: the pointer itself, not its target' };
      case 'missing':
        return { reason: location.reason };
      case 'pieces':
        return depth < 4
          ? this.readPieces(location, offset, length, context, depth)
          : { reason: 'optimized out' };
    }
  }

  private readPieces(
    location: Location & { kind: 'pieces' },
    offset: number,
    length: number,
    context: ReadingContext,
    depth: number,
  ): Bytes {
    let result = 0n;
    let at = 0;
    const from = offset * 8;
    const to = from + length * 8;
    for (const piece of location.pieces) {
      const start = Math.max(from, at);
      const end = Math.min(to, at + piece.bits);
      if (start < end) {
        const first = piece.from + (start - at);
        const firstByte = Math.floor(first / 8);
        const bytes = Math.ceil((first + (end - start)) / 8) - firstByte;
        const part = this.readFrom(piece.location, firstByte, bytes, context, depth + 1);
        if ('reason' in part) return part;
        const bits = BigInt.asUintN(end - start, bytesToBigint(part.bytes) >> BigInt(first % 8));
        result |= bits << BigInt(start - from);
      }
      at += piece.bits;
    }
    return at < to ? { reason: 'optimized out' } : { bytes: bigintToBytes(result, length) };
  }
}
