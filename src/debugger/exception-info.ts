/**
 * Everything known about the event the machine stopped at, as text: what happened, who decided and by which rule; for a failed
 * VM entry every check that fails.
 */
import { checkEntry, failureLines } from './decode/check-entry';
import { BASIC_REASON } from './decode/exit';
import { describeRecord } from './decode/exit-text';
import { repetitionText } from './decode/repetition-text';
import { timelineItem } from './decode/timeline';
import { exceptionFilters, type FilterId } from './exception-filters';
import { exitReasonByNumber } from '../isa/exit-reasons';
import type { Topology } from '../machine/machine-config';
import { isFailedEntry } from '../machine/failed-entry';
import type { DecodedRow } from '../protocol/decoded-row';
import type { MachineRecord } from './inspection';
import type { DebugSession } from './session';

export interface ExceptionInfo {
  /** A title for people: VS Code's widget shows it after "Exception has occurred:". */
  readonly id: string;
  readonly description: string;
  readonly details: string;
}

/** Undefined when the session did not stop at an event. */
export function exceptionInfo(session: DebugSession): ExceptionInfo | undefined {
  const stop = session.lastStop;
  if (stop?.reason !== 'exception') return undefined;
  const { record } = stop;
  if (!record)
    return { id: 'The machine cannot go on', description: stop.description, details: stop.description };
  const rows = recordLines(session, stop.index);
  // The checks come first: they are what the user needs, and VS Code's widget is short.
  const lines = [
    ...failingChecks(session, record),
    repetitionText(session.machine),
    ...(rows.length > 0 ? rows : [describeRecord(record, session.machine.config.topology).detail]),
  ];
  return {
    id: titleOf(record, stop.filter, session.machine.config.topology),
    description: stop.description,
    details: lines.filter((line) => line !== '').join('\n'),
  };
}

/** "VM Exit to L1: EPT violation": the filter as the user chose it, and the exit reason in the manual's words. */
function titleOf(record: MachineRecord, filter: FilterId | undefined, topology: Topology): string {
  const chosen = exceptionFilters.find(({ id }) => id === filter);
  if (!chosen) return describeRecord(record, topology).title;
  // An entry that failed by VMfail has no exit reason: 0 there is none, elsewhere an exception or NMI.
  const failed = record.kind === 'entry-failure' && record.reasonWord === 0;
  if (failed || !('reasonWord' in record)) return chosen.label;
  const reason = exitReasonByNumber.get(record.reasonWord & BASIC_REASON);
  return reason ? `${chosen.label}: ${reason.title}` : chosen.label;
}

/** The record's own rows: qualification, interruption words, verdict and rule. */
function recordLines(session: DebugSession, index: number | undefined): string[] {
  if (index === undefined) return [];
  const item = timelineItem(session.inspect(session.currentLevel), index);
  return (item?.rows ?? []).map((row) => rowLine(row));
}

function rowLine({ label, value, meaning }: DecodedRow): string {
  return `${label}: ${value}${meaning === undefined ? '' : `  (${meaning})`}`;
}

function failingChecks(session: DebugSession, record: MachineRecord): string[] {
  if (!isFailedEntry(record)) return [];
  const { failures } = checkEntry(session.inspect(session.currentLevel));
  return failures.flatMap((failure) => ['', ...failureLines(failure)]);
}
