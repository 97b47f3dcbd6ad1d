/** What a run is said to have ended with: exit status, sentence, statistics. */
import { endDetails, endText, haltText } from '../debugger/stop-text';
import type { HeadlessResult } from '../machine/headless';
import type { Machine } from '../machine/machine';
import type { MachineStop } from '../machine/machine-stop';
import { complain, Status } from './failure';

/** Says why the run ended, and where the machine stands, and gives the exit status. */
export function report(machine: Machine, { stop, quit, instructions }: HeadlessResult): number {
  const [status, text] = quit ? QUIT : ending(stop);
  complain(text);
  for (const line of endDetails(stop)) complain(line);
  complain(standing(machine, instructions));
  return status;
}

const QUIT: [number, string] = [Status.QUIT, 'ended from the terminal (Ctrl-A x)'];

/** Exit status, and the reason in a sentence. */
function ending(stop: MachineStop): [number, string] {
  switch (stop.kind) {
    case 'exited':
      return [stop.status, `the guest ended the run by its debug-exit port: exit status ${stop.status}`];
    case 'budget':
      return [Status.BUDGET, 'the instruction budget is used up'];
    case 'unimplemented':
      return [Status.GAP, stop.text];
    case 'shutdown':
      return [Status.SHUTDOWN, stop.abort ? endText(stop)! : stop.text];
    case 'halted':
      return [Status.SHUTDOWN, haltText(stop.halt)];
    case 'power':
      return stop.action === 'off'
        ? [Status.OK, 'the guest switched the machine off']
        : [Status.SHUTDOWN, 'the guest asked for a reset, and --on-reset is stop'];
    case 'breakpoint':
    case 'moment':
    case 'record':
    case 'watch':
    case 'idle':
    case 'l0':
      throw new Error(`a headless run stopped at a ${stop.kind}`);
  }
}

/** The level whose turn it is, with its instruction; those behind it wait in what they did last. */
function standing({ driver }: Machine, instructions: bigint): string {
  const level = driver.currentStrand();
  const rip = driver.registers(level)?.rip;
  const place = rip === undefined ? level : `${level} at RIP 0x${rip.toString(16)}`;
  return `${place} after ${instructions} instructions`;
}

export function printStats(result: HeadlessResult, seconds: number): void {
  const mips = Number(result.instructions) / 1e6 / seconds;
  console.error(`instructions ${result.instructions}`);
  console.error(`seconds      ${seconds.toFixed(3)}`);
  console.error(`MIPS         ${mips.toFixed(1)}`);
  if (result.resets > 0) console.error(`resets       ${result.resets}`);
  console.error(`VM entries   ${result.counts.entries}`);
  for (const { route, reason, count } of result.counts.list())
    console.error(`exits        ${String(count).padStart(9)}  ${route} ${reason}`);
}
