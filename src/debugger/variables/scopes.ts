/**
 * The scopes of a frame: what the program has there, what the processor has, what VMX has.
 */
import type { StackFrame } from '../frames';
import type { DebugSession } from '../session';
import { ValueNodes } from './c-values';
import { l0Locals } from './l0-values';
import { renewed, type VariableNode } from './node';
import { callerRegisters, registerNodes, registerSetter, type SetRegister } from './register-nodes';
import { vmxNodes } from './vmx-nodes';

export interface VariableScope {
  readonly name: string;
  readonly hint?: 'locals' | 'arguments' | 'registers';
  /** The client should not read it before the user opens it. */
  readonly expensive: boolean;
  readonly nodes: () => VariableNode[];
}

export function scopesOf(session: DebugSession, frame: StackFrame): VariableScope[] {
  if (frame.l0) return l0Scopes(session, frame, frame.l0);
  return [...programScopes(session, frame), ...levelScopes(session, frame)];
}

function l0Scopes(
  session: DebugSession,
  { level }: StackFrame,
  frame: NonNullable<StackFrame['l0']>,
): VariableScope[] {
  return [
    { name: 'Locals', hint: 'locals', expensive: false, nodes: () => l0Locals(frame) },
    { name: 'VMX', expensive: false, nodes: () => vmxNodes(session, level) },
  ];
}

function programScopes(session: DebugSession, { level, guest }: StackFrame): VariableScope[] {
  const program = guest?.program;
  if (!guest || !program) return [];
  const visible = program.symbols.scopesAt(guest.frame.codeAddress)[guest.inlineLevel];
  const location = program.symbols.locate(guest.frame.codeAddress);
  const values = new ValueNodes(session.machine, level, guest);
  const scopes: VariableScope[] = [];
  if (visible && visible.parameters.length > 0)
    scopes.push({
      name: 'Arguments',
      hint: 'arguments',
      expensive: false,
      nodes: () => values.variables(visible.parameters),
    });
  if (visible)
    scopes.push({
      name: 'Locals',
      hint: 'locals',
      expensive: false,
      nodes: () => values.variables(visible.locals),
    });
  const globals = location ? program.symbols.globals(location.file) : [];
  if (globals.length > 0)
    scopes.push({ name: 'Globals of this file', expensive: true, nodes: () => values.variables(globals) });
  return scopes;
}

function levelScopes(session: DebugSession, frame: StackFrame): VariableScope[] {
  const { machine } = session;
  const registers = machine.driver.registers(frame.level);
  const scopes: VariableScope[] = [];
  if (registers) {
    const outer = frame.guest !== undefined && frame.guest.depth > 0;
    const shown = () => {
      const now = machine.driver.registers(frame.level) ?? registers;
      return outer ? callerRegisters(now, frame.guest) : now;
    };
    const set: SetRegister = outer
      ? (name) => `${name} belongs to the innermost frame: select that one to change it.`
      : registerSetter(machine, frame.level, session.scope(frame.level, frame));
    scopes.push({
      name: 'Registers',
      hint: 'registers',
      expensive: false,
      nodes: () => renewed(() => registerNodes(machine, frame.level, shown(), set)),
    });
  }
  scopes.push({ name: 'VMX', expensive: false, nodes: () => vmxNodes(session, frame.level) });
  return scopes;
}
