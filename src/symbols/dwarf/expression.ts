/**
 * DWARF expressions and location descriptions (DWARF5 2.5, 2.6): where a value is, or what it is.
 *
 * The stack machine works on bigints cut to the width of an address. What cannot be known (optimised
 * away, a register that is not preserved) is a `missing` location with the reason, not an error.
 */
import { ByteReader } from '../byte-reader';
import { toOutside } from '../address';
import { SymbolError } from '../symbol-error';
import { At, Encoding, Op } from './constants';
import type { Entry, Unit } from './unit';

export type Location =
  | { readonly kind: 'memory'; readonly address: bigint }
  | { readonly kind: 'register'; readonly register: number }
  /** The value itself, nowhere stored; little-endian. */
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  /** A pointer that was optimised away although what it points to is known. */
  | { readonly kind: 'implicitPointer'; readonly entry: Entry; readonly offset: number }
  | { readonly kind: 'pieces'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'missing'; readonly reason: string };

export interface Piece {
  readonly location: Location;
  readonly bits: number;
  /** First bit of `location` this piece takes. */
  readonly from: number;
}

/** What an expression may ask about the place it is evaluated in. Addresses are outside ones. */
export interface ExpressionPlace {
  /** Undefined for expressions of CFI, which may not refer to entries. */
  readonly unit: Unit | undefined;
  readonly addressSize: number;
  /** Difference between where the program runs and where it was linked. */
  readonly bias: bigint;
  readMemory(address: bigint, length: number): Uint8Array | undefined;
  register(dwarfNumber: number): bigint | undefined;
  frameBase(): bigint | undefined;
  canonicalFrameAddress(): bigint | undefined;
  /** Value an expression had when the function was entered, as far as the caller tells. */
  entryValue(expression: Uint8Array): bigint | undefined;
}

/** Longest run of operations; a loop without end is damage. */
const MAXIMUM_STEPS = 10_000;

/** Deepest nesting of DW_OP_call. */
const MAXIMUM_CALLS = 8;

/** Raised inside the machine, turned into `missing` at its border. */
class Unavailable extends Error {}

interface Item {
  readonly value: bigint;
  /** Undefined: the generic type, as wide as an address. */
  readonly type?: { readonly bits: number; readonly signed: boolean };
}

/** The location an expression describes; `initial` values are pushed first (CFI, inheritance). */
export function evaluate(
  expression: Uint8Array,
  place: ExpressionPlace,
  initial: readonly bigint[] = [],
  depth = 0,
): Location {
  if (expression.length === 0) return missing('optimized out');
  if (depth > MAXIMUM_CALLS) return missing('damaged debug information');
  try {
    return new Machine(expression, place, initial, depth).location();
  } catch (error) {
    if (error instanceof Unavailable) return missing(error.message);
    if (error instanceof SymbolError) return missing('damaged debug information');
    throw error;
  }
}

/** The number an expression computes, as frame bases, call values and CFI rules need it. */
export function evaluateNumber(
  expression: Uint8Array,
  place: ExpressionPlace,
  initial: readonly bigint[] = [],
  depth = 0,
): bigint | undefined {
  const location = evaluate(expression, place, initial, depth);
  if (location.kind === 'memory') return location.address;
  if (location.kind === 'register') return place.register(location.register);
  if (location.kind !== 'value') return undefined;
  return bytesToBigint(location.bytes);
}

export function missing(reason: string): Location {
  return { kind: 'missing', reason };
}

/** Little-endian bytes as an unsigned number. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

/** The little-endian number of `bytes` bytes in memory with addresses of `bits` bits; undefined where it cannot be read. */
export function readNumber(
  readMemory: (address: bigint, length: number) => Uint8Array | undefined,
  address: bigint,
  bytes: number,
  bits = 64,
): bigint | undefined {
  const data = readMemory(BigInt.asUintN(bits, address), bytes);
  return data?.length === bytes ? bytesToBigint(data) : undefined;
}

