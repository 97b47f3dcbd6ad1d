/** The console's view of an origin: the tree as text, some rows deep. */
import { targetOfResult } from '../breakpoints/watch-target';
import { evaluate } from '../expression/evaluator';
import type { ExpressionScope } from '../expression/scope';
import type { DebugSession } from '../session';

/** Rows from a thing to the last one shown. */
const DEPTH = 10;
/** Rows of a tree that grows wide. */
const MOST = 40;

export async function originText(
  session: DebugSession,
  scope: ExpressionScope,
  given: string,
): Promise<string> {
  const found = evaluate(given, scope, false);
  if ('error' in found) return found.error;
  const target = targetOfResult(found.result, scope);
  if ('problem' in target) return target.problem;
  const lines: string[] = [];
  const rows = [{ ...session.originOf(target), depth: 0 }];
  for (let row = rows.shift(); row && lines.length < MOST; row = rows.shift()) {
    lines.push(`${'  '.repeat(row.depth)}${row.text}`);
    const depth = row.depth + 1;
    if (row.expands && depth < DEPTH)
      rows.unshift(...(await session.originBelow(row.id)).map((below) => ({ ...below, depth })));
  }
  return [...lines, ...(rows.length > 0 ? ['...'] : [])].join('\n');
}
