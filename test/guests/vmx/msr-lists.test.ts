// The MSR lists of VM entry and exit as an L1 uses them, the entry that a list refuses, and the VMX aborts an L1 can cause. SDM 26.4, 27.4,
// 27.6, 27.7.
import assert from 'node:assert/strict';
import { msr } from '../../../src/isa/msrs';
import { vmxAborts } from '../../../src/isa/vm-instruction-errors';
import { runHypervisor, topologies } from './small-hypervisor';
import { proves } from '../../support/proves';

const LSTAR = msr.IA32_LSTAR.number;
const FS_BASE = msr.IA32_FS_BASE.number;
/** Writes entry `at` of a list at LIST. */
const entry = (at: number, index: number, value: number) => `
  mov dword ptr [LIST + ${at * 16}], 0x${index.toString(16)}
  mov dword ptr [LIST + ${at * 16} + 4], 0
  mov qword ptr [LIST + ${at * 16} + 8], ${value}`;
const list = (
  kind: 'VM_ENTRY_MSR_LOAD' | 'VM_EXIT_MSR_STORE' | 'VM_EXIT_MSR_LOAD',
  first: number,
  count = 1,
) => `
  field ${kind}_ADDR, LIST + ${first * 16}
  field ${kind}_COUNT, ${count}`;

for (const topology of topologies)
  describe(`MSR lists, ${topology}`, () => {
    it('one value goes into L2, its own is stored, a third comes back to L1', () => {
      const run = runHypervisor(
        {
          setup: `${entry(0, LSTAR, 0x1111)}; ${entry(1, LSTAR, 0)}; ${entry(2, LSTAR, 0x3333)}
            ${list('VM_ENTRY_MSR_LOAD', 0)}; ${list('VM_EXIT_MSR_STORE', 1)}; ${list('VM_EXIT_MSR_LOAD', 2)}`,
          controls: ['USE_MSR_BITMAPS'],
          guest: 'mov ecx, IA32_LSTAR; rdmsr; mov ebx, eax; mov eax, 0x2222; wrmsr; vmcall',
          handler: `mov rax, [LIST + 24]; mov [RESULTS], rax; mov ecx, IA32_LSTAR; rdmsr; mov [RESULTS + 8], rax; finish`,
        },
        topology,
      );
      assert.equal(run.status, 0, `error ${run.results[62]}`);
      assert.deepEqual([run.registers[3], run.results[0], run.results[1]], [0x1111n, 0x2222n, 0x3333n]);
    });

    it(proves('exit-reasons', 'MSR_LOAD_FAIL', 'a refused entry fails the VM entry with its number'), () => {
      const run = runHypervisor(
        {
          setup: `${entry(0, LSTAR, 1)}; ${entry(1, FS_BASE, 1)}; ${list('VM_ENTRY_MSR_LOAD', 0, 2)}`,
          guest: 'vmcall',
          log: ['EXIT_QUALIFICATION'],
        },
        topology,
      );
      assert.deepEqual(run.exits, [{ reason: 'MSR_LOAD_FAIL', failedEntry: true, EXIT_QUALIFICATION: 2n }]);
    });

    for (const [name, kind] of [
      ['SAVE_GUEST_MSRS', 'VM_EXIT_MSR_STORE'],
      ['LOAD_HOST_MSRS', 'VM_EXIT_MSR_LOAD'],
    ] as const)
      it(`an entry of the ${kind} list that is refused is VMX abort ${name}`, () => {
        const { number } = vmxAborts.find((row) => row.name === name)!;
        // An x2APIC register can neither be stored nor loaded by a list.
        const run = runHypervisor(
          { setup: `${entry(0, 0x802, 1)}; ${list(kind, 0)}`, guest: 'vmcall' },
          topology,
        );
        assert.equal(run.stop.kind, 'shutdown');
        assert.match(JSON.stringify(run.stop.text), new RegExp(`VMX abort.* ${number}\\b`));
      });
  });
