/** Symbols over the protocol: what is asked for and how the answers look; which answers are right is tested where they are made. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uriOf } from '../../../src/language/workspace/places';
import { Client } from './client';

const at = (line: number, start: number, end: number) => ({
  start: { line, character: start },
  end: { line, character: end },
});

describe('language server: symbols', () => {
  let root: string;
  let client: Client;
  const uri = (file: string) => uriOf(join(root, file));
  const ask = <Answer>(method: string, file: string, line: number, character: number, more: object = {}) =>
    client.request<Answer>(`textDocument/${method}`, {
      textDocument: { uri: uri(file) },
      position: { line, character },
      ...more,
    });

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'symbols-'));
    writeFileSync(join(root, 'stored.S'), '.globl far\nfar: ret\n');
    client = await Client.start({
      folders: [uriOf(root)],
      capabilities: { workspace: { workspaceEdit: { documentChanges: true } } },
    });
    await client.open(uri('a.S'), 'gas', '# what\n# for\nmain:\n  call far\n.Lx: jmp .Lx\n');
    // The sources in the folder are looked for in the background.
    for (let known: unknown[] = []; known.length === 0;)
      known = (await client.request<unknown[] | null>('workspace/symbol', { query: 'far' })) ?? [];
  });
  after(() => {
    client.kill();
    rmSync(root, { recursive: true, force: true });
  });

  it('definition leads into a file that is not open', async () => {
    assert.deepEqual(await ask('definition', 'a.S', 3, 8), [{ uri: uri('stored.S'), range: at(1, 0, 3) }]);
  });

  it('references come with the definition or without it', async () => {
    const all = [
      { uri: uri('a.S'), range: at(4, 0, 3) },
      { uri: uri('a.S'), range: at(4, 9, 12) },
    ];
    const context = (includeDeclaration: boolean) => ({ context: { includeDeclaration } });
    assert.deepEqual(await ask('references', 'a.S', 4, 10, context(true)), all);
    assert.deepEqual(await ask('references', 'a.S', 4, 10, context(false)), all.slice(1));
  });

  it('rename says what it is about, and edits all files, open ones with their version', async () => {
    assert.deepEqual(await ask('prepareRename', 'a.S', 3, 8), { range: at(3, 7, 10), placeholder: 'far' });
    assert.deepEqual(await ask('rename', 'a.S', 3, 8, { newName: 'near' }), {
      documentChanges: [
        {
          textDocument: { uri: uri('a.S'), version: 1 },
          edits: [{ range: at(3, 7, 10), newText: 'near' }],
        },
        {
          textDocument: { uri: uri('stored.S'), version: null },
          edits: [
            { range: at(0, 7, 10), newText: 'near' },
            { range: at(1, 0, 3), newText: 'near' },
          ],
        },
      ],
    });
  });

  it('rename that is not possible is an error with the reason', async () => {
    await assert.rejects(ask('prepareRename', 'a.S', 3, 3), /call is an instruction, not a symbol\./);
    await assert.rejects(
      ask('rename', 'a.S', 4, 1, { newName: 'main' }),
      /main is already defined in a\.S, line 3\./,
    );
  });

  it('the outline is a tree', async () => {
    assert.deepEqual(await ask('documentSymbol', 'a.S', 0, 0), [
      {
        name: 'main',
        detail: '',
        kind: 12,
        range: at(2, 0, 0).start && { start: { line: 2, character: 0 }, end: { line: 4, character: 12 } },
        selectionRange: at(2, 0, 4),
        children: [
          {
            name: '.Lx',
            detail: '',
            kind: 20,
            range: at(4, 0, 12),
            selectionRange: at(4, 0, 3),
            children: [],
          },
        ],
      },
    ]);
  });

  it('symbols of the workspace are found by some of their letters', async () => {
    assert.deepEqual(await client.request('workspace/symbol', { query: 'fr' }), [
      { name: 'far', kind: 12, location: { uri: uri('stored.S'), range: at(1, 0, 3) } },
    ]);
  });

  it('folds have lines and comments their kind', async () => {
    assert.deepEqual(await ask('foldingRange', 'a.S', 0, 0), [
      { startLine: 0, endLine: 1, kind: 'comment' },
      { startLine: 2, endLine: 4 },
    ]);
  });

  it('semantic tokens count from one to the next, of all lines or of some', async () => {
    const legend = client.initialized.capabilities.semanticTokensProvider!.legend;
    const type = (name: string) => legend.tokenTypes.indexOf(name);
    const lastLine = [
      ...[0, 3, type('label'), 1],
      ...[0, 5, 3, type('mnemonic'), 0],
      ...[0, 4, 3, type('label'), 0],
    ];
    assert.deepEqual(await ask('semanticTokens/range', 'a.S', 0, 0, { range: at(4, 0, 12) }), {
      data: [4, ...lastLine],
    });
    assert.deepEqual(await ask('semanticTokens/full', 'a.S', 0, 0), {
      data: [
        ...[0, 0, 6, type('comment'), 0],
        ...[1, 0, 5, type('comment'), 0],
        ...[1, 0, 4, type('function'), 1],
        ...[1, 2, 4, type('mnemonic'), 0],
        ...[0, 5, 3, type('function'), 0],
        ...[1, ...lastLine],
      ],
    });
  });

  it('the client is asked to colour again when another file defines other names', async () => {
    const other = await Client.start({
      capabilities: { workspace: { semanticTokens: { refreshSupport: true } } },
    });
    try {
      const [user, definer] = ['file:///nowhere/user.S', 'file:///nowhere/definer.S'] as const;
      const coloured = async (uri: string) =>
        (
          await other.request<{ data: number[] }>('textDocument/semanticTokens/full', {
            textDocument: { uri },
          })
        ).data.length / 5;
      await other.open(user, 'gas', ' call thing\n');
      await other.open(definer, 'gas', '.globl thing\n');
      assert.equal(await coloured(user), 1);
      const asked = other.asksUntil(
        'workspace/semanticTokens/refresh',
        async () => (await coloured(user)) === 2,
      );
      const end = { line: 1, character: 0 };
      await other.change(definer, 2, [{ range: { start: end, end }, text: 'thing: ret\n' }]);
      await coloured(definer);
      await asked;
    } finally {
      other.kill();
    }
  });

  it('C has no symbols here', async () => {
    await client.open(uri('a.c'), 'c', 'int main(void) { return 0; }\n');
    for (const method of [
      'definition',
      'documentSymbol',
      'foldingRange',
      'semanticTokens/full',
      'prepareRename',
    ])
      assert.equal(await ask(method, 'a.c', 0, 5), null, method);
  });

  it('a client that can be told later is told for assembly alone', async () => {
    const features = [
      'definition',
      'references',
      'rename',
      'documentSymbol',
      'foldingRange',
      'semanticTokens',
    ];
    const textDocument = Object.fromEntries(features.map((each) => [each, { dynamicRegistration: true }]));
    const other = Client.raw();
    try {
      const registered = new Promise<{
        registrations: { method: string; registerOptions: { documentSelector: { language: string }[] } }[];
      }>((done) =>
        other.answers.set('client/registerCapability', (params) => {
          done(params as never);
          return null;
        }),
      );
      await other.initialize({ capabilities: { textDocument } });
      const { capabilities } = other.initialized;
      assert.equal(capabilities.definitionProvider ?? capabilities.foldingRangeProvider, undefined);
      const { registrations } = await registered;
      assert.deepEqual(
        registrations.map(({ method }) => method),
        features.map((each) => `textDocument/${each}`),
      );
      for (const { registerOptions } of registrations)
        assert.ok(
          !registerOptions.documentSelector.some(({ language }) => ['c', 'cpp', 'rust'].includes(language)),
        );
    } finally {
      other.kill();
    }
  });
});
