/** L2's time-stamp counter: vmcs12's offset and multiplier over L1's offset. KVM: kvm_calc_nested_tsc_offset. */
import assert from 'node:assert/strict';
import { control, type ControlName } from '../../src/isa/vmx-controls';
import { createNestedGuest, type NestedGuest } from './nested-guest';

const ONE = 1n << 48n;
const RDTSC = [0x0f, 0x31];
/** MOV ECX, 10H; RDMSR, which exits to L0. */
const RDMSR = [0xb9, 0x10, 0, 0, 0, 0x0f, 0x32];

/** What L2 reads on a processor whose L1 runs with `l1`, under vmcs12's multiplier and offset. */
function read(
  code: readonly number[],
  l1: bigint,
  multiplier: bigint,
  offset: bigint,
  ...controls: ControlName[]
): bigint {
  const guest: NestedGuest = createNestedGuest(code, {}, 'skylake-server');
  guest.vcpu.arch.l1_tsc_offset = l1;
  for (const name of controls) {
    const field =
      control[name].word === 'primary' ? 'CPU_BASED_VM_EXEC_CONTROL' : 'SECONDARY_VM_EXEC_CONTROL';
    guest.vmcs12[field] = (guest.vmcs12[field] | (1 << control[name].bit)) >>> 0;
  }
  guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL = (guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL | (1 << 28)) >>> 0;
  guest.vmcs12.MSR_BITMAP = 0x16000n;
  guest.vmcs12.TSC_MULTIPLIER = multiplier;
  guest.vmcs12.TSC_OFFSET = offset;
  guest.launch();
  assert.equal(guest.runToNestedExit().reason, 'HLT');
  return (guest.cpu.gpr(2) << 32n) | guest.cpu.gpr(0);
}

describe("L0: L2's time-stamp counter", () => {
  for (const [name, code] of [
    ['RDTSC', RDTSC],
    ['RDMSR, which L0 emulates,', RDMSR],
  ] as const)
    it(`${name} scales L1's counter and adds vmcs12's offset`, () => {
      const plain = read(code, 0n, 0n, 0n);
      assert.equal(read(code, 1000n, 0n, 0n), plain + 1000n);
      assert.equal(read(code, 1000n, 0n, 50n, 'USE_TSC_OFFSETTING'), plain + 1050n);
      const both = ['USE_TSC_OFFSETTING', 'USE_TSC_SCALING'] as const;
      assert.equal(read(code, 1000n, 3n * ONE, 50n, ...both), (plain + 1000n) * 3n + 50n);
      const behind = (1n << 64n) - 1000n;
      const expected = BigInt.asUintN(64, plain * 3n - 3000n + 50n);
      assert.equal(read(code, behind, 3n * ONE, 50n, ...both), expected);
      assert.equal(read(code, 1000n, 3n * ONE, 50n, 'USE_TSC_SCALING'), plain + 1000n);
    });

  it('B47: the multiplier is not 0', () => {
    const guest = createNestedGuest([], {}, 'skylake-server');
    guest.vmcs12.SECONDARY_VM_EXEC_CONTROL |= 1 << control.USE_TSC_SCALING.bit;
    guest.launch();
    assert.equal(guest.of('entry-failure')[0]?.rule.id, 'check.B47');
  });
});
