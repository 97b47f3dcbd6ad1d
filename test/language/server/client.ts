/**
 * A client as an editor is one, with as much of the protocol as the tests need: requests with their answers, notifications, and
 * what the server says by itself. The server is the built one, in a process of its own.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type InitializeResult,
  type MessageConnection,
} from 'vscode-languageserver/node';

const program = resolve(__dirname, '../../../dist/language-server.js');

export interface ClientOptions {
  /** Of `initialize`. */
  capabilities?: object;
  initializationOptions?: unknown;
  folders?: readonly string[];
  args?: readonly string[];
}

export class Client {
  /** What the server logged, one line each. */
  readonly log: string[] = [];
  /** Ways to wait for notifications: the newest parameters by method, and who waits. */
  private readonly told = new Map<string, unknown[]>();
  private readonly waiting = new Map<string, ((params: unknown) => void)[]>();
  /** Answers to requests of the server, by method. */
  readonly answers = new Map<string, (params: unknown) => unknown>();
  readonly exited: Promise<number | null>;
  initialized!: InitializeResult;

  private constructor(
    readonly process: ChildProcess,
    readonly connection: MessageConnection,
  ) {
    this.exited = new Promise((done) => process.once('exit', done));
    // Requests that a dead server will never answer fail then.
    process.once('exit', () => connection.dispose());
    connection.onNotification((method: string, params: unknown) => {
      if (method === 'window/logMessage') this.log.push((params as { message: string }).message);
      const waiting = this.waiting.get(method)?.shift();
      if (waiting) waiting(params);
      else this.told.set(method, [...(this.told.get(method) ?? []), params]);
    });
    connection.onRequest((method: string, params: unknown) => {
      const answer = this.answers.get(method);
      return answer ? answer(params) : null;
    });
    connection.listen();
  }

  /** Starts the process and says nothing yet. */
  static raw({ args = ['--stdio'] }: ClientOptions = {}): Client {
    assert.ok(existsSync(program), `${program} is missing: \`npm run build\` makes it`);
    const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    return new Client(child, connection);
  }

  static async start(options: ClientOptions = {}): Promise<Client> {
    const client = Client.raw(options);
    client.answers.set('workspace/configuration', () => [{}]);
    await client.initialize(options);
    return client;
  }

  async initialize({ capabilities = {}, initializationOptions, folders = [] }: ClientOptions): Promise<void> {
    this.initialized = await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities,
      initializationOptions,
      workspaceFolders: folders.map((uri) => ({ uri, name: uri })),
    });
    await this.notify('initialized', {});
  }

  request<Answer>(method: string, params?: unknown): Promise<Answer> {
    return this.connection.sendRequest<Answer>(method, params);
  }

  notify(method: string, params?: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  /** The next notification of this kind; one that came and nobody has looked at counts. */
  next<Params>(method: string): Promise<Params> {
    const [first, ...rest] = this.told.get(method) ?? [];
    if (first !== undefined) {
      this.told.set(method, rest);
      return Promise.resolve(first as Params);
    }
    return new Promise((done) => {
      const waiting = this.waiting.get(method) ?? [];
      this.waiting.set(method, [...waiting, done as (params: unknown) => void]);
    });
  }

  /** Waits until the server asks for this and `holds` after it: it may have asked for another reason before. */
  asksUntil(method: string, holds: () => Promise<boolean>): Promise<void> {
    return new Promise((done, failed) =>
      this.answers.set(method, () => {
        holds().then((held) => held && done(), failed);
        return null;
      }),
    );
  }

  open(uri: string, languageId: string, text: string, version = 1): Promise<void> {
    return this.notify('textDocument/didOpen', { textDocument: { uri, languageId, version, text } });
  }

  change(uri: string, version: number, contentChanges: readonly object[]): Promise<void> {
    return this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  /** The good end: the server must leave with status 0. */
  async stop(): Promise<void> {
    await this.request('shutdown');
    await this.notify('exit');
    assert.equal(await this.exited, 0);
  }

  /** For the end of a test that failed or that is about another end. */
  kill(): void {
    this.process.kill('SIGKILL');
  }
}
