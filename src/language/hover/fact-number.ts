/**
 * The numbers that a source may give to the name of a fact, to tell a project's own meaning of the name from the manual's. A bit
 * is defined by its number or by its mask.
 */
import { maskOf } from '../../decode/word';
import type { Fact } from '../knowledge/fact';

/** Empty where any number will do. */
export function numbersOf(fact: Fact): readonly bigint[] {
  switch (fact.kind) {
    case 'field':
      return [BigInt(fact.high && fact.row.high !== undefined ? fact.row.high : fact.row.encoding)];
    case 'exit-reason':
    case 'msr':
    case 'vm-instruction-error':
      return [BigInt(fact.row.number)];
    case 'exception':
      return [BigInt(fact.row.vector)];
    case 'control':
      return [BigInt(fact.row.bit), 1n << BigInt(fact.row.bit)];
    case 'register-bit':
      return [BigInt(fact.range.low), maskOf(fact.range)];
    default:
      // Linux numbers CPUID features in a way of its own.
      return [];
  }
}

export function contradicts(numbers: readonly bigint[], value: bigint): boolean {
  return numbers.length > 0 && !numbers.includes(value);
}
