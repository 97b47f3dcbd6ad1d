/**
 * Where an expression of a request is evaluated: the frame it names, or the level that runs.
 */
import type { StackFrame } from '../debugger/frames';
import type { ExpressionScope } from '../debugger/expression/scope';
import type { Context, StrandName } from './context';
import type { RequestArguments } from './request-arguments';

export interface Evaluation {
  readonly level: StrandName;
  readonly frame: StackFrame | undefined;
  readonly scope: ExpressionScope;
}

export function evaluation(context: Context, given: RequestArguments): Evaluation {
  const session = context.standing;
  const frame = given.has('frameId')
    ? context.frame(given.integer('frameId', 0, Number.MAX_SAFE_INTEGER))
    : undefined;
  // L0's frames have no guest registers: expressions there are about the guest L0 works for.
  const strand = frame?.level ?? session.currentLevel;
  const guest = session.isBuiltIn(strand);
  const level = guest ? session.ground.guest : strand;
  // Of L0 itself they see the VMCS that it works on.
  const scope = guest ? session.scope(level, undefined, undefined, strand) : session.scope(level, frame);
  return { level, frame, scope };
}
