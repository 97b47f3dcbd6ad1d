/**
 * Exception filters with conditions, what is told about the event, and the custom requests the views make.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ResponseBody } from '../../src/protocol/custom-requests';
import type { VmcsTree } from '../../src/protocol/decoded-row';
import { Client, sample } from './client';

const L0 = 1;
const L1 = 2;
const L2 = 3;

type ExceptionInfo = DebugProtocol.ExceptionInfoResponse['body'];

describe('adapter: exception filters and views', () => {
  let client: Client;
  beforeEach(async () => {
    client = await Client.start();
  });
  afterEach(async () => {
    await client.stop();
  });

  it('stops at the first exit L1 gets, with three threads and their stacks', async () => {
    const stop = await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    assert.equal(stop.reason, 'exception');
    assert.equal(stop.description, 'L2 exited: CPUID, reflected to L1');
    assert.equal(stop.threadId, L1);
    const { body } = await client.threadsRequest();
    assert.deepEqual(
      body.threads.map(({ id }) => id),
      [L0, L1, L2],
    );
    assert.match((await client.stack(L1))[0]!, /^vmx_run vmx-run.S/);
    const guest = await client.stack(L2);
    assert.match(guest[0]!, /^cpuid x86.h/);
    assert.match(guest.join(' '), /ask_for_cpuid l2.c:\d+ l2_main l2.c/);
  });

  it('obeys a condition on the reason and the qualification', async () => {
    const condition = 'reason == EPT_VIOLATION && (qualification & 2) && level == L2';
    const stop = await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected', condition }] });
    assert.equal(stop.description, 'L2 exited: EPT_VIOLATION, reflected to L1');
    assert.equal(await client.value('vmcs12.GUEST_PHYSICAL_ADDRESS', L1), '0x0000000000406000');
  });

  it('obeys a condition on a field of vmcs12', async () => {
    const condition = 'vmcs12.VM_EXIT_REASON == VMCALL';
    const stop = await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected', condition }] });
    assert.equal(stop.description, 'L2 exited: VMCALL, reflected to L1');
  });

  it('stops at an exit of L2 that L0 keeps, with the rule in the details', async () => {
    const stop = await client.beginUntilStop({ filters: [{ filterId: 'exit-l0' }] });
    assert.match(stop.description!, /^L2 exited: \w+, kept by L0$/);
    const info = await client.ask<ExceptionInfo>('exceptionInfo', { threadId: stop.threadId });
    assert.match(info.exceptionId, /^VM Exit of L2 kept by L0: [A-Z]/);
    assert.match(info.details!.message!, /rule: /);
  });

  it('says what a stop was about even when the question comes after the machine went on', async () => {
    const stop = await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const { instructionPointerReference } = await client.topFrame(L1);
    await client.customRequest('writeMemory', {
      memoryReference: instructionPointerReference,
      data: Buffer.from([0xeb, 0xfe]).toString('base64'),
    });
    await client.continueRequest({ threadId: L1 });
    await client.refused('stackTrace', { threadId: L1 });
    const info = await client.ask<ExceptionInfo>('exceptionInfo', { threadId: stop.threadId });
    assert.equal(info.description, stop.description);
    const paused = client.stop1();
    await client.pauseRequest({ threadId: L1 });
    assert.equal((await paused).reason, 'pause');
  });

  it('shows a triple fault and every failing check of a refused VM entry', async () => {
    const stop = await client.beginUntilStop({
      launch: { program: sample('broken-entry.elf', 'broken-entry') },
      filters: [{ filterId: 'entry-failed' }],
    });
    assert.match(stop.description!, /^VM entry failed: /);
    const { failures } = await client.ask<ResponseBody<'turtlescope/checkEntry'>>('turtlescope/checkEntry');
    assert.ok(failures.length >= 1, 'at least one failing check');
    for (const failure of failures) {
      assert.match(failure.sdm, /^26\./);
      assert.ok(failure.fields.length > 0, `${failure.id} names fields`);
    }
    const info = await client.ask<ExceptionInfo>('exceptionInfo', { threadId: stop.threadId });
    assert.match(info.details!.message!, new RegExp(failures[0]!.id));
    assert.match(info.details!.stackTrace!, /last written at \S+vmx\.c:\d+/);
    const writer = failures.flatMap(({ fields }) => fields)[0]!.writer!;
    assert.equal(writer.source!.path, sample('vmx.c'));
  });

  it('names what is wrong with a filter or its condition', async () => {
    await client.beginUntilStop({ launch: { stopOnEntry: true } });
    const { body } = await client.setExceptionBreakpointsRequest({
      filters: ['nothing'],
      filterOptions: [{ filterId: 'vm-fail', condition: 'reason ==' }],
    });
    assert.deepEqual(
      body!.breakpoints!.map(({ verified }) => verified),
      [false, false],
    );
    assert.match(body!.breakpoints![1]!.message!, /Expected a value/);
  });

  it('gives the VMCS trees, marks changes and writes a field of vmcs12', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    await client.go('continue', L1);
    const trees = async (filter = '') =>
      (await client.ask<{ trees: VmcsTree[] }>('turtlescope/vmcs', { filter, threadId: L2 })).trees;
    const [vmcs12] = await trees();
    assert.equal(vmcs12!.vmcs, 'vmcs12');
    assert.deepEqual(
      (await trees()).map(({ vmcs }) => vmcs),
      ['vmcs12', 'vmcs02', 'vmcs01'],
    );
    const field = (tree: VmcsTree, name: string) =>
      tree.groups.flatMap((group) => group.children ?? []).find(({ label }) => label === name);
    assert.ok(vmcs12!.groups.flatMap((group) => group.children ?? []).some(({ changed }) => changed));
    const written = await client.ask<{ value: string }>('turtlescope/setVmcsField', {
      vmcs: 'vmcs12',
      field: 'GUEST_RFLAGS',
      value: '0x2 | 1',
    });
    assert.equal(written.value, '0x0000000000000003');
    const [after] = await trees('GUEST_RFLAGS');
    assert.match(field(after!, 'GUEST_RFLAGS')!.value, /0x0*3$/);
  });

  it('names the groups of a tree that the client has, and sends the others', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const ask = (known?: number) =>
      client.ask<ResponseBody<'turtlescope/vmcs'>>('turtlescope/vmcs', { threadId: L2, known });
    const sent = ({ trees }: ResponseBody<'turtlescope/vmcs'>) =>
      trees.flatMap(({ groups }) => groups.filter((group) => !('known' in group)).map(({ id }) => id));
    const whole = await ask();
    assert.ok(sent(whole).length > 20);
    assert.deepEqual(sent(await ask(whole.number)), [], 'nothing has changed');
    assert.deepEqual(sent(await ask()), sent(whole), 'a client that knows nothing gets everything');
    assert.deepEqual(sent(await ask(99)), sent(whole), 'an answer nobody gave');
    await client.ask('turtlescope/setVmcsField', { vmcs: 'vmcs12', field: 'GUEST_DR7', value: '0x401' });
    assert.deepEqual(sent(await ask(whole.number)), ['vmcs12/Guest registers']);
  });

  it('refuses to write what belongs to L0, and what does not exist', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const write = (vmcs: string, field: string, value: string) =>
      client.refused('turtlescope/setVmcsField', { vmcs, field, value });
    assert.match(await write('vmcs02', 'GUEST_RIP', '1'), /belongs to L0/);
    assert.match(await write('vmcs12', 'GUEST_RIPP', '1'), /not a VMCS field/);
    assert.match(await write('vmcs12', 'GUEST_RIP', 'nonsense'), /no variable/);
  });

  it('gives the timeline in portions, and one record in full', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const { items, total } = await client.ask<ResponseBody<'turtlescope/timeline'>>('turtlescope/timeline', {
      limit: 5,
    });
    assert.equal(items.length, 5);
    assert.ok(total >= 5);
    const { index } = items.at(-1)!;
    const item = await client.ask<ResponseBody<'turtlescope/timelineItem'>>('turtlescope/timelineItem', {
      index,
    });
    assert.ok(item.rows.length > 0);
    assert.match(await client.refused('turtlescope/timelineItem', { index: 10_000_000 }), /no record/);
  });

  it('shows the event that an EPT violation interrupted', async () => {
    const condition = 'reason == EPT_VIOLATION && idtVectoring';
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected', condition }] });
    const event = await client.ask<object>('turtlescope/eventInFlight', { threadId: L2 });
    assert.match(JSON.stringify(event), /#PF/);
  });
});
