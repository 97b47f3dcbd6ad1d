/**
 * Nonsense from a client: every request with arguments that are missing, of the wrong type, negative, huge or stale. Each gets
 * an answer, and the session is as good afterwards as before.
 */
import assert from 'node:assert/strict';
import { Random } from '../support/random';
import { Client } from './client';

const L1 = 2;

/** Every request but those that end the session. */
const COMMANDS = [
  ...['setBreakpoints', 'setFunctionBreakpoints', 'setInstructionBreakpoints', 'setExceptionBreakpoints'],
  ...[
    'breakpointLocations',
    'stepInTargets',
    'threads',
    'exceptionInfo',
    'stackTrace',
    'scopes',
    'variables',
  ],
  ...['setVariable', 'evaluate', 'setExpression', 'completions', 'loadedSources', 'modules', 'readMemory'],
  ...['writeMemory', 'disassemble', 'turtlescope/vmcs', 'turtlescope/setVmcsField', 'turtlescope/timeline'],
  ...['turtlescope/timelineItem', 'turtlescope/eventInFlight', 'turtlescope/checkEntry', 'launch', 'attach'],
  ...[
    'configurationDone',
    'gotoTargets',
    'dataBreakpointInfo',
    'setDataBreakpoints',
    'locations',
    'source',
    'noSuchRequest',
    '',
    'constructor',
  ],
  '__proto__',
];

const ARGUMENTS = [
  ...['threadId', 'frameId', 'variablesReference', 'name', 'value', 'expression', 'source', 'breakpoints'],
  ...['lines', 'memoryReference', 'offset', 'count', 'instructionOffset', 'instructionCount', 'data', 'text'],
  ...['column', 'line', 'endLine', 'filters', 'filterOptions', 'vmcs', 'field', 'index', 'limit', 'after'],
  ...['before', 'filter', 'start', 'levels', 'startFrame', 'context', 'granularity', 'targetId', 'format'],
];

const VALUES: readonly unknown[] = [
  ...[undefined, null, true, 0, 1, 2, 3, 4, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, -(2 ** 31), 2 ** 53],
  ...[
    '',
    'x',
    'rip',
    '0x0',
    '-1',
    `0x${'f'.repeat(18)}`,
    '0x2ffffffffffffffff',
    '0x70000000000000000',
    '1'.repeat(500),
  ],
  ...['((((((((((', 'a'.repeat(5000), '(u32*)', '[[[[1]]]]', '*'.repeat(300) + '1', '1 << 99999', '{}%s{'],
  ...[[], {}, [[]], [null], [{}], { path: 5 }, { path: '/nothing' }, [{ line: -5 }], [{ line: 1e9 }]],
  ...[
    [{ name: 'main', condition: '1 +' }],
    [{ instructionReference: 'x' }],
    ['exit-l0', 5],
    [{ filterId: 7 }],
  ],
];

describe('adapter: nonsense', () => {
  let client: Client;
  beforeEach(async () => {
    client = await Client.start();
  });
  afterEach(async () => {
    await client.stop();
  });

  /** Sends a request and expects any answer, good or bad, that is no failure of ours. */
  async function answered(command: string, given: unknown): Promise<void> {
    try {
      await client.customRequest(command, given);
    } catch (error) {
      const { message } = error as Error;
      assert.ok(message !== '', `${command} is refused with a reason`);
      assert.doesNotMatch(
        message,
        /Turtlescope failed|TypeError|RangeError|Cannot read prop/,
        `${command} ${JSON.stringify(given)}`,
      );
    }
  }

  it('is answered before launch', async () => {
    await client.initializeRequest();
    for (const command of [...COMMANDS, 'continue', 'next', 'pause', 'restart']) await answered(command, {});
    await client.launchRequest({ program: 'nowhere' } as object).catch(() => undefined);
    await answered('threads', {});
  });

  it('is answered while the machine stands, and the session goes on', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const random = new Random(1);
    for (const command of COMMANDS)
      for (let round = 0; round < 40; round++) {
        const given: Record<string, unknown> = {};
        for (let count = random.below(6); count > 0; count--)
          given[random.pick(ARGUMENTS)] = random.pick(VALUES);
        await answered(command, round === 0 ? undefined : given);
      }
    assert.match((await client.stack(L1))[0]!, /^vmx_run/);
    await client.setExceptionBreakpointsRequest({ filters: [] });
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const terminated = client.waitForEvent('terminated');
    await client.continueRequest({ threadId: L1 });
    await terminated;
  });

  it('is answered with the real arguments of each request made wrong one by one', async () => {
    await client.beginUntilStop({ filters: [{ filterId: 'exit-reflected' }] });
    const frame = await client.topFrame(L1);
    const real: Record<string, Record<string, unknown>> = {
      stackTrace: { threadId: L1, startFrame: 0, levels: 1 },
      scopes: { frameId: frame.id },
      variables: { variablesReference: 1, start: 0, count: 1 },
      evaluate: { expression: 'rip', frameId: frame.id, context: 'watch' },
      readMemory: { memoryReference: frame.instructionPointerReference, offset: 0, count: 4 },
      disassemble: {
        memoryReference: frame.instructionPointerReference,
        instructionOffset: 0,
        instructionCount: 4,
      },
      completions: { text: 'ri', column: 3, frameId: frame.id },
      'turtlescope/timeline': { limit: 3, after: 0, before: 9 },
      'turtlescope/setVmcsField': { vmcs: 'vmcs12', field: 'GUEST_DR7', value: '0x400' },
    };
    for (const [command, given] of Object.entries(real))
      for (const name of Object.keys(given))
        for (const value of VALUES) await answered(command, { ...given, [name]: value });
    assert.match((await client.stack(L1))[0]!, /^vmx_run/);
  });

  it('is answered while the machine runs', async () => {
    await client.beginUntilStop({ launch: { stopOnEntry: true } });
    const { instructionPointerReference } = await client.topFrame(L1);
    await client.customRequest('writeMemory', {
      memoryReference: instructionPointerReference,
      data: Buffer.from([0xeb, 0xfe]).toString('base64'),
    });
    await client.continueRequest({ threadId: L1 });
    for (const command of [...COMMANDS, 'continue', 'next', 'stepIn', 'stepOut'])
      for (const threadId of [undefined, L1, 99]) await answered(command, { threadId });
    assert.match(await client.refused('stackTrace', { threadId: L1 }), /The machine runs: pause it first/);
    const stopped = client.stop1();
    await client.pauseRequest({ threadId: L1 });
    assert.equal((await stopped).reason, 'pause');
  });
});
