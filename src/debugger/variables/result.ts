/**
 * The result of an expression as a line: structures and arrays open, numbers do not.
 */
import type { StrandName } from '../../machine/strand';
import type { Machine } from '../../machine/machine';
import { evaluatedText, type Evaluated } from '../expression/evaluator';
import type { StackFrame } from '../frames';
import { ValueNodes } from './c-values';
import { groupNode, type VariableNode } from './node';

export function resultNode(
  machine: Machine,
  level: StrandName,
  frame: StackFrame | undefined,
  result: Evaluated,
): VariableNode {
  const value = evaluatedText(result);
  if (result.kind === 'text') return { name: '', value, type: 'text' };
  if (result.kind === 'list') {
    const items = result.items.map((item, index) => ({
      ...resultNode(machine, level, frame, item),
      name: `[${index}]`,
    }));
    return { ...groupNode('', value, items), type: result.type, indexed: items.length, named: undefined };
  }
  if (result.kind === 'number') return { name: '', value, type: result.type };
  const { guest } = frame ?? {};
  if (!guest?.program) return { name: '', value, type: result.value.type };
  return new ValueNodes(machine, level, guest).node(result.value);
}
