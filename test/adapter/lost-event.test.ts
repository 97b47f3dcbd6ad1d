/** The tour of samples/lost-event/README.md, step by step: from the symptom back to who caused it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Client, sample } from './client';

const L1 = 2;
const L2 = 3;
const readme = readFileSync(sample('README.md', 'lost-event'), 'utf8');

describe('adapter: find who wrote it, on samples/lost-event', () => {
  let client: Client;
  before(async () => void (client = await Client.start()));
  after(() => client.stop());

  /** Variables of a frame's scope, with the reference that names the scope. */
  async function scope(threadId: number, frame: string, name: string) {
    const { body } = await client.stackTraceRequest({ threadId });
    const { id: frameId } = body.stackFrames.find((each) => each.name === frame)!;
    const { body: found } = await client.scopesRequest({ frameId });
    const { variablesReference } = found.scopes.find((each) => each.name === name)!;
    return { variablesReference, variables: await client.children(variablesReference) };
  }

  it('1. F5 stops where nothing happens any more: L1 halted, and L2 waits for an interrupt', async () => {
    const { description } = await client.beginUntilStop({
      launch: { program: sample('lost-event.elf', 'lost-event') },
    });
    assert.match(description!, /^L1 halted at RIP 0x[0-9a-f]+ with RFLAGS\.IF = 0: no interrupt can wake it/);
    assert.match((await client.stack(L2))[0]!, /^wait_for l2\.c:/);
    assert.match(await client.value('completed', L2), /^4\b/);
  });

  it('2. Reverse with "Event dropped at VM Entry" stops at the entry that lost the event', async () => {
    const filterOptions = [{ filterId: 'event-dropped' }];
    await client.setExceptionBreakpointsRequest({ filters: [], filterOptions });
    const description = await client.travel('reverseContinue', { threadId: L1 });
    assert.match(
      description,
      /VMRESUME; dropped: 0x41, external interrupt .* not injected again \(in the past/,
    );
  });

  it('3. Go to Last Write of IDT_VECTORING_INFO_FIELD stops at the exit that interrupted the delivery', async () => {
    const description = await client.travel('turtlescope/goTo', {
      lastWriteOf: 'vmcs12.IDT_VECTORING_INFO_FIELD',
    });
    assert.match(description, /^L0 wrote vmcs12\.IDT_VECTORING_INFO_FIELD: 0x0 -> 0x80000041/);
    const address = Number(await client.value('vmcs12.GUEST_PHYSICAL_ADDRESS', L1));
    assert.ok(readme.includes(`0x${address.toString(16)}`), `0x${address.toString(16)}`);
  });

  it('4. Go to Last Write of taken_page stops in the function that took the page away', async () => {
    const address = BigInt(await client.value('vmcs12.GUEST_PHYSICAL_ADDRESS', L1));
    const { variablesReference, variables } = await scope(L1, 'run_l2', 'Globals of this file');
    assert.ok(variables.some(({ name }) => name === 'taken_page'));
    const description = await client.travel('turtlescope/goTo', {
      lastWriteOf: 'taken_page',
      variablesReference,
    });
    assert.match(description, /^L1 wrote .* at exits\.c:\d+: 0x403000 -> 0x404000/);
    assert.equal(address & ~0xfffn, 0x404000n);
    const [top, caller] = await client.stack(L1);
    assert.match(top!, /^take_page exits\.c:/);
    assert.match(caller!, /^start_request exits\.c:/);
    assert.match((await scope(L1, 'start_request', 'Arguments')).variables[0]!.value, /^5\b/);
  });

  it('and Back to the Present is where it began', async () => {
    assert.match(await client.travel('turtlescope/goTo'), /the present$/);
    assert.match((await client.stack(L1))[0]!, /^handle_hlt exits\.c:/);
  });
});
