/**
 * `npm run prove:dap`: the adapter against a client out of its mind. 50,000 requests in all states, each message held against the
 * protocol's declarations; 1,000 pauses; 50 restarts, with the memory they leave; clients that die in the middle of everything.
 */
import { readFileSync } from 'node:fs';
import { sample } from '../client';
import { Fuzzer } from './fuzz';
import { atL1, atL2, moved, spinning, states } from './states';
import type { Wire } from './wire';

const REQUESTS = 50_000;
/** Of them, such that move the machine. */
const MOVING_SHARE = 0.3;
/** Requests before a session is begun anew: the wildest have ended it by then. */
const ROUND = 500;
const PAUSES = 1000;
const RESTARTS = 50;
/** Milliseconds an adapter may outlive its client. */
const LAST_BREATH = 1000;
/** MiB that the second half of the restarts may need more than the first: what the collector leaves differs from run to run. */
const GROWTH = 32;

let failed = false;

function tell(what: string, faults: readonly string[]): void {
  console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${what}`);
  for (const fault of [...new Set(faults)].slice(0, 20)) console.log(`     ${fault}`);
  failed ||= faults.length > 0;
}

async function leave(wire: Wire): Promise<void> {
  wire.process.stdin!.end();
  await wire.ended;
}

async function fuzz(): Promise<void> {
  const share = REQUESTS / Object.keys(states).length;
  for (const [name, reach] of Object.entries(states)) {
    const faults: string[] = [];
    for (let sent = 0, seed = 1; sent < share; seed++) {
      const wire = await reach();
      const fuzzer = new Fuzzer(wire, seed);
      await fuzzer.send(ROUND * (1 - MOVING_SHARE));
      await fuzzer.send(ROUND * MOVING_SHARE, true);
      sent += fuzzer.sent;
      faults.push(...[...wire.faults, wire.errors].filter(Boolean).map((fault) => `seed ${seed}: ${fault}`));
      await leave(wire);
    }
    tell(`${share} requests: ${name}`, faults);
  }
}

async function pauses(): Promise<void> {
  for (const [level, reach, threadId] of [
    ['L1', atL1, 2],
    ['L2', atL2, 3],
  ] as const) {
    const wire = await spinning(await reach(), threadId);
    const reasons = new Set<string>();
    for (let n = 0; n < PAUSES / 2; n++) {
      const from = wire.events.length;
      await wire.ask('pause', { threadId });
      const stop = await wire.event(['stopped', 'terminated'], from);
      reasons.add((stop?.body as { reason?: string } | undefined)?.reason ?? 'none');
      await wire.ask('continue', { threadId });
    }
    const wrong = [...reasons]
      .filter((reason) => reason !== 'pause')
      .map((reason) => `stopped for ${reason}`);
    tell(`${PAUSES / 2} pauses of ${level}`, [...wire.faults, ...wrong]);
    await leave(wire);
  }
}

function residentMiB(wire: Wire): number {
  const status = readFileSync(`/proc/${wire.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024;
}

async function restarts(): Promise<void> {
  const wire = await atL2();
  const sizes: number[] = [];
  for (let n = 0; n < RESTARTS; n++) {
    await moved(wire, 'restart', {});
    sizes.push(residentMiB(wire));
  }
  const half = Math.floor(RESTARTS / 2);
  const [first, second] = [Math.max(...sizes.slice(5, half)), Math.max(...sizes.slice(half))];
  const faults = second - first > GROWTH ? [`memory grows: ${sizes.map(Math.round).join(' ')} MiB`] : [];
  tell(
    `${RESTARTS} restarts: at most ${first.toFixed(0)} MiB in the first half, ${second.toFixed(0)} in the second`,
    [...wire.faults, ...faults],
  );
  await leave(wire);
}

/** What an adapter is in the middle of when its client dies. */
const deaths: Readonly<Record<string, () => Promise<Wire>>> = {
  ...states,
  'evaluating a long expression': async () => {
    const wire = await atL1();
    void wire.ask('evaluate', {
      expression: Array<string>(100_000).fill('$rax').join(' | '),
      context: 'watch',
    });
    return wire;
  },
  'asking a condition for ever': async () => {
    const wire = await atL1();
    await wire.ask('setFunctionBreakpoints', {
      breakpoints: [{ name: 'l1_main', condition: `${Array<string>(100).fill('$rax').join(' | ')} & 0` }],
    });
    return spinning(wire, 2);
  },
  'reading 16 MiB': async () => {
    const wire = await atL1();
    void wire.ask('readMemory', { memoryReference: 'L1gpa:0x0', count: 16 * 1024 * 1024 });
    return wire;
  },
  'listing instructions': async () => {
    const wire = await atL1();
    void wire.ask('disassemble', { memoryReference: 'L1:0x100000', instructionCount: 100_000 });
    return wire;
  },
  restarting: async () => {
    const wire = await atL2();
    void wire.ask('restart', { arguments: { program: sample('hello-nested.elf') } });
    return wire;
  },
  'searching the past': async () => {
    const wire = await spinning(await atL2(), 3);
    const from = wire.events.length;
    await wire.ask('pause', { threadId: 3 });
    await wire.event(['stopped'], from);
    void wire.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'l2_main', condition: '0' }] });
    void wire.ask('reverseContinue', { threadId: 3 });
    return wire;
  },
};

async function dying(): Promise<void> {
  for (const [what, reach] of Object.entries(deaths)) {
    const wire = await reach();
    const died = Date.now();
    wire.process.stdin!.destroy();
    wire.process.stdout!.destroy();
    await wire.ended;
    const lived = Date.now() - died;
    tell(
      `a client that dies (${what}): the adapter ends after ${lived} ms`,
      lived > LAST_BREATH ? ['too late'] : [],
    );
  }
}

async function main(): Promise<void> {
  await fuzz();
  await pauses();
  await restarts();
  await dying();
  process.exit(failed ? 1 : 0);
}

void main();
