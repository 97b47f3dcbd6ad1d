/**
 * A gdb stub of hello-nested on a port, and a client that speaks the protocol by hand: what gdb itself would never send, and answers
 * byte for byte.
 */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { GdbServer } from '../../src/gdb/server';
import { packet } from '../../src/gdb/packets';
import type { DebugSession } from '../../src/debugger/session';
import { openSession } from '../../src/session/open';

export const image = resolve(__dirname, '../../samples/hello-nested/hello-nested.elf');

export class Stub {
  readonly session: DebugSession;
  readonly server: GdbServer;
  port = 0;
  serial = '';
  /** What was said about clients. */
  readonly told: string[] = [];
  kills = 0;

  constructor(topology: 'nested' | 'bare' = 'nested', host?: string) {
    const { session, files } = openSession(
      { program: image, topology },
      {
        serial: (byte) => (this.serial += String.fromCharCode(byte)),
        log: () => undefined,
        stopped: (event) => this.server.stopped(event),
        ended: (event) => this.server.ended(event),
      },
    );
    this.session = session;
    const nothing = () => undefined;
    const target = { session, files, resumed: nothing, changed: nothing, killed: () => this.kills++ };
    this.server = new GdbServer(target, { port: 0, host, tell: (text) => this.told.push(text) });
    session.stopOnEntry();
  }

  async start(): Promise<this> {
    this.port = await this.server.listen();
    return this;
  }

  client(): Promise<Client> {
    return Client.to(this.port);
  }

  close(): void {
    this.session.dispose();
    this.server.close();
  }
}

export class Client {
  private received = '';
  private wake: () => void = () => undefined;
  closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
      this.wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  static async to(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((done, failed) => socket.once('connect', done).once('error', failed));
    return new Client(socket);
  }

  raw(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Waits until `found` finds something in what came, or the connection ends. */
  private async until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      assert.ok(!this.closed, 'the connection ended');
      await new Promise<void>((wake) => (this.wake = wake));
    }
  }

  /** The data of the next packet that is no console output. */
  async reply(): Promise<string> {
    for (;;) {
      const data = await this.until(() => this.next());
      if (!/^O[0-9a-f]+$/.test(data)) return data;
      this.console += Buffer.from(data.slice(1), 'hex').toString();
    }
  }

  console = '';

  private next(): string | undefined {
    const [whole, body] = /^[+-]*\$([^#]*)#[0-9a-f]{2}/.exec(this.received) ?? [];
    if (whole === undefined) return undefined;
    this.received = this.received.slice(whole.length);
    return body!.replace(/\}(.)/gs, (_, character: string) =>
      String.fromCharCode(character.charCodeAt(0) ^ 0x20),
    );
  }

  ask(data: string): Promise<string> {
    this.raw(packet(data));
    return this.reply();
  }

  /** Waits for the byte that answers a packet with a wrong checksum. */
  async complaint(): Promise<string> {
    return this.until(() => {
      const [first] = this.received;
      if (first !== undefined) this.received = this.received.slice(1);
      return first;
    });
  }

  ended(): Promise<void> {
    return this.closed ? Promise.resolve() : new Promise((done) => this.socket.once('close', () => done()));
  }

  /** An object of qXfer, piece by piece. */
  async object(name: string, annex = ''): Promise<string> {
    let whole = '';
    for (;;) {
      const piece = await this.ask(`qXfer:${name}:read:${annex}:${whole.length.toString(16)},100`);
      whole += piece.slice(1);
      if (piece.startsWith('l')) return Buffer.from(whole, 'latin1').toString();
      assert.equal(piece[0], 'm', piece);
    }
  }

  async monitor(command: string): Promise<string> {
    this.console = '';
    assert.equal(await this.ask(`qRcmd,${Buffer.from(command).toString('hex')}`), 'OK');
    return this.console;
  }
}
