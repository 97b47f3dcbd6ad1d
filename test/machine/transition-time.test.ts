/** VM entries and exits take the time that the CPU profile says, so that a guest which polls sees time pass. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { State } from '../../src/abi/state-block';
import type { CpuProfileName } from '../../src/isa/cpu-profiles';
import { cpuProfiles } from '../../src/isa/cpu-profiles';
import { createMachine } from '../../src/machine/create';
import type { Machine } from '../../src/machine/machine';
import { GuestBench } from '../core/vmx/guest-bench';
import { EXIT_WITH_AL, codeImage } from './support/small-program';

const sample = readFileSync(join(__dirname, '..', '..', 'samples', 'hello-nested', 'hello-nested.elf'));

function machineFor(image: Buffer, cpuProfile: CpuProfileName, topology: 'nested' | 'bare'): Machine {
  return createMachine({
    image,
    imageName: 'guest',
    memoryMiB: 16,
    topology,
    cpuProfile,
    serial: () => undefined,
  });
}

function runToEnd(machine: Machine, step = 1_000_000n): void {
  while (machine.run(step).kind === 'budget');
}

function exits({ counts }: Machine): number {
  const fromHardware = counts.list().filter(({ route }) => route.endsWith('-> L0'));
  return fromHardware.reduce((sum, { count }) => sum + count, 0);
}

/** Polls counter 0 of the PIT for 20 µs: 24 of its ticks. */
const POLLS = `
  mov al, 0x34; out 0x43, al; xor al, al; out 0x40, al; out 0x40, al
again:
  xor al, al; out 0x43, al; in al, 0x40; mov bl, al; in al, 0x40; mov bh, al
  neg bx; cmp bx, 24; jb again
  mov al, 1; ${EXIT_WITH_AL}`;

describe('time of VM entries and exits', () => {
  for (const topology of ['nested', 'bare'] as const)
    for (const profile of ['haswell', 'turtle-64'] as const)
      it(`each takes what ${profile} says, and nothing else does, ${topology} topology`, () => {
        const machine = machineFor(sample, profile, topology);
        runToEnd(machine);
        const { entry, exit } = cpuProfiles[profile].transitionTicks;
        assert.ok(exits(machine) > 1 && machine.counts.entries > 1);
        const taken = machine.counts.entries * entry + exits(machine) * exit;
        assert.equal(machine.ticks() - Number(machine.cpu.retired), taken);
        assert.equal(machine.cpu.get64(State.TRANSITION_TICKS), BigInt(taken));
      });

  it('a guest that polls a timer exits less than a fiftieth as often', () => {
    const [free, timed] = (['turtle-64', 'haswell'] as const).map((profile) => {
      const machine = machineFor(codeImage(POLLS, 32), profile, 'nested');
      runToEnd(machine);
      return exits(machine);
    });
    assert.ok(timed! * 50 < free!, `${free} exits without time, ${timed} with`);
  });

  it('a guest that polls a timer ends at the same instruction, however the run is sliced', () => {
    const [whole, cut] = [1_000_000n, 1n].map((step) => {
      const machine = machineFor(codeImage(POLLS, 32), 'haswell', 'nested');
      runToEnd(machine, step);
      return [machine.cpu.retired, machine.ticks(), exits(machine)];
    });
    assert.deepEqual(cut, whole);
  });

  it('the preemption timer starts when the entry is over, and stands still during the exit', () => {
    const guest = new GuestBench((image) => {
      image.enable('ACTIVATE_VMX_PREEMPTION_TIMER', 'VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE');
      image.set('VMX_PREEMPTION_TIMER_VALUE', 50n);
    });
    const { cpu } = guest.bench;
    cpu.set32(State.ENTRY_TICKS, 4000);
    cpu.set32(State.EXIT_TICKS, 6000);
    const before = cpu.retired;
    assert.equal(guest.firstExit('.fill 10, 1, 0x90; cpuid').reason, 'CPUID');
    assert.equal(cpu.retired - before, 10n);
    assert.equal(guest.get('VMX_PREEMPTION_TIMER_VALUE'), 40n);
    assert.equal(cpu.get64(State.TIME_SKEW), 10_000n);
  });
});
