/** Where the machine stands in its run, as the views draw it. */
import type { DebugSession } from '../debugger/session';
import type { Past } from '../protocol/past';
import type { Context } from './context';

/** The first moment with so many instructions retired. */
export function startOf(instructions: number): Parameters<DebugSession['goToMoment']>[0] {
  return { retired: BigInt(instructions), skew: 0n, transitions: 0n, calls: 0, statement: 0 };
}

export function past({ session }: Context): Past {
  const { history, machine, bookmarks } = session;
  const { log } = machine;
  const now = { instructions: Number(machine.cpu.retired), records: log.total };
  const present = history && { instructions: Number(history.present.retired), records: log.known };
  return {
    kept: history !== undefined,
    now,
    present: present ?? now,
    inPast: history?.inPast === true,
    bookmarks: bookmarks.all.map(({ id, name, moment, records }) => ({
      id,
      name,
      instructions: Number(moment.retired),
      records,
    })),
  };
}
