/** Recordings as a client of the protocol makes and opens them, and what a change in the past asks for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ResponseBody } from '../../src/protocol/custom-requests';
import { Client, lineOf, sample } from './client';

const L1 = 2;
const L2 = 3;
const cli = resolve(__dirname, '..', '..', 'dist', 'cli.js');
const REFLECTED = { filters: [{ filterId: 'exit-reflected' }] };

describe('adapter: recordings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'turtlescope-recordings-'));
  const clients: Client[] = [];
  const start = async () => {
    const client = await Client.start();
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.stop();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** All that a client shows of where the machine stands. */
  async function state(client: Client, threadId: number): Promise<unknown> {
    const registers = await client.scope('Registers', threadId);
    const { total } = await client.ask<ResponseBody<'turtlescope/timeline'>>('turtlescope/timeline', {});
    return [await client.stack(threadId), registers.map(({ name, value }) => [name, value]), total];
  }

  it('a run with changes of registers, memory and a VMCS is the same run in another process', async () => {
    const client = await start();
    await client.beginUntilStop({ launch: { stopOnEntry: true }, ...REFLECTED });
    await client.value('$r15 = 0x1234', L1, 'repl');
    const { threadId } = await client.go('continue', L1);
    await client.value('vmcs12.GUEST_RSP = vmcs12.GUEST_RSP - 64', L1, 'repl');
    await client.value('[L1:$rsp - 256] = 0x55', L1, 'repl');
    await client.go('continue', threadId!);
    const path = join(folder, 'changed.recording');
    await client.customRequest('turtlescope/saveRecording', { path });
    const there = await state(client, threadId!);

    const { stderr } = spawnSync(process.execPath, [cli, 'replay', path], { encoding: 'utf8' });
    assert.match(stderr, /same run as recorded/);
    // F5 on it: the program of a launch configuration.
    const again = await start();
    const end = await again.beginUntilStop({ launch: { program: path } });
    assert.match(end.description!, /the end of the recording; its [1-9]\d* checks were right/);
    assert.deepEqual(await state(again, threadId!), there);
    // What was changed is part of its past as well.
    await again.travel('reverseContinue', { threadId: L1 });
    await again.travel('turtlescope/goTo');
    assert.deepEqual(await state(again, threadId!), there);
  });

  it('a recording of a restarted session is that of its second run, and is saved from the past as well', async () => {
    const client = await start();
    await client.beginUntilStop(REFLECTED);
    const stopped = client.stop1();
    await client.customRequest('restart', {});
    const { threadId } = await stopped;
    await client.go('continue', threadId!);
    const there = await state(client, threadId!);
    await client.travel('stepBack', { threadId, granularity: 'instruction' });
    const before = await state(client, threadId!);
    const path = join(folder, 'restarted.recording');
    await client.customRequest('turtlescope/saveRecording', { path, embed: true });
    assert.deepEqual(await state(client, threadId!), before, 'saving moves nothing');
    const again = await start();
    await again.beginUntilStop({ launch: { program: path } });
    assert.deepEqual(await state(again, threadId!), there);
  });

  it('what was typed last, and is not read yet, is in it', async () => {
    const client = await start();
    const { threadId } = await client.beginUntilStop(REFLECTED);
    await client.customRequest('turtlescope/input', { source: 'serial', bytes: [65] });
    const path = join(folder, 'typed.recording');
    await client.customRequest('turtlescope/saveRecording', { path });
    const again = await start();
    const end = await again.beginUntilStop({ launch: { program: path } });
    assert.match(end.description!, /the end of the recording/);
    assert.deepEqual(await state(again, threadId!), await state(client, threadId!));
  });

  it('without a past there is nothing to save', async () => {
    const client = await start();
    await client.beginUntilStop({ launch: { stopOnEntry: true, history: 0 } });
    const path = join(folder, 'none.recording');
    assert.match(await client.refused('turtlescope/saveRecording', { path }), /"history": 0/);
  });

  it('a place that cannot be written is told', async () => {
    const client = await start();
    await client.beginUntilStop(REFLECTED);
    const path = join(folder, 'no', 'such', 'folder');
    assert.match(await client.refused('turtlescope/saveRecording', { path }), /cannot be written \(ENOENT\)/);
  });

  describe('a change in the past', () => {
    const asked = (client: Client) => client.waitForEvent('turtlescope/futureAtStake');
    const inPast = async (launch: object) => {
      const client = await start();
      const { threadId } = await client.beginUntilStop({ launch: { ...launch }, ...REFLECTED });
      const present = await state(client, L1);
      // Before the exit it was L2 that ran.
      await client.travel('stepBack', { threadId, granularity: 'instruction' });
      return { client, threadId: threadId!, present };
    };

    it('is refused to a client that does not ask its user, in every way there is, until the console says fork', async () => {
      const { client, threadId, present } = await inPast({});
      const { id: frameId, instructionPointerReference: memoryReference } = await client.topFrame(L2);
      const { body } = await client.scopesRequest({ frameId });
      const { variablesReference } = body.scopes.find(({ name }) => name === 'Registers')!;
      const [general] = await client.children(variablesReference);
      const ways: [string, object][] = [
        ['evaluate', { expression: '$rax = 1', frameId, context: 'repl' }],
        ['evaluate', { expression: 'vmcs12.GUEST_RSP = 1', frameId, context: 'repl' }],
        ['evaluate', { expression: '$IA32_LSTAR = 1', frameId, context: 'repl' }],
        ['setExpression', { expression: '$rax', value: '1', frameId }],
        ['setVariable', { variablesReference: general!.variablesReference, name: 'rax', value: '1' }],
        ['writeMemory', { memoryReference, data: 'AAAA' }],
        ['turtlescope/setVmcsField', { vmcs: 'vmcs12', field: 'GUEST_RSP', value: '1' }],
        ['turtlescope/input', { source: 'serial', bytes: [65] }],
      ];
      for (const [command, given] of ways)
        assert.match(await client.refused(command, given), /say "fork" on the console/, command);
      await client.travel('turtlescope/goTo');
      assert.deepEqual(await state(client, L1), present, 'nothing was changed');
      assert.match(await client.value('fork', L1, 'repl'), /This is the present/);

      await client.travel('stepBack', { threadId, granularity: 'instruction' });
      assert.match(await client.value('fork', L1, 'repl'), /Another future begins here/);
      assert.match(client.console, /from here the run is another one/);
      await client.value('$r15 = 0x77', L2, 'repl');
      assert.match(await client.value('$r15', L2), /0x0*77$/);
      const { description } = await client.go('continue', threadId);
      assert.doesNotMatch(description!, /in the past/);
    });

    it('waits for the user where the client asks him: agreed', async () => {
      const { client } = await inPast({ __asksBeforeFork: true });
      const question = asked(client);
      const { id: frameId } = await client.topFrame(L2);
      const done = client.evaluateRequest({ expression: '$r15 = 0x77', frameId, context: 'repl' });
      await question;
      await client.customRequest('turtlescope/fork', { agreed: true });
      assert.match((await done).body.result, /0x0*77$/);
      assert.match(await client.value('$r15', L2), /0x0*77$/);
    });

    it('waits for the user where the client asks him: refused', async () => {
      const { client, present } = await inPast({ __asksBeforeFork: true });
      const question = asked(client);
      const { id: frameId } = await client.topFrame(L2);
      const refused = client.refused('evaluate', { expression: '$r15 = 0x77', frameId, context: 'repl' });
      await question;
      await client.customRequest('turtlescope/fork', { agreed: false });
      assert.match(await refused, /Nothing was changed: what came after this moment is kept/);
      await client.travel('turtlescope/goTo');
      assert.deepEqual(await state(client, L1), present);
    });

    it('of a recorded run makes it another one, and every stop says so', async () => {
      const recorder = await start();
      await recorder.beginUntilStop(REFLECTED);
      await recorder.go('continue', L1);
      const path = join(folder, 'left.recording');
      await recorder.customRequest('turtlescope/saveRecording', { path });

      const client = await start();
      await client.beginUntilStop({
        launch: { program: path },
        breakpoints: { [sample('vmcs.c')]: [{ line: lineOf('vmcs.c', 'vmwrite(IO_BITMAP_A') }] },
      });
      const { id: frameId } = await client.topFrame(L1);
      const change = { expression: '$r15 = 1', frameId, context: 'repl' };
      assert.match(await client.refused('evaluate', change), /say "fork"/);
      await client.value('fork', L1, 'repl');
      await client.value('$r15 = 1', L1, 'repl');
      const { description } = await client.go('next', L1);
      assert.match(description!, /another run than the recorded one since instruction \d+/);
    });
  });

  it('what a recorded run is made of is its own; how one looks at it is not', async () => {
    const recorder = await start();
    await recorder.beginUntilStop(REFLECTED);
    const path = join(folder, 'own.recording');
    await recorder.customRequest('turtlescope/saveRecording', { path });
    const client = await start();
    const { description } = await client.beginUntilStop({
      launch: { program: path, stopOnEntry: true, memory: 64 },
    });
    assert.match(description!, /entry point/);
    assert.match(client.console, /"memory" is the recording's/);
  });
});
