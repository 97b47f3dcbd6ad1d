/**
 * The main job over the protocol: F5, breakpoints, steps over the border between levels, the end.
 */
import assert from 'node:assert/strict';
import { Client, lineOf, sample } from './client';

const L1 = 2;
const L2 = 3;

describe('adapter: a session on hello-nested', () => {
  let client: Client;
  beforeEach(async () => {
    client = await Client.start();
  });
  afterEach(async () => {
    await client.stop();
  });

  it('runs to its end: serial as output, exit status, termination', async () => {
    const exited = client.waitForEvent('exited');
    const terminated = client.waitForEvent('terminated');
    await client.begin();
    assert.equal(((await exited).body as { exitCode: number }).exitCode, 1);
    await terminated;
    assert.match(client.serial, /^L1: hello from 64-bit mode\n[^]*hello-nested: success\n$/);
  });

  it('runs the same in the bare topology', async () => {
    const terminated = client.waitForEvent('terminated');
    await client.begin({ launch: { topology: 'bare' } });
    await terminated;
    assert.match(client.serial, /hello-nested: success\n$/);
  });

  it('stops on entry with the stack at the first instruction', async () => {
    const stop = await client.beginUntilStop({ launch: { stopOnEntry: true } });
    assert.equal(stop.reason, 'entry');
    assert.equal(stop.threadId, L1);
    assert.match((await client.stack(L1))[0]!, /^_start boot.S:\d+$/);
  });

  it('stops at source breakpoints of L1 and shows its callers', async () => {
    const line = lineOf('main.c', 'success = run_l2()');
    const stop = await client.beginUntilStop({ breakpoints: { [sample('main.c')]: [{ line }] } });
    assert.equal(stop.reason, 'breakpoint');
    assert.deepEqual(await client.stack(L1), [`l1_main main.c:${line}`, 'start64 boot.S:65']);
  });

  it('stops at source breakpoints of L2, in the sources of the same image', async () => {
    const line = lineOf('l2.c', 'outb(L2_PORT, 0x5a)');
    const stop = await client.beginUntilStop({ breakpoints: { [sample('l2.c')]: [{ line }] } });
    assert.equal(stop.threadId, L2);
    const [top, caller] = await client.stack(L2);
    assert.equal(top, `use_a_port l2.c:${line}`);
    assert.match(caller!, /^l2_main l2.c/);
  });

  it('steps into VMLAUNCH: the next stop is the first instruction of L2', async () => {
    const line = lineOf('vmx-run.S', '\tvmlaunch');
    await client.beginUntilStop({ breakpoints: { [sample('vmx-run.S')]: [{ line }] } });
    const stop = await client.go('stepIn', L1);
    assert.equal(stop.reason, 'step');
    assert.equal(stop.threadId, L2);
    assert.match((await client.stack(L2))[0]!, /^l2_entry l2-entry.S/);
  });

  it('steps over VMLAUNCH: the next stop is the exit handler of L1', async () => {
    const line = lineOf('vmx-run.S', '\tvmlaunch');
    await client.beginUntilStop({ breakpoints: { [sample('vmx-run.S')]: [{ line }] } });
    const stop = await client.go('next', L1);
    assert.equal(stop.threadId, L1);
    const handler = lineOf('vmx-run.S', 'vmx_exit:') + 1;
    assert.equal((await client.stack(L1))[0], `vmx_run vmx-run.S:${handler}`);
  });

  it('steps over a line of L2 whose instruction exits to L1: the next stop is the next line of L2', async () => {
    const line = lineOf('l2.c', 'outb(L2_PORT, 0x5a)');
    await client.beginUntilStop({ breakpoints: { [sample('l2.c')]: [{ line }] } });
    const stop = await client.go('next', L2);
    assert.equal(stop.threadId, L2);
    assert.equal((await client.stack(L2))[0], `use_a_port l2.c:${line + 1}`);
    assert.match(client.serial, /IO_INSTRUCTION: OUT to port 0x510/);
  });

  it('steps out of the outermost function of L2: the next stop is the exit handler of L1', async () => {
    const line = lineOf('vmx-run.S', '\tvmlaunch');
    await client.beginUntilStop({ breakpoints: { [sample('vmx-run.S')]: [{ line }] } });
    await client.go('stepIn', L1);
    const stop = await client.go('stepOut', L2);
    assert.equal(stop.threadId, L1);
    assert.match((await client.stack(L1))[0]!, /^vmx_run vmx-run.S/);
  });

  it('steps into a function behind its prologue, and out of it into the calling line', async () => {
    const line = lineOf('main.c', 'vmx_load_vmcs(');
    await client.beginUntilStop({ breakpoints: { [sample('main.c')]: [{ line }] } });
    await client.go('stepIn', L1);
    assert.match((await client.stack(L1))[0]!, /^vmx_load_vmcs vmx.c/);
    await client.go('stepOut', L1);
    assert.match((await client.stack(L1))[0]!, /^l1_main main.c/);
  });

  it('steps by instruction when the Disassembly view asks for it', async () => {
    await client.beginUntilStop({ launch: { stopOnEntry: true } });
    const before = await client.value('rip', L1);
    await client.go('next', L1, { granularity: 'instruction' });
    const after = await client.value('rip', L1);
    assert.notEqual(after, before);
    assert.ok(BigInt(after) - BigInt(before) < 16n);
  });

  it('pauses a guest that spins, and goes on', async () => {
    const line = lineOf('main.c', 'serial_init');
    await client.beginUntilStop({ breakpoints: { [sample('main.c')]: [{ line }] } });
    await client.setBreakpointsRequest({ source: { path: sample('main.c') }, breakpoints: [] });
    // JMP to itself over the next instruction.
    const frame = await client.topFrame(L1);
    await client.customRequest('writeMemory', {
      memoryReference: frame.instructionPointerReference,
      data: Buffer.from([0xeb, 0xfe]).toString('base64'),
    });
    await client.continueRequest({ threadId: L1 });
    const stopped = client.stop1();
    await client.pauseRequest({ threadId: L1 });
    assert.equal((await stopped).reason, 'pause');
    assert.equal((await client.topFrame(L1)).instructionPointerReference, frame.instructionPointerReference);
  });

  it('restarts while running and boots the image anew', async () => {
    const line = lineOf('main.c', 'vmx_enable()');
    const setUp = { breakpoints: { [sample('main.c')]: [{ line }] } };
    await client.beginUntilStop(setUp);
    const stopped = client.stop1();
    await client.continueRequest({ threadId: L1 });
    await client.customRequest('restart', {});
    await stopped;
    assert.equal((await client.stack(L1))[0], `l1_main main.c:${line}`);
  });

  it('terminates while running', async () => {
    const terminated = client.waitForEvent('terminated');
    await client.begin({ launch: { topology: 'bare' } });
    await client.customRequest('terminate', {});
    await terminated;
  });

  it('goes on by restart after the guest has ended', async () => {
    const terminated = client.waitForEvent('terminated');
    await client.begin();
    await terminated;
    assert.match(await client.refused('continue', { threadId: L1 }), /has ended: restart/);
    const again = client.waitForEvent('terminated');
    await client.customRequest('restart', {});
    await again;
  });
});
