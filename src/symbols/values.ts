/**
 * Values as a tree: a line of text each, children read when somebody opens them.
 *
 * Anonymous members count as their parent's, pointers to structures open into the structure's members. Reading
 * never throws: what cannot be read says why in angle brackets.
 */
import {
  sizeOf,
  strip,
  type ArrayBound,
  type DataType,
  type Member,
  type StructureType,
} from './dwarf/data-types';
import { bytesToBigint, bigintToBytes } from './dwarf/expression';
import { Encoding } from './dwarf/constants';
import type { Entry } from './dwarf/unit';
import { typeName } from './dwarf/type-names';
import type { ReadingContext, WritingContext } from './frame';
import { parseScalar, scalarNumber, scalarText, stringText, type ScalarType } from './scalar-text';
import { Storage } from './storage';
import { SymbolError } from './symbol-error';
import type { Architecture } from './registers';

/** Longest preview of a structure or array, in members. */
const PREVIEW = 6;
/** Most children one call returns. */
const MAXIMUM_CHILDREN = 4096;
/** Widest scalar there is: a vector register. */
const MAXIMUM_SCALAR = 64;
/** Longest string shown behind a `char *`. */
const STRING_PREVIEW = 128;

/** What a value needs from the program besides its own bytes. */
export interface ValueSurroundings {
  readonly architecture: Architecture;
  /** `name` or `name+0x10` for an outside address, if a symbol is there. */
  nameAddress(address: bigint): string | undefined;
  /** Elements of an array whose length the program computes; undefined when that cannot be told here. */
  arrayCount(bound: ArrayBound, context: ReadingContext): number | undefined;
  /** The variable an optimised-away pointer stands for. */
  implicitTarget(entry: Entry, context: ReadingContext): { type: DataType; storage: Storage } | undefined;
}

/** A value as one line. */
interface Shown {
  readonly text: string;
  readonly available: boolean;
  readonly number?: bigint;
}

export class Value {
  /** Type in C notation. */
  readonly type: string;
  /** The value in one line; `<...>` when there is none. */
  readonly text: string;
  /** False when the value cannot be read; `text` has the reason. */
  readonly available: boolean;
  /** The integer or pointer behind a scalar. */
  readonly number: bigint | undefined;
  private readonly actual: DataType;

  constructor(
    readonly name: string,
    dataType: DataType,
    private readonly storage: Storage,
    private readonly context: ReadingContext,
    private readonly around: ValueSurroundings,
    /** C expression that names this value, for watch and copy. */
    readonly expression = name,
    private readonly bits?: Member['bits'],
    depth = 0,
  ) {
    const stripped = safely<DataType>({ kind: 'void' }, () => strip(dataType));
    this.actual = safely(stripped, () => this.counted(stripped));
    this.type = safely('<damaged type>', () =>
      typeName(dataType === stripped && stripped.kind === 'array' ? this.actual : dataType),
    );
    const shown = safely<Shown>({ text: '<damaged debug information>', available: false }, () =>
      this.show(depth),
    );
    this.text = shown.text;
    this.available = shown.available;
    this.number = shown.number;
  }

  /** Linear address of the value, when it is in memory and not a bit-field. */
  get address(): bigint | undefined {
    return this.bits ? undefined : this.storage.address;
  }

  /** Bytes; undefined when the type does not say. */
  get size(): number | undefined {
    return safely(undefined, () => sizeOf(this.actual));
  }

  /** Where the value is, for people: an address, a register, `in pieces`. */
  get place(): string {
    return this.storage.describe();
  }

  /** Whether `writeValue` can take a text for it. */
  get writable(): boolean {
    const kind = this.storage.location.kind;
    return this.isScalar && this.available && (kind === 'memory' || kind === 'register');
  }

  /** Target of a pointer, otherwise undefined. */
  get pointee(): bigint | undefined {
    return this.actual.kind === 'pointer' ? this.number : undefined;
  }

  get isArray(): boolean {
    return this.actual.kind === 'array';
  }

  /** How many children there are; 0 when it cannot be opened. */
  get childCount(): number {
    return safely(0, () => this.countChildren());
  }

