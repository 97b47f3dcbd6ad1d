/**
 * Requests of a client that is out of its mind: each command of the protocol and of ours, with arguments as they should be, some of
 * them made wrong, stale or left out. A seed names a run, so that a failure can be repeated.
 */
import { Random } from '../../support/random';
import { sample } from '../client';
import type { Wire } from './wire';

/** Commands that only look or set, so that the state in which they are asked stays. */
const LOOKING: Readonly<Record<string, (known: Known) => Record<string, unknown>>> = {
  setBreakpoints: ({ line }) => ({
    source: { path: sample('exits.c') },
    breakpoints: [{ line, condition: 'rax == 12345' }],
  }),
  setFunctionBreakpoints: () => ({
    breakpoints: [{ name: 'l2_main', condition: '$rcx == 77', hitCondition: '>= 3' }],
  }),
  setInstructionBreakpoints: ({ address }) => ({
    breakpoints: [{ instructionReference: address, offset: 0x7000000 }],
  }),
  setExceptionBreakpoints: () => ({
    filters: [],
    filterOptions: [{ filterId: 'exit-l0', condition: 'reason == 99' }],
  }),
  dataBreakpointInfo: ({ list, frameId }) => ({
    name: 'GUEST_RIP',
    variablesReference: list,
    frameId,
    bytes: 4,
    asAddress: false,
    mode: 'every-write',
  }),
  setDataBreakpoints: () => ({
    breakpoints: [{ dataId: 'memory L1gpa:0x9000 8', accessType: 'readWrite', hitCondition: '5' }],
  }),
  breakpointLocations: ({ line }) => ({ source: { path: sample('exits.c') }, line, endLine: line + 20 }),
  gotoTargets: ({ line }) => ({ source: { path: sample('exits.c') }, line, column: 1 }),
  locations: ({ location }) => ({ locationReference: location }),
  stepInTargets: ({ frameId }) => ({ frameId }),
  threads: () => ({}),
  exceptionInfo: ({ threadId }) => ({ threadId }),
  stackTrace: ({ threadId }) => ({ threadId, startFrame: 0, levels: 20, format: { hex: true } }),
  scopes: ({ frameId }) => ({ frameId }),
  variables: ({ list }) => ({
    variablesReference: list,
    filter: 'named',
    start: 0,
    count: 50,
    format: { hex: true },
  }),
  setVariable: ({ list }) => ({ variablesReference: list, name: 'rbx', value: '5', format: { hex: true } }),
  evaluate: ({ frameId, expression }) => ({ expression, frameId, context: 'watch', format: { hex: true } }),
  setExpression: ({ frameId }) => ({ expression: '$r15', value: '0x33', frameId }),
  completions: ({ frameId }) => ({ text: 'vmcs12.GUEST_', column: 14, frameId }),
  loadedSources: () => ({}),
  modules: () => ({ startModule: 0, moduleCount: 10 }),
  source: () => ({ source: { path: sample('main.c') }, sourceReference: 0 }),
  readMemory: ({ address }) => ({ memoryReference: address, offset: 0, count: 64 }),
  writeMemory: () => ({ memoryReference: 'L1gpa:0x9000', offset: 0, data: 'AAAA', allowPartial: true }),
  disassemble: ({ address }) => ({
    memoryReference: address,
    instructionOffset: -5,
    instructionCount: 20,
    resolveSymbols: true,
  }),
  cancel: () => ({ requestId: 1, progressId: 'turtlescope-2' }),
  'turtlescope/vmcs': ({ threadId }) => ({ threadId, filter: 'rip' }),
  'turtlescope/setVmcsField': () => ({ vmcs: 'vmcs12', field: 'GUEST_DR7', value: '0x400' }),
  'turtlescope/timeline': () => ({ limit: 20, after: 3, before: 90, filter: 'level:L2' }),
  'turtlescope/timelineItem': () => ({ index: 2 }),
  'turtlescope/levels': () => ({ scale: 'events', from: 0, to: 50, columns: 100 }),
  'turtlescope/eventInFlight': ({ threadId }) => ({ threadId }),
  'turtlescope/checkEntry': () => ({}),
  'turtlescope/input': () => ({ source: 'com1', bytes: [65] }),
  attach: () => ({}),
  launch: () => ({ program: sample('hello-nested.elf') }),
  noSuchRequest: () => ({}),
  '': () => ({}),
  constructor: () => ({}),
  __proto: () => ({}),
};

/** Commands that move the machine. */
const MOVING: typeof LOOKING = {
  continue: ({ threadId }) => ({ threadId, singleThread: false }),
  next: ({ threadId }) => ({ threadId, granularity: 'line' }),
  stepIn: ({ threadId }) => ({ threadId, targetId: 1 }),
  stepOut: ({ threadId }) => ({ threadId, granularity: 'instruction' }),
  stepBack: ({ threadId }) => ({ threadId, granularity: 'instruction' }),
  reverseContinue: ({ threadId }) => ({ threadId }),
  restartFrame: ({ frameId }) => ({ frameId }),
  goto: ({ threadId }) => ({ threadId, targetId: 1 }),
  pause: ({ threadId }) => ({ threadId }),
  configurationDone: () => ({}),
  restart: () => ({ arguments: { program: sample('hello-nested.elf') } }),
  terminate: () => ({}),
  'turtlescope/goTo': () => ({ record: 1 }),
};

