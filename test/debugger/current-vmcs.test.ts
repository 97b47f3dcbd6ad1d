/** `vmcs.FIELD`: the VMCS that the selected level works on, whatever its name is in this topology and at this moment. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { resolveFunction } from '../../src/debugger/breakpoints/resolve';
import { evaluate, evaluatedText } from '../../src/debugger/expression/evaluator';
import { completions } from '../../src/debugger/expression/completions';
import type { DebugSession } from '../../src/debugger/session';
import type { Level } from '../../src/machine/strand';
import { openSession } from '../../src/session/open';

const path = resolve(__dirname, '../../samples/hello-nested/hello-nested.elf');

/** A session that stands where a function of hello-nested begins. */
async function stoppedIn(topology: 'nested' | 'bare', name: string): Promise<DebugSession> {
  let tell: () => void = () => undefined;
  const { session } = openSession(
    { program: path, topology },
    { serial: () => undefined, log: () => undefined, stopped: () => tell(), ended: () => tell() },
  );
  const place = { key: name, texts: {}, resolve: () => resolveFunction(session.surroundings, name) };
  session.breakpoints.replace('function', 'function', [place]);
  const stopped = new Promise<void>((done) => (tell = done));
  session.continue();
  await stopped;
  return session;
}

function value(session: DebugSession, level: Level, text: string): string {
  const found = evaluate(text, session.scope(level), false);
  return 'error' in found ? found.error : evaluatedText(found.result);
}

describe('debugger: the current VMCS in expressions', () => {
  it('nested: is vmcs12 for L1, and for L0 the one it has loaded', async () => {
    const session = await stoppedIn('nested', 'handle_exit');
    assert.equal(value(session, 'L1', 'vmcs.GUEST_RIP'), '0x0000000000400017');
    assert.equal(value(session, 'L1', 'vmcs.GUEST_RIP == vmcs12.GUEST_RIP'), '1');
    assert.equal(value(session, 'L0', 'vmcs.EPT_POINTER == vmcs01.EPT_POINTER'), '1');
  });

  it('nested: is vmcs02 for L0 while L2 runs, and L2 has none', async () => {
    const session = await stoppedIn('nested', 'touch_heap');
    assert.equal(value(session, 'L0', 'vmcs.EPT_POINTER == vmcs02.EPT_POINTER'), '1');
    assert.equal(value(session, 'L1', 'vmcs.EPT_POINTER == vmcs12.EPT_POINTER'), '1');
    assert.equal(
      value(session, 'L2', 'vmcs.GUEST_RIP'),
      'L2 is a guest, it has no VMCS of its own: select a frame of L1 for the VMCS that runs it.',
    );
  });

  it('bare: is the VMCS of the image', async () => {
    const session = await stoppedIn('bare', 'handle_exit');
    assert.equal(value(session, 'L0', 'vmcs.GUEST_RIP'), '0x0000000000400017');
    assert.match(value(session, 'L1', 'vmcs.GUEST_RIP'), /^L1 is a guest.* select a frame of L0/);
  });

  for (const [topology, level] of [
    ['nested', 'L1'],
    ['bare', 'L0'],
  ] as const)
    it(`${topology}: before VMPTRLD there is none`, async () => {
      const session = await stoppedIn(topology, 'vmx_enable');
      assert.equal(
        value(session, level, 'vmcs.GUEST_RIP'),
        `${level} has no current VMCS now: it makes one current with VMPTRLD.`,
      );
    });

  it('says what to write behind it, and offers the fields', async () => {
    const session = await stoppedIn('nested', 'handle_exit');
    assert.equal(value(session, 'L1', 'vmcs'), 'Write a field of it: vmcs.GUEST_RIP.');
    assert.equal(value(session, 'L1', 'vmcs.guest_rip'), '"guest_rip" is not a VMCS field: write GUEST_RIP.');
    assert.deepEqual(completions('vmcs.GUEST_RI', session, 'L1', session.scope('L1')).names, ['GUEST_RIP']);
  });
});
