/** VMX instructions of L1 as L0 emulates them: outcomes, error numbers, faults. L1's code runs on the chip. */
import assert from 'node:assert/strict';
import { vmcsField } from '../../src/isa/vmcs-fields';
import { VMCS12_REVISION, vmcs12_offset } from '../../src/l0/nested/vmcs12';
import { createNestedGuest, PLACE, type NestedGuest } from './nested-guest';

const address = (at: bigint) => [0, 8, 16, 24].map((shift) => Number((at >> BigInt(shift)) & 0xffn));
/** Instructions with the operand at an absolute address (ModRM 04, SIB 25). */
const VMXON = [0xf3, 0x0f, 0xc7, 0x34, 0x25, ...address(PLACE.OPERAND)];
const VMCLEAR = [0x66, 0x0f, 0xc7, 0x34, 0x25, ...address(PLACE.OPERAND)];
const VMPTRLD = [0x0f, 0xc7, 0x34, 0x25, ...address(PLACE.OPERAND)];
const VMPTRST = [0x0f, 0xc7, 0x3c, 0x25, ...address(PLACE.OPERAND)];
const VMXOFF = [0x0f, 0x01, 0xc4];
const VMLAUNCH = [0x0f, 0x01, 0xc2];
const VMRESUME = [0x0f, 0x01, 0xc3];
/** VMREAD RBX, RAX and VMWRITE RAX, RBX. */
const VMREAD = [0x0f, 0x78, 0xc3];
const VMWRITE = [0x0f, 0x79, 0xc3];
/** INVEPT RAX, [operand] and INVVPID RAX, [operand]. */
const INVEPT = [0x66, 0x0f, 0x38, 0x80, 0x04, 0x25, ...address(PLACE.OPERAND)];
const INVVPID = [0x66, 0x0f, 0x38, 0x81, 0x04, 0x25, ...address(PLACE.OPERAND)];
const ANOTHER_VMCS = 0x1b000n;

interface Outcome {
  outcome: string;
  error: number;
}

/** Runs one VMX instruction of L1 and tells how it ended. */
function outcomeOf(guest: NestedGuest, code: readonly number[], operand?: bigint): Outcome {
  if (operand !== undefined) guest.poke64(PLACE.OPERAND, operand);
  // A handler that only halts, so that a fault ends the run too.
  guest.runL1(code);
  const { outcome, error } = guest.of('vmx-instruction').at(-1)!;
  return { outcome, error };
}

const succeeded = { outcome: 'VMsucceed', error: 0 };
const failedInvalid = { outcome: 'VMfailInvalid', error: 0 };
const failedValid = (error: number) => ({ outcome: 'VMfailValid', error });
const fault = (vector: number) => ({ outcome: 'fault', error: vector });

/** L1 outside VMX operation, VMX allowed. */
function beforeVmxon(): NestedGuest {
  const guest = createNestedGuest([]);
  guest.vcpu.nested.vmxon = false;
  guest.vcpu.nested.current_vmptr = 0xffffffffffffffffn;
  guest.vcpu.arch.cr4 |= 0x2000n;
  guest.cpu.set64(0x268, 5n);
  guest.poke64(PLACE.VMXON, BigInt(VMCS12_REVISION));
  return guest;
}

