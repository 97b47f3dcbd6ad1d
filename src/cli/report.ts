/** What a run is said to have ended with: exit status, sentence, statistics. */
import { endDetails, endText } from '../debugger/stop-text';
import type { HeadlessResult } from '../machine/headless';
import type { MachineStop } from '../machine/machine-stop';

const STATUS_BUDGET = 124;
const STATUS_GAP = 125;
const STATUS_SHUTDOWN = 126;
const STATUS_QUIT = 130;

/** Says why the machine stopped, where the guest did not say it itself, and gives the exit status. */
export function report({ stop, quit }: HeadlessResult): number {
  if (quit) {
    console.error('turtlescope: ended from the terminal (Ctrl-A x)');
    return STATUS_QUIT;
  }
  return statusOf(stop);
}

function statusOf(stop: MachineStop): number {
  switch (stop.kind) {
    case 'exited':
      return stop.status;
    case 'budget':
      console.error('turtlescope: the instruction budget is used up');
      return STATUS_BUDGET;
    case 'unimplemented':
      console.error(`turtlescope: ${stop.text}`);
      return STATUS_GAP;
    case 'shutdown':
      console.error(`turtlescope: ${stop.text}`);
      for (const line of endDetails(stop)) console.error(`turtlescope: ${line}`);
      return STATUS_SHUTDOWN;
    case 'halted':
      console.error(`turtlescope: ${endText(stop)}`);
      return STATUS_SHUTDOWN;
    case 'power':
      return stop.action === 'off' ? 0 : STATUS_SHUTDOWN;
    case 'breakpoint':
    case 'record':
    case 'watch':
    case 'idle':
    case 'l0':
      throw new Error(`a headless run stopped at a ${stop.kind}`);
  }
}

export function printStats(result: HeadlessResult): void {
  const mips = Number(result.instructions) / 1e6 / result.seconds;
  console.error(`instructions ${result.instructions}`);
  console.error(`seconds      ${result.seconds.toFixed(3)}`);
  console.error(`MIPS         ${mips.toFixed(1)}`);
  if (result.resets > 0) console.error(`resets       ${result.resets}`);
  console.error(`VM entries   ${result.counts.entries}`);
  for (const { route, reason, count } of result.counts.list())
    console.error(`exits        ${String(count).padStart(9)}  ${route} ${reason}`);
}
