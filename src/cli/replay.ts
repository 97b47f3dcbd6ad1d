/** `turtlescope replay FILE`: a recorded run once more, without a debugger, compared with the recording wherever that has a check. */
import { parseArgs } from 'node:util';
import { FailedEntry } from '../debugger/failed-entry';
import { HistoryError } from '../machine/history';
import { isFinal, type MachineStop } from '../machine/machine-stop';
import { openReplay } from '../session/open';
import { complain, Status, UsageError } from './failure';
import { printStats, report } from './report';
import { SerialLines } from './serial-lines';

/** Instructions between two looks at whether it is over. */
const STEP = 10_000_000n;

export function replay(args: string[]): number {
  const { path, stats } = given(args);
  const serial = new SerialLines();
  const {
    machine,
    replay: run,
    warnings,
    image,
    configuration,
  } = openReplay(path, (byte) => serial.byte(byte));
  for (const warning of warnings) complain(warning);
  const failedEntry = new FailedEntry(machine);
  const start = process.hrtime.bigint();
  let stop: MachineStop = { kind: 'budget' };
  try {
    while (!run.over) stop = run.run(STEP);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    serial.flush();
    complain(error.message);
    return Status.DIFFERS;
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  serial.flush();
  const result = {
    stop: isFinal(stop) ? stop : ({ kind: 'budget' } as const),
    instructions: machine.cpu.retired,
    counts: machine.counts,
    resets: machine.resets,
    quit: false,
  };
  if (stats) printStats(result, seconds);
  complain(
    `the same run as recorded, up to instruction ${machine.cpu.retired}: its ${run.passed} checks were right`,
  );
  if (!isFinal(stop)) return Status.OK;
  for (const line of failedEntry.lines(configuration.program, image.bytes)) complain(line);
  return report(machine, result);
}

function given(args: string[]): { path: string; stats: boolean } {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { stats: { type: 'boolean' } },
    });
    const [path, ...extra] = positionals;
    if (path !== undefined && extra.length === 0) return { path, stats: values.stats === true };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  throw new UsageError(
    'replay takes exactly one recording: "turtlescope run IMAGE --record FILE" writes one',
  );
}
