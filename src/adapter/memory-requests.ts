/**
 * Requests for bytes and instructions in any address space.
 */
import { disassemble, MAXIMUM_ROWS } from '../debugger/disassembly';
import { readMemory, writeMemory } from '../debugger/level-memory';
import { memoryReference, parseMemoryReference, type SpacedAddress } from '../debugger/memory-reference';
import type { Context, Handler } from './context';
import { sourceOf } from './data-requests';
import { errors } from './errors';
import type { RequestArguments } from './request-arguments';

/** Most bytes one request reads. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;
const MAXIMUM = Number.MAX_SAFE_INTEGER;

export const memoryRequests = {
  readMemory: (context, given) => {
    const { machine } = context.standing;
    const { space, address } = addressOf(context, given);
    const count = given.integer('count', 0, MAXIMUM_BYTES);
    const bytes = readMemory(machine, space, address, count);
    return {
      address: memoryReference(space, address),
      data: Buffer.from(bytes).toString('base64'),
      unreadableBytes: count - bytes.length,
    };
  },

  writeMemory: (context, given) => {
    const { machine } = context.standing;
    const { space, address } = addressOf(context, given);
    const bytes = base64(given.text('data'));
    const possible = readMemory(machine, space, address, bytes.length).length;
    if (possible < bytes.length && !given.flag('allowPartial'))
      throw errors.notPossible(
        `Only ${possible} of ${bytes.length} bytes there are memory: nothing was written.`,
      );
    const bytesWritten = writeMemory(machine, space, address, bytes);
    context.refresh();
    context.client.send('memory', {
      memoryReference: given.text('memoryReference'),
      offset: given.integer('offset', -MAXIMUM, MAXIMUM, 0),
      count: bytesWritten,
    });
    context.client.send('invalidated', { areas: ['variables', 'stacks'] });
    context.client.send('turtlescope/changed', { reason: 'edit' });
    return { bytesWritten, offset: 0 };
  },

  disassemble: (context, given) => {
    const session = context.standing;
    const at = addressOf(context, given);
    const offset = given.integer('instructionOffset', -MAXIMUM_ROWS, MAXIMUM_ROWS, 0);
    const count = given.integer('instructionCount', 0, MAXIMUM_ROWS);
    const { client } = context;
    return {
      instructions: disassemble(session, at, offset, count).map((row) => ({
        address: row.address,
        instruction: row.text,
        ...(row.bytes !== undefined && { instructionBytes: row.bytes }),
        ...(row.symbol !== undefined && { symbol: row.symbol }),
        ...(row.source && {
          location: sourceOf(client, row.source.path),
          line: client.toClientLine(row.source.line),
        }),
        ...(row.invalid && { presentationHint: 'invalid' }),
      })),
    };
  },
} satisfies Record<string, Handler>;

function addressOf(context: Context, given: RequestArguments): SpacedAddress {
  const text = given.text('memoryReference');
  const session = context.standing;
  const parsed = parseMemoryReference(text, session.ground.guest);
  if (!parsed) throw errors.badAddress(text);
  const offset = BigInt(given.integer('offset', -MAXIMUM, MAXIMUM, 0));
  return { space: parsed.space, address: BigInt.asUintN(64, parsed.address + offset) };
}

function base64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw errors.badArgument('data', 'base64');
  return Buffer.from(text, 'base64');
}
