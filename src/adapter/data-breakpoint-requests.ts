/**
 * Data breakpoints: what can be watched of a variable, an expression or an address, and the list of those that are.
 */
import { offer, type DataAccess, type DataBreakpoint } from '../debugger/breakpoints/data-breakpoint';
import { targetOfResult, type TargetResult } from '../debugger/breakpoints/watch-target';
import { evaluate } from '../debugger/expression/evaluator';
import { parseMemoryReference } from '../debugger/memory-reference';
import type { Context, Handler } from './context';
import { evaluation } from './evaluation';
import { errors } from './errors';
import type { RequestArguments } from './request-arguments';

const MAXIMUM = Number.MAX_SAFE_INTEGER;
const ACCESSES: readonly DataAccess[] = ['read', 'write', 'readWrite'];

export const dataBreakpointRequests = {
  dataBreakpointInfo: (context, given) => {
    const name = given.text('name');
    const found = targetFor(context, given, name);
    if ('problem' in found) return { dataId: null, description: found.problem };
    const { dataId, description, access } = offer(found, name, given.optionalText('mode'));
    return { dataId, description, accessTypes: access, canPersist: true };
  },

  setDataBreakpoints: (context, given) => {
    const { session } = context;
    const requests = given.list('breakpoints').map((item) => ({
      dataId: item.text('dataId'),
      access: accessOf(item),
      texts: {
        condition: item.optionalText('condition'),
        hitCondition: item.optionalText('hitCondition'),
      },
    }));
    const made = session.data.replace(requests, () => session.breakpoints.takeId());
    return { breakpoints: made.map(described) };
  },
} satisfies Record<string, Handler>;

function accessOf(item: RequestArguments): DataAccess {
  const written = item.text('accessType', 'write');
  const found = ACCESSES.find((access) => access === written);
  if (!found) throw errors.badArgument('accessType', ACCESSES.join(', '));
  return found;
}

function described({ id, target, problem }: DataBreakpoint): object {
  return { id, verified: target !== undefined, ...(problem !== undefined && { message: problem }) };
}

/** A line of the Variables view, an address, or an expression. */
export function targetFor(context: Context, given: RequestArguments, name: string): TargetResult {
  const session = context.standing;
  const bytes = given.has('bytes') ? given.integer('bytes', 1, MAXIMUM) : undefined;
  const reference = given.has('variablesReference') ? given.integer('variablesReference', 0, MAXIMUM) : 0;
  if (reference > 0) {
    const node = context
      .list(reference)(0)
      .find((candidate) => candidate.name === name);
    if (!node) throw errors.unknownVariable(name);
    return (
      node.watch ?? { problem: `${name} is not in memory, and no register or field: it cannot be watched.` }
    );
  }
  const { scope } = evaluation(context, given);
  const tagged = given.flag('asAddress') && parseMemoryReference(name.trim(), session.ground.guest);
  if (tagged)
    return targetOfResult(
      { kind: 'number', value: tagged.address, hex: true, type: 'address', space: tagged.space },
      scope,
      bytes,
    );
  const found = evaluate(name, scope, false);
  if ('error' in found) return { problem: found.error };
  return targetOfResult(found.result, scope, given.flag('asAddress') ? (bytes ?? 1) : bytes);
}
