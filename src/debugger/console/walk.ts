/**
 * `walk ADDRESS [read|write|fetch]`: all tables behind an address, as text. The entry that refuses has an arrow before it.
 */
import type { Machine } from '../../machine/machine';
import { walkAccesses, type AddressWalk, type WalkEntry } from '../../protocol/address-walk';
import { walkAddress } from '../decode/walk';
import { evaluate, numberOf } from '../expression/evaluator';
import type { ExpressionScope } from '../expression/scope';
import type { SpacedAddress } from '../memory-reference';

/** An expression, and an access by its name or as rights are written. */
const GIVEN = /^(.*?)(?:\s+(read|write|fetch|execute|[rwfx]))?$/s;
const USAGE = 'Write walk ADDRESS [read|write|fetch]: walk $rsp, walk L2gpa:0x1000 write.';

/** The address an expression comes to; a sentence when it is none. */
export function addressOf(scope: ExpressionScope, expression: string): SpacedAddress | { error: string } {
  const found = evaluate(expression, scope, false);
  if ('error' in found) return found;
  // A pointer is the address it holds; an object without a number is where it stands.
  const { result } = found;
  const address = numberOf(result) ?? (result.kind === 'variable' ? result.value.address : undefined);
  if (address === undefined || address < 0n) return { error: `"${expression}" is no address.` };
  const space = ('space' in found.result ? found.result.space : undefined) ?? scope.space;
  return { space, address: BigInt.asUintN(64, address) };
}

export function walk(machine: Machine, scope: ExpressionScope, given: string): string {
  const [, expression = '', word = 'read'] = GIVEN.exec(given.trim())!;
  if (expression === '') return USAGE;
  const asked = addressOf(scope, expression);
  if ('error' in asked) return `${asked.error} ${USAGE}`;
  const first = word.startsWith('x') || word.startsWith('e') ? 'f' : word[0]!;
  const access = walkAccesses.find((each) => each.startsWith(first))!;
  return walkText(walkAddress(machine, asked, access));
}

function walkText({ summary, stages }: AddressWalk): string {
  return [
    summary,
    ...stages.flatMap(({ title, from, to, entries, note }) => [
      `${title}: ${from} -> ${to ?? 'refused'}`,
      ...entries.map((entry) => entryLine(entry)),
      ...(note === undefined ? [] : [`     ${note}`]),
    ]),
  ].join('\n');
}

function entryLine({ row, address }: WalkEntry): string {
  const mark = row.error === undefined ? '    ' : ' -> ';
  return [`${mark}${row.label}`, 'at', address, 'is', row.value, row.meaning ?? ''].join(' ').trimEnd();
}
