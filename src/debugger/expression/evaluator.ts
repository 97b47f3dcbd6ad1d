/**
 * Gives expressions their values. Integers are unbounded while computing, as wide as needed; a cast or a store cuts them. The
 * user's mistakes become sentences; nothing throws out of `evaluate`.
 */
import { memoryReference, spaceByName, spaceName } from '../memory-reference';
import type { AddressSpace } from '../../machine/topology-driver';
import type { Value } from '../../symbols/values';
import { applyBinary } from './arithmetic';
import type { BuiltinType } from './builtin-types';
import { parseExpression, type Node } from './parser';
import type { Cell, ExpressionScope } from './scope';
import { ExpressionError } from './tokens';

/** Where a number came from, if it can be written back there. */
type Place =
  | { readonly kind: 'cell'; readonly name: string; readonly cell: Cell }
  | {
      readonly kind: 'memory';
      readonly space: AddressSpace;
      readonly address: bigint;
      readonly type: BuiltinType;
    };

export type Evaluated =
  | {
      readonly kind: 'number';
      readonly value: bigint;
      readonly hex: boolean;
      readonly type: string;
      /** Digits to pad a hex value to, in bits. */
      readonly bits?: number;
      readonly place?: Place;
      /** The number is an address of this space. */
      readonly space?: AddressSpace;
      /** The number points to this type, behind so many stars. */
      readonly target?: { readonly type: BuiltinType; readonly pointers: number };
      /** The number is the address of this variable. */
      readonly variable?: Value;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly value: Value };

export type Evaluation = { readonly result: Evaluated } | { readonly error: string };

const U64: BuiltinType = { name: 'u64', bytes: 8, signed: false };

/** Evaluates a text. `assign: false` refuses assignments: conditions must not change what they look at. */
export function evaluate(text: string, scope: ExpressionScope, assign = true): Evaluation {
  try {
    return { result: new Evaluator(scope, assign).value(parseExpression(text)) };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.message };
    throw error;
  }
}

/** The truth of a condition; a sentence when it cannot be told. */
export function evaluateCondition(text: string, scope: ExpressionScope): boolean | { error: string } {
  const evaluation = evaluate(text, scope, false);
  if ('error' in evaluation) return evaluation;
  const { result } = evaluation;
  if (result.kind === 'text') return result.text !== '';
  const number = numberOf(result);
  return number === undefined ? { error: `"${text}" is not a number.` } : number !== 0n;
}

export function numberOf(result: Evaluated): bigint | undefined {
  if (result.kind === 'text') return undefined;
  return result.kind === 'number' ? result.value : result.value.number;
}

/** One line for a watch, a hover or a log point. */
export function evaluatedText(result: Evaluated): string {
  if (result.kind === 'text') return result.text;
  if (result.kind === 'variable') return result.value.text;
  if (result.space) return `${spaceName(result.space)}:0x${result.value.toString(16)}`;
  if (!result.hex) return result.value.toString();
  if (result.value < 0n) return `-0x${(-result.value).toString(16)}`;
  return '0x' + result.value.toString(16).padStart(result.bits ? result.bits / 4 : 1, '0');
}

/** Reference for the memory view, when the result is in memory or points there. */
export function evaluatedReference(result: Evaluated, scope: ExpressionScope): string | undefined {
  if (result.kind === 'text') return undefined;
  if (result.kind === 'variable') {
    const address = result.value.pointee ?? result.value.address;
    return address === undefined ? undefined : memoryReference(scope.space, address);
  }
  if (result.place?.kind === 'memory') return memoryReference(result.place.space, result.place.address);
  if (result.value < 0n) return undefined;
  return memoryReference(result.space ?? scope.space, result.value);
}

class Evaluator {
  constructor(
    private readonly scope: ExpressionScope,
    private readonly mayAssign: boolean,
  ) {}

  value(node: Node): Evaluated {
    switch (node.kind) {
      case 'number':
        return { kind: 'number', value: node.value, hex: node.hex, type: 'integer' };
      case 'string':
        return { kind: 'text', text: node.text };
      case 'name':
        return this.name(node.name);
      case 'unary':
        return this.unary(node);
      case 'binary':
        return this.binary(node);
      case 'choice':
        return this.value(this.number(node.condition) !== 0n ? node.yes : node.no);
      case 'member':
        return this.member(node);
      case 'index':
        return this.index(node);
      case 'cast':
        return this.cast(node);
      case 'spaced':
        return { ...this.plain(node.address), hex: true, type: 'address', space: spaceByName(node.space)! };
      case 'memory':
        return this.memory(this.value(node.address));
      case 'assign':
        return this.assign(node);
    }
  }

