/**
 * A guest that exits again and again and gets nowhere: the same exits in the same order at one instruction, which each entry goes back to.
 * Found in the records when somebody looks, so that a run pays nothing for it.
 */
import { exitReasonByNumber } from '../isa/exit-reasons';
import type { Topology } from './machine-config';
import type { MachineRecord } from './machine-record';
import type { RecordLog } from './record-log';

export type ExitToUser = Extract<MachineRecord, { kind: 'exit' | 'nested-exit' }>;

export interface Repetition {
  /** The exits of one round, in order. */
  readonly round: readonly ExitToUser[];
  readonly rip: bigint;
  /** Rounds without a break, up to now. */
  readonly times: number;
  /** The log begins in the middle of them: there were more. */
  readonly more: boolean;
}

/** More exits than this in a round are work, not a circle. */
const LONGEST_ROUND = 4;
/** Rounds after which nobody waits for the next one to differ. */
const FEWEST = 4;

/** What the guest on this CPU has done last; undefined when it got on, or did not exit often enough. */
export function repetition(
  log: Pick<RecordLog, 'total' | 'oldest' | 'at'>,
  topology: Topology,
  vcpu = 0,
): Repetition | undefined {
  const exits: ExitToUser[] = [];
  let rip: bigint | undefined;
  let period: number | undefined;
  let index = log.total - 1;
  for (; index >= log.oldest; index--) {
    const record = log.at(index);
    if (!record || (record.vcpu ?? 0) !== vcpu) continue;
    const at = crossingAt(record, topology);
    if (at === undefined) continue;
    if ((rip ??= at) !== at) break;
    // The guest begins anew.
    if (record.kind === 'nested-entry' && record.instruction === 'VMLAUNCH') break;
    if (record.kind !== 'exit' && record.kind !== 'nested-exit') continue;
    if (isAsynchronous(record)) continue;
    exits.push(record);
    period = periodOf(exits, period);
    if (period === undefined) break;
  }
  if (rip === undefined || exits.length === 0) return undefined;
  // The exit that broke the circle is no part of it.
  const length = period === undefined ? exits.length - 1 : exits.length;
  const found = period ?? periodOf(exits.slice(0, length), undefined)!;
  const times = Math.floor(length / found);
  if (times < FEWEST) return undefined;
  return { round: exits.slice(0, found).reverse(), rip, times, more: index < log.oldest && log.oldest > 0 };
}

/** RIP of the guest where it leaves for the user's hypervisor, or comes from it. */
function crossingAt(record: MachineRecord, topology: Topology): bigint | undefined {
  if (topology === 'bare') return record.kind === 'exit' || record.kind === 'entry' ? record.rip : undefined;
  if (record.kind === 'nested-exit') return record.guestRip;
  return record.kind === 'nested-entry' ? record.rip : undefined;
}

/** What comes from outside the guest comes whenever it likes. */
function isAsynchronous({ reasonWord }: ExitToUser): boolean {
  const name = exitReasonByNumber.get(reasonWord & 0xffff)?.name;
  return name === 'EXTERNAL_INTERRUPT' || name === 'PREEMPTION_TIMER' || name === 'INTERRUPT_WINDOW';
}

/** The shortest round of which all these exits are made; undefined when none is. `known`: that of all but the last one. */
function periodOf(exits: readonly ExitToUser[], known: number | undefined): number | undefined {
  for (let period = known ?? 1; period <= LONGEST_ROUND; period++) {
    // Whatever held for the exits before needs to be asked of the last one only.
    let index = period === known ? exits.length - 1 : period;
    while (index < exits.length && isSame(exits[index]!, exits[index - period])) index++;
    if (index >= exits.length) return period;
  }
  return undefined;
}

function isSame(a: ExitToUser, b: ExitToUser | undefined): boolean {
  return (
    b !== undefined &&
    a.reasonWord === b.reasonWord &&
    a.qualification === b.qualification &&
    a.guestPhysical === b.guestPhysical &&
    a.interruption === b.interruption &&
    a.cause?.reason === b.cause?.reason &&
    a.cause?.a === b.cause?.a &&
    a.cause?.b === b.cause?.b
  );
}
