/** Constants of the core's sources that a test must know to bring about a state that would take hours to reach. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The number that `name` is given in a file of src/core (`export const NAME: type = number` or a member of an enum). */
export function coreConstant(file: string, name: string): number {
  const text = readFileSync(join(__dirname, '..', '..', '..', 'src', 'core', file), 'utf8');
  const found = new RegExp(`\\b${name}(?:: \\w+)? = (0x[0-9a-f_]+|\\d+)[,;]`).exec(text);
  if (!found) throw new Error(`src/core/${file} gives ${name} no number`);
  return Number(found[1]!.replaceAll('_', ''));
}
