// A VM exit that cannot be completed: the stop, the record and the CLI's last line name the MSR list, its entry, index, value, and the rule.
import assert from 'node:assert/strict';
import { endText } from '../../src/debugger/stop-text';
import { topologies } from '../guests/vmx/small-hypervisor';
import { tellHypervisor } from './records';

const list = (kind: 'STORE' | 'LOAD', index: string, high: string) => `
  mov eax, ${index}; mov [LIST + 16], eax; mov dword ptr [LIST + 28], ${high}
  mov dword ptr [LIST], IA32_TSC_AUX
  field VM_EXIT_MSR_${kind}_ADDR, LIST; field VM_EXIT_MSR_${kind}_COUNT, 2`;

const cases = [
  {
    name: 'a value that IA32_LSTAR does not take',
    setup: list('LOAD', 'IA32_LSTAR', '0x8000'),
    says: /VMX abort 4: Loading host MSRs failed \(SDM 27\.7\)\. Entry 2 of the VM-exit MSR-load list, at 0x22b010, is IA32_LSTAR \(0xc0000082\) = 0x800000000000\. IA32_LSTAR \(0xc0000082\) holds a linear address, and 0x800000000000 is not canonical\./,
  },
  {
    name: 'an MSR that no list loads',
    setup: list('LOAD', 'IA32_FS_BASE', '0'),
    says: /Entry 2 of the VM-exit MSR-load list, at 0x22b010, is IA32_FS_BASE \(0xc0000100\) = 0x0\. No list may have this MSR/,
  },
  {
    name: 'an MSR that does not exist',
    setup: list('STORE', '0x12345', '0'),
    says: /VMX abort 1: Saving guest MSRs failed \(SDM 27\.7\)\. Entry 2 of the VM-exit MSR-store list, at 0x22b010, is 0x12345\. This processor has no MSR 0x12345\./,
  },
] as const;

for (const topology of topologies)
  describe(`VMX aborts, ${topology}`, () => {
    for (const { name, setup, says } of cases)
      it(name, () => {
        const { run, told } = tellHypervisor({ setup, guest: 'vmcall' }, topology);
        assert.equal(run.stop.kind, 'shutdown');
        assert.match(endText(run.stop)!, says);
        // The chip has no record of its own of an abort; L0 has.
        if (topology === 'nested') assert.match(told('shutdown').at(-1)!, says);
      });
  });
