/**
 * Masks of register bits by their names in `isa/registers`, for TypeScript code that tests them. (The core gets its own
 * constants generated from the same rows.)
 */
import { registerFormats, type RegisterFormat } from '../isa/registers';

/**
 * Mask of the named bit or bit range.
 * @throws Error when the row does not exist: a spelling mistake of ours, found when the module is loaded.
 */
export function registerMask(format: RegisterFormat, name: string): bigint {
  const range = registerFormats[format].ranges.find((candidate) => candidate.name === name);
  if (!range) throw new Error(`isa/registers has no ${name} in ${format}`);
  return ((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low);
}
