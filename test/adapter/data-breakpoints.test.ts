/**
 * Data breakpoints over DAP: of variables, registers, VMCS fields, addresses; the stop names the writer and both values.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client, lineOf, sample } from './client';

type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
type Set = DebugProtocol.SetDataBreakpointsResponse['body'];

const L1 = 2;

describe('adapter: data breakpoints', () => {
  let client: Client;

  beforeEach(async () => {
    client = await Client.start();
  });

  afterEach(() => client.stop());

  /** Stops in L1 with VMX on, before the VMCS is filled in. */
  async function stoppedBeforeVmcs(): Promise<void> {
    await client.beginUntilStop({ functions: [{ name: 'vmcs_init' }] });
  }

  async function watch(
    name: string,
    more: object = {},
    breakpoint: object = {},
  ): Promise<Set['breakpoints'][0]> {
    const { id } = await client.topFrame(L1);
    const info = await client.ask<Info>('dataBreakpointInfo', { name, frameId: id, ...more });
    assert.ok(info.dataId, info.description);
    const set = await client.ask<Set>('setDataBreakpoints', {
      breakpoints: [{ dataId: info.dataId, accessType: 'write', ...breakpoint }],
    });
    return set.breakpoints[0]!;
  }

  it('a variable: L2’s write of L1’s memory names line and values', async () => {
    await stoppedBeforeVmcs();
    const { verified, id } = await watch('page_faults');
    assert.equal(verified, true);
    const stop = await client.go('continue', L1);
    assert.equal(stop.reason, 'data breakpoint');
    assert.match(stop.description!, /^L2 wrote L1:0x[0-9a-f]+ \(8 bytes\) at l2\.c:\d+: 0x0 -> 0x1$/);
    assert.deepEqual(stop.hitBreakpointIds, [id]);
  });

  it('a field of vmcs12: L1’s VMWRITE, then what L0 writes at each exit; conditions see old, new and writer', async () => {
    await stoppedBeforeVmcs();
    await watch('vmcs12.GUEST_RIP');
    const first = await client.go('continue', L1);
    assert.match(first.description!, /^L1 wrote vmcs12\.GUEST_RIP at \w+\.[ch]:\d+: 0x0 -> 0x40/);
    await watch('vmcs12.GUEST_RIP', {}, { condition: 'writer == L0 && new > old', hitCondition: '2' });
    const second = await client.go('continue', L1);
    assert.match(second.description!, /^L0 wrote vmcs12\.GUEST_RIP: 0x40\w+ -> 0x40/);
  });

  it('a register, by its line in the Variables view', async () => {
    await stoppedBeforeVmcs();
    const registers = await client.scope('Registers', L1);
    const general = registers.find(({ name }) => name === 'General')!;
    const info = await client.ask<Info>('dataBreakpointInfo', {
      variablesReference: general.variablesReference,
      name: 'rbx',
    });
    assert.deepEqual(info.accessTypes, ['write']);
    const set = { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] };
    await client.ask('setDataBreakpoints', set);
    const stop = await client.go('continue', L1);
    assert.match(stop.description!, /^L1 wrote rbx of L1 at \S+: 0x[0-9a-f]+ -> 0x[0-9a-f]+$/);
  });

  it('an address, with its space; bytes as asked', async () => {
    await stoppedBeforeVmcs();
    const value = await client.value('&page_faults,x', L1);
    await watch(`L1gpa:${value}`, { asAddress: true, bytes: 1 });
    const stop = await client.go('continue', L1);
    assert.match(stop.description!, /^L2 wrote L1gpa:0x[0-9a-f]+ \(1 byte\) at l2\.c:\d+: 0x0 -> 0x1$/);
  });

  it('reads stop too, and the whole list is replaced', async () => {
    await stoppedBeforeVmcs();
    await watch('page_faults', {}, { accessType: 'read' });
    const stop = await client.go('continue', L1);
    assert.match(stop.description!, /^L2 read L1:0x[0-9a-f]+ \(8 bytes\) at /);
    await client.ask('setDataBreakpoints', { breakpoints: [] });
    await Promise.all([
      client.waitForEvent('terminated'),
      client.customRequest('continue', { threadId: L1 }),
    ]);
    assert.match(client.serial, /hello-nested: success/);
  });

  it('says why something cannot be watched', async () => {
    await stoppedBeforeVmcs();
    const { id } = await client.topFrame(L1);
    for (const [name, why] of [
      ['rip', /cannot be watched/],
      ['1 + 1', /Only memory, registers, MSRs and VMCS fields/],
      ['nothing_here', /There is no variable/],
    ] as const) {
      const info = await client.ask<Info>('dataBreakpointInfo', { name, frameId: id });
      assert.equal(info.dataId, null);
      assert.match(info.description, why);
    }
    const set = await client.ask<Set>('setDataBreakpoints', { breakpoints: [{ dataId: 'nonsense' }] });
    assert.equal(set.breakpoints[0]!.verified, false);
    assert.match(set.breakpoints[0]!.message!, /names nothing that can be watched/);
  });

  it('a step that writes something watched stops behind the write', async () => {
    await client.beginUntilStop({
      breakpoints: { [sample('l2.c')]: [{ line: lineOf('l2.c', 'page_faults++') }] },
    });
    await client.ask('setDataBreakpoints', { breakpoints: [] });
    const { id } = await client.topFrame(3);
    const info = await client.ask<Info>('dataBreakpointInfo', { name: 'page_faults', frameId: id });
    await client.ask('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] });
    const stop = await client.go('next', 3);
    assert.equal(stop.reason, 'data breakpoint');
    assert.equal(await client.value('page_faults,d', 3), '1');
  });
});
