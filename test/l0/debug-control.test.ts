/** IA32_DEBUGCTL as L0 emulates it for L1: the code runs on the chip, WRMSR exits to L0. */
import assert from 'node:assert/strict';
import { Gpr } from '../../src/abi/state-block';
import { msr } from '../../src/isa/msrs';
import { createNestedGuest } from './nested-guest';

const { number } = msr.IA32_DEBUGCTL;

/** What the VMCS of L1 has after L1 wrote the MSR; undefined when the write faulted. */
function written(value: number): bigint | undefined {
  const guest = createNestedGuest([]);
  guest.cpu.vmwrite('GUEST_IA32_DEBUGCTL', 0n);
  const move = (opcode: number, operand: number) => [opcode, operand & 0xff, operand >> 8, 0, 0];
  const wrmsr = [...move(0xb9, number), ...move(0xb8, value), 0x31, 0xd2, 0x0f, 0x30];
  // Only a write that did not fault comes to the MOV of the mark.
  guest.runL1([...wrmsr, ...move(0xb9, 0x77)]);
  if (guest.cpu.gpr(Gpr.RCX) !== 0x77n) return undefined;
  return guest.cpu.vmread('GUEST_IA32_DEBUGCTL');
}

describe('L0: IA32_DEBUGCTL of L1', () => {
  it('keeps BTF', () => {
    assert.equal(written(2), 2n);
  });

  it('takes LBR and drops it, as KVM does without branch recording', () => {
    assert.equal(written(1), 0n);
    assert.equal(written(3), 2n);
  });

  it('raises #GP for other bits', () => {
    assert.equal(written(0x40), undefined);
  });
});
