/**
 * What an expression comes to, and its texts: a number that may know where it stands and what it points to, a text, a variable of
 * the program, or a list of these.
 */
import type { AddressSpace } from '../../machine/topology-driver';
import type { Value } from '../../symbols/values';
import { memoryReference, spaceName } from '../memory-reference';
import type { BuiltinType } from './builtin-types';
import { formattedNumber, type NumberFormat } from './formats';
import type { Cell, ExpressionScope, ProgramType } from './scope';

/** Where a number came from, if it can be written back there. */
export type Place =
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
      readonly target?: { readonly type: BuiltinType | ProgramType; readonly pointers: number };
      /** The number is the address of this variable. */
      readonly variable?: Value;
      readonly format?: NumberFormat;
    }
  | { readonly kind: 'text'; readonly text: string }
  /** `space`: where its address means something, when that is not the scope's own space. */
  | { readonly kind: 'variable'; readonly value: Value; readonly space?: AddressSpace }
  | { readonly kind: 'list'; readonly items: readonly Evaluated[]; readonly type: string };

/** Items of a list that its one line shows. */
const PREVIEW = 16;

export function numberOf(result: Evaluated): bigint | undefined {
  if (result.kind === 'text' || result.kind === 'list') return undefined;
  return result.kind === 'number' ? result.value : result.value.number;
}

/** One line for a watch, a hover or a log point. `hex`: the client wants numbers in hex. */
export function evaluatedText(result: Evaluated, hex = false): string {
  if (result.kind === 'text') return result.text;
  if (result.kind === 'list') {
    const shown = result.items.slice(0, PREVIEW).map((item) => evaluatedText(item, hex));
    return `{${shown.join(', ')}${result.items.length > PREVIEW ? ', …' : ''}}`;
  }
  if (result.kind === 'variable') {
    const { text, number } = result.value;
    return hex && number !== undefined && /^-?\d/.test(text) ? inHex(number) : text;
  }
  if (result.format) return formattedNumber(result.value, result.format, result.bits);
  if (result.space) return `${spaceName(result.space)}:0x${result.value.toString(16)}`;
  return result.hex || hex ? inHex(result.value, result.bits) : result.value.toString();
}

function inHex(value: bigint, bits?: number): string {
  if (value < 0n) return `-0x${(-value).toString(16)}`;
  return '0x' + value.toString(16).padStart(bits ? bits / 4 : 1, '0');
}

/** Reference for the memory view, when the result is in memory or points there. */
export function evaluatedReference(result: Evaluated, scope: ExpressionScope): string | undefined {
  if (result.kind === 'text') return undefined;
  if (result.kind === 'list') return result.items[0] && evaluatedReference(result.items[0], scope);
  if (result.kind === 'variable') {
    const address = result.value.pointee ?? result.value.address;
    return address === undefined ? undefined : memoryReference(result.space ?? scope.space, address);
  }
  if (result.place?.kind === 'memory') return memoryReference(result.place.space, result.place.address);
  if (result.value < 0n) return undefined;
  return memoryReference(result.space ?? scope.space, result.value);
}
