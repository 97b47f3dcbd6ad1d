/**
 * The numbers that a source may give to the name of a fact, to tell a project's own meaning of the name from the manual's. A bit
 * is defined by its number or by its mask.
 */
import { interruptionFormats } from '../../isa/interruption-formats';
import { maskOf } from '../../decode/word';
import type { Fact } from '../knowledge/fact';

/** Where all event words have the type. */
const typeRange = interruptionFormats['entry-interruption'].ranges.find(({ name }) => name === 'TYPE')!;

/** Empty where any number will do. `name` is how the source calls it. */
export function numbersOf(fact: Fact, name: string): readonly bigint[] {
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
      // Linux numbers the controls of all words in a row of its own.
      return /^VMX_FEATURE_/.test(name) ? [] : bitNumbers({ high: fact.row.bit, low: fact.row.bit }, name);
    case 'register-bit':
    case 'msr-bit':
      return bitNumbers(fact.range, name);
    case 'event-bit':
      return bitNumbers(fact.places[0]!.range, name);
    case 'event-type':
      return [BigInt(fact.row.number), BigInt(fact.row.number) << BigInt(typeRange.low)];
    case 'activity-state':
      return [BigInt(fact.row.number)];
    default:
      // Linux numbers CPUID features in a way of its own.
      return [];
  }
}

/** Some headers have masks for the bits after they are moved down. */
function bitNumbers(range: { high: number; low: number }, name: string): readonly bigint[] {
  const mask = maskOf(range);
  return [BigInt(range.low), mask, ...(/_MASK$/.test(name) ? [mask >> BigInt(range.low)] : [])];
}

export function contradicts(numbers: readonly bigint[], value: bigint): boolean {
  return numbers.length > 0 && !numbers.includes(value);
}
