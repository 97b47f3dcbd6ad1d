/**
 * L0 as a thread one can step: breakpoints in its source, its frames and locals, steps between its statements and the guest.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client, l0LineOf, lineOf, sample } from './client';

const L0 = 1;
const L1 = 2;

describe('adapter: stepping L0 in its own source', () => {
  let client: Client;
  beforeEach(async () => {
    client = await Client.start();
  });
  afterEach(async () => {
    await client.stop();
  });

  it('stops at a function of L0, shows its frames and its locals', async () => {
    const stop = await client.beginUntilStop({ functions: [{ name: 'prepare_vmcs02' }] });
    assert.equal(stop.reason, 'function breakpoint');
    assert.equal(stop.threadId, L0);
    const stack = await client.stack(L0);
    assert.match(stack[0]!, /^prepare_vmcs02 prepare-vmcs02\.ts:\d+$/);
    assert.match(stack.join(' '), /vmx_handle_exit/);
    const locals = await client.scope('Locals', L0);
    const vcpu = locals.find(({ name }) => name === 'vcpu')!;
    assert.ok(vcpu, 'the parameter vcpu is a local');
    const names = (await client.children(vcpu.variablesReference)).map(({ name }) => name);
    assert.ok(names.includes('nested'));
    assert.equal(await client.value('vcpu.nested.vmxon', L0, 'hover'), 'true');
    await assert.rejects(client.value('vcpu.nested.nothing', L0, 'hover'), /no variable/);
  });

  it('begins with a fresh stack after a restart inside L0', async () => {
    await client.beginUntilStop({ functions: [{ name: 'prepare_vmcs02' }] });
    const before = await client.stack(L0);
    await client.travel('restart');
    assert.deepEqual(await client.stack(L0), before);
  });

  it('evaluates registers of the guest that L0 works for', async () => {
    await client.beginUntilStop({ functions: [{ name: 'handle_vmlaunch' }] });
    assert.equal(await client.value('rip', L0), await client.value('rip', L1));
    assert.equal(await client.value('vmcs.EPT_POINTER == vmcs01.EPT_POINTER', L0), '1');
  });

  it('steps by statements, into a function and out of it', async () => {
    await client.beginUntilStop({ functions: [{ name: 'nested_vmx_run' }] });
    const [first] = await client.stack(L0);
    const depth = (await client.stack(L0)).length;
    await client.go('next', L0);
    const after = await client.stack(L0);
    assert.equal(after.length, depth);
    assert.notEqual(after[0], first);
    await client.go('stepOut', L0);
    assert.ok((await client.stack(L0)).length < depth);
  });

  it('steps over a function of L0 with a log point in it, without stopping there', async () => {
    await client.beginUntilStop({ functions: [{ name: 'nested_vmx_enter_non_root_mode' }] });
    const depth = (await client.stack(L0)).length;
    const { path, line } = l0LineOf('nested/prepare-vmcs02.ts', 'export function prepare_vmcs02');
    const logPoint = { line, logMessage: 'prepares vmcs02' };
    await client.setBreakpointsRequest({ source: { path }, breakpoints: [logPoint] });
    while (!client.console.includes('prepares vmcs02')) {
      await client.go('next', L0);
      assert.equal((await client.stack(L0)).length, depth);
    }
  });

  it('stops at a line of L0 and goes on to the end', async () => {
    const { path, line } = l0LineOf('nested/prepare-vmcs02.ts', 'export function prepare_vmcs02');
    const terminated = client.waitForEvent('terminated');
    const stop = await client.beginUntilStop({ breakpoints: { [path]: [{ line }] } });
    assert.equal(stop.reason, 'breakpoint');
    await client.setBreakpointsRequest({ source: { path }, breakpoints: [] });
    await client.continueRequest({ threadId: L0 });
    await terminated;
    assert.match(client.serial, /hello-nested: success\n$/);
  });

  it('offers L0 as a step-in target at VMLAUNCH, and goes there', async () => {
    const line = lineOf('vmx-run.S', '\tvmlaunch');
    await client.beginUntilStop({ breakpoints: { [sample('vmx-run.S')]: [{ line }] } });
    const { id } = await client.topFrame(L1);
    const { targets } = await client.ask<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', {
      frameId: id,
    });
    assert.match(targets[0]!.label, /into L0: .*vmlaunch/);
    const stop = await client.go('stepIn', L1, { targetId: targets[0]!.id });
    assert.equal(stop.threadId, L0);
    assert.match((await client.stack(L0)).at(-1)!, /^vmx_handle_exit/);
  });

  it('steps from L0 into the guest when L0 has done its work', async () => {
    await client.beginUntilStop({ functions: [{ name: 'vcpu_enter_guest' }] });
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const stop = await client.go('stepOut', L0);
    assert.equal(stop.threadId, L1);
    assert.match((await client.stack(L1))[0]!, /^_start boot.S/);
  });

  it('says that the bare topology has no L0 to break in', async () => {
    await client.beginUntilStop({ launch: { topology: 'bare', stopOnEntry: true } });
    const { path, line } = l0LineOf('nested/prepare-vmcs02.ts', 'export function prepare_vmcs02');
    const { body } = await client.setBreakpointsRequest({ source: { path }, breakpoints: [{ line }] });
    assert.equal(body.breakpoints[0]!.verified, false);
    assert.match(body.breakpoints[0]!.message!, /"topology": "nested"/);
  });
});
