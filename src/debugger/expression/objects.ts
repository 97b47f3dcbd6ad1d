/**
 * What expressions do with things in memory: members, elements, what pointers point to, addresses, casts.
 */
import type { Value } from '../../symbols/values';
import { spaceName } from '../memory-reference';
import { numberOf, type Evaluated } from './result';
import type { ExpressionScope } from './scope';
import { ExpressionError } from './tokens';
import type { BinaryOperator, TypeNode } from './parser';
import { isProgramType, namedType, pointerName, POINTER_BYTES, U64, type NamedType } from './named-type';

type Numeric = Evaluated & { readonly kind: 'number' };

/** Longest string `,s` shows. */
const LONGEST_STRING = 1024;

export class Objects {
  constructor(private readonly scope: ExpressionScope) {}

  /** A reference of C++ is what it refers to. */
  variable(value: Value, space?: Numeric['space']): Evaluated {
    const referred = value.type.endsWith('&') ? value.dereference() : undefined;
    return { kind: 'variable', value: referred ?? value, ...(space && { space }) };
  }

  member(object: Evaluated, name: string): Evaluated {
    const owner = this.owner(object);
    if (!owner) throw new ExpressionError(`A number has no member "${name}".`);
    const member = owner.child(name);
    if (!member) throw new ExpressionError(`${owner.name} (${owner.type}) has no member "${name}".`);
    return this.variable(member, 'space' in object ? object.space : undefined);
  }

  /** The object whose members `object` names: itself, or what it points to. */
  private owner(object: Evaluated): Value | undefined {
    if (object.kind === 'variable') return object.value;
    if (object.kind !== 'number') return undefined;
    const { target } = object;
    if (target?.pointers === 1 && isProgramType(target.type)) return this.at(object, target.type);
    return object.variable;
  }

  private at({ value, space }: Numeric, type: NamedType): Value | undefined {
    return isProgramType(type) ? type.at(space ?? this.scope.space, BigInt.asUintN(64, value)) : undefined;
  }

  element(object: Evaluated, index: bigint): Evaluated {
    if (object.kind === 'list') {
      const item = object.items[Number(index)];
      if (!item)
        throw new ExpressionError(`There is no element ${index}: the list has ${object.items.length}.`);
      return item;
    }
    if (object.kind === 'variable') {
      const element = object.value.element(Number(index));
      if (!element) throw new ExpressionError(`${object.value.name} (${object.value.type}) has no elements.`);
      return this.variable(element, object.space);
    }
    if (object.kind === 'number' && object.target)
      return this.memory({ ...object, value: object.value + index * BigInt(stride(object)) });
    throw new ExpressionError(
      'Only arrays and pointers have elements: cast an address first, as in ((u32*)a)[1].',
    );
  }

  addressOf(value: Evaluated): Evaluated {
    if (value.kind === 'variable' && value.value.address !== undefined) {
      const { address, type } = value.value;
      const space = value.space && { space: value.space };
      return {
        kind: 'number',
        value: address,
        hex: true,
        type: `${type} *`,
        variable: value.value,
        ...space,
      };
    }
    if (value.kind === 'number' && value.place?.kind === 'memory') {
      const { address, space } = value.place;
      return { kind: 'number', value: address, hex: true, type: 'address', space };
    }
    if (value.kind === 'number' && value.space) return value;
    throw new ExpressionError('This value has no address: it is not in memory.');
  }

  dereference(value: Evaluated): Evaluated {
    if (value.kind === 'variable') {
      const target = value.value.dereference() ?? (value.value.isArray ? value.value.element(0) : undefined);
      if (!target)
        throw new ExpressionError(`${value.value.name} (${value.value.type}) does not point to data.`);
      return this.variable(target, value.space);
    }
    if (value.kind === 'number' && value.variable && !value.target)
      return { kind: 'variable', value: value.variable };
    return this.memory(value);
  }

  /** What stands in memory at an address: of its pointer's type, else 64 bits. */
  memory(value: Evaluated): Evaluated {
    const address = numberOf(value);
    if (address === undefined || address < 0n) throw new ExpressionError('This is not an address.');
    const space = ('space' in value ? value.space : undefined) ?? this.scope.space;
    const target = value.kind === 'number' ? value.target : undefined;
    const single = target?.pointers === 1 ? target.type : undefined;
    if (single && isProgramType(single)) return this.variable(single.at(space, address), spaceOf(value));
    const type = single && !isProgramType(single) ? single : U64;
    const read = this.scope.read(space, address, type.bytes);
    if (read === undefined)
      throw new ExpressionError(`No memory can be read at ${spaceName(space)}:0x${address.toString(16)}.`);
    const inner = target && target.pointers > 1 ? { ...target, pointers: target.pointers - 1 } : undefined;
    return {
      kind: 'number',
      value: type.signed ? BigInt.asIntN(type.bytes * 8, read) : read,
      hex: !type.signed,
      type: inner ? pointerName(inner.type, inner.pointers) : type.name,
      ...(type.signed ? {} : { bits: type.bytes * 8 }),
      place: { kind: 'memory', space, address, type },
      ...(inner && { target: inner }),
    };
  }

