/**
 * Looking at a stopped machine and changing it: expressions, variables, registers, memory, disassembly; breakpoints with
 * conditions.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client, lineOf, sample } from './client';

const L1 = 2;
const L2 = 3;

type Rows = { instructions: DebugProtocol.DisassembledInstruction[] };
type Places = { breakpoints: DebugProtocol.Breakpoint[] };
type Read = { data: string; unreadableBytes: number };

describe('adapter: data of a stopped machine', () => {
  let client: Client;
  beforeEach(async () => {
    client = await Client.start();
  });
  afterEach(async () => {
    await client.stop();
  });

  const atExit = () => client.beginUntilStop({ functions: [{ name: 'handle_exit' }] });

  it('evaluates variables, registers, VMCS fields, memory and arithmetic', async () => {
    await atExit();
    assert.equal(await client.value('reason', L1), '10 (0xa)');
    assert.equal(await client.value('reason == 10 && level == L1', L1), '1');
    assert.equal(await client.value('regs.rax + 0', L1), '1');
    assert.equal(await client.value('(&regs)->rax + 41', L1), '42');
    assert.equal(await client.value('vmcs12.GUEST_RIP', L1), '0x0000000000400017');
    assert.equal(await client.value('((u8*)L2gpa:0x400017)[0]', L1), '0x0f');
    assert.equal(await client.value('expected_exits[2]', L1), '30 (0x1e)');
    assert.match(await client.value('$rip', L1), /^0x0000000000101[0-9a-f]{3}$/);
  });

  it('answers a wrong expression with a sentence', async () => {
    await atExit();
    await assert.rejects(client.value('no_such_thing', L1), /There is no variable, register, symbol or name/);
    await assert.rejects(client.value('regs.nothing', L1), /has no member "nothing"/);
    await assert.rejects(client.value('1 +', L1), /Expected a value/);
    await assert.rejects(client.value('vmcs12.GUEST_RIPX', L1), /not a VMCS field/);
  });

  it('has an empty answer to what a hover or an inline value still asks of an earlier stop', async () => {
    await atExit();
    const { id: frameId } = await client.topFrame(L1);
    const stopped = client.stop1();
    await client.continueRequest({ threadId: L1 });
    await stopped;
    const late = (context: string) => client.evaluateRequest({ expression: 'reason', frameId, context });
    assert.equal((await late('watch')).body.result, '');
    assert.deepEqual((await client.scopesRequest({ frameId })).body.scopes, []);
    await assert.rejects(late('repl'), /There is no stack frame/);
    await assert.rejects(
      client.evaluateRequest({ expression: 'reason', frameId: 12_345, context: 'hover' }),
      /There is no stack frame/,
    );
  });

  it('leaves it to the editor where to show that: a hover without a value is no message', async () => {
    await atExit();
    const shown = async (command: string, args: object) => {
      const raw = client as unknown as {
        doSend(command: string, args: object, done: (answer: DebugProtocol.ErrorResponse) => void): void;
      };
      const answer = await new Promise<DebugProtocol.ErrorResponse>((done) =>
        raw.doSend(command, args, done),
      );
      return answer.body.error?.showUser;
    };
    assert.equal(await shown('evaluate', { expression: 'no_such_thing', context: 'hover' }), false);
    assert.equal(await shown('variables', { variablesReference: -1 }), true);
  });

  it('shows locals, arguments and decoded registers', async () => {
    await atExit();
    const [reason] = await client.scope('Arguments', L1);
    assert.equal(reason!.name, 'reason');
    assert.equal(reason!.value, '10 (0xa)');
    const groups = await client.scope('Registers', L1);
    assert.deepEqual(
      groups.map(({ name }) => name),
      [
        'General',
        'Flags',
        'Segments',
        'Control',
        'Descriptor tables',
        'x87 and MMX',
        'Vectors',
        'MSRs',
        'source',
      ],
    );
    const control = groups.find(({ name }) => name === 'Control')!;
    const [cr0] = await client.children(control.variablesReference);
    assert.match(cr0!.value, /PE .*PG/);
  });

  it('shows the registers a caller will have, which cannot be changed there', async () => {
    await atExit();
    const { body } = await client.stackTraceRequest({ threadId: L1 });
    const [, caller] = body.stackFrames;
    const scopes = await client.scopesRequest({ frameId: caller!.id });
    const { variablesReference } = scopes.body.scopes.find(({ name }) => name === 'Registers')!;
    const [group] = await client.children(variablesReference);
    const general = await client.children(group!.variablesReference);
    const rip = general.find(({ name }) => name === 'rip')!;
    assert.equal(BigInt(rip.value), BigInt.asUintN(64, BigInt(caller!.instructionPointerReference!)));
    assert.equal(general.find(({ name }) => name === 'rax')!.value, '<not known here>');
    const part = await client.evaluateRequest({ expression: 'eip', frameId: caller!.id, context: 'watch' });
    assert.equal(BigInt(part.body.result), BigInt(rip.value));
    const misspelled = { expression: 'vmcs12.guest_rip', frameId: caller!.id, context: 'watch' };
    assert.match(await client.refused('evaluate', misspelled), /write GUEST_RIP/);
    await assert.rejects(client.value('vmcs12', L1), /Write a field of it/);
    const given = { variablesReference: group!.variablesReference, name: 'rip', value: '0' };
    assert.match(await client.refused('setVariable', given), /belongs to the innermost frame/);
  });

  it('sets variables and registers, and the guest sees them', async () => {
    await atExit();
    const { id } = await client.topFrame(L1);
    const { body } = await client.scopesRequest({ frameId: id });
    const globals = body.scopes.find(({ name }) => name === 'Arguments')!;
    const set = await client.setVariableRequest({
      variablesReference: globals.variablesReference,
      name: 'reason',
      value: '0x30',
    });
    assert.equal(set.body.value, '48 (0x30)');
    assert.equal(await client.value('reason', L1), '48 (0x30)');
    const registers = await client.scope('Registers', L1);
    const general = registers.find(({ name }) => name === 'General')!;
    await client.setVariableRequest({
      variablesReference: general.variablesReference,
      name: 'r15',
      value: '0x1000 + 1',
    });
    assert.equal(await client.value('r15', L1), '0x0000000000001001');
    assert.equal(await client.value('r15b', L1), '0x01');
    const again = { variablesReference: general.variablesReference, name: 'r15', value: '5' };
    assert.equal((await client.setVariableRequest(again)).body.value, '0x0000000000000005');
  });

  it('assigns in the debug console but not in a watch', async () => {
    await atExit();
    assert.equal(await client.value('regs.rbx = 7', L1, 'repl'), '7');
    assert.equal(await client.value('regs.rbx == 7', L1), '1');
    await assert.rejects(client.value('regs.rbx = 8', L1, 'watch'), /assign in the debug console/);
    const { id } = await client.topFrame(L1);
    await client.customRequest('setExpression', { expression: 'r14', value: '3', frameId: id });
    assert.equal(await client.value('r14', L1), '0x0000000000000003');
  });

  it('reads and writes memory of each space; equal addresses of two levels are two references', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const l1 = (await client.topFrame(L1)).instructionPointerReference!;
    const l2 = (await client.topFrame(L2)).instructionPointerReference!;
    assert.notEqual(BigInt(l1) >> 64n, BigInt(l2) >> 64n);
    const read = await client.ask<Read>('readMemory', { memoryReference: l2, count: 2 });
    // CPUID.
    assert.equal(read.data, Buffer.from([0x0f, 0xa2]).toString('base64'));
    const write = await client.ask<{ bytesWritten: number }>('writeMemory', {
      memoryReference: l2,
      data: Buffer.from([0x90, 0x90]).toString('base64'),
    });
    assert.equal(write.bytesWritten, 2);
    const again = await client.ask<Read>('readMemory', { memoryReference: l2, count: 2 });
    assert.equal(again.data, Buffer.from([0x90, 0x90]).toString('base64'));
  });

  it('says how many bytes cannot be read', async () => {
    await atExit();
    const beyond = `0x${((5n << 64n) | 0xfffffff0n).toString(16)}`;
    const { unreadableBytes } = await client.ask<Read>('readMemory', { memoryReference: beyond, count: 64 });
    assert.equal(unreadableBytes, 64);
  });

  it('disassembles forwards and backwards with symbols and lines', async () => {
    await atExit();
    const { instructionPointerReference: memoryReference } = await client.topFrame(L1);
    const { instructions: rows } = await client.ask<Rows>('disassemble', {
      memoryReference,
      instructionOffset: -20,
      instructionCount: 50,
    });
    assert.equal(rows.length, 50);
    assert.equal(rows[20]!.address, memoryReference);
    assert.ok(
      rows.every((row, index) => index === 0 || BigInt(row.address) > BigInt(rows[index - 1]!.address)),
    );
    assert.ok(rows.some(({ instruction }) => /^call +0x[0-9a-f]+ <\w+>$/.test(instruction)));
    assert.ok(rows.some(({ line }) => line !== undefined));
  });

  it('stops at an instruction breakpoint of one level only', async () => {
    await atExit();
    const { instructionPointerReference } = await client.topFrame(L1);
    const answer = await client.ask<Places>('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: instructionPointerReference, offset: 0 }],
    });
    assert.equal(answer.breakpoints[0]!.verified, true);
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const stop = await client.go('continue', L1);
    assert.equal(stop.reason, 'instruction breakpoint');
    assert.equal((await client.topFrame(L1)).instructionPointerReference, instructionPointerReference);
  });

  it('obeys conditions and hit conditions, and writes log points', async () => {
    const line = lineOf('exits.c', 'exits++');
    const stop = await client.beginUntilStop({
      breakpoints: {
        [sample('exits.c')]: [{ line, condition: 'reason == 32' }],
        [sample('vmx.c')]: [{ line: 1, logMessage: 'the first function of vmx.c' }],
      },
      functions: [{ name: 'handle_exit', hitCondition: '== 3' }],
    });
    assert.equal(stop.reason, 'function breakpoint');
    assert.equal(await client.value('(int)reason', L1), '30');
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    await client.go('continue', L1);
    assert.equal(await client.value('exits', L1), '4');
    await client.setBreakpointsRequest({
      source: { path: sample('exits.c') },
      breakpoints: [{ line, logMessage: 'exit {exits} for {reason}, {{done}}' }],
    });
    const terminated = client.waitForEvent('terminated');
    await client.continueRequest({ threadId: L1 });
    await terminated;
    assert.match(client.console, /exit 5 for 31 \(0x1f\), \{done\}\n/);
  });

  it('restricts a function breakpoint to a level', async () => {
    const stop = await client.beginUntilStop({ functions: [{ name: 'L2:cpuid' }] });
    assert.equal(stop.threadId, L2);
  });

  it('offers completions for registers, VMCS fields and the program', async () => {
    await atExit();
    const offered = async (text: string) => {
      const { body } = await client.completionsRequest({ text, column: text.length + 1 });
      return body.targets.map(({ label }) => label);
    };
    assert.ok((await offered('vmcs12.GUEST_RI')).includes('GUEST_RIP'));
    assert.ok((await offered('$ra')).includes('$rax'));
    assert.ok((await offered('handle_ex')).includes('handle_exit'));
    assert.ok((await offered('1 + EPT_VIO')).includes('EPT_VIOLATION'));
  });

  it('tells lines where breakpoints can stand, modules and sources', async () => {
    await atExit();
    const line = lineOf('main.c', 'vmx_enable()');
    const { breakpoints } = await client.ask<Places>('breakpointLocations', {
      source: { path: sample('main.c') },
      line,
      endLine: line + 3,
    });
    assert.ok(breakpoints.some((place) => place.line === line));
    const { modules } = await client.ask<{ modules: { name: string }[] }>('modules');
    assert.equal(modules[0]!.name, 'hello-nested.elf');
    const { sources } = await client.ask<{ sources: { name: string }[] }>('loadedSources');
    assert.ok(sources.some(({ name }) => name === 'l2.c'));
  });
});