  private number(node: Node): bigint {
    return this.plain(node).value;
  }

  /** The value as a number, whatever it was. */
  private plain(node: Node): Evaluated & { kind: 'number' } {
    const value = this.value(node);
    if (value.kind === 'number') return value;
    const number = numberOf(value);
    if (number !== undefined && value.kind === 'variable')
      return {
        kind: 'number',
        value: number,
        hex: value.value.pointee !== undefined,
        type: value.value.type,
      };
    const shown = value.kind === 'text' ? `"${value.text}"` : value.value.name;
    throw new ExpressionError(
      value.kind === 'variable' && !value.value.available
        ? `${shown}: ${value.value.text.replace(/^<|>$/g, '')}.`
        : `${shown} is not a number.`,
    );
  }

  private name(written: string): Evaluated {
    const forced = written.startsWith('$');
    const name = forced ? written.slice(1) : written;
    const local = forced ? undefined : this.scope.variable(name, false);
    if (local) return { kind: 'variable', value: local };
    const register = this.scope.register(name);
    if (register) return this.cell(name, register);
    const global = forced ? undefined : this.scope.variable(name, true);
    if (global) return { kind: 'variable', value: global };
    const constant = this.scope.constant(name);
    if (typeof constant === 'string') return { kind: 'text', text: constant };
    if (constant !== undefined) return { kind: 'number', value: constant, hex: false, type: 'integer' };
    const symbol = forced ? undefined : this.scope.symbol(name);
    if (symbol !== undefined)
      return { kind: 'number', value: symbol, hex: true, type: 'address', space: this.scope.space };
    throw new ExpressionError(`There is no variable, register, symbol or name "${written}" here.`);
  }

  private cell(name: string, cell: Cell): Evaluated {
    if (cell.value === undefined) throw new ExpressionError(cell.unknown ?? `${name} is not known.`);
    return {
      kind: 'number',
      value: cell.value,
      hex: true,
      type: `u${cell.bits}`,
      bits: cell.bits,
      place: { kind: 'cell', name, cell },
    };
  }

  private member(node: Node & { kind: 'member' }): Evaluated {
    if (node.object.kind === 'name') {
      const { name } = node.object;
      const field = this.scope.field(name, node.name);
      if (field) return this.cell(`${name}.${node.name}`, field);
      const part = this.scope.register(`${name.replace(/^\$/, '')}.${node.name}`);
      if (part) return this.cell(`${name}.${node.name}`, part);
    }
    const object = this.value(node.object);
    const owner = object.kind === 'number' ? object.variable : object.kind === 'variable' && object.value;
    if (!owner) throw new ExpressionError(`A number has no member "${node.name}".`);
    const member = owner.child(node.name);
    if (!member) throw new ExpressionError(`${owner.name} (${owner.type}) has no member "${node.name}".`);
    return { kind: 'variable', value: member };
  }

  private index(node: Node & { kind: 'index' }): Evaluated {
    const object = this.value(node.object);
    const index = this.number(node.index);
    if (object.kind === 'variable') {
      const element = object.value.element(Number(index));
      if (!element) throw new ExpressionError(`${object.value.name} (${object.value.type}) has no elements.`);
      return { kind: 'variable', value: element };
    }
    if (object.kind === 'number' && object.target) {
      const size = BigInt(object.target.pointers > 1 ? 8 : object.target.type.bytes);
      return this.memory({ ...object, value: object.value + index * size });
    }
    throw new ExpressionError(
      'Only arrays and pointers have elements: cast an address first, as in ((u32*)a)[1].',
    );
  }

  private unary(node: Node & { kind: 'unary' }): Evaluated {
    if (node.operator === '&') return this.addressOf(node.operand);
    if (node.operator === '*') return this.dereference(this.value(node.operand));
    const operand = this.plain(node.operand);
    const value = {
      '-': () => -operand.value,
      '+': () => operand.value,
      '~': () => BigInt.asUintN(64, ~operand.value),
      '!': () => (operand.value === 0n ? 1n : 0n),
    }[node.operator]();
    return { kind: 'number', value, hex: operand.hex && node.operator !== '!', type: 'integer' };
  }

  private addressOf(operand: Node): Evaluated {
    const value = this.value(operand);
    if (value.kind === 'variable' && value.value.address !== undefined) {
      const { address, type } = value.value;
      return { kind: 'number', value: address, hex: true, type: `${type} *`, variable: value.value };
    }
    if (value.kind === 'number' && value.place?.kind === 'memory')
      return {
        kind: 'number',
        value: value.place.address,
        hex: true,
        type: 'address',
        space: value.place.space,
      };
    if (value.kind === 'number' && value.space) return value;
    throw new ExpressionError('This value has no address: it is not in memory.');
  }

