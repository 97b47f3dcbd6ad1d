/**
 * Types of values (DWARF5 chapter 5), read lazily: a structure knows its members only once somebody looks inside.
 *
 * Types are plain data with getters; how bytes become text is in ../values.ts.
 */
import { SymbolError } from '../symbol-error';
import { At, Encoding, Tag } from './constants';
import type { AttributeValue } from './attribute-values';
import type { Entry } from './unit';

export type DataType =
  | { readonly kind: 'void' }
  | { readonly kind: 'base'; readonly name: string; readonly size: number; readonly encoding: Encoding }
  | {
      readonly kind: 'pointer';
      readonly size: number;
      readonly target: DataType;
      readonly sign: '*' | '&' | '&&';
    }
  | StructureType
  | {
      readonly kind: 'array';
      readonly element: DataType;
      /** Elements per dimension, outermost first; undefined when it is known at run time or not at all. */
      readonly counts: readonly (number | undefined)[];
      /** What computes them where they are known only at run time: of arrays of variable length. */
      readonly bounds?: readonly (ArrayBound | undefined)[];
    }
  | {
      readonly kind: 'enum';
      readonly name: string | undefined;
      readonly size: number;
      readonly signed: boolean;
      readonly enumerators: readonly { readonly name: string; readonly value: bigint }[];
    }
  | { readonly kind: 'typedef'; readonly name: string; readonly target: DataType }
  | { readonly kind: 'qualified'; readonly qualifier: string; readonly target: DataType }
  | {
      readonly kind: 'function';
      readonly result: DataType;
      readonly parameters: readonly DataType[];
      readonly variadic: boolean;
    };

/** A count, or a last index, that the program computes: an attribute of the subrange. */
export interface ArrayBound {
  readonly entry: Entry;
  readonly at: At.count | At.upperBound;
}

export interface StructureType {
  readonly kind: 'structure';
  readonly keyword: 'struct' | 'union' | 'class';
  readonly name: string | undefined;
  readonly size: number;
  /** Declared here but defined in another unit, or nowhere. */
  readonly opaque: boolean;
  readonly members: readonly Member[];
}

export interface Member {
  /** Undefined for anonymous structures and unions, whose members count as the parent's. */
  readonly name: string | undefined;
  readonly type: DataType;
  /** Bytes from the start of the structure. */
  readonly offset: number;
  /** Bit-field: bits from the start of the structure (offset is then 0) and width in bits. */
  readonly bits?: { readonly offset: number; readonly width: number };
  readonly inherited: boolean;
}

export const VOID: DataType = { kind: 'void' };

/** Finds the definition of a structure that is only declared in the unit at hand. */
export type DefinitionFinder = (name: string, tag: number) => Entry | undefined;

/** Types that must be built at once for another one; targets of pointers and the like are not among them. */
const MAXIMUM_BUILDING = 64;

export class TypeReader {
  private readonly known = new Map<string, DataType>();
  private building = 0;

  constructor(private readonly findDefinition: DefinitionFinder) {}

  /** The type an entry's DW_AT_type (or that of its origins) names; void without one. */
  typeOf(entry: Entry): DataType {
    const target = entry.inherited(At.type)?.reference(At.type);
    return target ? this.read(target) : VOID;
  }

  /** The type an entry describes. */
  read(entry: Entry): DataType {
    const key = `${entry.unit.key}:${entry.offset}`;
    let type = this.known.get(key);
    if (!type) {
      if (this.building > MAXIMUM_BUILDING) throw endless();
      this.building++;
      try {
        type = this.build(entry);
      } finally {
        this.building--;
      }
      this.known.set(key, type);
    }
    return type;
  }

