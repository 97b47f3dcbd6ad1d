/** Accesses of L1 to devices: the emulated instructions against what they do to memory, registers and flags. */
import assert from 'node:assert/strict';
import { State } from '../../src/abi/state-block';
import { arithmetic } from '../../src/l0/exits/emulate-arithmetic';
import { merged_msr_bitmap, l1_msr_bitmap, msr_bitmap_bit } from '../../src/l0/msr-bitmaps';
import { vcpu_enter_guest, vmx_handle_exit } from '../../src/l0';
import { createNestedGuest, PLACE } from './nested-guest';

/** Task priority of the local APIC, reached through linear 4 MByte. */
const TPR = 0x400080n;
const bytes = (address: bigint) => [0, 8, 16, 24].map((shift) => Number((address >> BigInt(shift)) & 0xffn));

function l1WithApic() {
  const guest = createNestedGuest([]);
  guest.vcpu.nested.vmxon = false;
  guest.poke64(PLACE.PAGE_DIRECTORY + 16n, 0xfee00083n);
  return guest;
}

const tpr = (guest: ReturnType<typeof l1WithApic>) => guest.vcpu.board.localApic.tpr;

describe('L0: device memory of L1', () => {
  it('emulates MOV to and from a device register', () => {
    const guest = l1WithApic();
    // MOV DWORD [TPR], 0x30; MOV EBX, [TPR]
    guest.runL1([0xc7, 0x04, 0x25, ...bytes(TPR), 0x30, 0, 0, 0, 0x8b, 0x1c, 0x25, ...bytes(TPR)]);
    assert.equal(tpr(guest), 0x30);
    assert.equal(guest.cpu.gpr(3), 0x30n);
  });

  it('emulates OR and AND on a device register with their flags', () => {
    const guest = l1WithApic();
    // OR DWORD [TPR], 0x50; AND DWORD [TPR], 0x40; PUSHF; POP RBX
    guest.runL1([0x83, 0x0c, 0x25, ...bytes(TPR), 0x50, 0x83, 0x24, 0x25, ...bytes(TPR), 0x40, 0x9c, 0x5b]);
    assert.equal(tpr(guest), 0x40);
    assert.equal(guest.cpu.gpr(3) & 0x8c5n, 0n);
  });

  it('emulates XCHG, MOVZX and TEST', () => {
    const guest = l1WithApic();
    // MOV EAX, 0x20; XCHG [TPR], EAX; MOVZX EBX, BYTE [TPR]; TEST DWORD [TPR], 0x20
    guest.runL1([
      ...[0xb8, 0x20, 0, 0, 0],
      ...[0x87, 0x04, 0x25, ...bytes(TPR)],
      ...[0x0f, 0xb6, 0x1c, 0x25, ...bytes(TPR)],
    ]);
    assert.equal(tpr(guest), 0x20);
    assert.equal(guest.cpu.gpr(0), 0n);
    assert.equal(guest.cpu.gpr(3), 0x20n);
  });

  it('emulates string moves from a device and advances the registers', () => {
    const guest = l1WithApic();
    guest.vcpu.board.localApic.tpr = 0x70;
    guest.cpu.setGpr(6, TPR);
    guest.cpu.setGpr(7, PLACE.OPERAND);
    guest.cpu.setGpr(1, 1n);
    // REP MOVSD
    guest.runL1([0xf3, 0xa5]);
    assert.equal(guest.peek64(PLACE.OPERAND) & 0xffffffffn, 0x70n);
    assert.deepEqual(
      [guest.cpu.gpr(6), guest.cpu.gpr(7), guest.cpu.gpr(1)],
      [TPR + 4n, PLACE.OPERAND + 4n, 0n],
    );
  });

  it('emulates what reads a device register and writes it back, with flags', () => {
    const guest = l1WithApic();
    guest.vcpu.board.localApic.tpr = 0x1f;
    guest.cpu.setGpr(0, 0x41n);
    guest.cpu.setGpr(2, 0x80n);
    guest.cpu.setGpr(3, 5n);
    guest.runL1([
      ...[0xff, 0x04, 0x25, ...bytes(TPR)], // INC DWORD [TPR]: 20H
      ...[0xf0, 0x0f, 0xc1, 0x1c, 0x25, ...bytes(TPR)], // LOCK XADD [TPR], EBX: 25H, EBX 20H
      ...[0xff, 0x0c, 0x25, ...bytes(TPR)], // DEC DWORD [TPR]: 24H
      ...[0xd1, 0x24, 0x25, ...bytes(TPR)], // SHL DWORD [TPR], 1: 48H
      ...[0x0f, 0xb1, 0x14, 0x25, ...bytes(TPR)], // CMPXCHG [TPR], EDX: EAX 48H
      ...[0x0f, 0xb1, 0x14, 0x25, ...bytes(TPR)], // again: 80H
      ...[0xc1, 0x2c, 0x25, ...bytes(TPR), 8], // SHR DWORD [TPR], 8: 0, CF and ZF
      ...[0x9c, 0x59], // PUSHF; POP RCX
    ]);
    assert.equal(tpr(guest), 0);
    assert.deepEqual([guest.cpu.gpr(0), guest.cpu.gpr(3)], [0x48n, 0x20n]);
    assert.equal(guest.cpu.gpr(1) & 0x841n, 0x41n);
  });

  it('emulates NOT and NEG', () => {
    const guest = l1WithApic();
    guest.vcpu.board.localApic.tpr = 0x0f;
    // NOT DWORD [TPR]; NEG DWORD [TPR]; PUSHF; POP RCX
    guest.runL1([0xf7, 0x14, 0x25, ...bytes(TPR), 0xf7, 0x1c, 0x25, ...bytes(TPR), 0x9c, 0x59]);
    assert.equal(tpr(guest), 0x10);
    assert.equal(guest.cpu.gpr(1) & 1n, 1n);
  });

  it('emulates bit tests whose offset in a register reaches another register of the device', () => {
    const guest = l1WithApic();
    guest.cpu.setGpr(3, 0x84n);
    guest.cpu.setGpr(0, -0x7cn & 0xffffffffn);
    // BTS DWORD [TPR - 16], EBX; BT DWORD [TPR + 16], EAX; SETC DL
    guest.runL1([
      ...[0x0f, 0xab, 0x1c, 0x25, ...bytes(TPR - 16n)],
      ...[0x0f, 0xa3, 0x04, 0x25, ...bytes(TPR + 16n)],
      ...[0x0f, 0x92, 0xc2],
    ]);
    assert.equal(tpr(guest), 0x10);
    assert.equal(guest.cpu.gpr(2) & 0xffn, 1n);
  });

  it('emulates CMPS and SCAS on a device, and ends them where elements differ', () => {
    const guest = l1WithApic();
    guest.vcpu.board.localApic.tpr = 0x70;
    guest.poke(PLACE.OPERAND, [0x70, 0, 0, 0]);
    guest.cpu.setGpr(6, PLACE.OPERAND);
    guest.cpu.setGpr(7, TPR);
    // CMPSD; SETE BL
    guest.runL1([0xa7, 0x0f, 0x94, 0xc3]);
    assert.deepEqual([guest.cpu.gpr(6), guest.cpu.gpr(7)], [PLACE.OPERAND + 4n, TPR + 4n]);
    assert.equal(guest.cpu.gpr(3) & 0xffn, 1n);
    guest.cpu.setGpr(7, TPR);
    guest.cpu.setGpr(1, 8n);
    guest.cpu.setGpr(0, 0x70n);
    // REPE SCASB: the second byte differs
    guest.runL1([0xf3, 0xae]);
    assert.deepEqual([guest.cpu.gpr(7), guest.cpu.gpr(1)], [TPR + 2n, 6n]);
  });

  it('emulates PUSH from and POP to a device register', () => {
    const guest = l1WithApic();
    guest.vcpu.board.localApic.tpr = 0x60;
    // PUSH QWORD [TPR]; MOV DWORD [TPR], 0; POP QWORD [TPR]
    const zero = [0xc7, 0x04, 0x25, ...bytes(TPR), 0, 0, 0, 0];
    guest.runL1([0xff, 0x34, 0x25, ...bytes(TPR), ...zero, 0x8f, 0x04, 0x25, ...bytes(TPR)]);
    assert.equal(tpr(guest), 0x60);
  });

  it('page tables outside RAM are a page fault of the guest', () => {
    const guest = l1WithApic();
    guest.poke(PLACE.L1_CODE, [0x90]);
    guest.cpu.vmwrite('GUEST_RIP', PLACE.L1_CODE);
    guest.cpu.vmwrite('GUEST_CR3', 0x40000000n);
    assert.equal(vcpu_enter_guest(guest.vcpu).kind, 'entered');
    guest.cpu.run(guest.cpu.retired + 10n);
    assert.notEqual(vmx_handle_exit(guest.vcpu).kind, 'unimplemented');
    const { exception } = guest.vcpu.arch;
    assert.deepEqual([exception.pending, exception.vector], [true, 14]);
    assert.equal(guest.cpu.get64(State.CR2), PLACE.L1_CODE);
  });

  it('reads all ones where nothing answers', () => {
    const guest = l1WithApic();
    guest.poke64(PLACE.PAGE_DIRECTORY + 16n, 0x40000083n);
    guest.runL1([0x8b, 0x1c, 0x25, ...bytes(TPR)]);
    assert.equal(guest.cpu.gpr(3), 0xffffffffn);
  });

  it('names the instruction it cannot emulate', () => {
    const guest = l1WithApic();
    // SHLD [TPR], EBX, 4
    guest.poke(PLACE.L1_CODE, [0x0f, 0xa4, 0x1c, 0x25, ...bytes(TPR), 4]);
    guest.cpu.vmwrite('GUEST_RIP', PLACE.L1_CODE);
    assert.equal(vcpu_enter_guest(guest.vcpu).kind, 'entered');
    guest.cpu.run(guest.cpu.retired + 10n);
    const result = vmx_handle_exit(guest.vcpu);
    assert.equal(result.kind, 'unimplemented');
    assert.match(result.kind === 'unimplemented' ? result.what : '', /SHLD/);
  });

  it('reads and writes ports, strings included', () => {
    const guest = l1WithApic();
    guest.poke(PLACE.OPERAND, [0x41, 0x42]);
    guest.cpu.setGpr(6, PLACE.OPERAND);
    guest.cpu.setGpr(1, 2n);
    guest.cpu.setGpr(2, 0x80n);
    // REP OUTSB; IN AL, DX
    guest.runL1([0xf3, 0x6e, 0xec]);
    assert.equal(guest.cpu.gpr(6), PLACE.OPERAND + 2n);
    assert.equal(guest.cpu.gpr(1), 0n);
    assert.match(
      guest
        .of('handled')
        .map((record) => record.text)
        .join(),
      /OUTS port 0x80, 2 elements/,
    );
  });

  it('computes sums and differences as the manual defines their flags', () => {
    const flags = (mnemonic: string, left: bigint, right: bigint, size: number) =>
      arithmetic(mnemonic, left, right, 0n, size)!;
    assert.deepEqual(flags('ADD', 0xffn, 1n, 1), { value: 0n, flags: 0x55n });
    assert.deepEqual(flags('ADD', 0x7fn, 1n, 1), { value: 0x80n, flags: 0x890n });
    assert.deepEqual(flags('CMP', 0n, 1n, 4), { value: 0xffffffffn, flags: 0x95n });
    assert.deepEqual(flags('SUB', 0x80n, 1n, 1), { value: 0x7fn, flags: 0x810n });
    assert.deepEqual(flags('XOR', 5n, 5n, 8), { value: 0n, flags: 0x44n });
  });
});

