/** The adapter as a server: sessions over sockets, several at once, and what clients may do to it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { adapter, Client, lineOf, sample } from './client';
import { serve, type Server } from './server';

const L1 = 2;
/** Another address of the same machine's loopback network: only who listens on all addresses is there. */
const ELSEWHERE = '127.0.0.2';

/** Sends bytes, and resolves when the server has closed the connection. */
function sendAndWait(port: number, bytes: string): Promise<void> {
  return new Promise((gone) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => undefined);
    socket.once('close', () => gone());
  });
}

describe('adapter: as a server', () => {
  let server: Server;
  const clients: Client[] = [];
  beforeEach(async () => (server = await serve()));
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.stop()));
    server.process.kill();
  });

  async function client(): Promise<Client> {
    const made = await Client.start(server.port);
    clients.push(made);
    return made;
  }

  /** Ends the client's session, and with it the connection. */
  async function leave(left: Client): Promise<void> {
    clients.splice(clients.indexOf(left), 1);
    await left.stop();
  }

  const atRunL2 = { breakpoints: { [sample('exits.c')]: [{ line: lineOf('exits.c', 'bool launched') }] } };

  it('has a session of its own for each client, and ends it with its connection', async () => {
    const first = await client();
    const second = await client();
    await first.beginUntilStop(atRunL2);
    const stopped = await second.beginUntilStop({ launch: { stopOnEntry: true } });
    assert.equal(stopped.reason, 'entry');
    assert.match((await first.topFrame(L1)).name, /run_l2/);
    assert.notEqual(await first.value('$rip', L1), await second.value('$rip', L1));
    await leave(first);
    assert.equal((await second.topFrame(L1)).name, '_start');
  });

  it('goes on when a client vanishes while its machine runs, and when one sends garbage', async () => {
    const gone = await client();
    await gone.begin();
    await leave(gone);
    await sendAndWait(server.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.match(server.errors(), /does not speak the Debug Adapter Protocol: .*Content-Length/);
    const next = await client();
    await next.beginUntilStop(atRunL2);
    assert.match((await next.topFrame(L1)).name, /run_l2/);
  });

  it('listens on the loopback interface alone', async () => {
    const reached = await new Promise<boolean>((tell) => {
      const socket = connect(server.port, ELSEWHERE, () => tell(true));
      socket.once('error', () => tell(false));
    });
    assert.equal(reached, false);
  });
});

describe('adapter: command line', () => {
  for (const [what, args, message] of [
    ['a port that is none', ['--server', 'x'], /--server needs a port from 0 to 65535, not "x"/],
    ['a port that is too high', ['--server', '65536'], /--server needs a port/],
    ['an option it does not have', ['--prot', '1'], /--prot/],
    [
      'an address that is not here',
      ['--server', '0', '--listen', '192.0.2.1'],
      /cannot listen on 192\.0\.2\.1:0/,
    ],
  ] as const)
    it(`says so: ${what}`, () => {
      const { status, stderr } = spawnSync(process.execPath, [adapter, ...args], { encoding: 'utf8' });
      assert.match(stderr, message);
      assert.match(stderr, /Usage: turtlescope-debug-adapter/);
      assert.equal(status, 2);
    });

  it('is the command that README gives nvim-dap', () => {
    const root = resolve(__dirname, '../..');
    const [, lua] = /```lua\n([^]*?)```/.exec(readFileSync(resolve(root, 'README.md'), 'utf8'))!;
    const { bin } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    const [, command] = /args = \{ '([\w-]+)' \}/.exec(lua!)!;
    assert.equal(resolve(root, bin[command!]!), adapter);
  });
});