/** The low `length` bytes of a number, little-endian. */
export function bigintToBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, rest = BigInt.asUintN(length * 8, value); i < length; i++, rest >>= 8n)
    bytes[i] = Number(rest & 0xffn);
  return bytes;
}

class Machine {
  private readonly stack: Item[] = [];
  private readonly pieces: Piece[] = [];
  private readonly reader: ByteReader;
  private readonly bits: number;
  /** A location that is not a memory address, until a piece or the end takes it. */
  private special: Location | undefined;
  private steps = 0;

  constructor(
    expression: Uint8Array,
    private readonly place: ExpressionPlace,
    initial: readonly bigint[],
    private readonly depth: number,
  ) {
    this.reader = new ByteReader(expression, 'A location expression');
    this.bits = place.addressSize * 8;
    for (const value of initial) this.push(value);
  }

  location(): Location {
    const r = this.reader;
    while (!r.done) {
      if (++this.steps > MAXIMUM_STEPS) throw new Unavailable('damaged debug information');
      this.step(r.u8());
    }
    if (this.pieces.length > 0) return { kind: 'pieces', pieces: this.pieces };
    return this.special ?? { kind: 'memory', address: this.pop() };
  }

  private push(value: bigint, type?: Item['type']): void {
    const cut = BigInt.asUintN(type?.bits ?? this.bits, value);
    this.stack.push(type ? { value: cut, type } : { value: cut });
  }

  private popItem(): Item {
    const item = this.stack.pop();
    if (!item) throw new Unavailable('damaged debug information');
    return item;
  }

  private pop(): bigint {
    return this.popItem().value;
  }

  /** The value read with its sign. */
  private signed(item: Item): bigint {
    return BigInt.asIntN(item.type?.bits ?? this.bits, item.value);
  }

  private register(number: number): bigint {
    const value = this.place.register(number);
    if (value === undefined) throw new Unavailable('its register was not preserved');
    return value;
  }

  private load(address: bigint, size: number): bigint {
    const bytes = size <= 16 ? this.place.readMemory(address, size) : undefined;
    if (!bytes || bytes.length < size)
      throw new Unavailable(`memory at 0x${address.toString(16)} cannot be read`);
    return bytesToBigint(bytes);
  }