describe('L0: VMX instructions of L1', () => {
  describe('VMXON', () => {
    it('succeeds on a page with the revision of vmcs12, and fails with error 15 the second time', () => {
      const guest = beforeVmxon();
      assert.deepEqual(outcomeOf(guest, VMXON, PLACE.VMXON), succeeded);
      assert.equal(guest.vcpu.nested.vmxon_ptr, PLACE.VMXON);
      guest.vcpu.nested.current_vmptr = PLACE.VMCS12;
      assert.deepEqual(outcomeOf(guest, VMXON, PLACE.VMXON), failedValid(15));
    });

    it('fails invalid on a misaligned page, one beyond the address width, one with another revision', () => {
      assert.deepEqual(outcomeOf(beforeVmxon(), VMXON, PLACE.VMXON + 8n), failedInvalid);
      assert.deepEqual(outcomeOf(beforeVmxon(), VMXON, 1n << 45n), failedInvalid);
      assert.deepEqual(outcomeOf(beforeVmxon(), VMXON, PLACE.CODE), failedInvalid);
    });

    it('raises #GP while IA32_FEATURE_CONTROL does not allow it', () => {
      const guest = beforeVmxon();
      guest.cpu.set64(0x268, 1n);
      assert.deepEqual(outcomeOf(guest, VMXON, PLACE.VMXON), fault(13));
    });
  });

  it('raises #UD for every other instruction before VMXON', () => {
    for (const code of [
      VMXOFF,
      VMCLEAR,
      VMPTRLD,
      VMPTRST,
      VMREAD,
      VMWRITE,
      VMLAUNCH,
      VMRESUME,
      INVEPT,
      INVVPID,
    ])
      assert.deepEqual(outcomeOf(beforeVmxon(), code, PLACE.VMCS12), fault(6));
  });

  describe('VMCLEAR', () => {
    it('writes the cached vmcs12 back and marks the region clear', () => {
      const guest = createNestedGuest([]);
      guest.vmcs12.launch_state = 1;
      assert.deepEqual(outcomeOf(guest, VMCLEAR, PLACE.VMCS12), succeeded);
      const stored = guest.peek64(PLACE.VMCS12 + BigInt(vmcs12_offset('HOST_RIP')!));
      assert.equal(stored, PLACE.HOST_CODE);
      assert.equal(guest.peek64(PLACE.VMCS12) & 0xffffffffn, BigInt(VMCS12_REVISION));
      assert.equal(guest.peek64(PLACE.VMCS12 + 8n) & 0xffffffffn, 0n);
      assert.equal(guest.vcpu.nested.current_vmptr, 0xffffffffffffffffn);
    });

    it('fails with error 2 on a bad address and 3 on the VMXON region', () => {
      const guest = createNestedGuest([]);
      assert.deepEqual(outcomeOf(guest, VMCLEAR, PLACE.VMCS12 + 1n), failedValid(2));
      assert.deepEqual(outcomeOf(guest, VMCLEAR, PLACE.VMXON), failedValid(3));
    });

    it('takes an address without memory behind it', () => {
      assert.deepEqual(outcomeOf(createNestedGuest([]), VMCLEAR, 0x40000000n), succeeded);
    });
  });

  describe('VMPTRLD and VMPTRST', () => {
    it('make another region current and store its address', () => {
      const guest = createNestedGuest([]);
      guest.poke64(ANOTHER_VMCS, BigInt(VMCS12_REVISION));
      guest.poke64(ANOTHER_VMCS + BigInt(vmcs12_offset('HOST_RIP')!), 0x123456n);
      assert.deepEqual(outcomeOf(guest, VMPTRLD, ANOTHER_VMCS), succeeded);
      assert.equal(guest.vcpu.nested.cached_vmcs12.HOST_RIP, 0x123456n);
      assert.deepEqual(outcomeOf(guest, VMPTRST, 0n), succeeded);
      assert.equal(guest.peek64(PLACE.OPERAND), ANOTHER_VMCS);
    });

    it('store all ones when no region is current', () => {
      const guest = createNestedGuest([]);
      guest.vcpu.nested.current_vmptr = 0xffffffffffffffffn;
      assert.deepEqual(outcomeOf(guest, VMPTRST, 0n), succeeded);
      assert.equal(guest.peek64(PLACE.OPERAND), 0xffffffffffffffffn);
    });

    it('fail with errors 9, 10 and 11', () => {
      const guest = createNestedGuest([]);
      assert.deepEqual(outcomeOf(guest, VMPTRLD, 4n), failedValid(9));
      assert.deepEqual(outcomeOf(guest, VMPTRLD, PLACE.VMXON), failedValid(10));
      assert.deepEqual(outcomeOf(guest, VMPTRLD, PLACE.CODE), failedValid(11));
      assert.deepEqual(outcomeOf(guest, VMPTRLD, 0x40000000n), failedValid(11));
    });

    it('take a shadow VMCS only where VMCS shadowing is offered', () => {
      for (const VMCS_SHADOWING of [true, false]) {
        const guest = createNestedGuest([], { VMCS_SHADOWING });
        guest.poke64(ANOTHER_VMCS, BigInt(VMCS12_REVISION) | 0x80000000n);
        assert.deepEqual(
          outcomeOf(guest, VMPTRLD, ANOTHER_VMCS),
          VMCS_SHADOWING ? succeeded : failedValid(11),
        );
      }
    });
  });

  describe('VMREAD and VMWRITE', () => {
    const access = (guest: NestedGuest, code: readonly number[], encoding: number, value = 0n) => {
      guest.cpu.setGpr(0, BigInt(encoding));
      guest.cpu.setGpr(3, value);
      return outcomeOf(guest, code);
    };

    it('reach a field of vmcs12 and note old and new value', () => {
      const guest = createNestedGuest([]);
      assert.deepEqual(access(guest, VMWRITE, vmcsField.GUEST_RIP.encoding, 0xabcdefn), succeeded);
      const written = guest.of('vmx-instruction').at(-1)!;
      assert.deepEqual(
        [written.field, written.previous, written.value],
        ['GUEST_RIP', PLACE.CODE, 0xabcdefn],
      );
      assert.deepEqual(access(guest, VMREAD, vmcsField.GUEST_RIP.encoding), succeeded);
      assert.equal(guest.cpu.gpr(3), 0xabcdefn);
    });

    it('fail with error 12 for an encoding KVM does not know', () => {
      const guest = createNestedGuest([]);
      assert.deepEqual(access(guest, VMREAD, 0x6008), failedValid(12));
      assert.deepEqual(access(guest, VMWRITE, 0x4404 | 1), failedValid(12));
    });

    it('fail invalid without a current VMCS', () => {
      const guest = createNestedGuest([]);
      guest.vcpu.nested.current_vmptr = 0xffffffffffffffffn;
      assert.deepEqual(access(guest, VMREAD, 0), failedInvalid);
      assert.deepEqual(access(guest, VMWRITE, 0), failedInvalid);
    });

    it('write read-only fields only where IA32_VMX_MISC says so', () => {
      assert.deepEqual(
        access(createNestedGuest([]), VMWRITE, vmcsField.VM_EXIT_REASON.encoding, 7n),
        succeeded,
      );
      const strict = createNestedGuest([], { VMWRITE_ANY_FIELD: false });
      assert.deepEqual(access(strict, VMWRITE, vmcsField.VM_EXIT_REASON.encoding, 7n), failedValid(13));
    });

    it('drop the reserved bits of access rights', () => {
      const guest = createNestedGuest([]);
      access(guest, VMWRITE, vmcsField.GUEST_SS_AR_BYTES.encoding, 0xffffffffn);
      assert.equal(guest.vmcs12.GUEST_SS_AR_BYTES, 0x1f0ff);
    });

    it('find the segments of L2 in vmcs12 although they come back late', () => {
      const guest = createNestedGuest([0xb8, 0x10, 0, 0, 0, 0x8e, 0xe0]);
      guest.vmcs12.GUEST_FS_SELECTOR = 0;
      guest.vmcs12.GUEST_FS_AR_BYTES = 0x10000;
      guest.launch();
      guest.runToNestedExit();
      assert.equal(guest.vmcs12.GUEST_FS_SELECTOR, 0);
      access(guest, VMREAD, vmcsField.GUEST_FS_SELECTOR.encoding);
      assert.equal(guest.cpu.gpr(3), 0x10n);
    });
  });

  describe('VMLAUNCH and VMRESUME', () => {
    it('fail with errors 4 and 5 by the launch state', () => {
      const guest = createNestedGuest([]);
      assert.deepEqual(outcomeOf(guest, VMRESUME), failedValid(5));
      guest.vmcs12.launch_state = 1;
      assert.deepEqual(outcomeOf(guest, VMLAUNCH), failedValid(4));
    });

    it('fail with error 26 right after MOV SS', () => {
      const guest = createNestedGuest([]);
      const movSs = [0xb8, 0x10, 0, 0, 0, 0x8e, 0xd0];
      assert.deepEqual(outcomeOf(guest, [...movSs, ...VMLAUNCH]), failedValid(26));
    });
  });

  describe('INVEPT and INVVPID', () => {
    const invalidate = (
      guest: NestedGuest,
      code: readonly number[],
      type: bigint,
      low: bigint,
      high = 0n,
    ) => {
      guest.cpu.setGpr(0, type);
      guest.poke64(PLACE.OPERAND + 8n, high);
      return outcomeOf(guest, code, low);
    };

    it('take the types that are offered, and fail with error 28 for others', () => {
      const guest = createNestedGuest([]);
      assert.deepEqual(invalidate(guest, INVEPT, 1n, guest.vmcs12.EPT_POINTER), succeeded);
      assert.deepEqual(invalidate(guest, INVEPT, 2n, 0n), succeeded);
      for (const type of [0n, 3n, 1n << 33n])
        assert.deepEqual(invalidate(guest, INVEPT, type, 0n), failedValid(28));
      for (const type of [0n, 1n, 2n, 3n]) assert.deepEqual(invalidate(guest, INVVPID, type, 1n), succeeded);
      assert.deepEqual(invalidate(guest, INVVPID, 4n, 1n), failedValid(28));
    });

    it('fail with error 28 for a bad EPT pointer, VPID 0, a wide VPID, a non-canonical address', () => {
      const guest = createNestedGuest([]);
      assert.deepEqual(invalidate(guest, INVEPT, 1n, 0x10000n), failedValid(28));
      assert.deepEqual(invalidate(guest, INVVPID, 1n, 0n), failedValid(28));
      assert.deepEqual(invalidate(guest, INVVPID, 1n, 0x10000n), failedValid(28));
      assert.deepEqual(invalidate(guest, INVVPID, 0n, 1n, 1n << 60n), failedValid(28));
    });

    it('raise #UD where EPT or VPID is not offered', () => {
      assert.deepEqual(invalidate(createNestedGuest([], { ENABLE_EPT: false }), INVEPT, 2n, 0n), fault(6));
      assert.deepEqual(invalidate(createNestedGuest([], { ENABLE_VPID: false }), INVVPID, 2n, 0n), fault(6));
    });
  });

  it('raises a page fault in L1 for an operand its tables do not map', () => {
    const guest = createNestedGuest([]);
    const operand = [0x0f, 0xc7, 0x34, 0x25, ...address(0x200000n)];
    assert.deepEqual(outcomeOf(guest, operand), fault(14));
  });
});
