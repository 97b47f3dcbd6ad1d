/**
 * Hovers and watches in L0's source: a path through the locals of a frame, `vcpu.nested.cached_vmcs12.GUEST_RIP`. Reads own
 * properties only and calls nothing.
 */
import type { L0Frame } from '../../machine/l0-runner';
import { l0Node } from './l0-values';
import type { VariableNode } from './node';

const PATH = /^[A-Za-z_$][\w$]*(\??\.[A-Za-z_$][\w$]*|\[\d+\])*$/;

/** What the path names; undefined when it is no path or leads nowhere. */
export function l0Path(frame: L0Frame, expression: string): VariableNode | undefined {
  const text = expression.trim();
  if (!PATH.test(text)) return undefined;
  let value: unknown = frame.locals();
  for (const name of text.match(/[\w$]+/g)!) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return l0Node(text, value);
}