  private build(entry: Entry): DataType {
    // The skeleton of a type that stands in a type unit of its own.
    const elsewhere = entry.reference(At.signature);
    if (elsewhere && elsewhere.unit !== entry.unit) return this.read(elsewhere);
    const size = byteSize(entry);
    switch (entry.tag) {
      case Tag.baseType:
        return {
          kind: 'base',
          name: entry.string(At.name) ?? '?',
          size: size ?? 0,
          encoding: entry.number(At.encoding) ?? Encoding.unsigned,
        };
      case Tag.unspecifiedType:
        return { kind: 'base', name: entry.string(At.name) ?? 'void', size: 0, encoding: Encoding.unsigned };
      case Tag.pointerType:
        return this.pointer(entry, '*');
      case Tag.referenceType:
        return this.pointer(entry, '&');
      case Tag.rvalueReferenceType:
        return this.pointer(entry, '&&');
      case Tag.structureType:
        return this.structure(entry, 'struct');
      case Tag.classType:
        return this.structure(entry, 'class');
      case Tag.unionType:
        return this.structure(entry, 'union');
      case Tag.arrayType:
        return this.array(entry);
      case Tag.enumerationType:
        return this.enumeration(entry);
      case Tag.typedef:
        return this.lazy({ kind: 'typedef', name: entry.string(At.name) ?? '?' }, entry);
      case Tag.constType:
        return this.lazy({ kind: 'qualified', qualifier: 'const' }, entry);
      case Tag.volatileType:
        return this.lazy({ kind: 'qualified', qualifier: 'volatile' }, entry);
      case Tag.restrictType:
        return this.lazy({ kind: 'qualified', qualifier: 'restrict' }, entry);
      case Tag.atomicType:
        return this.lazy({ kind: 'qualified', qualifier: '_Atomic' }, entry);
      case Tag.subroutineType:
      case Tag.subprogram:
        return this.subroutine(entry);
      default:
        return {
          kind: 'base',
          name: entry.string(At.name) ?? '<unknown type>',
          size: size ?? 0,
          encoding: 7,
        };
    }
  }

  /** Adds a `target` that is read at first use, because types refer to themselves through pointers. */
  private lazy<T extends object>(type: T, entry: Entry): T & { readonly target: DataType } {
    const typeOf = () => this.typeOf(entry);
    let target: DataType | undefined;
    return Object.defineProperty(type, 'target', {
      enumerable: true,
      get: () => (target ??= typeOf()),
    }) as T & { readonly target: DataType };
  }

  private pointer(entry: Entry, sign: '*' | '&' | '&&'): DataType {
    return this.lazy(
      { kind: 'pointer' as const, size: byteSize(entry) ?? entry.unit.addressSize, sign },
      entry,
    );
  }

  private structure(declared: Entry, keyword: 'struct' | 'union' | 'class'): DataType {
    // The definition of a merely declared structure is looked for when its inside matters: that search is
    // over the whole program.
    let found: Entry | undefined;
    const definition = () => (found ??= this.definition(declared));
    let members: Member[] | undefined;
    const readMembers = () => this.members(definition());
    return {
      kind: 'structure',
      keyword,
      name: declared.name(),
      get size() {
        return byteSize(definition()) ?? 0;
      },
      get opaque() {
        return definition().flag(At.declaration);
      },
      get members() {
        return (members ??= readMembers());
      },
    };
  }

  private definition(declared: Entry): Entry {
    if (!declared.flag(At.declaration)) return declared;
    const name = declared.name();
    return (name === undefined ? undefined : this.findDefinition(name, declared.tag)) ?? declared;
  }

  private members(structure: Entry): Member[] {
    const members: Member[] = [];
    for (const child of structure.children()) {
      if (child.tag !== Tag.member && child.tag !== Tag.inheritance) continue;
      // Static members of C++ classes have no place in the object.
      if (child.flag(At.external) || child.flag(At.declaration)) continue;
      const type = this.typeOf(child);
      const offset = memberOffset(child.value(At.dataMemberLocation));
      const width = child.number(At.bitSize);
      const inherited = child.tag === Tag.inheritance;
      const name = child.string(At.name);
      if (width === undefined) {
        members.push({ name, type, offset, inherited });
        continue;
      }
      const modern = child.number(At.dataBitOffset);
      // Before DWARF 4 the position counts from the most significant bit of the storage unit.
      const storage = child.number(At.byteSize) ?? sizeOf(type) ?? 0;
      const old = offset * 8 + storage * 8 - (child.number(At.bitOffset) ?? 0) - width;
      // A field wider than any integer is damage.
      if (width < 1 || width > 128) continue;
      const first = modern === undefined ? old : offset * 8 + modern;
      if (sane(first) === undefined) continue;
      const bits = { offset: first, width };
      members.push({ name, type, offset: 0, bits, inherited });
    }
    return members;
  }

  private array(entry: Entry): DataType {
    const counts: (number | undefined)[] = [];
    const bounds: (ArrayBound | undefined)[] = [];
    for (const child of entry.children()) {
      if (child.tag !== Tag.subrangeType) continue;
      bounds[counts.length] = dynamicBound(child);
      const count = child.value(At.count);
      const upper = child.value(At.upperBound);
      if (count?.kind === 'constant') counts.push(sane(count.value));
      // gcc writes int[0] as an upper bound of -1, in whatever width.
      else if (upper?.kind === 'constant') counts.push(isMinusOne(upper) ? 0 : sane(upper.value + 1));
      else counts.push(undefined);
    }
    let element: DataType | undefined;
    const typeOf = () => this.typeOf(entry);
    return {
      kind: 'array',
      counts: counts.length > 0 ? counts : [undefined],
      ...(bounds.some((bound) => bound) ? { bounds } : {}),
      get element() {
        return (element ??= typeOf());
      },
    };
  }

