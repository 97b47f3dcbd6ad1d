/** What a run is said to have ended with: exit status, sentence, statistics. */
import { endDetails, endText } from '../debugger/stop-text';
import type { HeadlessResult } from '../machine/headless';
import type { MachineStop } from '../machine/machine-stop';
import { complain, Status } from './failure';

/** Says why the machine stopped, where the guest did not say it itself, and gives the exit status. */
export function report({ stop, quit }: HeadlessResult): number {
  if (!quit) return statusOf(stop);
  complain('ended from the terminal (Ctrl-A x)');
  return Status.QUIT;
}

function statusOf(stop: MachineStop): number {
  switch (stop.kind) {
    case 'exited':
      return stop.status;
    case 'budget':
      complain('the instruction budget is used up');
      return Status.BUDGET;
    case 'unimplemented':
      complain(stop.text);
      return Status.GAP;
    case 'shutdown':
      complain(stop.abort ? endText(stop)! : stop.text);
      for (const line of endDetails(stop)) complain(line);
      return Status.SHUTDOWN;
    case 'halted':
      complain(endText(stop)!);
      return Status.SHUTDOWN;
    case 'power':
      return stop.action === 'off' ? Status.OK : Status.SHUTDOWN;
    case 'breakpoint':
    case 'record':
    case 'watch':
    case 'idle':
    case 'l0':
      throw new Error(`a headless run stopped at a ${stop.kind}`);
  }
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
