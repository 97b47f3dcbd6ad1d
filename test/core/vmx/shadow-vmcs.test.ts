// VMCS shadowing on the chip: which accesses of a guest exit, and which VMCS the others work on (SDM 24.10, 30.3).
import assert from 'node:assert/strict';
import { Gpr } from '../../../src/abi/state-block';
import { vmcsField } from '../../../src/isa/vmcs-fields';
import { type Bench, Select } from '../system/bench';
import { GuestBench, rootBench, VMCS_POINTER, VMXON_POINTER } from './guest-bench';
import { VMCS } from './valid-vmcs';

const SHADOW = 0x203000n;
const READ_BITMAP = 0x241000;
const WRITE_BITMAP = 0x242000;
const rip = vmcsField.GUEST_RIP.encoding;

/** A guest under shadowing whose bitmaps let every field through. */
function shadowing(): GuestBench {
  const guest = new GuestBench((image) => {
    image.enable('VMCS_SHADOWING');
    image.set('VMREAD_BITMAP', READ_BITMAP);
    image.set('VMWRITE_BITMAP', WRITE_BITMAP);
    image.set('VMCS_LINK_POINTER', SHADOW);
  }, 'haswell');
  const { bench, fixture } = guest;
  bench.write32(Number(SHADOW), (fixture.region32(0) | 0x80000000) >>> 0);
  bench.cpu.vmwrite('GUEST_RIP', 0x1234n, SHADOW);
  return guest;
}

describe('VMCS shadowing', () => {
  it('VMREAD and VMWRITE of the guest work on the linked VMCS', () => {
    const guest = shadowing();
    guest.firstExit(`mov eax, ${rip}; vmread rbx, rax; inc rbx; vmwrite rax, rbx; hlt`);
    assert.equal(guest.bench.reg(Gpr.RBX), 0x1235n);
    assert.equal(guest.bench.cpu.vmread('GUEST_RIP', SHADOW), 0x1235n);
  });

  for (const [instruction, bitmap] of [
    ['vmread rbx, rax', READ_BITMAP],
    ['vmwrite rax, rbx', WRITE_BITMAP],
  ] as const)
    it(`${instruction} exits by its own bitmap, at any privilege`, () => {
      const guest = shadowing();
      guest.bench.write32(bitmap + ((rip >> 3) & ~3), (1 << (rip & 31)) >>> 0);
      assert.equal(
        guest.firstExit(`mov eax, ${rip}; ${instruction}; hlt`).reason,
        instruction.slice(0, instruction.indexOf(' ')).toUpperCase(),
      );
    });

  it('an encoding beyond bit 14 exits', () => {
    assert.equal(shadowing().firstExit('mov eax, 0x8000; vmread rbx, rax; hlt').reason, 'VMREAD');
    assert.equal(shadowing().firstExit('mov rax, 0x100000000; vmwrite rax, rbx; hlt').reason, 'VMWRITE');
  });

  it('what does not exit is #GP(0) above CPL 0', () => {
    const guest = shadowing();
    guest.image.set('GUEST_CS_SELECTOR', Select.userCode);
    guest.image.set('GUEST_CS_AR_BYTES', 0xa0fb);
    guest.image.set('GUEST_SS_SELECTOR', Select.userData);
    guest.image.set('GUEST_SS_AR_BYTES', 0xc0f3);
    guest.image.set('EXCEPTION_BITMAP', 1 << 13);
    guest.firstExit(`mov eax, ${rip}; vmread rbx, rax; hlt`);
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000b0dn);
  });

  it('an unknown field is VMfailValid(12), the number in the current VMCS', () => {
    const guest = shadowing();
    guest.firstExit('mov eax, 0x6eee; vmread rbx, rax; setz cl; hlt');
    assert.equal(guest.bench.reg(Gpr.RCX) & 0xffn, 1n);
    assert.equal(guest.get('VM_INSTRUCTION_ERROR'), 12n);
  });

  for (const instruction of ['vmread rbx, rax', 'vmwrite rax, rbx'])
    it(`${instruction} without a linked VMCS is VMfailInvalid`, () => {
      const guest = shadowing();
      guest.image.set('VMCS_LINK_POINTER', -1n);
      guest.firstExit(`mov eax, ${rip}; ${instruction}; setc cl; hlt`);
      assert.equal(guest.bench.reg(Gpr.RCX) & 0xffn, 1n);
    });

  it('a shadow VMCS can be current, and cannot be entered', () => {
    const bench: Bench = rootBench('haswell');
    bench.write32(Number(VMCS), (bench.read32(Number(VMCS)) | 0x80000000) >>> 0);
    bench.load(
      `vmxon [${VMXON_POINTER}]; vmclear [${VMCS_POINTER}]; vmptrld [${VMCS_POINTER}]; setnbe bl; vmlaunch; setc cl; hlt`,
    );
    bench.run();
    assert.deepEqual([bench.reg(Gpr.RBX) & 0xffn, bench.reg(Gpr.RCX) & 0xffn], [1n, 1n]);
  });
});
