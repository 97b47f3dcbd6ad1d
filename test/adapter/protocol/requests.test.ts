/** What a client may ask besides the main job: frames restarted, progress shown and cancelled, places of declarations, lazy lines. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client, lineOf, sample } from '../client';
import { atL2, moved } from './states';
import type { Wire } from './wire';

const L1 = 2;
const L2 = 3;

describe('adapter: the wider protocol', () => {
  const clients: Client[] = [];
  let wire: Wire | undefined;
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.stop())));
  afterEach(() => void wire?.process.kill());

  async function stoppedIn(name: string, launch = {}): Promise<Client> {
    const client = await Client.start();
    clients.push(client);
    await client.beginUntilStop({ functions: [{ name }], launch });
    return client;
  }

  async function restarted(client: Client, frame: DebugProtocol.StackFrame): Promise<string> {
    const stopped = client.stop1();
    await client.customRequest('restartFrame', { frameId: frame.id });
    const { reason, description } = await stopped;
    return `${reason}: ${description}`;
  }

  it('restartFrame goes to where the function of a frame was entered, what it has done is undone', async () => {
    const client = await stoppedIn('use_a_port');
    const { body } = await client.stackTraceRequest({ threadId: L2 });
    const [inner, outer] = body.stackFrames;
    assert.equal(outer!.name, 'l2_main');
    assert.match(await restarted(client, inner!), /^restart: L2: .*in the past/);
    assert.match((await client.stack(L2))[0]!, /^use_a_port /);
    const { body: again } = await client.stackTraceRequest({ threadId: L2 });
    await restarted(client, again.stackFrames[1]!);
    const stack = await client.stack(L2);
    assert.match(stack[0]!, /^l2_main /);
    // Forwards it is the same run.
    const stop = await client.go('continue', L2);
    assert.equal(stop.reason, 'function breakpoint');
    assert.match((await client.stack(L2))[0]!, /^use_a_port /);
  });

  it('restartFrame says why not', async () => {
    const client = await stoppedIn('l1_main');
    const { body } = await client.stackTraceRequest({ threadId: L1 });
    assert.match(
      await client.refused('restartFrame', { frameId: body.stackFrames.at(-1)!.id }),
      /^start64 cannot be restarted: where it was called from is not known/,
    );
    const without = await stoppedIn('l1_main', { history: 0 });
    const { id } = await without.topFrame(L1);
    assert.match(await without.refused('restartFrame', { frameId: id }), /"history": 0/);
  });

  it('shows progress to a client that can, and ends what is cancelled', async () => {
    wire = await atL2();
    await moved(wire, 'stepBack', { threadId: L2 });
    const from = wire.events.length;
    const asked = wire.ask('reverseContinue', { threadId: L2 });
    const cancelled = wire.ask('cancel', { progressId: 'turtlescope-3' });
    const succeeded = [(await asked).success, (await cancelled).success];
    await wire.event(['stopped'], from);
    wire.process.stdin!.end();
    await wire.ended;
    const progress = wire.events.slice(0, from).filter(({ event }) => event.startsWith('progress'));
    const [reading, read, searching] = progress.map(({ event, body }) => ({ event, ...(body as object) }));
    assert.deepEqual(reading, {
      event: 'progressStart',
      progressId: 'turtlescope-1',
      title: 'Reading the image and its symbols',
      cancellable: false,
    });
    assert.deepEqual(read, { event: 'progressEnd', progressId: 'turtlescope-1' });
    assert.equal((searching as unknown as { cancellable: boolean }).cancellable, true);
    assert.equal(progress.at(-1)!.event, 'progressEnd');
    assert.deepEqual(succeeded, [true, true]);
    assert.equal(wire.events.slice(from).filter(({ event }) => event === 'progressEnd').length, 1);
    assert.deepEqual(wire.faults, []);
  });

  it('a client that shows no progress gets none', async () => {
    const client = await Client.start();
    clients.push(client);
    let events = 0;
    for (const event of ['progressStart', 'progressEnd']) client.on(event, () => events++);
    const { threadId } = await client.beginUntilStop({ functions: [{ name: 'use_a_port' }] });
    await client.stepBackRequest({ threadId: threadId! });
    await client.stop1();
    assert.equal(events, 0);
  });

  it('a variable leads to its declaration, and a function pointer to the function', async () => {
    const client = await stoppedIn('run_l2');
    await client.go('next', L1);
    const locals = [
      ...(await client.scope('Locals', L1)),
      ...(await client.scope('Globals of this file', L1)),
    ];
    const declared = locals.filter(
      ({ declarationLocationReference }) => declarationLocationReference !== undefined,
    );
    assert.ok(declared.length > 0, JSON.stringify(locals));
    const [{ name, declarationLocationReference }] = declared as [DebugProtocol.Variable];
    const place = await client.ask<DebugProtocol.LocationsResponse['body']>('locations', {
      locationReference: declarationLocationReference,
    });
    assert.equal(place!.source.path, sample('exits.c'));
    assert.ok(lineOf('exits.c', name) <= place!.line, name);
    const { body } = await client.evaluateRequest({ expression: '&run_l2', context: 'watch' });
    const code = await client.ask<DebugProtocol.LocationsResponse['body']>('locations', {
      locationReference: body.valueLocationReference,
    });
    assert.deepEqual(
      [code!.source.name, code!.line],
      ['exits.c', lineOf('exits.c', 'bool run_l2(void)') + 1],
    );
  });

  it('the entry check is a lazy line with one child', async () => {
    const client = await stoppedIn('run_l2');
    const check = (await client.scope('VMX', L1)).find(({ name }) => name === 'entry check')!;
    assert.equal(check.presentationHint?.lazy, true);
    assert.equal((await client.children(check.variablesReference)).length, 1);
  });

  it('elements are asked for in portions, names are no elements, and hex is hex', async () => {
    const client = await stoppedIn('run_l2');
    const { body } = await client.evaluateRequest({
      expression: '(unsigned char *)$rsp,[64]',
      context: 'watch',
    });
    const portion = (more: object) =>
      client
        .variablesRequest({
          variablesReference: body.variablesReference,
          ...more,
        })
        .then((response) => response.body.variables);
    assert.equal(body.indexedVariables, 64);
    assert.deepEqual(
      (await portion({ filter: 'indexed', start: 10, count: 2 })).map(({ name }) => name),
      ['[10]', '[11]'],
    );
    assert.deepEqual(await portion({ filter: 'named' }), []);
    assert.match(
      (await client.evaluateRequest({ expression: '255', format: { hex: true } })).body.result,
      /^0xff$/,
    );
  });
});