  /** Children from `start`, at most `count` of them. */
  children(start = 0, count = MAXIMUM_CHILDREN): Value[] {
    const end = Math.min(this.childCount, start + Math.min(count, MAXIMUM_CHILDREN));
    return safely([], () => this.childrenAt(start, end, 0));
  }

  /** One child by member name or array index, looked up the way C does. */
  child(name: string | number): Value | undefined {
    return typeof name === 'number' ? this.element(name) : safely(undefined, () => this.namedMember(name));
  }

  /** What a pointer points to, as a value of its own. */
  dereference(): Value | undefined {
    const target = safely(undefined, () => this.target());
    return (
      target &&
      new Value(
        `*${this.name}`,
        target.type,
        target.storage,
        this.context,
        this.around,
        `*${this.expression}`,
      )
    );
  }

  /** Element `index` of an array or behind a pointer; bounds are not checked, as in C. */
  element(index: number): Value | undefined {
    return safely(undefined, () => {
      const { actual } = this;
      const target =
        actual.kind === 'array' ? { type: elementType(actual), storage: this.storage } : this.target();
      const size = target ? sizeOf(target.type) : undefined;
      if (!target || size === undefined) return undefined;
      const expression = `${this.expression}[${index}]`;
      const storage = target.storage.at(index * size);
      return new Value(`[${index}]`, target.type, storage, this.context, this.around, expression);
    });
  }

  /**
   * Changes a scalar. Answers undefined when done, otherwise a sentence for the user. The value object itself
   * keeps what it had read.
   */
  write(text: string, context: WritingContext): string | undefined {
    if (!this.isScalar) return `${this.name} is a ${this.type}; change its members one by one.`;
    const size =
      this.actual.kind === 'base' || this.actual.kind === 'enum' || this.actual.kind === 'pointer'
        ? this.actual.size
        : 0;
    const parsed = parseScalar(this.actual as ScalarType, text, size);
    if ('error' in parsed) return parsed.error;
    if (!this.bits) return this.storage.write(parsed.bytes, context);
    const first = Math.floor(this.bits.offset / 8);
    const shift = BigInt(this.bits.offset % 8);
    const length = Math.ceil((this.bits.offset + this.bits.width) / 8) - first;
    const around = this.storage.at(first);
    const old = around.read(length, context);
    if ('reason' in old) return `${this.name} cannot be changed: ${old.reason}.`;
    const mask = ((1n << BigInt(this.bits.width)) - 1n) << shift;
    const bits = (bytesToBigint(old.bytes) & ~mask) | ((bytesToBigint(parsed.bytes) << shift) & mask);
    return around.write(bigintToBytes(bits, length), context);
  }

  /** An array of variable length with the length it has here. */
  private counted(type: DataType): DataType {
    if (type.kind !== 'array' || !type.bounds) return type;
    const { bounds } = type;
    const counts = type.counts.map((count, i) => {
      const bound = bounds[i];
      return bound ? this.around.arrayCount(bound, this.context) : count;
    });
    return { kind: 'array', element: type.element, counts };
  }

  private countChildren(): number {
    const { actual } = this;
    if (actual.kind === 'structure') return this.memberList(actual).length;
    if (actual.kind === 'array') return actual.counts[0] ?? 0;
    const target = this.target();
    if (!target) return 0;
    const inside = strip(target.type);
    return inside.kind === 'structure' && !inside.opaque ? this.memberList(inside).length : 1;
  }