  private step(op: number): void {
    const r = this.reader;
    if (op >= Op.lit0 && op <= Op.lit31) return this.push(BigInt(op - Op.lit0));
    if (op >= Op.reg0 && op <= Op.reg31) {
      this.special = { kind: 'register', register: op - Op.reg0 };
      return;
    }
    if (op >= Op.breg0 && op <= Op.breg31) return this.push(this.register(op - Op.breg0) + r.sleb64());
    switch (op) {
      case Op.addr:
        return this.push(toOutside(r.address(this.place.addressSize)) + this.place.bias);
      case Op.addrx:
      case Op.gnuAddrIndex:
        return this.push(toOutside(this.unit().indexedAddress(r.uleb())) + this.place.bias);
      case Op.constx:
      case Op.gnuConstIndex:
        return this.push(toOutside(this.unit().indexedAddress(r.uleb())));
      case Op.const1u:
        return this.push(BigInt(r.u8()));
      case Op.const1s:
        return this.push(BigInt(r.i8()));
      case Op.const2u:
        return this.push(BigInt(r.u16()));
      case Op.const2s:
        return this.push(BigInt(r.i16()));
      case Op.const4u:
        return this.push(BigInt(r.u32()));
      case Op.const4s:
        return this.push(BigInt(r.i32()));
      case Op.const8u:
      case Op.const8s:
        return this.push(r.u64());
      case Op.constu:
        return this.push(r.uleb64());
      case Op.consts:
        return this.push(r.sleb64());
      case Op.regx:
        this.special = { kind: 'register', register: r.uleb() };
        return;
      case Op.bregx:
        return this.push(this.register(r.uleb()) + r.sleb64());
      case Op.fbreg: {
        const base = this.place.frameBase();
        if (base === undefined) throw new Unavailable('the frame base is not known');
        return this.push(base + r.sleb64());
      }
      case Op.callFrameCfa: {
        const cfa = this.place.canonicalFrameAddress();
        if (cfa === undefined) throw new Unavailable('there is no call frame information here');
        return this.push(cfa);
      }
      case Op.deref:
        return this.push(this.load(this.pop(), this.place.addressSize));
      case Op.derefSize:
        return this.push(this.load(this.pop(), r.u8()));
      case Op.dup:
        return this.pick(0);
      case Op.over:
        return this.pick(1);
      case Op.pick:
        return this.pick(r.u8());
      case Op.drop:
        this.pop();
        return;
      case Op.swap: {
        const [top, below] = [this.popItem(), this.popItem()];
        this.stack.push(top, below);
        return;
      }
      case Op.rot: {
        const [top, second, third] = [this.popItem(), this.popItem(), this.popItem()];
        this.stack.push(top, third, second);
        return;
      }
      case Op.skip:
        return this.jump(r.i16());
      case Op.bra: {
        const distance = r.i16();
        if (this.pop() !== 0n) this.jump(distance);
        return;
      }
      case Op.nop:
      case Op.gnuUninit:
        return;
      case Op.piece:
        return this.piece(r.uleb() * 8, 0);
      case Op.bitPiece: {
        const bits = r.uleb();
        return this.piece(bits, r.uleb());
      }
      case Op.implicitValue:
        this.special = { kind: 'value', bytes: r.block(r.uleb()) };
        return;
      case Op.stackValue: {
        const top = this.popItem();
        this.special = { kind: 'value', bytes: bigintToBytes(top.value, (top.type?.bits ?? this.bits) / 8) };
        return;
      }
      case Op.implicitPointer:
      case Op.gnuImplicitPointer: {
        const unit = this.unit();
        const entry = unit.program.entry(r.size(unit.version <= 2 ? unit.addressSize : unit.offsetSize));
        const offset = r.sleb();
        this.special = entry
          ? { kind: 'implicitPointer', entry, offset }
          : missing('damaged debug information');
        return;
      }
      case Op.entryValue:
      case Op.gnuEntryValue: {
        const value = this.place.entryValue(r.block(r.uleb()));
        if (value === undefined)
          throw new Unavailable('optimized out: only its value at function entry was known');
        return this.push(value);
      }
      case Op.constType:
      case Op.gnuConstType: {
        const type = this.baseType(r.uleb());
        return this.push(bytesToBigint(r.block(r.u8())), type);
      }
      case Op.regvalType:
      case Op.gnuRegvalType: {
        const value = this.register(r.uleb());
        return this.push(value, this.baseType(r.uleb()));
      }
      case Op.derefType:
      case Op.gnuDerefType: {
        const value = this.load(this.pop(), r.u8());
        return this.push(value, this.baseType(r.uleb()));
      }
      case Op.convert:
      case Op.gnuConvert:
      case Op.reinterpret:
      case Op.gnuReinterpret: {
        const type = this.baseType(r.uleb());
        const item = this.popItem();
        return this.push(item.type?.signed ? this.signed(item) : item.value, type);
      }
      case Op.call2:
        return this.call(this.unit().offset + r.u16());
      case Op.call4:
        return this.call(this.unit().offset + r.u32());
      case Op.formTlsAddress:
      case Op.gnuPushTlsAddress:
        throw new Unavailable('thread-local storage');
      case Op.gnuParameterRef:
      case Op.gnuVariableValue:
        throw new Unavailable('optimized out');
      default:
        return this.arithmetic(op);
    }
  }

