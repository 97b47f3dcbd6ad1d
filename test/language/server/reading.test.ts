/** Hover, inlay hints and code actions over the protocol: the answers themselves, word for word where the protocol shapes them. */
import assert from 'node:assert/strict';
import type { CodeAction, Hover, InlayHint } from 'vscode-languageserver/node';
import { Client } from './client';

const uri = 'untitled:vmx.c';
const text = `#define SECONDARY_VM_EXEC_CONTROL 0x401e
void f(u64 value)
{
	vmwrite(0x401e, value);
	vmwrite(0x4402, value);
}
`;
const number = { start: { line: 3, character: 9 }, end: { line: 3, character: 15 } };
const all = { start: { line: 0, character: 0 }, end: { line: 7, character: 0 } };
const textDocument = { uri };

describe('language server: reading', () => {
  let client: Client;
  const begin = async (options: Parameters<typeof Client.start>[0] = {}) => {
    client = await Client.start(options);
    await client.open(uri, 'c', text, 3);
  };
  afterEach(() => client.stop());

  const hints = () => client.request<InlayHint[]>('textDocument/inlayHint', { textDocument, range: all });
  const actions = (context: object = { diagnostics: [] }) =>
    client.request<CodeAction[]>('textDocument/codeAction', { textDocument, range: number, context });

  it('hover explains a number as Markdown, with its range', async () => {
    await begin();
    const hover = await client.request<Hover>('textDocument/hover', { textDocument, position: number.start });
    assert.deepEqual(hover.range, number);
    const { kind, value } = hover.contents as { kind: string; value: string };
    assert.equal(kind, 'markdown');
    assert.match(value, /SECONDARY_VM_EXEC_CONTROL/);
    assert.match(value, /SDM/);
    const nowhere = { textDocument, position: { line: 2, character: 0 } };
    assert.equal(await client.request('textDocument/hover', nowhere), null);
  });

  it('hints stand behind numbers, and a double click writes a name that the file knows', async () => {
    await begin();
    const [first] = await hints();
    const { tooltip, ...rest } = first!;
    assert.deepEqual(rest, {
      position: number.end,
      label: 'SECONDARY_VM_EXEC_CONTROL',
      kind: 1,
      paddingLeft: true,
      textEdits: [{ range: number, newText: 'SECONDARY_VM_EXEC_CONTROL' }],
    });
    assert.equal((tooltip as { kind: string }).kind, 'markdown');
  });

  it('hints obey their setting, and the client is asked to look again when it changes', async () => {
    await begin({
      capabilities: { workspace: { configuration: true, inlayHint: { refreshSupport: true } } },
    });
    assert.equal((await hints()).length, 2);
    client.answers.set('workspace/configuration', () => [{ inlayHints: false }]);
    const asked = client.asksUntil('workspace/inlayHint/refresh', async () => (await hints()).length === 0);
    await client.notify('workspace/didChangeConfiguration', { settings: null });
    await asked;
  });

  it('actions are edits of the version they were made for, where the client understands that', async () => {
    await begin({ capabilities: { workspace: { workspaceEdit: { documentChanges: true } } } });
    const [first] = await actions();
    assert.equal(first!.kind, 'refactor.rewrite');
    assert.deepEqual(first!.edit, {
      documentChanges: [
        {
          textDocument: { uri, version: 3 },
          edits: [{ range: number, newText: 'SECONDARY_VM_EXEC_CONTROL' }],
        },
      ],
    });
    await client.stop();
    await begin();
    assert.deepEqual((await actions())[0]!.edit, {
      changes: { [uri]: [{ range: number, newText: 'SECONDARY_VM_EXEC_CONTROL' }] },
    });
  });

  it('actions are of the kinds that were asked for', async () => {
    await begin();
    const kinds = async (only: unknown) => (await actions({ diagnostics: [], only })).map(({ kind }) => kind);
    assert.ok((await kinds(['refactor'])).length > 0);
    assert.ok((await kinds(['refactor.rewrite'])).length > 0);
    assert.deepEqual(await kinds(['refactor.extract']), []);
    assert.deepEqual(await kinds(['quickfix']), []);
    assert.deepEqual(await kinds([]), []);
  });
});
