/** Input from outside: it comes at a tick, the log of it repeats the run, and a guest that waits for it is not at its end. */
import assert from 'node:assert/strict';
import { createMachine } from '../../src/machine/create';
import {
  inputLogHeading,
  inputLogLine,
  InputLogError,
  readInputLog,
  type InputEvent,
} from '../../src/machine/input-log';
import type { MachineStop } from '../../src/machine/machine-stop';
import { CODE, ECHO } from '../support/typed-guests';

function boot(topology: string, code: readonly number[], input?: readonly InputEvent[]) {
  let output = '';
  const machine = createMachine({
    image: Uint8Array.from(code),
    imageName: 'echo',
    loadAddress: CODE,
    memoryMiB: 16,
    topology,
    input,
    serial: (byte) => (output += `${machine.ticks()}:${String.fromCharCode(byte)} `),
  });
  return { machine, output: () => output };
}

/** Runs with somebody who types one word each time the machine waits for input. */
function typed(topology: string, words: readonly string[]) {
  const { machine, output } = boot(topology, ECHO);
  const log: InputEvent[] = [];
  const left = [...words];
  machine.onInput = (event) => log.push(event);
  machine.awaitsInput = () => true;
  let stop: MachineStop;
  do {
    stop = machine.run();
    if (stop.kind !== 'idle') continue;
    const word = left.shift();
    assert.ok(word, `waits for more than it was to get after ${output()}`);
    machine.input('serial', Buffer.from(word));
  } while (stop.kind === 'budget' || stop.kind === 'idle');
  return { stop, output: output(), log, retired: machine.cpu.retired, ticks: machine.ticks() };
}

for (const topology of ['nested', 'bare']) {
  describe(`input, ${topology} topology`, () => {
    it('wakes a guest that waits for it, byte by byte', () => {
      const { stop, output } = typed(topology, ['ab', 'q']);
      assert.deepEqual(stop, { kind: 'exited', status: 0xe3 });
      assert.equal(output.replace(/\d+:|\s/g, ''), 'abq');
    });

    it('is repeated from its log, at the same ticks, however the run is sliced', () => {
      const first = typed(topology, ['x', 'yz', 'q']);
      for (const step of [1n, 7n, 1_000_000n]) {
        const { machine, output } = boot(topology, ECHO, readInputLog(logText(first.log)));
        let stop: MachineStop;
        do stop = machine.run(step);
        while (stop.kind === 'budget');
        assert.deepEqual(
          [stop, output(), machine.cpu.retired, machine.ticks()],
          [first.stop, first.output, first.retired, first.ticks],
        );
      }
    });

    it('does not keep waiting who would not hear it: CLI and HLT', () => {
      const { machine } = boot(topology, [0xfa, 0xf4]);
      machine.awaitsInput = () => true;
      assert.equal(machine.run().kind, 'halted');
    });
  });
}

function logText(events: readonly InputEvent[]): string {
  return inputLogHeading() + events.map(inputLogLine).join('');
}

describe('the input log', () => {
  const events: InputEvent[] = [
    { at: 1, source: 'serial', bytes: Uint8Array.of(0x0d, 0xff) },
    { at: 9_000_000_000, source: 'keys', bytes: Uint8Array.of(0x1e, 0x9e) },
  ];

  it('is text that gives the same events back', () => {
    assert.equal(logText(events), 'turtlescope input 1\n1 serial 0dff\n9000000000 keys 1e9e\n');
    assert.deepEqual(readInputLog(logText(events)), events);
  });

  const wrong: [string, string, RegExp][] = [
    ['another file', 'hello\n', /first line is not "turtlescope input 1"/],
    ['half a byte', `${inputLogHeading()}1 serial 0d\n2 serial 0\n`, /line 3 is not/],
    ['another source', `${inputLogHeading()}1 mouse 00\n`, /line 2 is not/],
    ['a moment too large', `${inputLogHeading()}99999999999999999 serial 00\n`, /line 2 is not/],
    ['events out of order', `${inputLogHeading()}5 serial 00\n4 serial 00\n`, /line 3 comes before/],
  ];
  for (const [what, text, message] of wrong)
    it(`refuses ${what}`, () => {
      assert.throws(
        () => readInputLog(text),
        (error) => error instanceof InputLogError && message.test(error.message),
      );
    });
});
