/** What is typed reaches the guest, and what it shows comes out: COM1 as a terminal, the text screen, the input log and its repetition. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Screen } from '../../src/protocol/people';
import { CODE, ECHO, TYPEWRITER } from '../support/typed-guests';
import { Client } from './client';

/** Scan codes: A down, A up, Q down, Q up. */
const A = [0x1e, 0x9e];
const Q = [0x10];
const Q_RELEASED = [0x90];

const folder = mkdtempSync(join(tmpdir(), 'turtlescope-input-'));
const image = (name: string, code: readonly number[]) => {
  const path = join(folder, name);
  writeFileSync(path, Uint8Array.from(code));
  return { program: path, loadAddress: CODE, memory: 16 };
};
const echo = image('echo.bin', ECHO);
const typewriter = image('typewriter.bin', TYPEWRITER);

/** One session, with all that it showed. */
class Typist {
  shown = '';
  screens: Screen[] = [];
  private waiting: (() => void) | undefined;

  constructor(readonly client: Client) {
    client.on('turtlescope/serial', ({ body }: { body: { text: string } }) => {
      this.shown += body.text;
      this.waiting?.();
    });
    client.on('turtlescope/screen', ({ body }: { body: Screen }) => {
      this.screens.push(body);
      this.waiting?.();
    });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.waiting = resolve));
  }

  type(source: string, bytes: Iterable<number>): Promise<unknown> {
    return this.client.customRequest('turtlescope/input', { source, bytes: [...bytes] });
  }

  /** Text of the screen's first line, as last told. */
  get line(): string {
    const [first = []] = this.screens.at(-1)?.rows ?? [];
    return first.map(({ text }) => text).join('');
  }
}

describe('adapter: what is typed', () => {
  const clients: Client[] = [];
  const start = async () => {
    const client = await Client.start();
    clients.push(client);
    return new Typist(client);
  };
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.stop())));
  after(() => rmSync(folder, { recursive: true }));

  for (const topology of ['nested', 'bare']) {
    it(`goes to COM1, ${topology}; the guest's answer comes as an event, not to the console`, async () => {
      const on = await start();
      const exited = on.client.waitForEvent('exited') as Promise<DebugProtocol.ExitedEvent>;
      await on.client.begin({ launch: { ...echo, topology, serial: 'terminal' } });
      await on.type('serial', Buffer.from('ab'));
      await on.until(() => on.shown === 'ab');
      await on.type('serial', Buffer.from('q'));
      assert.equal((await exited).body.exitCode, 0xe3);
      assert.equal(on.shown, 'abq');
      assert.equal(on.client.serial, '');
    });

    it(`goes to the keyboard, ${topology}, once something stands on the screen`, async () => {
      const on = await start();
      const exited = on.client.waitForEvent('exited');
      await on.client.begin({ launch: { ...typewriter, topology } });
      await on.until(() => on.line.startsWith('Hi'));
      assert.deepEqual(on.screens.at(-1)!.rows[0]![0], { text: 'Hi', attribute: 0x1f });
      await on.type('keys', A);
      await on.until(() => on.line.startsWith('HiA\u2534'));
      assert.deepEqual(on.screens.at(-1)!.rows[0]![1], { text: 'A\u2534', attribute: 0x4e });
      await on.type('keys', Q);
      await exited;
      // The key that ended the guest is released: nobody takes it, and nobody complains.
      await on.type('keys', Q_RELEASED);
    });
  }

  it('is written down with its moments, and the log makes the same run with nobody there', async () => {
    const log = join(folder, 'input.log');
    const first = await start();
    const ended = first.client.waitForEvent('terminated');
    await first.client.begin({ launch: { ...echo, serial: 'terminal', inputLog: log } });
    await first.type('serial', Buffer.from('x'));
    await first.until(() => first.shown === 'x');
    await first.type('serial', Buffer.from('yq'));
    await ended;
    const written = readFileSync(log, 'latin1');
    assert.match(written, /^turtlescope input 1\n\d+ serial 78\n\d+ serial 7971\n$/);

    const again = await start();
    const over = again.client.waitForEvent('terminated');
    // The same file: it is read before it is written.
    await again.client.begin({ launch: { ...echo, replayInput: log, inputLog: log } });
    await over;
    assert.equal(again.client.serial, 'xyq');
    assert.equal(readFileSync(log, 'latin1'), written);
  });

  it('has a terminal to be typed into before the guest says anything', async () => {
    const on = await start();
    const opened = on.client.waitForEvent('turtlescope/serial');
    await on.client.begin({ launch: { ...echo, serial: 'terminal', stopOnEntry: true } });
    assert.deepEqual((await opened).body, { text: '' });
  });

  it('reaches the machine that a restart made', async () => {
    const on = await start();
    const ended = on.client.waitForEvent('terminated');
    await on.client.begin({ launch: { ...echo, serial: 'terminal' } });
    await on.type('serial', Buffer.from('a'));
    await on.until(() => on.shown === 'a');
    await on.client.customRequest('restart', {});
    await on.type('serial', Buffer.from('bq'));
    await ended;
    assert.equal(on.shown, 'abq');
  });

  it('a restart empties the screen', async () => {
    const on = await start();
    await on.client.begin({ launch: { ...typewriter } });
    await on.until(() => on.line.startsWith('Hi'));
    await on.type('keys', A);
    await on.until(() => on.line.startsWith('HiA'));
    await on.client.customRequest('restart', {});
    await on.until(() => on.line.trimEnd() === 'Hi');
  });

  it('does not keep a guest that nobody talks to from its end', async () => {
    const on = await start();
    const stop = await on.client.beginUntilStop({ launch: { ...echo } });
    assert.equal(stop.reason, 'exception');
    assert.match(stop.description!, /halt/i);
  });

  it('is refused with a sentence when it is no input, and when the run repeats one', async () => {
    const log = join(folder, 'empty.log');
    writeFileSync(log, 'turtlescope input 1\n');
    const on = await start();
    await on.client.beginUntilStop({ launch: { ...echo, replayInput: log, stopOnEntry: true } });
    const refused = (given: object) => on.client.refused('turtlescope/input', given);
    assert.match(await refused({ source: 'mouse', bytes: [1] }), /"serial" or "keys"/);
    assert.match(await refused({ source: 'serial', bytes: [256] }), /from 0 to 255/);
    assert.match(await refused({ source: 'serial', bytes: [1] }), /repeats the input of a log/);
    const other = await start();
    assert.match(
      await other.client.refused('launch', { ...echo, replayInput: echo.program }),
      /"replayInput" names .*echo\.bin, which is no input log: its first line/,
    );
  });
});