  private arithmetic(op: number): void {
    const r = this.reader;
    switch (op) {
      case Op.plusUconst: {
        const item = this.popItem();
        return this.push(item.value + r.uleb64(), item.type);
      }
      case Op.abs:
      case Op.neg:
      case Op.not: {
        const item = this.popItem();
        const value = this.signed(item);
        const result = op === Op.not ? ~value : op === Op.neg || value < 0n ? -value : value;
        return this.push(result, item.type);
      }
    }
    const right = this.popItem();
    const left = this.popItem();
    const a = left.value;
    const b = right.value;
    // The generic type compares and divides signed; typed values by their own sign.
    const signedType = left.type?.signed ?? true;
    const x = signedType ? this.signed(left) : a;
    const y = signedType ? this.signed(right) : b;
    const width = left.type?.bits ?? this.bits;
    const shift = b < BigInt(width) ? b : BigInt(width);
    const result = (value: bigint) => this.push(value, left.type);
    const truth = (value: boolean) => this.push(value ? 1n : 0n);
    switch (op) {
      case Op.and:
        return result(a & b);
      case Op.or:
        return result(a | b);
      case Op.xor:
        return result(a ^ b);
      case Op.plus:
        return result(a + b);
      case Op.minus:
        return result(a - b);
      case Op.mul:
        return result(a * b);
      case Op.div:
        if (y === 0n) throw new Unavailable('division by zero in its location');
        return result(x / y);
      case Op.mod:
        if (b === 0n) throw new Unavailable('division by zero in its location');
        // For the generic type modulo is unsigned, unlike division.
        return result(left.type?.signed ? x % y : a % b);
      case Op.shl:
        return result(a << shift);
      case Op.shr:
        return result(a >> shift);
      case Op.shra:
        return result(this.signed(left) >> shift);
      case Op.eq:
        return truth(x === y);
      case Op.ne:
        return truth(x !== y);
      case Op.lt:
        return truth(x < y);
      case Op.le:
        return truth(x <= y);
      case Op.gt:
        return truth(x > y);
      case Op.ge:
        return truth(x >= y);
      default:
        throw new Unavailable(`its location uses the unknown operation 0x${op.toString(16)}`);
    }
  }

  private pick(index: number): void {
    const item = this.stack[this.stack.length - 1 - index];
    if (!item) throw new Unavailable('damaged debug information');
    this.stack.push(item);
  }

  private jump(distance: number): void {
    const target = this.reader.offset + distance;
    if (target < 0 || target > this.reader.end) throw new Unavailable('damaged debug information');
    this.reader.offset = target;
  }

  private piece(bits: number, from: number): void {
    let location = this.special;
    this.special = undefined;
    // A piece without a location before it was optimised away.
    if (!location)
      location = this.stack.length > 0 ? { kind: 'memory', address: this.pop() } : missing('optimized out');
    this.pieces.push({ location, bits, from });
  }

  /** DW_OP_call: continues with another entry's location on the same stack. */
  private call(offset: number): void {
    const value = this.unit().entry(offset).value(At.location);
    if (value?.kind !== 'block') return;
    const inner = evaluateNumber(
      value.bytes,
      this.place,
      this.stack.map((i) => i.value),
      this.depth + 1,
    );
    if (inner === undefined) throw new Unavailable('optimized out');
    this.push(inner);
  }

  private unit(): Unit {
    if (!this.place.unit) throw new Unavailable('damaged debug information');
    return this.place.unit;
  }

  private baseType(offset: number): Item['type'] {
    if (offset === 0) return undefined;
    const unit = this.unit();
    const entry = unit.entry(unit.offset + offset);
    const encoding = entry.number(At.encoding) ?? Encoding.unsigned;
    if (encoding === Encoding.float) throw new Unavailable('a floating-point expression is not evaluated');
    const size = entry.number(At.byteSize) ?? 0;
    if (size < 1 || size > 32) throw new Unavailable('damaged debug information');
    return { bits: size * 8, signed: encoding === Encoding.signed || encoding === Encoding.signedChar };
  }
}
