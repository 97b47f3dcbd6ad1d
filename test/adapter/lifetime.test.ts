/**
 * The adapter as a process: it ends with its client whatever it does, says what garbage it got, restarts from the files as they
 * are now, and runs without stops when it is asked to.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { adapter, Client, lineOf, sample } from './client';

const L1 = 2;

function message(seq: number, command: string, given: object = {}): string {
  const body = JSON.stringify({ seq, type: 'request', command, arguments: given });
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** Clients of the test that runs; all end with it. */
const clients: Client[] = [];

async function startClient(): Promise<Client> {
  const client = await Client.start();
  clients.push(client);
  return client;
}

function start(): { child: ChildProcess; ended: Promise<Ended>; output: () => string } {
  const child = spawn(process.execPath, [adapter], { stdio: 'pipe' });
  let stderr = '';
  let output = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('exit', (status) => resolve({ status, stderr })));
  return { child, ended, output: () => output };
}

/** Resolves when the adapter has sent this text. */
async function sent(output: () => string, text: string): Promise<void> {
  while (!output().includes(text)) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('adapter: its life', () => {
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.stop())));

  it('ends with its client, in the middle of conditions that are asked for ever', async () => {
    const { child, ended, output } = start();
    const condition = Array<string>(100).fill('$rax').join(' | ') + ' & 0';
    child.stdin!.write(message(1, 'initialize', {}));
    child.stdin!.write(message(2, 'launch', { program: sample('hello-nested.elf') }));
    child.stdin!.write(
      message(3, 'setFunctionBreakpoints', {
        breakpoints: [
          { name: 'print_char', condition },
          { name: 'main', condition },
        ],
      }),
    );
    child.stdin!.write(message(4, 'configurationDone'));
    await sent(output, '"command":"configurationDone"');
    child.stdin!.end();
    assert.equal((await ended).status, 0);
  });

  for (const [what, bytes, told] of [
    ['no header', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', /no usable Content-Length/],
    ['no JSON', 'Content-Length: 3\r\n\r\n{]}', /is not a JSON object/],
    ['no message', 'Content-Length: 4\r\n\r\nnull', /is not a JSON object/],
    ['a length that is none', 'Content-Length: many\r\n\r\n{}', /no usable Content-Length/],
    ['nothing but bytes', '\0\u0001\u0002'.repeat(1000), /a message begins with/],
  ] as const)
    it(`answers ${what} on stderr, with a status`, async () => {
      const { child, ended } = start();
      child.stdin!.write(bytes);
      const { status, stderr } = await ended;
      assert.match(stderr, told);
      assert.equal(status, 2);
    });

  it('initialize needs no pathFormat', async () => {
    const { child, ended, output } = start();
    child.stdin!.write(message(1, 'initialize', { adapterID: 'x' }));
    await sent(output, 'supportsDataBreakpoints');
    child.stdin!.end();
    await ended;
  });

  it('a cancelled request does not stop the machine', async () => {
    const client = await startClient();
    let stops = 0;
    client.on('stopped', () => stops++);
    const terminated = client.waitForEvent('terminated');
    await client.begin();
    await client.customRequest('cancel', { requestId: 1 });
    await terminated;
    assert.equal(stops, 0);
  });

  it('noDebug does not stop', async () => {
    const client = await startClient();
    await Promise.all([
      client.waitForEvent('terminated'),
      client.begin({
        functions: [{ name: 'l1_main' }],
        filters: [{ filterId: 'exit-reflected' }],
        launch: { noDebug: true, stopOnEntry: true },
      }),
    ]);
    assert.match(client.serial, /hello-nested: success/);
  });

  it('restart reads the image, the symbols and the arguments anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'turtlescope-'));
    const program = join(folder, 'image.elf');
    copyFileSync(sample('hello-nested.elf'), program);
    const client = await startClient();
    await client.beginUntilStop({ functions: [{ name: 'l1_main' }], launch: { program } });
    const line = async (thread: number) => (await client.topFrame(thread)).line;
    const before = await line(L1);
    copyFileSync(sample('broken-entry.elf', 'broken-entry'), program);
    const changed = client.waitForEvent('breakpoint') as Promise<DebugProtocol.BreakpointEvent>;
    const stopped = client.stop1();
    await client.customRequest('restart', { arguments: { program, topology: 'bare' } });
    assert.equal((await changed).body.breakpoint.verified, true);
    assert.equal((await stopped).reason, 'function breakpoint');
    const after = await line(1);
    assert.notEqual(after, before, 'the function stands on another line of the new image');
    writeFileSync(program, '');
    assert.match(await client.refused('restart', {}), /is empty/);
    assert.equal(await line(1), after, 'the session goes on as it was');
    rmSync(folder, { recursive: true });
  });

  it('starts once, whatever comes between the request that starts it and the start', async () => {
    const { child, ended, output } = start();
    const commands = [
      'initialize',
      'launch',
      'configurationDone',
      'continue',
      'restart',
      'continue',
      'terminate',
    ];
    const given = (command: string) =>
      command === 'launch' ? { program: sample('hello-nested.elf'), stopOnEntry: true } : {};
    // All in one write, so that nothing comes between them.
    child.stdin!.write(
      commands.map((command, index) => message(index + 1, command, given(command))).join(''),
    );
    await sent(output, '"terminated"');
    child.stdin!.write(message(9, 'threads'));
    await sent(output, '"request_seq":9');
    assert.doesNotMatch(output(), /"stopped"/, 'what was terminated does not start');
    child.stdin!.end();
    assert.deepEqual(await ended, { status: 0, stderr: '' });
  });

  it('tells when L2 comes into being', async () => {
    const client = await startClient();
    const thread = client.waitForEvent('thread') as Promise<DebugProtocol.ThreadEvent>;
    await client.begin({ functions: [{ name: 'l2_main' }], filters: [{ filterId: 'exit-reflected' }] });
    assert.deepEqual((await thread).body, { reason: 'started', threadId: 3 });
  });

  it('goto sets the next statement', async () => {
    const client = await startClient();
    await client.beginUntilStop({ functions: [{ name: 'l1_main' }] });
    const path = sample('main.c');
    const line = lineOf('main.c', 'vmx_enable();');
    const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
      source: { path },
      line,
    });
    assert.match(targets[0]!.label, /^l1_main at 0x/);
    const stopped = client.stop1();
    await client.customRequest('goto', { threadId: L1, targetId: targets[0]!.id });
    assert.equal((await stopped).reason, 'goto');
    assert.deepEqual(await client.stack(L1).then((stack) => stack[0]), `l1_main main.c:${line}`);
    assert.match(await client.refused('goto', { threadId: L1, targetId: 99 }), /no goto target 99/);
  });
});
