/**
 * A machine of several CPUs over the protocol: threads, breakpoints on every CPU, steps that stay on theirs, records with their CPU.
 * Needs gcc for its guest.
 */
import assert from 'node:assert/strict';
import type { TimelineItem } from '../../src/protocol/timeline';
import type { LevelPicture } from '../../src/protocol/levels';
import { buildSmpGuest, hasCompiler, smpLine, type SmpGuest } from '../support/smp-guest';
import { Client } from './client';

/** L1 of CPU 0 and of CPU 1. */
const FIRST = 2;
const SECOND = 102;

if (hasCompiler) {
  describe('adapter: a machine of several CPUs', () => {
    let guest: SmpGuest;
    let client: Client;
    before(() => void (guest = buildSmpGuest()));
    after(() => guest.remove());
    beforeEach(async () => void (client = await Client.start()));
    afterEach(() => client.stop());

    const launch = (test: string, cpus: number, topology = 'nested') => ({
      program: guest.path,
      cmdline: `${test} ${cpus}`,
      cpus,
      topology,
      memory: 64,
    });
    const names = async (): Promise<string[]> =>
      (await client.threadsRequest()).body.threads.map(({ name }) => name);
    const inLoop = smpLine('main.c', 'before = shared;');

    it('has a thread for every level of every CPU, named by both', async () => {
      const { path, line } = smpLine('main.c', '__sync_fetch_and_add(&finished, 1)');
      await client.beginUntilStop({ launch: launch('lock', 3), breakpoints: { [path]: [{ line }] } });
      const found = await names();
      for (const cpu of [0, 1, 2])
        for (const level of ['L0', 'L1'])
          assert.ok(
            found.some((name) => name.startsWith(`${level} CPU ${cpu} `)),
            `${level} CPU ${cpu} in ${found.join(', ')}`,
          );
      assert.equal(
        found.filter((name) => !name.includes('waits') && name.startsWith('L1')).length,
        1,
        'one runs',
      );
    });

    it('stops at a breakpoint on every CPU that reaches it', async () => {
      const { path, line } = inLoop;
      let stop = await client.beginUntilStop({
        launch: launch('lock', 2),
        breakpoints: { [path]: [{ line }] },
      });
      const threads = new Set<number>();
      for (let hits = 0; threads.size < 2; hits++) {
        assert.equal(stop.reason, 'breakpoint');
        assert.ok(hits < 400, `only on ${[...threads].join()}`);
        assert.match((await client.stack(stop.threadId!))[0]!, new RegExp(`^add_under_lock main.c:${line}$`));
        threads.add(stop.threadId!);
        stop = await client.go('continue', stop.threadId!);
      }
      assert.deepEqual(threads, new Set([FIRST, SECOND]));
    });

    for (const topology of ['nested', 'bare'] as const)
      it(`a step stays on its CPU, whose turns come and go meanwhile (${topology})`, async () => {
        const { path, line } = inLoop;
        const threads = topology === 'nested' ? [FIRST, SECOND] : [FIRST - 1, SECOND - 1];
        const stop = await client.beginUntilStop({
          launch: launch('lock', 2, topology),
          breakpoints: { [path]: [{ line, condition: 'cpu == 1' }] },
        });
        assert.equal(stop.threadId, threads[1]);
        await client.setBreakpointsRequest({ source: { path }, breakpoints: [] });
        // Around the loop, and the wait for the lock that the other CPU holds meanwhile.
        let lines = 0;
        for (let step = 0; step < 12; step++) {
          const next = await client.go('next', stop.threadId!);
          assert.equal(next.reason, 'step');
          assert.equal(next.threadId, stop.threadId);
          if ((await client.topFrame(stop.threadId!)).line !== line) lines++;
        }
        assert.ok(lines > 0);
        // The other CPU's thread steps as well, though it is not its turn.
        const [other] = threads;
        const next = await client.go('stepIn', other!, { granularity: 'instruction' });
        assert.equal(next.threadId, other);
      });

    it('pause shows the CPU that ran', async () => {
      const { path, line } = smpLine('main.c', 'add_under_lock(cpu);');
      await client.beginUntilStop({
        launch: launch('spin', 2),
        breakpoints: { [path]: [{ line: line - 1 }] },
      });
      await client.setBreakpointsRequest({ source: { path }, breakpoints: [] });
      await client.continueRequest({ threadId: SECOND });
      const stopped = client.stop1();
      await client.customRequest('pause', { threadId: SECOND });
      const stop = await stopped;
      assert.equal(stop.reason, 'pause');
      const running = (await client.threadsRequest()).body.threads.find(({ id }) => id === stop.threadId);
      assert.match(running!.name, /^L1 CPU [01] /);
      assert.doesNotMatch(running!.name, /waits/);
    });

    it('records know their CPU: VM Exits, its filter, and Levels over Time', async () => {
      const { path, line } = smpLine('main.c', 'static void test_vmx');
      await client.beginUntilStop({
        launch: launch('vmx', 2),
        breakpoints: { [path]: [{ line: line + 6 }] },
      });
      const { items } = await client.ask<{ items: TimelineItem[] }>('turtlescope/timeline', {
        filter: 'cpu:1',
        limit: 1000,
      });
      assert.ok(items.length > 0);
      assert.ok(items.every(({ cpu }) => cpu === 1));
      const reflected = await client.ask<{ items: TimelineItem[] }>('turtlescope/timeline', {
        filter: 'cpu:1 kind:reflected',
      });
      assert.ok(reflected.items.every(({ verdict }) => verdict === 'L1'));
      const picture = await client.ask<LevelPicture>('turtlescope/levels', { scale: 'events', columns: 500 });
      assert.deepEqual(
        picture.lanes.map(({ level, cpu }) => `${level} CPU ${cpu}`),
        ['L2 CPU 0', 'L1 CPU 0', 'L0 CPU 0', 'L2 CPU 1', 'L1 CPU 1', 'L0 CPU 1'],
      );
    });
  });
}
