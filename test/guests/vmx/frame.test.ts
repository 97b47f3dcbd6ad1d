// The frame of the small hypervisors itself: entry, exit, registers, exceptions of L2.
import assert from 'node:assert/strict';
import { runHypervisor, topologies } from './small-hypervisor';

for (const topology of topologies)
  describe(`a small hypervisor, ${topology}`, () => {
    it('enters, skips CPUID, and logs what ends it', () => {
      const run = runHypervisor({ guest: 'mov ebx, 7; cpuid; mov r9d, 9; vmcall' }, topology);
      assert.equal(run.status, 0, `error ${run.results[62]}, not offered ${run.results[63]}`);
      assert.deepEqual(
        run.exits.map((exit) => exit.reason),
        ['CPUID', 'VMCALL'],
      );
      assert.equal(run.registers[9], 9n);
    });

    it('an exception of L2 goes through its IDT', () => {
      const run = runHypervisor({ guest: 'ud2' }, topology);
      assert.deepEqual([run.exits[0]?.reason, run.registers[0]], ['VMCALL', 6n]);
    });
  });
