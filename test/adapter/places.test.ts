/** Places of a run as the views go there: the slider's positions, bookmarks, records. And sessions that end, pause or begin anew in the past. */
import assert from 'node:assert/strict';
import type { Past } from '../../src/protocol/past';
import { Client } from './client';
import { states } from './protocol/states';

const L1 = 2;
const REFLECTED = { filters: [{ filterId: 'exit-reflected' }] };

describe('adapter: places of a run', () => {
  let client: Client;
  beforeEach(async () => void (client = await Client.start()));
  afterEach(() => client.stop());

  const past = () => client.ask<Past>('turtlescope/past');

  it('goes to a count of instructions, and no further than the present', async () => {
    await client.beginUntilStop(REFLECTED);
    const present = await past();
    assert.deepEqual(present.now, present.present);
    const middle = Math.floor(present.now.instructions / 2);
    assert.match(
      await client.travel('turtlescope/goTo', { instructions: middle }),
      /in the past, \d+ instructions before/,
    );
    const there = await past();
    assert.equal(there.now.instructions, middle);
    assert.deepEqual(there.present, present.present);
    await client.travel('turtlescope/goTo', { instructions: present.now.instructions * 2 });
    assert.deepEqual(await past(), present);
  });

  it('goes to a record so that it is the newest one that has happened', async () => {
    await client.beginUntilStop(REFLECTED);
    const { present } = await past();
    for (const record of [0, Math.floor(present.records / 2), present.records - 1]) {
      await client.travel('turtlescope/goTo', { record });
      const { now } = await past();
      assert.ok(now.records > record && now.records <= record + 2, `${now.records} after ${record}`);
    }
  });

  it('keeps bookmarks in the order of the run, goes there exactly, and drops those of a dropped future', async () => {
    const { threadId } = await client.beginUntilStop(REFLECTED);
    await client.customRequest('turtlescope/bookmark', { name: 'late' });
    await client.travel('stepBack', { threadId, granularity: 'instruction' });
    await client.customRequest('turtlescope/bookmark', { name: 'in L2' });
    const stack = await client.stack(3);
    await client.travel('turtlescope/goTo', { instructions: 1000 });
    const { bookmarks } = await client.ask<Past>('turtlescope/bookmark', { name: 'early' });
    assert.deepEqual(
      bookmarks.map(({ name }) => name),
      ['early', 'in L2', 'late'],
    );
    assert.match(await client.travel('turtlescope/goTo', { bookmark: bookmarks[1]!.id }), /^L2: in L2/);
    assert.deepEqual(await client.stack(3), stack);
    await client.value('fork', L1, 'repl');
    assert.deepEqual(
      (await past()).bookmarks.map(({ name }) => name),
      ['early', 'in L2'],
    );
    assert.match(
      await client.refused('turtlescope/goTo', { bookmark: bookmarks[2]!.id }),
      /no such bookmark/,
    );
    const removed = await client.ask<Past>('turtlescope/bookmark', { remove: bookmarks[0]!.id });
    assert.equal(removed.bookmarks.length, 1);
  });

  it('a session that is restarted in the past begins anew, twice in a row, and is the same run', async () => {
    await client.beginUntilStop(REFLECTED);
    const first = await past();
    for (let again = 0; again < 2; again++) {
      await client.travel('turtlescope/goTo', { instructions: 1000 });
      await client.travel('restart');
      assert.deepEqual(await past(), first);
    }
  });

  it('a pause on the way back leaves the machine at the start of the way or at its end, and it goes on from there', async () => {
    await client.beginUntilStop(REFLECTED);
    const present = await past();
    const stopped = client.stop1();
    await client.customRequest('reverseContinue', { threadId: L1 });
    await client.customRequest('pause', { threadId: L1 });
    await stopped;
    const { now } = await past();
    assert.ok([0, present.now.instructions].includes(now.instructions), `${now.instructions}`);
    await client.travel('turtlescope/goTo');
    assert.deepEqual(await past(), present);
  });

  it('a run that ends can be gone back into, and goes to its end again', async () => {
    await client.begin();
    await client.waitForEvent('terminated');
    const end = await past();
    assert.match(await client.travel('turtlescope/goTo', { instructions: 1000 }), /in the past/);
    await client.travel('turtlescope/goTo');
    assert.deepEqual(await past(), end);
  });

  it('with less memory than the run needs the past is thinner, and every moment of it is still there', async () => {
    await client.beginUntilStop({ launch: { history: 1 }, ...REFLECTED });
    const present = await past();
    for (let part = 1; part < 5; part++) {
      const instructions = Math.floor((present.now.instructions * part) / 5);
      await client.travel('turtlescope/goTo', { instructions });
      assert.equal((await past()).now.instructions, instructions);
    }
    await client.travel('turtlescope/goTo');
    assert.deepEqual(await past(), present);
  });
});

describe('adapter: a session ends', () => {
  for (const [where, onTheWay] of [
    ['in the past', false],
    ['on the way there', true],
  ] as const)
    it(where, async () => {
      const wire = await states['in the past']!();
      try {
        if (onTheWay) void wire.ask('turtlescope/goTo', {});
        assert.equal((await wire.ask('disconnect')).success, true);
        wire.process.stdin!.end();
        assert.equal(await wire.ended, 0);
        assert.equal(wire.errors, '');
      } finally {
        wire.process.kill();
      }
    });
});
