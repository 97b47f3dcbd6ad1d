/**
 * A client that knows nothing but the protocol sees everything: decoded VMCSs, exits, the event in flight and the entry check in a
 * standard scope and by console commands.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AddressWalk } from '../../src/protocol/address-walk';
import { Client } from './client';

const L1 = 2;

describe('adapter: any client', () => {
  let client: Client;

  before(async () => {
    client = await Client.start();
    await client.beginUntilStop({ functions: [{ name: 'handle_exit' }] });
  });

  after(() => client.stop());

  const command = async (expression: string) => {
    const { id: frameId } = await client.topFrame(L1);
    const given = { expression, frameId, context: 'repl' };
    return (await client.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', given)).result;
  };

  it('the VMX scope holds the decoded VMCSs, whose fields can be watched', async () => {
    const scope = await client.scope('VMX', L1);
    const vmcs12 = scope.find(({ name }) => name === 'vmcs12')!;
    const groups = await client.children(vmcs12.variablesReference);
    const guest = groups.find(
      ({ name, variablesReference }) => variablesReference > 0 && /guest/i.test(name),
    )!;
    const fields = await client.children(guest.variablesReference);
    assert.ok(fields.length > 5, guest.name);
    const info = await client.ask<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', {
      variablesReference: vmcs12.variablesReference,
      name: 'GUEST_RIP',
    });
    assert.equal(info.dataId, 'field vmcs12.GUEST_RIP');
  });

  it('a walk goes through page tables, ept12, ept02 and ept01, and says what is wrong with what is asked', async () => {
    const walked = await client.customRequest('turtlescope/walk', {
      expression: 'L2:vmcs12.GUEST_RIP',
      access: 'fetch',
    });
    const { summary, stages } = walked.body as AddressWalk;
    assert.match(summary, /^A fetch of L2:0x[0-9a-f]+ leads to hpa:0x[0-9a-f]+\.$/);
    assert.deepEqual(
      stages.map(({ title }) => title),
      ['Page tables of L2', 'ept12', 'ept02', 'ept01'],
    );
    const [entry] = stages[1]!.entries;
    assert.match(entry!.address, /^L1gpa:0x/);
    const { memoryReference } = entry!;
    const { body } = (await client.customRequest('readMemory', { memoryReference, count: 8 })) as {
      body: { data: string };
    };
    const bytes = Buffer.from(body.data, 'base64');
    assert.equal(`0x${bytes.readBigUInt64LE().toString(16).padStart(16, '0')}`, entry!.row.value);
    for (const wrong of [{}, { expression: '"a"' }, { expression: '$rip', access: 'look' }])
      await assert.rejects(client.customRequest('turtlescope/walk', wrong), /expression|no address|access/);
  });

  it('and the exits, the event in flight and the entry check', async () => {
    const scope = await client.scope('VMX', L1);
    const inside = async (name: string) =>
      (await client.children(scope.find((line) => line.name === name)!.variablesReference)).map(
        ({ value }) => value,
      );
    assert.ok((await inside('exits')).some((line) => /^L2 /.test(line)));
    assert.ok((await inside('event in flight')).length > 0);
    assert.deepEqual(await inside('entry check'), ['every check']);
  });

  for (const [line, answer] of [
    ['help', /x\/NFU ADDRESS[\s\S]*rdmsr NAME[\s\S]*Everything else is an expression/],
    ['x/2xg $rsp', /^L1:0x[0-9a-f]+: 0x[0-9a-f]{16} 0x[0-9a-f]{16}$/],
    ['x/4xb L1gpa:0x100000', /^L1gpa:0x100000: 0x[0-9a-f]{2} 0x[0-9a-f]{2} 0x[0-9a-f]{2} 0x[0-9a-f]{2}$/],
    ['x/20xw $rsp', /(\n.*){4}/],
    ['x/d 0xffffffffffff0000', /<no memory>/],
    [
      'walk $rsp write',
      /^A write of L1:0x[0-9a-f]+ leads to hpa:0x[0-9a-f]+\.\nPage tables of L1: .* -> L1gpa:0x[0-9a-f]+\n +PML4E at L1gpa:/,
    ],
    ['p/x 255', /^0xff$/],
    ['print 1 + 1', /^2$/],
    ['info registers', /rax {2}0x[0-9a-f]{16}[\s\S]*rip {2}0x/],
    ['info threads', /^1 {2}L0 .*\n2 {2}L1 .*\n3 {2}L2 /],
    ['rdmsr ia32_efer', /^IA32_EFER = 0x[0-9a-f]{16}$/],
    ['vmcs vmcs12 guest_rip', /^ *GUEST_RIP {2}0x40/m],
    ['vmcs nothing_like_this', /^No row has "nothing_like_this"\.$/],
    ['exits', /^#\d+ {2}L2 /m],
    ['check', /^passes {2}every check$/],
    ['vmcs12.GUEST_RIP', /^0x0*40/],
    ['regs', /^\{rax = /],
  ] as const)
    it(`${line}`, async () => assert.match(await command(line), answer));
});
