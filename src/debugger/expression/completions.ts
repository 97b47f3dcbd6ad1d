/**
 * What can stand at the end of a half-typed expression: registers, VMCS fields behind the VMCS's name, exit reasons, names of
 * the program.
 */
import { vmcsFields } from '../../isa/vmcs-fields';
import type { StrandName } from '../../machine/strand';
import { constants } from '../exception-filters';
import { registerNames } from '../level-registers';
import { msrPlaces } from '../../machine/msr-places';
import { spaceNames } from '../memory-reference';
import type { DebugSession } from '../session';
import { evaluate } from './evaluator';
import type { ExpressionScope } from './scope';

const LIMIT = 100;
/** The path before a member's name. */
const OWNER = /([\w$:]+(?:(?:\.|->)\w+|\[[^\]]*\])*|\([^()]*\([^()]*\)[^()]*\)|\([^()]*\))(?:\.|->)$/;

/** Names that complete the word at the end of `text`; the word begins at `start`. */
export function completions(
  text: string,
  session: DebugSession,
  level: StrandName,
  scope: ExpressionScope,
): { start: number; names: string[] } {
  const word = /[\w$]*$/.exec(text)![0];
  const start = text.length - word.length;
  const vmcs = /\b(vmcs|vmcs12|vmcs02|vmcs01)\.$/.exec(text.slice(0, start))?.[1];
  if (vmcs !== undefined)
    return { start, names: vmcsFields.map(({ name }) => name).filter(startsWith(word)) };
  const owner = OWNER.exec(text.slice(0, start));
  if (owner) return { start, names: members(owner[1]!, scope).filter(startsWith(word)).slice(0, LIMIT) };
  if (word.startsWith('$')) {
    const names = [...registerNames, ...Object.keys(msrPlaces)].map((name) => `$${name}`);
    return { start, names: names.filter(startsWith(word)) };
  }
  const ours = [...registerNames, 'vmcs', 'vmcs12', 'vmcs02', 'vmcs01', ...spaceNames, ...constants.keys()];
  const program = session.programs
    .ofLevel(level)
    .flatMap(({ symbols }) => (word === '' ? [] : symbols.completions(word, LIMIT)));
  const names = [...new Set([...program, ...ours.filter(startsWith(word))])];
  return { start, names: names.slice(0, LIMIT * 2) };
}

/** Members of whatever a path names: a structure, what a pointer points to, a segment register. */
function members(path: string, scope: ExpressionScope): string[] {
  const parts = registerNames.filter((name) => name.startsWith(`${path.replace(/^\$/, '')}.`));
  if (parts.length > 0) return parts.map((name) => name.slice(name.indexOf('.') + 1));
  const found = evaluate(path, scope, false);
  if ('error' in found) return [];
  const { result } = found;
  const value =
    result.kind === 'variable' ? result.value : result.kind === 'number' ? pointed(path, scope) : undefined;
  return value ? value.children(0, LIMIT).map(({ name }) => name) : [];
}

/** What a cast pointer points to. */
function pointed(path: string, scope: ExpressionScope) {
  const target = evaluate(`*${path}`, scope, false);
  return 'result' in target && target.result.kind === 'variable' ? target.result.value : undefined;
}

function startsWith(word: string): (name: string) => boolean {
  return (name) => name.toLowerCase().startsWith(word.toLowerCase());
}