  private namedMember(name: string): Value | undefined {
    const structure = this.actual.kind === 'structure' ? this.actual : undefined;
    const target = structure ? undefined : this.target();
    const inside = structure ?? (target ? strip(target.type) : undefined);
    if (inside?.kind !== 'structure') return undefined;
    const members = this.memberList(inside);
    const at = members.findIndex((m) => m.name === name);
    if (at >= 0) return this.childrenAt(at, at + 1, 0)[0];
    // Members of base classes are the class's own.
    for (const [index, { inherited }] of members.entries()) {
      const found = inherited ? this.childrenAt(index, index + 1, 0)[0]?.child(name) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  private get isScalar(): boolean {
    return this.actual.kind === 'base' || this.actual.kind === 'pointer' || this.actual.kind === 'enum';
  }

  private show(depth: number): Shown {
    const { actual, storage, context } = this;
    const { location } = storage;
    if (location.kind === 'missing') return { text: `<${location.reason}>`, available: false };
    if (location.kind === 'implicitPointer' && actual.kind === 'pointer') {
      const target = depth < 2 ? this.around.implicitTarget(location.entry, context) : undefined;
      return { text: target ? '<optimized out, its target is known>' : '<optimized out>', available: false };
    }
    switch (actual.kind) {
      case 'void':
        return { text: '<void>', available: false };
      case 'function':
        return {
          text: storage.address === undefined ? '<function>' : this.addressText(storage.address),
          available: true,
        };
      case 'structure':
        return { text: this.structurePreview(actual, depth), available: true };
      case 'array':
        return this.showArray(actual, depth);
      case 'base':
      case 'pointer':
      case 'enum':
        return this.showScalar(actual);
      default:
        return { text: '<unknown type>', available: false };
    }
  }

  private showScalar(type: ScalarType): Shown {
    if (type.size === 0 || type.size > MAXIMUM_SCALAR) return { text: '<no value>', available: false };
    if (this.bits) {
      const first = Math.floor(this.bits.offset / 8);
      const length = Math.ceil((this.bits.offset + this.bits.width) / 8) - first;
      const read = this.storage.at(first).read(length, this.context);
      if ('reason' in read) return { text: `<${read.reason}>`, available: false };
      const field = bytesToBigint(read.bytes) >> BigInt(this.bits.offset % 8);
      const bytes = bigintToBytes(BigInt.asUintN(this.bits.width, field), type.size);
      const number = scalarNumber(type, bytes, this.bits.width);
      return { text: scalarText(type, bytes, number), available: true, number };
    }
    const read = this.storage.read(type.size, this.context);
    if ('reason' in read) return { text: `<${read.reason}>`, available: false };
    const number = scalarNumber(type, read.bytes);
    const text =
      type.kind === 'pointer' ? this.pointerText(type, number) : scalarText(type, read.bytes, number);
    return { text, available: true, number };
  }

  private pointerText(type: DataType & { kind: 'pointer' }, address: bigint): string {
    const target = strip(type.target);
    if (address !== 0n && isCharacter(target)) {
      const text = this.stringAt(address);
      if (text !== undefined) return `0x${address.toString(16)} ${text}`;
    }
    return this.addressText(address);
  }

  private addressText(address: bigint): string {
    const name = address === 0n ? undefined : this.around.nameAddress(address);
    return name === undefined ? `0x${address.toString(16)}` : `0x${address.toString(16)} <${name}>`;
  }

  /** The string at an address, read up to the end of what is readable. */
  private stringAt(address: bigint): string | undefined {
    for (let length = STRING_PREVIEW; length > 0; length = length >> 1) {
      const bytes = this.context.readMemory(address, length);
      if (!bytes) continue;
      return stringText(bytes, STRING_PREVIEW) + (bytes.includes(0) ? '' : '…');
    }
    return undefined;
  }

  private structurePreview(type: StructureType, depth: number): string {
    if (type.opaque) return '<incomplete type>';
    if (depth >= 2) return '{…}';
    const members = this.memberList(type);
    const shown = this.childrenAt(0, Math.min(PREVIEW, members.length), depth + 1);
    const parts = shown.map((v) => `${v.name} = ${v.text}`);
    if (members.length > PREVIEW) parts.push('…');
    return `{${parts.join(', ')}}`;
  }

  private showArray(type: DataType & { kind: 'array' }, depth: number): Shown {
    const count = type.counts[0];
    if (count === undefined) return { text: '[?]', available: true };
    const element = strip(type.element);
    if (type.counts.length === 1 && isCharacter(element)) {
      const read = this.storage.read(Math.min(count, 1024), this.context);
      return 'reason' in read
        ? { text: `<${read.reason}>`, available: false }
        : { text: stringText(read.bytes), available: true };
    }
    if (depth >= 2) return { text: `[${count}] {…}`, available: true };
    const shown = this.childrenAt(0, Math.min(PREVIEW, count), depth + 1);
    const failed = shown.find((v) => !v.available);
    if (failed && shown.every((v) => !v.available)) return { text: failed.text, available: false };
    const parts = shown.map((v) => v.text);
    if (count > PREVIEW) parts.push('…');
    return { text: `[${count}] {${parts.join(', ')}}`, available: true };
  }

  private childrenAt(start: number, end: number, depth: number): Value[] {
    const { actual } = this;
    if (actual.kind === 'structure') return this.members(actual, this.storage, start, end, '.', depth);
    if (actual.kind === 'array') {
      const type = elementType(actual);
      const size = sizeOf(type);
      if (size === undefined) return [];
      const found: Value[] = [];
      for (let i = start; i < end; i++) {
        const expression = `${this.expression}[${i}]`;
        found.push(
          new Value(
            `[${i}]`,
            type,
            this.storage.at(i * size),
            this.context,
            this.around,
            expression,
            undefined,
            depth,
          ),
        );
      }
      return found;
    }
    const target = this.target();
    if (!target || start >= end) return [];
    const inside = strip(target.type);
    if (inside.kind === 'structure' && !inside.opaque)
      return this.members(inside, target.storage, start, end, '->', depth);
    const only = this.dereference();
    return only && start === 0 ? [only] : [];
  }

  private members(
    type: StructureType,
    storage: Storage,
    start: number,
    end: number,
    access: string,
    depth: number,
  ): Value[] {
    return this.memberList(type)
      .slice(start, end)
      .map((m) => {
        const expression = `${this.expression}${access}${m.name}`;
        return new Value(
          m.name,
          m.type,
          storage.at(m.offset),
          this.context,
          this.around,
          expression,
          m.bits,
          depth,
        );
      });
  }

  /** Members with anonymous structures and unions opened, since C names their members directly. */
  private memberList(type: StructureType, offset = 0, depth = 0): (Member & { name: string })[] {
    const list: (Member & { name: string })[] = [];
    for (const member of type.members) {
      const inside = strip(member.type);
      if (member.name === undefined && inside.kind === 'structure' && depth < 8) {
        if (member.inherited)
          list.push({ ...member, name: inside.name ?? '<base>', offset: member.offset + offset });
        else list.push(...this.memberList(inside, member.offset + offset, depth + 1));
      } else if (member.name !== undefined) {
        const bits = member.bits && { ...member.bits, offset: member.bits.offset + offset * 8 };
        list.push({
          ...member,
          name: member.name,
          offset: bits ? member.offset : member.offset + offset,
          ...(bits ? { bits } : {}),
        });
      }
    }
    return list;
  }

  /** Type and storage behind a pointer that points to data. */
  private target(): { type: DataType; storage: Storage } | undefined {
    const { actual } = this;
    if (actual.kind !== 'pointer') return undefined;
    const { location } = this.storage;
    if (location.kind === 'implicitPointer') {
      const target = this.around.implicitTarget(location.entry, this.context);
      return target && { type: target.type, storage: target.storage.at(location.offset) };
    }
    const inside = strip(actual.target);
    if (
      inside.kind === 'void' ||
      inside.kind === 'function' ||
      this.number === undefined ||
      this.number === 0n
    )
      return undefined;
    const storage = new Storage({ kind: 'memory', address: this.number }, 0, this.around.architecture);
    return { type: actual.target, storage };
  }
}

/** Types are read lazily, so damage may show at any question about them. */
function safely<T>(fallback: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SymbolError) return fallback;
    throw error;
  }
}

function elementType(array: DataType & { kind: 'array' }): DataType {
  return array.counts.length > 1
    ? { ...array, element: array.element, counts: array.counts.slice(1) }
    : array.element;
}

function isCharacter(type: DataType): boolean {
  return (
    type.kind === 'base' &&
    type.size === 1 &&
    (type.encoding === Encoding.signedChar || type.encoding === Encoding.unsignedChar)
  );
}
