/** MSRs as firmware leaves them, seen by the software that is started. */
import assert from 'node:assert/strict';
import { runHeadless } from '../../src/machine/headless';
import { EXIT_WITH_AL, machineWith } from './support/small-program';

for (const topology of ['nested', 'bare'] as const)
  describe(`MSRs after the firmware, ${topology} topology`, () => {
    /** AL at the end of the program; undefined when it ended otherwise. */
    const result = (source: string, featureControl?: string) => {
      const machine = machineWith(`${source}; ${EXIT_WITH_AL}`, topology, featureControl);
      const { stop } = runHeadless(machine, { maxInstructions: 10_000n });
      return stop.kind === 'exited' ? stop.status >> 1 : undefined;
    };

    it('IA32_APIC_BASE: the APIC is on, and CPUID says so', () => {
      assert.equal(result('mov ecx, 0x1b; rdmsr; shr eax, 8'), 9);
      assert.equal(result('mov eax, 1; cpuid; shr edx, 9; mov eax, edx; and eax, 1'), 1);
    });

    it('x2APIC mode can be entered; an APIC that is off is not in CPUID', () => {
      assert.equal(result('mov ecx, 0x1b; rdmsr; or ah, 4; wrmsr; rdmsr; shr eax, 8'), 13);
      const off = 'mov ecx, 0x1b; rdmsr; and ah, 0xf7; wrmsr';
      assert.equal(result(`${off}; mov eax, 1; cpuid; shr edx, 9; mov eax, edx; and eax, 1`), 0);
    });

    it('so it is after a reset', () => {
      const again =
        'inc dword ptr [0x9000]; cmp dword ptr [0x9000], 2; je done; mov al, 6; mov dx, 0xcf9; out dx, al; hlt; done:';
      assert.equal(result(`${again}; mov ecx, 0x3a; rdmsr`), 5);
      assert.equal(result(`${again}; mov eax, 1; cpuid; shr edx, 9; mov eax, edx; and eax, 1`), 1);
    });

    it('IA32_PLATFORM_ID reads', () => {
      assert.equal(result('mov ecx, 0x17; rdmsr; or eax, edx'), 0);
    });

    it('IA32_FEATURE_CONTROL: locked with VMX on, unless the configuration says otherwise', () => {
      const read = 'mov ecx, 0x3a; rdmsr';
      assert.equal(result(read), 5);
      assert.equal(result(read, 'locked-on'), 5);
      assert.equal(result(read, 'locked-off'), 1);
      assert.equal(result(read, 'unlocked'), 0);
    });

    it('it can be written while it is not locked', () => {
      const write = 'mov ecx, 0x3a; xor edx, edx; mov eax, 5; wrmsr; rdmsr';
      assert.equal(result(write, 'unlocked'), 5);
      assert.equal(result(write, 'locked-off'), undefined);
    });
  });
