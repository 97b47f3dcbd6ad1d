/** An instruction of a CPUID feature that the CPU profile does not claim: the machine stops and says so, or it is #UD. */
import assert from 'node:assert/strict';
import { createMachine, type MachineRequest } from '../../src/machine/create';

const CODE = 0x7c00;
/** mov sp, 0x6000; movaps xmm0, xmm1; in real mode, with #UD's vector leading to: mov al, 1; out 0xf4, al */
const IMAGE = [
  ...[0x31, 0xc0, 0x8e, 0xd8, 0xc7, 0x06, 0x18, 0x00, 0x17, 0x7c, 0xc7, 0x06, 0x1a, 0x00, 0x00, 0x00],
  ...[0xbc, 0x00, 0x60, 0x0f, 0x28, 0xc1, 0xf4],
  ...[0xb0, 0x01, 0xe6, 0xf4, 0xf4],
];

function stopOf(request: Partial<MachineRequest>) {
  const machine = createMachine({
    image: Uint8Array.from(IMAGE),
    imageName: 'unclaimed.bin',
    loadAddress: CODE,
    memoryMiB: 16,
    cpuProfile: 'turtle-64',
    serial: () => undefined,
    ...request,
  });
  return machine.run(10_000n);
}

for (const topology of ['nested', 'bare'] as const)
  describe(`unclaimed instructions, ${topology} topology`, () => {
    it('stop the machine, with the instruction and the feature it needs', () => {
      const stop = stopOf({ topology });
      assert.equal(stop.kind, 'unimplemented');
      assert.match(stop.text, /movaps xmm0,xmm1 \(0f 28 c1\) needs SSE \(CPUID 01H EDX bit 25\)/);
    });

    it('are #UD where one asked for that', () => {
      assert.deepEqual(stopOf({ topology, unclaimedInstructions: 'fault' }), { kind: 'exited', status: 3 });
    });

    it('are #UD where the CPU claims the feature and the system did not switch it on', () => {
      // CR4.OSFXSR is 0: #UD on every processor.
      assert.deepEqual(stopOf({ topology, cpuProfile: 'skylake-server' }), { kind: 'exited', status: 3 });
    });
  });

describe('a machine', () => {
  it('refuses another answer to unclaimed instructions', () => {
    assert.throws(() => stopOf({ unclaimedInstructions: 'ignore' }), /choose "stop" or "fault"/);
  });
});
