/** The server's process from its start to its end, and what it answers to nonsense. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Client } from './client';

const program = resolve(__dirname, '../../../dist/language-server.js');
const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', input: '' });

describe('language server: process', () => {
  let client: Client | undefined;
  afterEach(() => {
    client?.kill();
    client = undefined;
  });

  it('prints its usage and leaves with status 2 for an option it does not know, and for --help', () => {
    const unknown = run('--tcp');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /unknown option "--tcp"\n\nUsage: turtlescope-language-server/);
    const help = run('--help');
    assert.equal(help.status, 2);
    assert.match(help.stderr, /^Usage: turtlescope-language-server/);
    assert.equal(help.stdout, '');
  });

  it('speaks over stdin and stdout when nothing is said', async () => {
    client = Client.raw({ args: [] });
    await client.initialize({});
    assert.equal(client.initialized.serverInfo?.name, 'turtlescope-language-server');
    await client.stop();
  });

  it('leaves with status 0 after shutdown and exit, and with 1 without shutdown', async () => {
    client = await Client.start();
    await client.stop();
    client = await Client.start();
    await client.notify('exit');
    assert.equal(await client.exited, 1);
  });

  it('leaves when its input ends', async () => {
    client = await Client.start();
    client.process.stdin!.end();
    assert.equal(await client.exited, 1);
  });

  it('leaves when the parent that has a channel to it disconnects', async () => {
    const child = spawn(process.execPath, [program, '--node-ipc'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const answered = once(child, 'message');
    child.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { capabilities: {}, processId: null },
    });
    await answered;
    const exited = once(child, 'exit');
    child.disconnect();
    assert.deepEqual(await exited, [1, null]);
  });
});

describe('language server: nonsense', () => {
  const uri = 'file:///nowhere/a.S';
  const far = { line: 4_000_000_000, character: 4_000_000_000 };
  let client: Client;

  before(async () => {
    client = await Client.start({ folders: ['file:///nowhere', 'no uri', 'http://nowhere/'] });
  });
  after(() => client.kill());

  const nonsense: unknown[] = [
    undefined,
    null,
    {},
    [],
    { textDocument: null },
    { textDocument: { uri: 7 } },
    { textDocument: { uri: 'file:///not/open.S' }, position: { line: 0, character: 0 } },
    { textDocument: { uri }, position: null, range: null },
    { textDocument: { uri }, position: { line: -1, character: 0 } },
    { textDocument: { uri }, position: { line: 0.5, character: NaN } },
    { textDocument: { uri }, position: { line: '0', character: {} } },
    { textDocument: { uri }, position: far, range: { start: far, end: far }, context: {} },
    {
      textDocument: { uri },
      position: { line: 0, character: 0 },
      range: { start: far, end: { line: 0, character: 0 } },
      context: { stoppedLocation: { start: far, end: far }, diagnostics: 3, only: 'x' },
    },
  ];

  it('gets an empty answer to every request, and no error in the log', async () => {
    await client.open(uri, 'gas', 'mov $0x1, %eax\n');
    const { capabilities } = client.initialized;
    for (const method of requestsOf(capabilities))
      for (const params of nonsense) {
        const answer = await client.request<unknown>(method, params);
        const { uri: about } = (params as { textDocument?: { uri?: unknown } } | null)?.textDocument ?? {};
        // Questions about a whole document have an answer, whatever else was sent with them.
        if (about !== uri) assert.ok(isEmpty(answer), `${method} ${JSON.stringify(params)}`);
      }
    assert.deepEqual(
      client.log.filter((line) => /Error/.test(line)),
      [],
    );
  });

  it('in notifications changes nothing', async () => {
    for (const method of ['didOpen', 'didChange', 'didClose'])
      for (const params of [
        null,
        {},
        { textDocument: 1 },
        { textDocument: { uri: 'x' }, contentChanges: 'x' },
      ])
        await client.notify(`textDocument/${method}`, params);
    await client.change(uri, 2, [
      {},
      { text: 5 },
      { range: null, text: 'x' },
      { range: { start: 1 }, text: 'y' },
    ]);
    for (const method of ['didChangeWatchedFiles', 'didChangeConfiguration', 'didChangeWorkspaceFolders'])
      for (const params of [null, {}, { changes: [null], event: {}, settings: 'x' }])
        await client.notify(`workspace/${method}`, params);
    assert.equal(await client.request('turtlescope/evaluatableExpression', { textDocument: { uri } }), null);
    assert.deepEqual(
      client.log.filter((line) => /Error/.test(line)),
      [],
    );
  });

  it('as a method is refused, and the server goes on', async () => {
    await assert.rejects(client.request('textDocument/nonsense', {}), /nonsense/);
    assert.equal(await client.request('turtlescope/evaluatableExpression', {}), null);
  });
});

/** Requests for everything the server says it can do. */
function requestsOf(capabilities: object): string[] {
  const methods: Record<string, string> = {
    hoverProvider: 'textDocument/hover',
    completionProvider: 'textDocument/completion',
    definitionProvider: 'textDocument/definition',
    referencesProvider: 'textDocument/references',
    renameProvider: 'textDocument/rename',
    documentSymbolProvider: 'textDocument/documentSymbol',
    workspaceSymbolProvider: 'workspace/symbol',
    foldingRangeProvider: 'textDocument/foldingRange',
    semanticTokensProvider: 'textDocument/semanticTokens/full',
    inlayHintProvider: 'textDocument/inlayHint',
    codeActionProvider: 'textDocument/codeAction',
    diagnosticProvider: 'textDocument/diagnostic',
    inlineValueProvider: 'textDocument/inlineValue',
  };
  const other = new Set(['textDocumentSync', 'workspace']);
  return Object.keys(capabilities)
    .filter((name) => !other.has(name))
    .map((name) => {
      assert.ok(methods[name], `a request for ${name}`);
      return methods[name];
    });
}

function isEmpty(answer: unknown): boolean {
  if (answer === null || answer === undefined) return true;
  const { items, data } = answer as { items?: unknown[]; data?: unknown[] };
  return (Array.isArray(answer) ? answer : (items ?? data))?.length === 0;
}
