/** What a kernel asks the processor before it trusts its timers: the answers must agree with the machine. */
import assert from 'node:assert/strict';
import { cpuidRows } from '../../src/cpu/profile';
import { createMachine } from '../../src/machine/create';
import { TICKS_PER_SECOND } from '../../src/platform/oscillator';

const CODE = 0x7c00;
/** mov ecx, 8bh; xor eax, eax; xor edx, edx; wrmsr; mov eax, 1; cpuid; mov ecx, 8bh; rdmsr; mov eax, edx; out 0f4h, al; hlt */
const MICROCODE = [
  ...[0x66, 0xb9, 0x8b, 0, 0, 0, 0x66, 0x31, 0xc0, 0x66, 0x31, 0xd2, 0x0f, 0x30],
  ...[0x66, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0x66, 0xb9, 0x8b, 0, 0, 0, 0x0f, 0x32],
  ...[0x66, 0x89, 0xd0, 0xe6, 0xf4, 0xf4],
];

describe('facts a kernel boots on', () => {
  for (const topology of ['nested', 'bare'])
    it(`${topology}: the microcode revision reads again after software has written 0 and asked CPUID`, () => {
      const machine = createMachine({
        image: Uint8Array.from(MICROCODE),
        imageName: 'microcode',
        cpuProfile: 'turtle-64',
        loadAddress: CODE,
        memoryMiB: 4,
        topology,
        serial: () => undefined,
      });
      // The debug exit's status is (value << 1) | 1.
      assert.deepEqual(machine.run(1000n), { kind: 'exited', status: (0x2f << 1) | 1 });
    });

  it('the crystal of CPUID 15H, which the APIC timer counts, is the tick', () => {
    const row = cpuidRows('turtle-64').find(({ leaf }) => leaf === 0x15)!;
    assert.equal(row.ecx, TICKS_PER_SECOND);
    assert.equal(row.ebx, row.eax);
  });
});
