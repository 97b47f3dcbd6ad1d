/**
 * "Set next statement", and where values lead in the source.
 */
import { memoryReference } from '../debugger/memory-reference';
import type { Context, Handler } from './context';
import { sourceOf } from './data-requests';
import { errors } from './errors';

const HIGHEST_LINE = 10_000_000;
const MAXIMUM = Number.MAX_SAFE_INTEGER;

export const jumpRequests = {
  gotoTargets: (context, given) => {
    const { client, standing: session } = context;
    const path = client.fromClientPath(given.inner('source').text('path'));
    const line = client.fromClientLine(given.integer('line', 0, HIGHEST_LINE));
    const found = session.programs.all.flatMap((program) => {
      const file = session.paths.toProgram(program.symbols, path);
      return file === undefined ? [] : program.symbols.addressesOf(file, line);
    });
    return {
      targets: found.map((place) => ({
        id: context.gotoTarget(place.address),
        label: `${place.function ?? 'line'} at 0x${place.address.toString(16)}`,
        line: client.toClientLine(place.line),
        instructionPointerReference: reference(context, place.address),
      })),
    };
  },

  goto: (context, given) => {
    const session = context.runnable;
    const level = context.level(given);
    const id = given.integer('targetId', 0, MAXIMUM);
    const address = context.gotoAddress(id);
    if (address === undefined) throw errors.badTarget(id);
    if (session.isBuiltIn(level))
      throw errors.notPossible('L0 goes on where it is: select a thread of the guest to jump in.');
    session.mayChange();
    session.jump(level, address);
  },

  locations: (context, given) => {
    const { client } = context;
    const id = given.integer('locationReference', 0, MAXIMUM);
    const location = context.location(id);
    if (!location) throw errors.badReference(id);
    return { source: sourceOf(client, location.path), line: client.toClientLine(location.line) };
  },
} satisfies Record<string, Handler>;

function reference({ standing: session }: Context, address: bigint): string {
  return memoryReference({ kind: 'linear', level: session.ground.guest }, address);
}
