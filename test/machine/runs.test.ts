/** Whole runs of the sample: the same every time, however the run is sliced, in both topologies. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuProfiles } from '../../src/isa/cpu-profiles';
import { createMachine, MachineError, type MachineRequest } from '../../src/machine/create';
import type { Machine } from '../../src/machine/machine';
import type { MachineStop } from '../../src/machine/machine-stop';
import { recordLine } from '../../src/machine/record-json';

const sample = join(__dirname, '..', '..', 'samples', 'hello-nested', 'hello-nested.elf');
const image = readFileSync(sample);

function machineFor(request: Partial<MachineRequest>): {
  machine: Machine;
  output: () => string;
  trace: string[];
} {
  const bytes: number[] = [];
  const trace: string[] = [];
  const machine = createMachine({
    image,
    imageName: 'hello-nested.elf',
    memoryMiB: 64,
    serial: (byte) => bytes.push(byte),
    ...request,
  });
  machine.observe((record) => trace.push(recordLine(record)));
  return { machine, output: () => Buffer.from(bytes).toString('latin1'), trace };
}

/** Runs to the end in steps of `step` instructions. */
function runToEnd(machine: Machine, step: bigint): MachineStop {
  for (;;) {
    const stop = machine.run(step);
    if (stop.kind !== 'budget') return stop;
  }
}

for (const topology of ['nested', 'bare'] as const) {
  describe(`hello-nested, ${topology} topology`, () => {
    it('runs to its end with success', () => {
      const { machine, output } = machineFor({ topology });
      assert.deepEqual(runToEnd(machine, 1_000_000n), { kind: 'exited', status: 1 });
      assert.match(output(), /hello-nested: success/);
    });

    it('leaves the same trace twice, byte for byte, however the run is sliced', () => {
      const once = machineFor({ topology });
      const again = machineFor({ topology });
      const sliced = machineFor({ topology });
      runToEnd(once.machine, 1_000_000n);
      runToEnd(again.machine, 1_000_000n);
      runToEnd(sliced.machine, 997n);
      assert.ok(once.trace.length > 10);
      assert.deepEqual(again.trace, once.trace);
      assert.deepEqual(sliced.trace, once.trace);
      assert.equal(sliced.machine.cpu.retired, once.machine.cpu.retired);
    });

    it('a run of one instruction retires exactly one', () => {
      const { machine } = machineFor({ topology });
      for (let i = 0; i < 3000; i++) {
        const before = machine.cpu.retired;
        assert.deepEqual(machine.run(1n), { kind: 'budget' });
        assert.equal(machine.cpu.retired - before, 1n);
      }
    });

    it('stops at a record that is asked for, after the action that made it', () => {
      const { machine } = machineFor({ topology });
      machine.stopAt((record) => record.kind === 'exit' && record.reason === 'CPUID');
      const stop = machine.run(1n << 40n);
      assert.equal(stop.kind, 'record');
    });

    it('once ended it stays ended', () => {
      const { machine } = machineFor({ topology });
      const end = runToEnd(machine, 1_000_000n);
      assert.deepEqual(machine.run(), end);
    });
  });
}

describe('requests that cannot be met', () => {
  const refused = (request: Partial<MachineRequest>, message: RegExp) =>
    assert.throws(
      () => machineFor(request),
      (error) => error instanceof MachineError && message.test(error.message),
    );

  it('an unknown topology, profile or feature names what there is', () => {
    refused({ topology: 'flat' }, /unknown topology "flat": choose "nested" or "bare"/);
    const names = Object.keys(cpuProfiles).map((name) => `"${name}"`);
    refused({ cpuProfile: 'z80' }, new RegExp(`unknown CPU profile "z80": choose ${names.join(' or ')}`));
    refused({ l0Profile: 'xen' }, /unknown L0 profile "xen": choose "kvm-6.12"/);
    refused({ l0Features: { EPT: false } }, /unknown L0 feature "EPT": use the name of a VMX control/);
  });

  it('an image that is no image says what would be one', () => {
    refused({ image: Buffer.from('#!/bin/sh\n') }, /neither an ELF file nor a multiboot image/);
    refused({ image: new Uint8Array(0) }, /hello-nested\.elf/);
  });

  it('an image that does not fit says so', () => {
    refused({ memoryMiB: 1 }, /hello-nested\.elf|memory/);
  });
});
