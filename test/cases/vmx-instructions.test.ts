// VMX instructions that fail or fault: the record says the values found and wanted, in either topology.
import assert from 'node:assert/strict';
import { topologies } from '../guests/vmx/small-hypervisor';
import { tellHypervisor } from './records';

const pointer = (value: string) => `mov rax, ${value}; mov [pointer], rax`;
/** Puts the revision of IA32_VMX_BASIC, changed, at the start of a region. */
const revision = (region: string, change: string) =>
  `mov ecx, IA32_VMX_BASIC; rdmsr; ${change}; mov [${region}], eax; mov rax, ${region}; mov [pointer], rax`;

const cases: readonly { name: string; code: string; says: RegExp }[] = [
  {
    name: 'VMPTRLD of another revision',
    code: `${revision('VMCS2', 'xor eax, 1')}; vmptrld [pointer]`,
    says: /VMCS region begins with 0x[0-9a-f]+; the VMCS revision identifier in IA32_VMX_BASIC is 0x[0-9a-f]+/,
  },
  {
    name: 'VMPTRLD of the VMXON region',
    code: `${pointer('VMXON_REGION')}; vmptrld [pointer]`,
    says: /The pointer 0x220000 is the VMXON region/,
  },
  {
    name: 'VMCLEAR of the VMXON region',
    code: `${pointer('VMXON_REGION')}; vmclear [pointer]`,
    says: /The pointer 0x220000 is the VMXON region/,
  },
  {
    name: 'VMPTRLD of a pointer that is not aligned',
    code: `${pointer('VMCS2 + 8')}; vmptrld [pointer]`,
    says: /The pointer 0x222008 is not 4-KByte aligned: bits 0x8 must be 0/,
  },
  {
    name: 'VMCLEAR of a pointer that is too wide',
    code: `${pointer('0x8000000000000')}; vmclear [pointer]`,
    says: /The pointer 0x8000000000000 is wider than a physical address/,
  },
  {
    name: 'VMXON in VMX operation',
    code: `${pointer('VMXON_REGION')}; vmxon [pointer]`,
    says: /in VMX operation already: VMXON at 0x220000 came before/,
  },
  {
    name: 'VMREAD of no field',
    code: 'mov edx, 0x7ffe; vmread rax, rdx',
    says: /No field of this VMCS has the encoding 0x7ffe/,
  },
  {
    name: 'VMRESUME of a clear VMCS',
    code: 'vmresume',
    says: /The VMCS at 0x221000 is clear: VMLAUNCH enters it/,
  },
  {
    name: 'VMLAUNCH without a current VMCS',
    code: `${pointer('VMCS')}; vmclear [pointer]; vmlaunch`,
    says: /no current VMCS for VMLAUNCH/,
  },
];

for (const topology of topologies)
  describe(`VMX instructions that fail, ${topology}`, () => {
    for (const { name, code, says } of cases)
      it(name, () => {
        const { told } = tellHypervisor({ setup: `${code}; jmp finish_run`, guest: 'vmcall' }, topology);
        const kinds = topology === 'nested' ? 'vmx-instruction' : 'vm-fail';
        const texts = [...told(kinds), ...told('entry-failure')];
        assert.ok(
          texts.some((text) => says.test(text)),
          texts.join('\n'),
        );
      });
  });