  private enumeration(entry: Entry): DataType {
    const base = this.typeOf(entry);
    const size = byteSize(entry) ?? sizeOf(base) ?? 4;
    const enumerators: { name: string; value: bigint }[] = [];
    for (const child of entry.children()) {
      const value = child.value(At.constValue);
      if (child.tag !== Tag.enumerator || value?.kind !== 'constant') continue;
      const raw = value.big ?? BigInt(Math.trunc(value.value));
      enumerators.push({ name: child.string(At.name) ?? '?', value: raw });
    }
    const stripped = strip(base);
    const signed =
      stripped.kind === 'base'
        ? stripped.encoding === Encoding.signed
        : enumerators.some((e) => e.value < 0n);
    return { kind: 'enum', name: entry.string(At.name), size, signed, enumerators };
  }

  private subroutine(entry: Entry): DataType {
    let shape: { result: DataType; parameters: DataType[]; variadic: boolean } | undefined;
    const read = () => {
      if (shape) return shape;
      shape = { result: this.typeOf(entry), parameters: [], variadic: false };
      for (const child of entry.children()) {
        if (child.tag === Tag.formalParameter) shape.parameters.push(this.typeOf(child));
        if (child.tag === Tag.unspecifiedParameters) shape.variadic = true;
      }
      return shape;
    };
    return {
      kind: 'function',
      get result() {
        return read().result;
      },
      get parameters() {
        return read().parameters;
      },
      get variadic() {
        return read().variadic;
      },
    };
  }
}

function dynamicBound(subrange: Entry): ArrayBound | undefined {
  for (const at of [At.count, At.upperBound] as const) {
    const kind = subrange.value(at)?.kind;
    if (kind === 'block' || kind === 'reference' || kind === 'offset' || kind === 'listIndex')
      return { entry: subrange, at };
  }
  return undefined;
}

function isMinusOne(value: AttributeValue & { kind: 'constant' }): boolean {
  return value.value === -1 || value.value === 0xffffffff || value.big === 0xffffffffffffffffn;
}

/** DW_AT_byte_size, if it is a size at all. */
function byteSize(entry: Entry): number | undefined {
  const size = entry.number(At.byteSize);
  return size === undefined ? undefined : (sane(size) ?? 0);
}

/** A size or count that something in a 64-bit address space can have. */
function sane(value: number): number | undefined {
  return value >= 0 && value < 2 ** 47 ? value : undefined;
}

function memberOffset(value: AttributeValue | undefined): number {
  if (value?.kind === 'constant' || value?.kind === 'offset') return value.value;
  // Before DWARF 4 as an expression: DW_OP_plus_uconst and the offset.
  if (value?.kind === 'block' && value.bytes[0] === 0x23) {
    let offset = 0;
    for (let i = 1, scale = 1; i < value.bytes.length; i++, scale *= 128)
      offset += (value.bytes[i]! & 0x7f) * scale;
    return offset;
  }
  return 0;
}

function endless(): SymbolError {
  return new SymbolError('A type refers to itself. The debug information is damaged; rebuild it.');
}

/** The type below typedefs and qualifiers. Throws `SymbolError` for a type that never ends. */
export function strip(type: DataType): DataType {
  let at = type;
  for (let i = 0; i < 64; i++) {
    if (at.kind !== 'typedef' && at.kind !== 'qualified') return at;
    at = at.target;
  }
  throw endless();
}

/** Bytes a value of the type takes, or undefined when that is not known. */
export function sizeOf(type: DataType, depth = 0): number | undefined {
  const actual = strip(type);
  switch (actual.kind) {
    case 'void':
    case 'function':
      return undefined;
    case 'array': {
      if (depth > 32) return undefined;
      let size = sizeOf(actual.element, depth + 1);
      for (const count of actual.counts)
        size = size === undefined || count === undefined ? undefined : size * count;
      return size;
    }
    case 'structure':
      return actual.opaque ? undefined : actual.size;
    case 'base':
    case 'pointer':
    case 'enum':
      return actual.size;
    default:
      return undefined;
  }
}