  cast({ name, pointers }: TypeNode, operand: Numeric): Evaluated {
    const type = namedType(this.scope, name);
    const space = operand.space && { space: operand.space };
    if (pointers > 0) {
      const { value } = operand;
      return {
        kind: 'number',
        value,
        hex: true,
        type: pointerName(type, pointers),
        target: { type, pointers },
        ...space,
      };
    }
    const signed = isProgramType(type) ? type.scalar?.signed : type.signed;
    if (signed === undefined || type.bytes === undefined)
      throw new ExpressionError(`A number cannot become a ${name}: write (${name} *) for an address.`);
    const bits = type.bytes * 8;
    const value = signed ? BigInt.asIntN(bits, operand.value) : BigInt.asUintN(bits, operand.value);
    return { kind: 'number', value, hex: operand.hex, type: type.name, ...space };
  }

  /** A pointer to the object whose member, by its path, lies where `pointer` leads. */
  container(pointer: Numeric, type: TypeNode, members: readonly string[]): Evaluated {
    const inNothing = this.cast(type, { kind: 'number', value: 0n, hex: true, type: 'address' });
    const member = members.reduce<Evaluated>((object, name) => this.member(object, name), inNothing);
    const offset = member.kind === 'variable' ? member.value.address : undefined;
    if (offset === undefined)
      throw new ExpressionError(
        `${members.join('.')} of ${type.name} has no place of its own: it is a bit field.`,
      );
    return this.cast(type, { ...pointer, value: BigInt.asUintN(64, pointer.value - offset) });
  }

  /** `pointer + n` goes n elements on, as in C; undefined for other sums. */
  movedPointer(operator: BinaryOperator, left: Evaluated, right: Evaluated): Evaluated | undefined {
    if (operator !== '+' && operator !== '-') return undefined;
    const by = numberOf(right);
    if (by === undefined || (right.kind === 'number' && right.target)) return undefined;
    const elements = operator === '+' ? by : -by;
    if (left.kind === 'number' && left.variable?.size !== undefined) {
      const { value, type, variable, space } = left;
      const moved = value + elements * BigInt(variable.size!);
      return { kind: 'number', value: moved, hex: true, type, ...(space && { space }) };
    }
    if (left.kind === 'number' && left.target)
      return { ...left, value: left.value + elements * BigInt(stride(left)) };
    if (
      left.kind !== 'variable' ||
      left.value.pointee === undefined ||
      (right.kind === 'variable' && right.value.pointee !== undefined)
    )
      return undefined;
    const element = left.value.element(Number(elements));
    return element?.address === undefined
      ? undefined
      : ({ ...this.addressOf(this.variable(element, left.space)), type: left.value.type } as Evaluated);
  }

  sizeOf(value: Evaluated): number {
    if (value.kind === 'variable' && value.value.size !== undefined) return value.value.size;
    if (value.kind === 'number' && value.place?.kind === 'memory') return value.place.type.bytes;
    if (value.kind === 'number') return (value.bits ?? 64) / 8;
    throw new ExpressionError('The size of this is not known.');
  }

  /** The characters up to a zero byte at the address that a value is, or has. */
  stringAt(value: Evaluated): Evaluated {
    const array = value.kind === 'variable' && value.value.isArray ? value.value.address : undefined;
    const start = array ?? numberOf(value);
    if (start === undefined || start < 0n) throw new ExpressionError('This is not an address.');
    const space = spaceOf(value) ?? this.scope.space;
    let text = '';
    for (let i = 0n; i < BigInt(LONGEST_STRING); i++) {
      const byte = this.scope.read(space, start + i, 1);
      if (byte === undefined && i === 0n)
        throw new ExpressionError(`No memory can be read at ${spaceName(space)}:0x${start.toString(16)}.`);
      if (!byte) break;
      text += String.fromCharCode(Number(byte));
    }
    return { kind: 'text', text: JSON.stringify(text) };
  }
}

function spaceOf(value: Evaluated): Numeric['space'] {
  return 'space' in value ? value.space : undefined;
}

/** Bytes from one element to the next behind a pointer. */
function stride({ target }: Numeric): number {
  const { type, pointers } = target!;
  if (pointers > 1) return POINTER_BYTES;
  if (type.bytes === undefined) throw new ExpressionError(`The size of "${type.name}" is not known here.`);
  return type.bytes;
}
