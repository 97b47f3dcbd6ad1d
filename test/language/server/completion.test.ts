/** Completion over the protocol: what the items carry, and what is said about one when it is asked for. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompletionItem, CompletionList } from 'vscode-languageserver/node';
import { uriOf } from '../../../src/language/workspace/places';
import { Client } from './client';

describe('language server: completion', () => {
  let root: string;
  let client: Client;
  const uri = (file: string): string => uriOf(join(root, file));
  const complete = (file: string, line: number, character: number): Promise<CompletionList> =>
    client.request('textDocument/completion', {
      textDocument: { uri: uri(file) },
      position: { line, character },
    });

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'completion-'));
    writeFileSync(join(root, 'vmcs.h'), '#define GUEST_RIP 0x681e\n#define STACK_SIZE 4096\n');
    client = await Client.start({ folders: [uriOf(root)] });
    await client.open(
      uri('a.S'),
      'gas',
      '#include "vmcs.h"\nmain:\n vmla\n mov $GUEST_RI, %edx\n vmread %rdx, %rax\n jmp ma\n add $STA, %rsp\n',
    );
  });
  after(() => {
    client.kill();
    rmSync(root, { recursive: true, force: true });
  });

  it('is offered, with the signs that start a word', () => {
    assert.deepEqual(client.initialized.capabilities.completionProvider, {
      resolveProvider: true,
      triggerCharacters: ['%', '$', '.', '#'],
    });
  });

  it('replaces the word so far', async () => {
    const { isIncomplete, items } = await complete('a.S', 2, 5);
    assert.equal(isIncomplete, false);
    assert.deepEqual(
      items.map(({ label, textEdit }) => ({ label, textEdit })),
      [
        {
          label: 'vmlaunch',
          textEdit: {
            range: { start: { line: 2, character: 1 }, end: { line: 2, character: 5 } },
            newText: 'vmlaunch',
          },
        },
      ],
    );
  });

  it('says what an item is when it is shown', async () => {
    const [item] = (await complete('a.S', 2, 5)).items;
    const resolved = await client.request<CompletionItem>('completionItem/resolve', item);
    assert.match(JSON.stringify(resolved.documentation), /VMLAUNCH/);
    const stale = await client.request<CompletionItem>('completionItem/resolve', { ...item, data: '0:0' });
    assert.equal(stale.documentation, undefined);
    assert.ok(await client.request('completionItem/resolve', null));
  });

  it('puts in a name that an included header defines', async () => {
    const [item] = (await complete('a.S', 3, 14)).items;
    assert.equal(item?.label, 'GUEST_RIP');
    assert.equal(item?.textEdit?.newText, 'GUEST_RIP');
  });

  it('offers labels of the file and constants of its headers', async () => {
    assert.deepEqual(
      (await complete('a.S', 5, 7)).items.map(({ label }) => label),
      ['main'],
    );
    assert.deepEqual(
      (await complete('a.S', 6, 9)).items.map(({ label, detail }) => [label, detail]),
      [['STACK_SIZE', '0x1000']],
    );
  });

  it('offers local labels of NASM behind the label they belong to', async () => {
    await client.open(uri('b.asm'), 'nasm', 'main:\n.loop:\n jmp .\nother:\n.end:\n jmp .\n');
    const offered = async (line: number) =>
      (await complete('b.asm', line, 6)).items
        .map(({ label }) => label)
        .filter((name) => name.startsWith('.'));
    assert.deepEqual(await offered(2), ['.loop']);
    assert.deepEqual(await offered(5), ['.end']);
  });

  it('offers to jumps what other sources export', async () => {
    await client.open(uri('c.S'), 'gas', '.globl printed\nprinted: ret\nprivate: ret\n');
    await client.open(uri('d.S'), 'gas', ' call pri\n');
    // Other sources are read when somebody asks what they define.
    await client.request('workspace/symbol', { query: 'pri' });
    assert.deepEqual(
      (await complete('d.S', 0, 9)).items.map(({ label, detail }) => [label, detail]),
      [['printed', 'c.S']],
    );
  });
});
