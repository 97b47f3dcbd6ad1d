/** The run that a history knows, up to the present, as a recording of it. */
import type { History, KnownState } from '../history';
import type { Machine } from '../machine';
import { StateDigest } from './digest';
import type { Check, RecordedEdit, Recording } from './recording';

/**
 * Goes to the present and back.
 * @throws HistoryError
 */
export function recordedHistory(
  machine: Machine,
  history: History,
): Omit<Recording, 'build' | 'configuration' | 'files'> {
  const from = history.now;
  history.goTo(history.present);
  const digest = new StateDigest();
  const checks: Check[] = [];
  const edits: RecordedEdit[] = [];
  for (const known of history.states()) {
    digest.changed(known.changed, known.page);
    const input = machine.received.some(
      ({ at }) => BigInt(at) === known.moment.retired + known.moment.skew + 1n,
    );
    // What comes at the very moment of a snapshot may have come before it or after it.
    if (!input) checks.push({ moment: known.moment, digest: digest.of(known.state) });
    if (known.edit) edits.push(recordedEdit(machine, known, known.edit));
  }
  const moment = history.now;
  // What comes from outside at this very moment has come here, and not yet in a replay that stands here.
  const unlike = machine.l0?.stopped === true || machine.hasInputNow;
  const end = { moment, digest: unlike ? undefined : digest.ofMachine(machine, history.changedSince()) };
  const input = machine.received;
  history.goTo(from);
  return { input, edits, checks, end };
}

function recordedEdit(
  machine: Machine,
  { moment, state, page }: KnownState,
  { at, records, pages }: NonNullable<KnownState['edit']>,
): RecordedEdit {
  return {
    at,
    moment,
    state,
    pages: pages.map((number) => [number, page(number)] as const),
    records: machine.log.slice(records, state.records - records),
  };
}
