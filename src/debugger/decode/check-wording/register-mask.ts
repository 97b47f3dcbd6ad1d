/**
 * Bits of a register by their names in isa.
 * @throws Error when a row does not exist: a spelling mistake of ours, found when the module is loaded
 */
import { registerFormats, type RegisterFormat } from '../../../isa/registers';
import { maskOf } from '../../../decode/word';

export function registerMask(format: RegisterFormat, ...names: readonly string[]): bigint {
  return names.reduce((mask, name) => {
    const range = registerFormats[format].ranges.find((candidate) => candidate.name === name);
    if (!range) throw new Error(`isa/registers has no ${name} in ${format}`);
    return mask | maskOf(range);
  }, 0n);
}