  private dereference(value: Evaluated): Evaluated {
    if (value.kind === 'variable') {
      const target = value.value.dereference() ?? (value.value.isArray ? value.value.element(0) : undefined);
      if (!target)
        throw new ExpressionError(`${value.value.name} (${value.value.type}) does not point to data.`);
      return { kind: 'variable', value: target };
    }
    if (value.kind === 'number' && value.variable) return { kind: 'variable', value: value.variable };
    return this.memory(value);
  }

  /** What stands in memory at an address: of its pointer's type, else 64 bits. */
  private memory(value: Evaluated): Evaluated {
    const address = numberOf(value);
    if (address === undefined || address < 0n) throw new ExpressionError('This is not an address.');
    const space = (value.kind === 'number' ? value.space : undefined) ?? this.scope.space;
    const target = value.kind === 'number' ? value.target : undefined;
    const type = !target || target.pointers > 1 ? U64 : target.type;
    const read = this.scope.read(space, address, type.bytes);
    if (read === undefined)
      throw new ExpressionError(`No memory can be read at ${spaceName(space)}:0x${address.toString(16)}.`);
    return {
      kind: 'number',
      value: type.signed ? BigInt.asIntN(type.bytes * 8, read) : read,
      hex: !type.signed,
      type:
        target && target.pointers > 1 ? `${target.type.name} ${'*'.repeat(target.pointers - 1)}` : type.name,
      ...(type.signed ? {} : { bits: type.bytes * 8 }),
      place: { kind: 'memory', space, address, type },
      ...(target && target.pointers > 1 && { target: { ...target, pointers: target.pointers - 1 } }),
    };
  }

  private cast(node: Node & { kind: 'cast' }): Evaluated {
    const { type, pointers } = node;
    const operand = this.plain(node.operand);
    if (pointers > 0) {
      const name = `${type.name} ${'*'.repeat(pointers)}`;
      const space = operand.space && { space: operand.space };
      return {
        kind: 'number',
        value: operand.value,
        hex: true,
        type: name,
        target: { type, pointers },
        ...space,
      };
    }
    const bits = type.bytes * 8;
    const value = type.signed ? BigInt.asIntN(bits, operand.value) : BigInt.asUintN(bits, operand.value);
    return { kind: 'number', value, hex: operand.hex, type: type.name };
  }

  private binary(node: Node & { kind: 'binary' }): Evaluated {
    const { operator } = node;
    const truth = (value: boolean): Evaluated => ({
      kind: 'number',
      value: value ? 1n : 0n,
      hex: false,
      type: 'bool',
    });
    if (operator === '&&') return truth(this.number(node.left) !== 0n && this.number(node.right) !== 0n);
    if (operator === '||') return truth(this.number(node.left) !== 0n || this.number(node.right) !== 0n);
    const first = this.value(node.left);
    if (first.kind === 'text') {
      const second = this.value(node.right);
      if (second.kind !== 'text' || (operator !== '==' && operator !== '!='))
        throw new ExpressionError('Text can only be compared with text, by == and !=.');
      return truth((first.text === second.text) === (operator === '=='));
    }
    const left = this.plain(node.left);
    const right = this.plain(node.right);
    const value = applyBinary(operator, left.value, right.value);
    if (typeof value === 'boolean') return truth(value);
    const space = left.space && (operator === '+' || operator === '-') ? { space: left.space } : undefined;
    return { kind: 'number', value, hex: left.hex || right.hex, type: 'integer', ...space };
  }

  private assign(node: Node & { kind: 'assign' }): Evaluated {
    if (!this.mayAssign)
      throw new ExpressionError(
        'Nothing can be assigned here: compare with ==, or assign in the debug console.',
      );
    const target = this.value(node.target);
    const source = this.plain(node.value);
    const problem = this.store(target, source.value);
    if (problem !== undefined) throw new ExpressionError(problem);
    return this.value(node.target);
  }

  private store(target: Evaluated, value: bigint): string | undefined {
    if (target.kind === 'variable') return this.scope.writeVariable(target.value, value.toString());
    const place = target.kind === 'number' ? target.place : undefined;
    if (!place) return 'Only variables, registers, VMCS fields and memory can be assigned to.';
    if (place.kind === 'cell')
      return place.cell.write ? place.cell.write(value) : `${place.name} cannot be changed.`;
    const { space, address, type } = place;
    return this.scope.write(space, address, type.bytes, BigInt.asUintN(type.bytes * 8, value))
      ? undefined
      : `Memory at ${spaceName(space)}:0x${address.toString(16)} cannot be written.`;
  }
}
