/** Bits of a register by their names in isa. */
import { registerFormats, type RegisterFormat } from '../../../isa/registers';
import { maskOf } from '../../../decode/word';

export function registerMask(format: RegisterFormat, ...names: readonly string[]): bigint {
  return registerFormats[format].ranges
    .filter(({ name }) => names.includes(name))
    .reduce((mask, range) => mask | maskOf(range), 0n);
}
