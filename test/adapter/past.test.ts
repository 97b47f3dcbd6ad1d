/** The past of a run, as a client of the protocol goes there: step back, continue backwards, go to a moment, back to the present. */
import assert from 'node:assert/strict';
import type { ResponseBody } from '../../src/protocol/custom-requests';
import { Client } from './client';

const L1 = 2;

describe('adapter: the past', () => {
  let client: Client;
  beforeEach(async () => void (client = await Client.start()));
  afterEach(() => client.stop());

  it('steps back by instruction and goes back to the present, where everything is as it was', async () => {
    const { threadId } = await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const present = await client.stack(threadId!);
    const registers = await client.scope('Registers', threadId!);
    const back = await client.travel('stepBack', { threadId, granularity: 'instruction' });
    assert.match(back, /in the past, (within the present instruction|1 instruction before the present)/);
    await client.travel('turtlescope/goTo');
    assert.deepEqual(await client.stack(threadId!), present);
    assert.deepEqual(
      (await client.scope('Registers', threadId!)).map(({ name, value }) => [name, value]),
      registers.map(({ name, value }) => [name, value]),
    );
  });

  it('a write of nothing in the past keeps the future', async () => {
    const { threadId } = await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const present = await client.stack(threadId!);
    await client.travel('stepBack', { threadId, granularity: 'instruction' });
    const { instructionPointerReference: memoryReference } = await client.topFrame(L1);
    await client.customRequest('writeMemory', { memoryReference, data: '' });
    await client.travel('stepBack', { threadId, granularity: 'instruction' });
    await client.travel('turtlescope/goTo');
    assert.deepEqual(await client.stack(threadId!), present);
  });

  it('continues backwards to the previous event of a filter, and then to the start', async () => {
    const first = await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const way = [first.description!];
    for (let n = 0; n < 4; n++) way.push((await client.go('continue', first.threadId!)).description!);
    assert.ok(new Set(way).size > 1, way.join(', '));
    for (const description of way.slice(0, -1).reverse())
      assert.ok((await client.travel('reverseContinue', { threadId: L1 })).startsWith(description));
    assert.match(await client.travel('reverseContinue', { threadId: L1 }), /^L1: the start of the run/);
    // Forwards from there it is the same run.
    for (const description of way)
      assert.ok((await client.go('continue', L1)).description!.startsWith(description));
  });

  it('goes to where a record was made, and to the last write of a field', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const { total } = await client.ask<ResponseBody<'turtlescope/timeline'>>('turtlescope/timeline', {});
    assert.ok(total > 1);
    await client.travel('turtlescope/goTo', { record: 0 });
    const there = await client.ask<ResponseBody<'turtlescope/timeline'>>('turtlescope/timeline', {});
    assert.equal(there.total, total, 'the list shows the whole run');
    assert.ok(there.made! <= 1, `${there.made} records made`);
    await client.travel('turtlescope/goTo');
    const write = await client.travel('turtlescope/goTo', { lastWriteOf: 'vmcs12.GUEST_RIP' });
    assert.match(write, /GUEST_RIP/);
    assert.match(await client.refused('turtlescope/goTo', { record: 999_999 }), /no record 999999/);
  });

  it('without a history says what to change', async () => {
    await client.beginUntilStop({ launch: { stopOnEntry: true, history: 0 } });
    for (const command of ['stepBack', 'reverseContinue', 'turtlescope/goTo'])
      assert.match(await client.refused(command, { threadId: L1 }), /"history": 0/);
  });
});
