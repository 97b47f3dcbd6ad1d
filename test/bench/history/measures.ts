/** The measures of a past: each is one row of the table. */
import type { FieldName } from '../../../src/isa/vmcs-fields';
import { History } from '../../../src/machine/history';
import { START } from '../../../src/machine/moment';
import { Random } from '../../support/random';
import { boot, Driven, milliseconds, type Work } from './work';

export interface Row {
  readonly measure: string;
  readonly work: string;
  readonly value: string;
  readonly goal: string;
  readonly reached: boolean;
}

const MIB = 1024 * 1024;
/** As the launch configuration's default. */
const BUDGET_MIB = 512;
/** Instructions between two looks, as the debugger takes them. */
const SLICE = 100_000n;
/** Fields of which the last write is looked for: those written at each entry, and those written once. */
const FIELDS: readonly `${'vmcs12' | 'vmcs02'}.${FieldName}`[] = [
  'vmcs12.GUEST_RIP',
  'vmcs12.EPT_POINTER',
  'vmcs12.HOST_RIP',
  'vmcs02.GUEST_RIP',
  'vmcs02.EPT_POINTER',
];

/** Without a history no epochs end either: that is a machine without a past. */
export function recording(work: Work, repetitions: number): Row {
  const times = { without: [] as number[], with: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    times.without.push(cpuSecondsOf(work, false));
    times.with.push(cpuSecondsOf(work, true));
  }
  const [without, kept] = [median(times.without), median(times.with)];
  const slower = kept / without - 1;
  return {
    measure: 'recording: slower by',
    work: work.name,
    value: `${(slower * 100).toFixed(1)} % (${kept.toFixed(2)} s for ${without.toFixed(2)} s)`,
    goal: 'under 5 %',
    reached: slower < 0.05,
  };
}

function cpuSecondsOf(work: Work, recorded: boolean): number {
  const machine = boot(work, recorded ? undefined : 0n);
  if (recorded) new History(machine, BUDGET_MIB);
  const begun = process.cpuUsage();
  while (machine.cpu.retired < work.instructions && machine.run(SLICE).kind === 'budget');
  if (machine.cpu.retired < work.instructions) throw new Error(`${work.name} ended before its time`);
  return milliseconds(process.cpuUsage(begun)) / 1000;
}

/** Everything that needs a past, of one run. */
export async function pastOf(work: Work, moments: number, report: (row: Row) => void): Promise<void> {
  const driven = new Driven(work);
  const { session } = driven;
  const random = new Random(1);
  const { machine } = session;
  const history = session.history!;
  const row = (measure: string, value: string, goal: string, reached: boolean) =>
    report({ measure, work: work.name, value, goal, reached });

  // Forward in pieces, a step back at the end of each, as whoever has just stopped takes it.
  let forward = 0;
  let peak = 0;
  const atStops: number[] = [];
  for (let piece = 1n; piece <= BigInt(moments); piece++) {
    forward += await driven.forward((work.instructions * piece) / BigInt(moments) - machine.cpu.retired);
    peak = Math.max(peak, history.bytes);
    atStops.push(await driven.time((s) => s.stepBack(s.ground.guest, true)));
    await driven.time((s) => s.goToPresent());
  }
  const perThousand = (driven.logged * 1000) / Number(work.instructions);
  row('log, bytes for 1,000 instructions', perThousand.toFixed(6), 'under 0.5', perThousand < 0.5);
  row('memory', `${(peak / MIB).toFixed(0)} MiB`, 'under 512 MiB', peak < 512 * MIB);
  row('step back where the run stopped', ...percentile(atStops, 100));

  const anywhere: number[] = [];
  const again: number[] = [];
  const goTo = (instructions: number) => history.goTo({ ...START, retired: BigInt(instructions) });
  for (let moment = 0; moment < moments; moment++) {
    goTo(random.below(Number(work.instructions)));
    anywhere.push(await driven.time((s) => s.stepBack(s.ground.guest, true)));
    for (let step = 0; step < 5; step++)
      again.push(await driven.time((s) => s.stepBack(s.ground.guest, true)));
  }
  row('step back anywhere', ...percentile(anywhere, 100));
  row('the steps back after it', ...percentile(again, 100));

  const fields: number[] = [];
  const words: number[] = [];
  for (let moment = 0; moment < moments; moment++) {
    goTo(random.below(Number(work.instructions)));
    const here = machine.now();
    const field = FIELDS[moment % FIELDS.length]!;
    fields.push(await driven.time((s) => s.goToLastWrite(`field ${field}`)));
    history.goTo(here);
    const address = random.below(machine.config.ramBytes) & ~7;
    words.push(await driven.time((s) => s.goToLastWrite(`memory L1gpa:0x${address.toString(16)} 8`)));
  }
  row('last write of a VMCS field', ...percentile(fields, 1000));
  row('last write of a memory word', ...percentile(words, 1000));

  await driven.time((s) => s.goToPresent());
  const back = await driven.time((s) => s.reverseContinue());
  const ratio = back / forward;
  const value = `${ratio.toFixed(2)} x (${(back / 1000).toFixed(2)} s for ${(forward / 1000).toFixed(2)} s)`;
  row('reverse continue without a hit', value, 'at most 1.5 x', ratio <= 1.5);
}

/** 95th percentile, with the median and the worst beside it. */
function percentile(times: readonly number[], goal: number): [string, string, boolean] {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const [middle, most, worst] = [at(0.5), at(0.95), at(1)].map((time) => time.toFixed(0));
  return [`95 %: ${most} ms (median ${middle}, worst ${worst})`, `under ${goal} ms`, at(0.95) < goal];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
