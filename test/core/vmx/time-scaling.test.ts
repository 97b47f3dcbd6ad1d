// TSC scaling (SDM 24.6.5, 25.3): RDTSC, RDTSCP and RDMSR give the counter times the multiplier plus the offset; 48 bits of the
// multiplier are behind the point.
import assert from 'node:assert/strict';
import { Gpr } from '../../../src/abi/state-block';
import type { ControlName } from '../../../src/isa/vmx-controls';
import { GuestBench } from './guest-bench';

const ONE = 1n << 48n;

/** What the guest reads by `source`; every run starts at the same count. */
function reads(source: string, multiplier: bigint, offset: bigint, controls: readonly ControlName[]): bigint {
  const guest = new GuestBench((image) => {
    image.enable('ENABLE_RDTSCP', 'USE_MSR_BITMAPS', ...controls);
    image.set('MSR_BITMAP', 0x240000n);
    image.set('TSC_MULTIPLIER', multiplier);
    image.set('TSC_OFFSET', offset);
  }, 'skylake-server');
  assert.equal(guest.firstExit(`mov ecx, 1000; 1: loop 1b; ${source}; hlt`).reason, 'HLT');
  return (guest.bench.reg(Gpr.RDX) << 32n) | guest.bench.reg(Gpr.RAX);
}

describe('TSC scaling', () => {
  const both = ['USE_TSC_OFFSETTING', 'USE_TSC_SCALING'] as const;
  for (const source of ['rdtsc', 'rdtscp', 'mov ecx, 0x10; rdmsr'])
    it(`${source} multiplies before it adds`, () => {
      const plain = reads(source, 0n, 0n, []);
      assert.equal(reads(source, 5n * ONE, 1000n, both), plain * 5n + 1000n);
      assert.equal(reads(source, ONE / 2n, 0n, both), plain / 2n);
    });

  it('means nothing without "use TSC offsetting"', () => {
    assert.equal(reads('rdtsc', 5n * ONE, 1000n, ['USE_TSC_SCALING']), reads('rdtsc', 0n, 0n, []));
  });

  it('B47: the multiplier is not 0', () => {
    const guest = new GuestBench((image) => image.enable(...both), 'skylake-server');
    assert.deepEqual(guest.fixture.failing(), ['B47']);
  });
});
