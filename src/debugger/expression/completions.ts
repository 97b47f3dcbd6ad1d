/**
 * What can stand at the end of a half-typed expression: registers, VMCS fields behind the VMCS's name, exit reasons, names of
 * the program.
 */
import { vmcsFields } from '../../isa/vmcs-fields';
import type { Level } from '../../machine/level-state';
import { constants } from '../exception-filters';
import { registerNames } from '../level-registers';
import { spaceNames } from '../memory-reference';
import type { DebugSession } from '../session';

const LIMIT = 100;

/** Names that complete the word at the end of `text`; the word begins at `start`. */
export function completions(
  text: string,
  session: DebugSession,
  level: Level,
): { start: number; names: string[] } {
  const word = /[\w$]*$/.exec(text)![0];
  const start = text.length - word.length;
  const vmcs = /\b(vmcs|vmcs12|vmcs02|vmcs01)\.$/.exec(text.slice(0, start))?.[1];
  if (vmcs !== undefined)
    return { start, names: vmcsFields.map(({ name }) => name).filter(startsWith(word)) };
  if (/(\.|->)$/.test(text.slice(0, start))) return { start, names: [] };
  if (word.startsWith('$')) {
    const names = registerNames.map((name) => `$${name}`);
    return { start, names: names.filter(startsWith(word)) };
  }
  const ours = [...registerNames, 'vmcs', 'vmcs12', 'vmcs02', 'vmcs01', ...spaceNames, ...constants.keys()];
  const program = session.programs
    .ofLevel(level)
    .flatMap(({ symbols }) => (word === '' ? [] : symbols.completions(word, LIMIT)));
  const names = [...new Set([...program, ...ours.filter(startsWith(word))])];
  return { start, names: names.slice(0, LIMIT * 2) };
}

function startsWith(word: string): (name: string) => boolean {
  return (name) => name.toLowerCase().startsWith(word.toLowerCase());
}