describe('L0: MSR bitmaps', () => {
  const intercepted = (bitmap: Uint8Array, msr: number, write: boolean) => {
    const { byte, bit } = msr_bitmap_bit(msr, write)!;
    return (bitmap[byte]! & (1 << bit)) !== 0;
  };
  const KERNEL_GS_BASE = 0xc0000102;
  const EFER = 0xc0000080;

  it('let L1 read its TSC, but not write it', () => {
    assert.equal(intercepted(l1_msr_bitmap(), 0x10, false), false);
    assert.equal(intercepted(l1_msr_bitmap(), 0x10, true), true);
  });

  it('let L2 through only where both L0 and L1 do', () => {
    const guest = createNestedGuest([]);
    const open = new Uint8Array(4096);
    const closed = new Uint8Array(4096).fill(0xff);
    assert.equal(intercepted(merged_msr_bitmap(guest.vmcs12, open), KERNEL_GS_BASE, true), false);
    assert.equal(intercepted(merged_msr_bitmap(guest.vmcs12, closed), KERNEL_GS_BASE, true), true);
    assert.equal(intercepted(merged_msr_bitmap(guest.vmcs12, open), EFER, false), true);
  });

  it('have no bit for MSRs outside both ranges', () => {
    assert.equal(msr_bitmap_bit(0x2000, false), undefined);
    assert.equal(msr_bitmap_bit(0xc0002000, true), undefined);
  });
});
