/** The states of a session in which a client can ask something, each as the way there. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { lineOf, sample } from '../client';
import { Wire } from './wire';

/** JMP to itself. */
const SPIN = Buffer.from([0xeb, 0xfe]).toString('base64');
const STOPS = ['stopped', 'terminated'];

async function begun(program: object, breakpoint?: { file: string; text: string }): Promise<Wire> {
  const wire = new Wire();
  await wire.ask('initialize', { adapterID: 'turtlescope', supportsProgressReporting: true });
  await wire.ask('launch', { program: sample('hello-nested.elf'), ...program });
  if (breakpoint)
    await wire.ask('setBreakpoints', {
      source: { path: sample(breakpoint.file) },
      breakpoints: [{ line: lineOf(breakpoint.file, breakpoint.text) }],
    });
  await wire.ask('configurationDone');
  return wire;
}

async function stoppedAt(file: string, text: string): Promise<Wire> {
  const wire = await begun({}, { file, text });
  await wire.event(STOPS, 0);
  return wire;
}

/** Does something that ends in a stop, and waits for it. */
export async function moved(wire: Wire, command: string, given: object): Promise<void> {
  const from = wire.events.length;
  const { success, message } = await wire.ask(command, given);
  if (!success) throw new Error(`${command}: ${message}`);
  await wire.event(STOPS, from);
}

/** Lets the level that stopped run for ever where it is. */
export async function spinning(wire: Wire, threadId: number): Promise<Wire> {
  const answer = await wire.ask('stackTrace', { threadId });
  const { stackFrames } = answer.body as DebugProtocol.StackTraceResponse['body'];
  const memoryReference = stackFrames[0]!.instructionPointerReference;
  await wire.ask('setBreakpoints', { source: { path: sample('main.c') }, breakpoints: [] });
  await wire.ask('setBreakpoints', { source: { path: sample('l2.c') }, breakpoints: [] });
  await wire.ask('writeMemory', { memoryReference, data: SPIN });
  await wire.ask('continue', { threadId });
  return wire;
}

export const atL1 = () => stoppedAt('main.c', 'vmx_enable();');
export const atL2 = () => stoppedAt('l2.c', 'outb(L2_PORT, 0x5a)');

export const states: Readonly<Record<string, () => Promise<Wire>>> = {
  'nothing was said': () => Promise.resolve(new Wire()),
  'before launch': async () => {
    const wire = new Wire();
    await wire.ask('initialize', { adapterID: 'turtlescope' });
    return wire;
  },
  'L1 stopped': atL1,
  'L2 stopped': atL2,
  'L0 stopped in its handler': async () => {
    const wire = await stoppedAt('vmx-run.S', '\tvmlaunch');
    await moved(wire, 'stepIn', { threadId: 2, targetId: 1 });
    return wire;
  },
  'in the past': async () => {
    const wire = await atL2();
    await moved(wire, 'stepBack', { threadId: 3, granularity: 'instruction' });
    await moved(wire, 'stepBack', { threadId: 3 });
    return wire;
  },
  'bare, stopped': async () => {
    const wire = await begun({ topology: 'bare', stopOnEntry: true });
    await wire.event(STOPS, 0);
    return wire;
  },
  running: async () => spinning(await atL1(), 2),
  'running L2': async () => spinning(await atL2(), 3),
  terminated: async () => {
    const wire = await begun({});
    await wire.event(['terminated'], 0);
    return wire;
  },
};