const EXPRESSIONS = [
  ...[
    '$rip',
    'rax + 1',
    'vmcs12.GUEST_RIP',
    'vmcs.VM_EXIT_REASON',
    '*(u64*)$rsp',
    '[L2gpa:0x1000]',
    '$rax,x',
    'sizeof(int)',
  ],
  ...[
    '(struct vcpu *)0',
    'x/4xg $rsp',
    'info registers',
    'exits',
    '((((',
    '1 << 99999',
    'a::b',
    '$xmm0',
    '&main',
    'main',
    '"',
    '-1,b',
  ],
];

const VALUES: readonly unknown[] = [
  ...[
    undefined,
    null,
    true,
    0,
    1,
    2,
    3,
    4,
    101,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    -(2 ** 31),
    2 ** 53,
  ],
  ...[
    '',
    'x',
    'rip',
    '0x0',
    '-1',
    `0x${'f'.repeat(18)}`,
    '0x2ffffffffffffffff',
    '1'.repeat(500),
    'a'.repeat(5000),
    '{}%s{',
    '\u0000\ud800',
  ],
  ...[
    'indexed',
    'named',
    'instruction',
    'L2:0x1000',
    'L0gpa:0x0',
    'hover',
    'repl',
    'memory L1:0x0 4096',
    'vmcs02',
    'GUEST_CR3',
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    [{}],
    { path: 5 },
    { path: '/nothing' },
    { hex: 1 },
    [{ line: -5 }],
    [{ line: 1e9 }],
    [1, 2],
    ['exit-l0', 5],
  ],
  ...[
    [{ name: 'main', condition: '1 +' }],
    [{ instructionReference: 'x' }],
    [{ filterId: 7 }],
    [{ dataId: 'x', accessType: 'y' }],
  ],
];

/** Numbers and texts that the adapter has handed out. */
interface Known {
  threadId: number;
  frameId: number;
  list: number;
  location: number;
  address: string;
  line: number;
  expression: string;
}

export class Fuzzer {
  private readonly random: Random;
  private readonly known: Known = {
    threadId: 2,
    frameId: 1,
    list: 1,
    location: 1,
    address: 'L1:0x100000',
    line: 30,
    expression: '',
  };
  sent = 0;

  constructor(
    private readonly wire: Wire,
    seed: number,
  ) {
    this.random = new Random(seed);
  }

  /** Sends so many requests, a few at a time, and waits for their answers. `moving`: also such that make the machine go. */
  async send(count: number, moving = false): Promise<void> {
    const commands = Object.entries(moving ? { ...LOOKING, ...MOVING } : LOOKING);
    for (let left = count; left > 0; left -= 20) {
      const asked = Array.from({ length: Math.min(20, left) }, () => this.one(commands));
      for (const { body } of await Promise.all(asked)) this.learn(body);
    }
  }

  private one(commands: [string, (known: Known) => Record<string, unknown>][]) {
    this.sent++;
    this.known.threadId = 1 + this.random.below(3);
    this.known.line = 1 + this.random.below(200);
    this.known.expression = this.random.pick(EXPRESSIONS);
    const [command, right] = this.random.pick(commands);
    const given = right(this.known);
    const names = Object.keys(given);
    // Half of them are right as they are.
    for (let wrong = this.random.below(2) * this.random.below(4); wrong > 0 && names.length > 0; wrong--)
      given[this.random.pick(names)] = this.random.pick(VALUES);
    return this.wire.ask(command, this.random.below(50) === 0 ? this.random.pick(VALUES) : given);
  }

  private learn(body: unknown): void {
    const { stackFrames, scopes, variables } = (body ?? {}) as Record<
      string,
      Record<string, unknown>[] | undefined
    >;
    const frame = this.of(stackFrames);
    if (typeof frame?.['id'] === 'number') this.known.frameId = frame['id'];
    if (typeof frame?.['instructionPointerReference'] === 'string')
      this.known.address = frame['instructionPointerReference'];
    const owner = this.of(variables) ?? this.of(scopes);
    if (typeof owner?.['variablesReference'] === 'number' && owner['variablesReference'] > 0)
      this.known.list = owner['variablesReference'];
    const place = owner?.['declarationLocationReference'] ?? owner?.['valueLocationReference'];
    if (typeof place === 'number') this.known.location = place;
  }

  private of<T>(list: readonly T[] | undefined): T | undefined {
    return list instanceof Array ? this.random.pick(list) : undefined;
  }
}
