/**
 * `monitor ...`: the commands of the debug console, and expressions, about the thread that gdb has selected.
 */
import { consoleCommand } from '../debugger/console/commands';
import { evaluate, evaluatedText } from '../debugger/expression/evaluator';
import type { DebugSession } from '../debugger/session';
import type { StrandName } from '../machine/strand';

export function monitor(session: DebugSession, level: StrandName, line: string): string {
  const [frame] = session.stack(level);
  const scope = session.scope(level, frame);
  const answer = consoleCommand({ session, level, frame, scope, waits: false }, line);
  if (typeof answer === 'string') return answer;
  const found = evaluate(line, scope, false);
  return 'error' in found ? `${found.error} Write "monitor help" for a list.` : evaluatedText(found.result);
}
