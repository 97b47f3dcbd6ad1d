/** Where the machine stands in its run, as the views draw it. */
import type { Past } from '../protocol/past';
import type { Context } from './context';

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
