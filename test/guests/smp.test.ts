// Several CPUs: how they start, interrupt each other, share memory and each run a guest, bare and under L0. Needs gcc; without it
// there is no guest.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createMachine } from '../../src/machine/create';
import { recordLine } from '../../src/machine/record-json';
import { buildSmpGuest, hasCompiler, type SmpGuest } from '../support/smp-guest';

const TOPOLOGIES = ['bare', 'nested'] as const;
const LIMIT = 20_000_000n;

interface Finished {
  readonly stop: string;
  readonly serial: string;
  readonly instructions: bigint;
  /** Of every record, the registers of all CPUs and their RAM at the end. */
  readonly hash: string;
}

/** `step`: instructions between two looks from outside. */
function run(path: string, topology: string, cmdline: string, cpus: number, step = 1_000_000n): Finished {
  const bytes: number[] = [];
  const hash = createHash('sha256');
  const machine = createMachine({
    image: readFileSync(path),
    imageName: path,
    topology,
    cmdline,
    cpus,
    memoryMiB: 64,
    serial: (byte) => void bytes.push(byte),
  });
  machine.observe((record) => hash.update(recordLine(record)));
  let stop = machine.run(step);
  while (stop.kind === 'budget' && machine.cpu.retired < LIMIT) stop = machine.run(step);
  for (const { name } of machine.driver.strands) {
    const registers = machine.driver.registers(name);
    hash.update(String(registers?.rip));
    // Of a guest that waits they are known only where the machine has stood at its exit.
    if (machine.driver.registerHome(name)?.kind === 'chip') hash.update(String(registers?.gprs));
  }
  for (let at = 0; at < machine.cpu.ramBytes; at += 1 << 20)
    hash.update(machine.cpu.physical.read(BigInt(at), 1 << 20)!);
  return {
    stop: stop.kind === 'exited' ? `exited ${stop.status}` : stop.kind,
    serial: Buffer.from(bytes).toString('latin1'),
    instructions: machine.cpu.retired,
    hash: hash.digest('hex'),
  };
}

const others = (cpus: number, line: (cpu: number) => string) =>
  Array.from({ length: cpus - 1 }, (_, index) => line(index + 1));

/** What each test prints with so many CPUs. */
const EXPECTED: Readonly<Record<string, (cpus: number) => string[]>> = {
  boot: (cpus) => [
    ...others(cpus, (cpu) => `cpu ${cpu}: apic ${cpu} cpuid ${cpu} topology ${cpu}`),
    `package: ${cpus} processors`,
  ],
  pingpong: (cpus) => [`${(cpus - 1) * 200} answers`],
  ipis: (cpus) => [
    `others: 0+0${' 1+0'.repeat(cpus - 1)}`,
    `all: 1+0${' 2+0'.repeat(cpus - 1)}`,
    `self:${' 2+0'.repeat(cpus)}`,
    `nmi: 2+0${' 2+1'.repeat(cpus - 1)}`,
    'lowest priority: 1',
  ],
  x2apic: (cpus) => [...others(cpus, (cpu) => `cpu ${cpu}: x2apic ${cpu}`), `${(cpus - 1) * 200} answers`],
  lock: (cpus) => [`${cpus * 200} additions by ${cpus} CPUs`],
  spin: (cpus) => [`${(cpus - 1) * 200} additions, the spinning CPU runs`],
  shootdown: (cpus) => others(cpus, (cpu) => `cpu ${cpu}: a, a without INVLPG, then b`),
  code: (cpus) => others(cpus, (cpu) => `cpu ${cpu}: 2`),
  vmx: (cpus) => [
    'cpu 0: value 100 after 100 exits',
    ...others(cpus, (cpu) => `cpu ${cpu}: value ${cpu}100 after 100 exits`),
  ],
};

if (hasCompiler) {
  describe('the guest of several CPUs', () => {
    let guest: SmpGuest;
    before(() => void (guest = buildSmpGuest()));
    after(() => guest.remove());

    for (const topology of TOPOLOGIES) {
      for (const [test, lines] of Object.entries(EXPECTED)) {
        for (const cpus of [2, 4, 8]) {
          it(`${topology}, ${cpus} CPUs: ${test}`, () => {
            const { stop, serial } = run(guest.path, topology, `${test} ${cpus}`, cpus);
            assert.deepEqual(serial.trimEnd().split('\n'), lines(cpus));
            assert.equal(stop, 'exited 1');
          });
        }
      }

      it(`${topology}: INIT and start-up IPIs end a guest, and wait in root operation`, () => {
        const { stop, serial } = run(guest.path, topology, 'init 2', 2);
        // INIT_SIGNAL; SIPI_SIGNAL with its vector; INIT_SIGNAL again, of the INIT that waited.
        assert.equal(serial, 'in root operation: stage 4\nexits 3 400120003\n');
        assert.equal(stop, 'exited 1');
      });

      it(`${topology}: four CPUs run the same twice, however the run is sliced`, () => {
        for (const test of ['lock', 'vmx', 'pingpong']) {
          const once = run(guest.path, topology, `${test} 4`, 4);
          assert.equal(once.stop, 'exited 1');
          assert.deepEqual(run(guest.path, topology, `${test} 4`, 4), once);
          assert.deepEqual(run(guest.path, topology, `${test} 4`, 4, 997n), once);
        }
      });
    }
  });
}
