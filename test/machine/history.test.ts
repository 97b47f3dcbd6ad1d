/** The past of a run: any moment of it can be gone to, and the machine is then in the state in which it was. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Region } from '../../src/abi/memory-map';
import { createMachine } from '../../src/machine/create';
import { History } from '../../src/machine/history';
import type { Machine } from '../../src/machine/machine';
import { compareMoments, type Moment } from '../../src/machine/moment';
import { PageVersions } from '../../src/machine/page-versions';
import { differenceOf, type SavedMachine } from '../../src/machine/snapshot';
import { isSpared } from '../../src/machine/thinning';

const sample = (name: string) => readFileSync(join(__dirname, '..', '..', 'samples', name, `${name}.elf`));
/** A linear congruential generator: the same moments in every run of the test. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
}

interface Seen {
  readonly moment: Moment;
  readonly state: SavedMachine;
  readonly ram: string;
}

function ramOf({ cpu }: Machine): string {
  return createHash('sha1')
    .update(new Uint8Array(cpu.memory, Region.RAM, cpu.ramBytes))
    .digest('hex');
}

function look(machine: Machine): Seen {
  return { moment: machine.now(), state: machine.save(), ram: ramOf(machine) };
}

function boot(name: string, topology: 'nested' | 'bare', epoch?: bigint) {
  let output = '';
  const machine = createMachine({
    image: sample(name),
    imageName: name,
    memoryMiB: 16,
    topology,
    epoch,
    serial: (byte) => (output += String.fromCharCode(byte)),
  });
  return { machine, output: () => output };
}

function runTo(machine: Machine, retired: bigint): void {
  while (machine.cpu.retired < retired && machine.run(retired - machine.cpu.retired).kind === 'budget');
}

describe('history', function () {
  this.timeout(120_000);

  const runs = [
    ['hello-nested', 'nested', 80_000],
    ['hello-nested', 'bare', 80_000],
    ['broken-entry', 'nested', 40_000],
    ['broken-entry', 'bare', 40_000],
  ] as const;
  for (const [name, topology, length, epoch] of runs.flatMap((run) => [
    [...run, undefined] as const,
    [...run, 3_000n] as const,
  ])) {
    const epochs = epoch === undefined ? 'one epoch' : `epochs of ${epoch}`;
    it(`${name}, ${topology}, ${epochs}: a moment gone to is the moment that was, and output is shown once`, () => {
      const { machine, output } = boot(name, topology, epoch);
      const history = new History(machine, 64);
      const next = random(length);
      const stops = Array.from({ length: 6 }, () => Math.floor(next() * length)).sort((a, b) => a - b);
      const seen = stops.map((retired) => {
        runTo(machine, BigInt(retired));
        history.noteStop();
        return look(machine);
      });
      runTo(machine, BigInt(length));
      history.noteStop();
      const shown = output();
      for (let i = 0; i < 10; i++) {
        const wanted = seen[Math.floor(next() * seen.length)]!;
        assert.equal(history.goTo(wanted.moment), true);
        assert.equal(differenceOf(wanted.state, machine.save()), undefined);
        assert.equal(ramOf(machine), wanted.ram);
      }
      assert.equal(history.inPast, true);
      // Those of the epochs, and those near to where it went.
      assert.ok(history.before(history.present).length > (epoch === undefined ? 2 : length / 3_000));
      assert.equal(history.goTo(history.present), true);
      assert.equal(output(), shown);
    });
  }

  it('a run with a history is the run without one', () => {
    const [plain, kept] = [boot('hello-nested', 'nested'), boot('hello-nested', 'nested')];
    const history = new History(kept.machine, 64);
    runTo(plain.machine, 60_000n);
    for (let at = 7_000n; at <= 56_000n; at += 7_000n) {
      runTo(kept.machine, at);
      history.noteStop();
      history.goTo({ ...history.now, retired: at / 2n });
      history.goTo(history.present);
    }
    runTo(kept.machine, 60_000n);
    assert.equal(differenceOf(plain.machine.save(), kept.machine.save()), undefined);
    assert.equal(ramOf(plain.machine), ramOf(kept.machine));
  });

  it('a change made while the machine stood is made again, and one made in the past drops the future', () => {
    const { machine } = boot('hello-nested', 'nested');
    const dropped: boolean[] = [];
    const history = new History(machine, 64);
    history.onEdit = (lost) => dropped.push(lost);
    const change = (value: number) => {
      machine.cpu.physical.write(0x2f00000n, Uint8Array.of(value));
      machine.edited = true;
      history.noteEdits();
    };
    const value = () => machine.cpu.physical.read(0x2f00000n, 1)![0];
    runTo(machine, 20_000n);
    history.noteStop();
    change(0x5a);
    runTo(machine, 30_000n);
    history.noteStop();
    const later = look(machine);
    history.goTo({ ...later.moment, retired: 10_000n });
    assert.equal(value(), 0);
    history.goTo(later.moment);
    assert.equal(value(), 0x5a);
    assert.equal(ramOf(machine), later.ram);
    history.goTo({ ...later.moment, retired: 10_000n });
    change(0x66);
    assert.deepEqual(dropped, [false, true]);
    assert.equal(history.inPast, false);
    assert.ok(compareMoments(history.present, later.moment) < 0);
  });

  it('a run that is not repeated as it was is told, with the place', () => {
    const { machine } = boot('hello-nested', 'nested');
    const history = new History(machine, 64);
    runTo(machine, 20_000n);
    machine.endEpoch();
    runTo(machine, 30_000n);
    history.noteStop();
    const end = machine.now();
    history.goTo({ ...end, retired: 10_000n });
    // Nobody said so: this is no change the history could know.
    machine.cpu.physical.write(0x2f00000n, Uint8Array.of(1));
    machine.endEpoch();
    assert.throws(() => {
      machine.onEpoch?.();
      runTo(machine, 20_000n);
      machine.endEpoch();
      history.run(1n, end);
    }, /differs at instruction 20000.*defect/);
  });
});

describe('snapshots of pages', () => {
  const page = (value: number) => new Uint8Array(4096).fill(value);

  it('give what the page held then, whatever is forgotten around it', () => {
    const pages = new PageVersions();
    [1, 2, 2, 3].forEach((value, snapshot) => pages.keep(7, snapshot, page(value)));
    assert.equal(pages.bytes, 3 * 4096);
    pages.forget(1, 2);
    assert.deepEqual(
      [0, 2, 3].map((snapshot) => pages.at(7, snapshot)[0]),
      [1, 2, 3],
    );
    pages.forget(3, undefined);
    assert.equal(pages.at(7, 9)[0], 2);
    assert.equal(pages.at(8, 9)[0], 0);
    assert.equal(pages.bytes, 2 * 4096);
  });

  it('are kept ever farther apart the older they are, the first one always', () => {
    const kept = Array.from({ length: 1000 }, (_, epoch) => epoch).filter((epoch) => isSpared(epoch, 999, 0));
    const gaps = kept.slice(1).map((epoch, index) => epoch - kept[index]!);
    assert.equal(kept[0], 0);
    assert.ok(kept.length < 120);
    assert.deepEqual(
      gaps,
      [...gaps].sort((a, b) => b - a),
    );
    assert.ok(isSpared(0, 999, 4));
  });
});
