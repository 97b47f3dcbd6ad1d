/** Where a value came from, as a client of the protocol looks: through levels, and each row is a place to go to. */
import assert from 'node:assert/strict';
import type { OriginRow } from '../../src/protocol/custom-requests';
import { Client, lineOf } from './client';

const L1 = 2;
const L2 = 3;

describe('adapter: origin', () => {
  let client: Client;
  before(async () => {
    client = await Client.start();
    await client.beginUntilStop({ functions: [{ name: 'l2_main' }] });
  });
  after(() => client.stop());

  const rows = async (given: object) =>
    (await client.ask<{ rows: OriginRow[] }>('turtlescope/origin', given)).rows;

  /** The first row below each one. */
  async function chain(of: string): Promise<OriginRow[]> {
    const found = await rows({ of });
    for (let row = found[0]!; row.expands; row = found.at(-1)!) {
      const [below] = await rows({ row: row.id });
      found.push(below!);
    }
    return found;
  }

  it('of a field of vmcs02: the merge, vmcs12, VMWRITE, and through copies to the constant of L1', async () => {
    const texts = (await chain('vmcs02.GUEST_CR3')).map(({ text }) => text);
    const at = (file: string, text: string) => `at L1 ${file}:${lineOf(file, text)}`;
    const write = at('vmx.c', 'vmwrite %1, %2');
    const value = /^(.*) = (0x[0-9a-f]+)$/;
    // A copy changes nothing.
    assert.equal(
      new Set(texts.map((text) => value.exec(text)?.[2]).filter(Boolean)).size,
      1,
      texts.join('\n'),
    );
    assert.match(texts[0]!, /^vmcs02\.GUEST_CR3 = /);
    assert.equal(texts[1], 'L0 merged it: from vmcs12');
    assert.match(texts[2]!, /^vmcs12\.GUEST_CR3 = /);
    assert.match(texts[3]!, /^vmwrite /);
    assert.ok(texts[3]!.endsWith(write), texts[3]);
    assert.match(texts[4]!, /^r\w+ of L1 = /);
    assert.ok(texts.length >= 10, texts.join('\n'));
    assert.match(texts.at(-1)!, /^mov \w+, 0x[0-9a-f]+ at L1 vmcs\.c:/);
  });

  it('a row is a place to go to, and looking moves nothing', async () => {
    const here = await client.value('$rip', L2);
    const [first] = await rows({ of: 'vmcs12.EPT_POINTER' });
    const [write] = await rows({ row: first!.id });
    assert.equal(await client.value('$rip', L2), here);
    assert.match(await client.travel('turtlescope/goTo', { origin: write!.id }), /origin \(in the past/);
    assert.ok((await client.stack(L1))[0]!.startsWith('vmwrite vmx.'), (await client.stack(L1))[0]);
    await client.travel('turtlescope/goTo');
    assert.equal(await client.value('$rip', L2), here);
  });

  it('says why there is none', async () => {
    assert.match(await client.refused('turtlescope/origin', { of: '1 + 1' }), /Only memory, registers/);
    assert.match(await client.refused('turtlescope/origin', { row: 999_999 }), /ask for the origin again/);
    assert.match(await client.refused('turtlescope/goTo', { origin: 999_999 }), /ask for the origin again/);
  });

  it('in the console, as text', async () => {
    const text = await client.value('origin vmcs02.EPT_POINTER', L2, 'repl');
    assert.match(text, /^vmcs02\.EPT_POINTER = \S+\n {2}L0 merged it: computed by L0: ept02/);
    assert.match(text, /\n {4}vmcs12\.EPT_POINTER = \S+\n {6}vmwrite /);
  });
});
