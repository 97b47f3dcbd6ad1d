/**
 * Gives expressions their values. Integers are unbounded while computing, as wide as needed; a cast or a store cuts them. The
 * user's mistakes become sentences; nothing throws out of `evaluate`, and each takes a bounded time.
 */
import { spaceByName, spaceName } from '../memory-reference';
import { applyBinary } from './arithmetic';
import { Budget } from './budget';
import { numberFormat } from './formats';
import { Objects } from './objects';
import { parseExpression, type Node } from './parser';
import { evaluatedText, numberOf, type Evaluated } from './result';
import type { Cell, ExpressionScope } from './scope';
import { ExpressionError } from './tokens';
import { namedType, POINTER_BYTES } from './named-type';

export { evaluatedReference, evaluatedText, numberOf, type Evaluated } from './result';

export type Evaluation = { readonly result: Evaluated } | { readonly error: string };

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

/** Elements of a slice or of `,[n]`. */
const MAXIMUM_ELEMENTS = 4096;

class Evaluator {
  private readonly budget = new Budget();
  private readonly objects: Objects;

  constructor(
    private readonly scope: ExpressionScope,
    private readonly mayAssign: boolean,
  ) {
    this.objects = new Objects(scope);
  }

  value(node: Node): Evaluated {
    this.budget.spend();
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
        return this.objects.element(this.value(node.object), this.number(node.index));
      case 'slice':
        return this.elements(this.value(node.object), this.number(node.from), this.number(node.to));
      case 'cast':
        return this.objects.cast(node.type, this.plain(this.value(node.operand)));
      case 'container':
        return this.objects.container(this.plain(this.value(node.pointer)), node.type, node.members);
      case 'sizeof':
        return this.sizeof(node);
      case 'format':
        return this.format(node);
      case 'spaced': {
        const space = spaceByName(node.space)!;
        return { ...this.plain(this.value(node.address)), hex: true, type: 'address', space };
      }
      case 'memory':
        return this.objects.memory(this.value(node.address));
      case 'assign':
        return this.assign(node);
    }
  }

  private number(node: Node): bigint {
    return this.plain(this.value(node)).value;
  }

  /** The value as a number, whatever it was. */
  private plain(value: Evaluated): Evaluated & { kind: 'number' } {
    if (value.kind === 'number') return value;
    const number = numberOf(value);
    if (number !== undefined && value.kind === 'variable')
      return {
        kind: 'number',
        value: number,
        hex: value.value.pointee !== undefined,
        type: value.value.type,
        ...(value.space && { space: value.space }),
      };
    if (value.kind !== 'variable') throw new ExpressionError(`${quoted(value)} is not a number.`);
    const { name, available, text } = value.value;
    throw new ExpressionError(
      available ? `${name} is not a number.` : `${name}: ${text.replace(/^<|>$/g, '')}.`,
    );
  }

  private name(written: string): Evaluated {
    const forced = written.startsWith('$');
    const name = forced ? written.slice(1) : written;
    const local = forced ? undefined : this.scope.variable(name, false);
    if (local) return this.objects.variable(local);
    const register = this.scope.register(name);
    if (register) return this.cell(name, register);
    const global = forced ? undefined : this.scope.variable(name, true);
    if (global) return this.objects.variable(global);
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
    return this.objects.member(this.value(node.object), node.name);
  }

  private unary(node: Node & { kind: 'unary' }): Evaluated {
    const operand = this.value(node.operand);
    if (node.operator === '&') return this.objects.addressOf(operand);
    if (node.operator === '*') return this.objects.dereference(operand);
    const number = this.plain(operand);
    const value = {
      '-': () => -number.value,
      '+': () => number.value,
      '~': () => BigInt.asUintN(64, ~number.value),
      '!': () => (number.value === 0n ? 1n : 0n),
    }[node.operator]();
    return { kind: 'number', value, hex: number.hex && node.operator !== '!', type: 'integer' };
  }

  private sizeof({ type, operand }: Node & { kind: 'sizeof' }): Evaluated {
    const size = (bytes: number): Evaluated => ({
      kind: 'number',
      value: BigInt(bytes),
      hex: false,
      type: 'size_t',
    });
    if (operand) return size(this.objects.sizeOf(this.value(operand)));
    if (type!.pointers > 0) return size(POINTER_BYTES);
    const variable = this.scope.variable(type!.name, false) ?? this.scope.variable(type!.name, true);
    if (variable) return size(this.objects.sizeOf({ kind: 'variable', value: variable }));
    const { name, bytes } = namedType(this.scope, type!.name);
    if (bytes === undefined) throw new ExpressionError(`The size of "${name}" is not known here.`);
    return size(bytes);
  }

  private format(node: Node & { kind: 'format' }): Evaluated {
    const value = this.value(node.operand);
    if (node.count) return this.elements(value, 0n, this.number(node.count));
    if (node.format === 's') return this.objects.stringAt(value);
    return this.formatted(value, node.format);
  }

  private formatted(value: Evaluated, written: string): Evaluated {
    const format = numberFormat(written)!;
    if (value.kind === 'list')
      return { ...value, items: value.items.map((item) => this.formatted(item, written)) };
    if (value.kind === 'variable' && value.value.isArray) {
      const count = BigInt(Math.min(value.value.childCount, MAXIMUM_ELEMENTS));
      return this.formatted(this.elements(value, 0n, count), written);
    }
    const bits = value.kind === 'variable' ? (value.value.size ?? POINTER_BYTES) * 8 : undefined;
    return { ...this.plain(value), format, ...(bits !== undefined && { bits }) };
  }

  private elements(object: Evaluated, from: bigint, to: bigint): Evaluated {
    if (to < from) throw new ExpressionError('The slice ends before it begins.');
    if (to - from > BigInt(MAXIMUM_ELEMENTS))
      throw new ExpressionError(`A slice shows at most ${MAXIMUM_ELEMENTS} elements.`);
    const items: Evaluated[] = [];
    for (let index = from; index < to; index++) {
      this.budget.spend();
      items.push(this.objects.element(object, index));
    }
    const type = object.kind === 'variable' ? object.value.type : 'elements';
    return { kind: 'list', items, type };
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
    const second = this.value(node.right);
    if (first.kind === 'text') {
      if (second.kind !== 'text' || (operator !== '==' && operator !== '!='))
        throw new ExpressionError('Text can only be compared with text, by == and !=.');
      return truth((first.text === second.text) === (operator === '=='));
    }
    const moved = this.objects.movedPointer(operator, first, second);
    if (moved) return moved;
    const left = this.plain(first);
    const right = this.plain(second);
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
    const source = this.plain(this.value(node.value));
    const problem = this.store(target, source.value);
    if (problem !== undefined) throw new ExpressionError(problem);
    return this.value(node.target);
  }

  private store(target: Evaluated, value: bigint): string | undefined {
    if (target.kind === 'variable' && target.space) return this.storeElsewhere(target, value);
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

  /** A variable behind an address of another space than the scope's. */
  private storeElsewhere(
    { value, space }: Evaluated & { kind: 'variable' },
    number: bigint,
  ): string | undefined {
    const { address, size } = value;
    if (address === undefined || !size || !value.writable)
      return `${value.name} is a ${value.type}; change its members one by one.`;
    return this.scope.write(space!, address, size, BigInt.asUintN(size * 8, number))
      ? undefined
      : `Memory at ${spaceName(space!)}:0x${address.toString(16)} cannot be written.`;
  }
}

function quoted(value: Evaluated): string {
  return value.kind === 'text' ? `"${value.text}"` : evaluatedText(value);
}
