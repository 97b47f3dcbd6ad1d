/** CPU profiles as register values, against the manual's formats. */
import assert from 'node:assert/strict';
import { capabilityValues, cpuidRows } from '../../src/cpu/profile';
import { registerMask } from '../../src/cpu/register-bits';
import { cpuProfiles, type CpuProfileName } from '../../src/isa/cpuid';
import { msr } from '../../src/isa/msrs';
import { control, default1 } from '../../src/isa/vmx-controls';

const names = Object.keys(cpuProfiles) as CpuProfileName[];
const value = (name: CpuProfileName, register: keyof typeof msr) =>
  capabilityValues(name)[msr[register].number - msr.IA32_VMX_BASIC.number]!;

for (const name of names) {
  describe(`CPU profile ${name}`, () => {
    it('spells its vendor in leaf 0 as EBX, EDX, ECX', () => {
      const leaf = cpuidRows(name).find((row) => row.leaf === 0)!;
      const bytes = Buffer.alloc(12);
      [leaf.ebx, leaf.edx, leaf.ecx].forEach((word, index) => bytes.writeUInt32LE(word, index * 4));
      assert.equal(bytes.toString('latin1'), cpuProfiles[name].vendor);
    });

    it('spells its brand in leaves 80000002H to 80000004H', () => {
      const bytes = Buffer.alloc(48);
      [0x80000002, 0x80000003, 0x80000004].forEach((leaf, part) => {
        const row = cpuidRows(name).find((candidate) => candidate.leaf === leaf)!;
        [row.eax, row.ebx, row.ecx, row.edx].forEach((word, i) =>
          bytes.writeUInt32LE(word, part * 16 + i * 4),
        );
      });
      assert.equal(bytes.toString('latin1').replace(/\0+$/, ''), cpuProfiles[name].brand);
    });

    it('has each leaf and subleaf once', () => {
      const keys = cpuidRows(name).map((row) => `${row.leaf}/${row.subleaf}`);
      assert.equal(new Set(keys).size, keys.length);
    });

    it('never demands a control it does not allow', () => {
      for (const register of [
        'IA32_VMX_PINBASED_CTLS',
        'IA32_VMX_PROCBASED_CTLS',
        'IA32_VMX_EXIT_CTLS',
      ] as const) {
        const limits = value(name, register);
        const required = limits & 0xffffffffn;
        assert.equal(required & ~(limits >> 32n), 0n, register);
      }
    });

    it('allows exactly the controls it lists, and the default1 bits', () => {
      const allowed = value(name, 'IA32_VMX_PROCBASED_CTLS') >> 32n;
      const listed = cpuProfiles[name].vmx.controls.primary.reduce(
        (sum, bit) => sum | (1n << BigInt(control[bit].bit)),
        BigInt(default1.primary.plain),
      );
      assert.equal(allowed, listed);
    });

    it('fixes CR0.PE, CR0.PG and CR4.VMXE in VMX operation', () => {
      const pe = registerMask('cr0', 'PE') | registerMask('cr0', 'PG');
      assert.equal(value(name, 'IA32_VMX_CR0_FIXED0') & pe, pe);
      const vmxe = registerMask('cr4', 'VMXE');
      assert.equal(value(name, 'IA32_VMX_CR4_FIXED0') & vmxe, vmxe);
    });
  });
}
