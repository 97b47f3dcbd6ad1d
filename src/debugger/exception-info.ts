/**
 * Everything known about the event the machine stopped at, as text: what happened, who decided and by which rule; for a failed
 * VM entry every check that fails.
 */
import { checkEntry } from './decode/check-entry';
import { describeRecord } from './decode/exit-text';
import { timelineItem } from './decode/timeline';
import type { DecodedRow } from '../protocol/decoded-row';
import type { DebugSession } from './session';

export interface ExceptionInfo {
  readonly id: string;
  readonly description: string;
  readonly details: string;
}

/** Undefined when the session did not stop at an event. */
export function exceptionInfo(session: DebugSession): ExceptionInfo | undefined {
  const stop = session.lastStop;
  if (stop?.reason !== 'exception') return undefined;
  const { record } = stop;
  if (!record) return { id: 'end', description: stop.description, details: stop.description };
  const rows = recordLines(session, record);
  // The checks come first: they are what the user needs, and VS Code's widget is short.
  const lines = [
    ...failingChecks(session, record.kind),
    ...(rows.length > 0 ? rows : [describeRecord(record).detail]),
  ];
  return {
    id: stop.filter ?? record.kind,
    description: stop.description,
    details: lines.filter((line) => line !== '').join('\n'),
  };
}

/** The record's own rows: qualification, interruption words, verdict and rule. */
function recordLines(session: DebugSession, record: object): string[] {
  const { log } = session.machine;
  for (let index = log.total - 1; index >= log.oldest; index--) {
    if (log.at(index) !== record) continue;
    const item = timelineItem(session.inspect(session.currentLevel), index);
    return (item?.rows ?? []).map((row) => rowLine(row));
  }
  return [];
}

function rowLine({ label, value, meaning }: DecodedRow): string {
  return `${label}: ${value}${meaning === undefined ? '' : `  (${meaning})`}`;
}

function failingChecks(session: DebugSession, kind: string): string[] {
  if (kind !== 'entry-failure') return [];
  const { failures } = checkEntry(session.inspect(session.currentLevel));
  return failures.flatMap(({ id, sdm, rule, outcome, fields }) => [
    '',
    `${id} (SDM ${sdm}): ${rule}`,
    `  outcome: ${outcome}`,
    ...fields.map(
      ({ name, actual, allowed }) =>
        `  ${name} = ${actual}${allowed === undefined ? '' : `, allowed: ${allowed}`}`,
    ),
  ]);
}
