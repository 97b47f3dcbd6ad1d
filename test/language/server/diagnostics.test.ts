/** Diagnostics over the protocol: when they come, for which version, and what changes them. */
import assert from 'node:assert/strict';
import type {
  Diagnostic,
  DocumentDiagnosticReport,
  PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import { Client } from './client';

const uri = 'untitled:vmx.c';
const pulls = { textDocument: { diagnostic: {} } };
/** A line that writes a field with this encoding. */
const line = (encoding: string) => `void f(void) { vmwrite(${encoding}, 1); }\n`;
const READ_ONLY = '0x4402';
const FINE = '0x681e';
const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code);

describe('language server: diagnostics', () => {
  let client: Client;
  afterEach(() => client.stop());

  const pushed = () => client.next<PublishDiagnosticsParams>('textDocument/publishDiagnostics');
  const pull = (previousResultId?: string) =>
    client.request<DocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: { uri },
      ...(previousResultId !== undefined && { previousResultId }),
    });
  const items = async () => {
    const report = await pull();
    return report.kind === 'full' ? codes(report.items) : report;
  };

  it('name the place, the rule and where they come from', async () => {
    client = await Client.start();
    assert.equal(client.initialized.capabilities.diagnosticProvider, undefined);
    await client.open(uri, 'c', line(READ_ONLY), 7);
    const { version, diagnostics } = await pushed();
    const [first] = diagnostics;
    assert.equal(version, 7);
    const { message, ...rest } = first!;
    assert.deepEqual(rest, {
      range: { start: { line: 0, character: 23 }, end: { line: 0, character: 29 } },
      severity: 2,
      source: 'turtlescope',
      code: 'vmcs-read-only-write',
    });
    assert.match(message as string, /VM_EXIT_REASON.*SDM/);
  });

  it('are pushed once for a burst of edits, for its last version, and go with the document', async () => {
    client = await Client.start();
    await client.open(uri, 'c', line(FINE));
    for (let version = 2; version <= 20; version++)
      await client.change(uri, version, [{ text: line(version % 2 === 0 ? READ_ONLY : FINE) }]);
    await client.change(uri, 21, [{ text: line(READ_ONLY) }]);
    const burst = await pushed();
    assert.equal(burst.version, 21);
    assert.deepEqual(codes(burst.diagnostics), ['vmcs-read-only-write']);
    await client.notify('textDocument/didClose', { textDocument: { uri } });
    assert.deepEqual(await pushed(), { uri, diagnostics: [] });
  });

  it('are pulled by a client that can, and never stale', async () => {
    client = await Client.start({ capabilities: pulls });
    await client.open(uri, 'c', line(FINE));
    assert.deepEqual(await items(), []);
    const place = { start: { line: 0, character: 23 }, end: { line: 0, character: 29 } };
    await client.change(uri, 2, [{ range: place, text: READ_ONLY }]);
    assert.deepEqual(await items(), ['vmcs-read-only-write']);
    await client.change(uri, 3, [{ range: place, text: FINE }]);
    assert.deepEqual(await items(), []);
  });

  it('are not sent again when nothing has changed', async () => {
    client = await Client.start({ capabilities: pulls });
    await client.open(uri, 'c', line(READ_ONLY));
    const first = await pull();
    assert.ok(first.kind === 'full' && first.resultId !== undefined);
    assert.deepEqual(await pull(first.resultId), { kind: 'unchanged', resultId: first.resultId });
    await client.change(uri, 2, [{ text: line(READ_ONLY) }]);
    assert.equal((await pull(first.resultId)).kind, 'full');
  });

  it('obey the settings, which may change without a restart', async () => {
    client = await Client.start({
      capabilities: { ...pulls, workspace: { configuration: true, diagnostics: { refreshSupport: true } } },
    });
    await client.open(uri, 'c', line(READ_ONLY));
    assert.deepEqual(await items(), ['vmcs-read-only-write']);
    client.answers.set('workspace/configuration', () => [{ diagnostics: false, includePaths: 5 }]);
    const off = client.asksUntil('workspace/diagnostic/refresh', async () => {
      const report = await pull();
      return report.kind === 'full' && report.items.length === 0;
    });
    await client.notify('workspace/didChangeConfiguration', { settings: null });
    await off;
  });

  it('obey settings of a client that only tells them', async () => {
    client = await Client.start({ capabilities: pulls, initializationOptions: { diagnostics: false } });
    await client.open(uri, 'c', line(READ_ONLY));
    assert.deepEqual(await items(), []);
    const settings = { turtlescope: { language: { diagnostics: true } } };
    await client.notify('workspace/didChangeConfiguration', { settings });
    assert.deepEqual(await items(), ['vmcs-read-only-write']);
  });

  it('lead to the text of their rule, where the client can open it', async () => {
    client = await Client.start({ capabilities: { ...pulls, workspace: { textDocumentContent: {} } } });
    await client.open(uri, 'c', line(READ_ONLY));
    const report = await pull();
    assert.ok(report.kind === 'full');
    const { href } = report.items[0]!.codeDescription!;
    assert.equal(href, 'turtlescope-rule:/vmcs-read-only-write.md');
    const content = await client.request<{ text: string }>('workspace/textDocumentContent', { uri: href });
    assert.match(
      content.text,
      /^# VMWRITE to a VM-exit information field\n\n.+\n\nRule `vmcs-read-only-write`/,
    );
    const none = await client.request('workspace/textDocumentContent', {
      uri: 'turtlescope-rule:/__proto__.md',
    });
    assert.deepEqual(none, { text: '' });
  });
});
