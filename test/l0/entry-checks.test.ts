/** The VM-entry checks L0 makes itself: each broken alone, by the id of its row in isa/entry-checks. */
import assert from 'node:assert/strict';
import { vcpu_enter_guest } from '../../src/l0';
import { entryCheck, entryChecks, type CheckId } from '../../src/isa/entry-checks';
import { nested_vmx_check_controls } from '../../src/l0/nested/check-controls';
import {
  nested_vmx_check_address_space_size,
  nested_vmx_check_guest_state,
  nested_vmx_check_host_state,
} from '../../src/l0/nested/check-state';
import type { FailedCheck } from '../../src/l0/nested/failed-check';
import type { Vmcs12 } from '../../src/l0/nested/vmcs12';
import { createNestedGuest, PLACE, type NestedGuest } from './nested-guest';
import { proves } from '../support/proves';

const VALID = 0x80000000;
const BEYOND = 1n << 45n;
const NON_CANONICAL = 1n << 60n;
const set = (vmcs12: Vmcs12, field: 'primary' | 'secondary' | 'pin' | 'exit' | 'entry', bit: number) => {
  const name = {
    primary: 'CPU_BASED_VM_EXEC_CONTROL',
    secondary: 'SECONDARY_VM_EXEC_CONTROL',
    pin: 'PIN_BASED_VM_EXEC_CONTROL',
    exit: 'VM_EXIT_CONTROLS',
    entry: 'VM_ENTRY_CONTROLS',
  } as const;
  vmcs12[name[field]] = (vmcs12[name[field]] | (1 << bit)) >>> 0;
};

/** What breaks each check, and nothing that is checked before it. */
const broken: Partial<Record<CheckId, (vmcs12: Vmcs12, guest: NestedGuest) => void>> = {
  B01: (v) => (v.PIN_BASED_VM_EXEC_CONTROL &= ~2),
  B02: (v) => set(v, 'pin', 7),
  B03: (v) => (v.CPU_BASED_VM_EXEC_CONTROL &= ~2),
  B04: (v) => set(v, 'primary', 0),
  B06: (v) => set(v, 'secondary', 20),
  B08: (v) => (v.CR3_TARGET_COUNT = 1),
  B09: (v) => (set(v, 'primary', 25), (v.IO_BITMAP_A = 0x14001n)),
  B10: (v) => (set(v, 'primary', 25), (v.IO_BITMAP_B = BEYOND)),
  B11: (v) => (set(v, 'primary', 28), (v.MSR_BITMAP = 0x800n)),
  B12: (v) => (set(v, 'primary', 21), (v.VIRTUAL_APIC_PAGE_ADDR = 8n)),
  B24: (v) => ((v.PIN_BASED_VM_EXEC_CONTROL &= ~8), set(v, 'pin', 5)),
  B25: (v) => set(v, 'primary', 22),
  B35: (v) => (set(v, 'secondary', 5), (v.VIRTUAL_PROCESSOR_ID = 0)),
  B36: (v) => (v.EPT_POINTER = (v.EPT_POINTER & ~7n) | 2n),
  B37: (v) => (v.EPT_POINTER = (v.EPT_POINTER & ~0x38n) | 0x10n),
  B40: (v) => (v.EPT_POINTER |= 0x100n),
  B42: (v) => (v.SECONDARY_VM_EXEC_CONTROL = 0x80),
  C01: (v) => (v.VM_EXIT_CONTROLS &= ~1),
  C02: (v) => set(v, 'exit', 31),
  C04: (v) => set(v, 'exit', 22),
  C05: (v) => ((v.VM_EXIT_MSR_STORE_COUNT = 1), (v.VM_EXIT_MSR_STORE_ADDR = 8n)),
  C06: (v) => ((v.VM_EXIT_MSR_STORE_COUNT = 2), (v.VM_EXIT_MSR_STORE_ADDR = (1n << 40n) - 16n)),
  C07: (v) => ((v.VM_EXIT_MSR_LOAD_COUNT = 1), (v.VM_EXIT_MSR_LOAD_ADDR = 4n)),
  C08: (v) => ((v.VM_EXIT_MSR_LOAD_COUNT = 2), (v.VM_EXIT_MSR_LOAD_ADDR = (1n << 40n) - 16n)),
  D01: (v) => (v.VM_ENTRY_CONTROLS &= ~1),
  D02: (v) => set(v, 'entry', 31),
  D03: (v) => (v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x100) >>> 0),
  D05: (v) => (v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x203) >>> 0),
  D06: (v) => (v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x320) >>> 0),
  D07: (v) => (v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x701) >>> 0),
  D08: (v) => (v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x30e) >>> 0),
  D09: (v) => (v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x1306) >>> 0),
  D10: (v) => (
    (v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0xb0e) >>> 0),
    (v.VM_ENTRY_EXCEPTION_ERROR_CODE = 0x10000)
  ),
  D11: (v) => ((v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x480) >>> 0), (v.VM_ENTRY_INSTRUCTION_LEN = 16)),
  D12: (v) => ((v.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x480) >>> 0), (v.VM_ENTRY_INSTRUCTION_LEN = 0)),
  D13: (v) => ((v.VM_ENTRY_MSR_LOAD_COUNT = 1), (v.VM_ENTRY_MSR_LOAD_ADDR = 8n)),
  D14: (v) => ((v.VM_ENTRY_MSR_LOAD_COUNT = 2), (v.VM_ENTRY_MSR_LOAD_ADDR = (1n << 40n) - 16n)),
  E01: (v) => (v.HOST_CR0 &= ~1n),
  E02: (v) => (v.HOST_CR4 &= ~0x2000n),
  E03: (v) => (v.HOST_CR3 = BEYOND),
  E05: (v) => (v.HOST_IA32_SYSENTER_ESP = NON_CANONICAL),
  E06: (v) => (v.HOST_IA32_SYSENTER_EIP = NON_CANONICAL),
  E08: (v) => (set(v, 'exit', 19), (v.HOST_IA32_PAT = 2n)),
  E09: (v) => (v.HOST_IA32_EFER = 0x502n),
  E10: (v) => (v.HOST_IA32_EFER = 0x100n),
  E19: (v) => (v.HOST_DS_SELECTOR = 3),
  E20: (v) => (v.HOST_CS_SELECTOR = 0),
  E21: (v) => (v.HOST_TR_SELECTOR = 0),
  E23: (v) => (v.HOST_GDTR_BASE = NON_CANONICAL),
  E26: (v) => (v.VM_EXIT_CONTROLS &= ~0x200),
  E30: (v) => (v.HOST_CR4 &= ~0x20n),
  E31: (v) => (v.HOST_RIP = NON_CANONICAL),
  F01: (v) => (v.GUEST_CR0 &= ~0x80000000n),
  F03: (v) => (v.GUEST_CR4 &= ~0x2000n),
  F05: (v) => (set(v, 'entry', 2), (v.GUEST_IA32_DEBUGCTL = 0x8000n)),
  F07: (v) => (v.GUEST_CR4 &= ~0x20n),
  F10: (v) => (set(v, 'entry', 2), (v.GUEST_DR7 = 1n << 32n)),
  F13: (v) => (set(v, 'entry', 14), (v.GUEST_IA32_PAT = 3n)),
  F14: (v) => (v.GUEST_IA32_EFER |= 2n),
  F15: (v) => (v.GUEST_IA32_EFER = 0x100n),
  F16: (v) => (v.GUEST_IA32_EFER = 0x400n),
  J01: (v) => (v.GUEST_ACTIVITY_STATE = 2),
  J25: (v) => (v.VMCS_LINK_POINTER = 0x1001n),
  J26: (v) => (v.VMCS_LINK_POINTER = BEYOND),
  J27: (v) => (v.VMCS_LINK_POINTER = PLACE.CODE),
  J28: (v, guest) => {
    guest.poke64(0x1e000n, 0x91e57ed0n);
    v.VMCS_LINK_POINTER = 0x1e000n;
  },
};

function firstFailure(guest: NestedGuest): FailedCheck | undefined {
  const { vcpu, vmcs12 } = guest;
  vcpu.nested.nested_run_pending = true;
  return (
    nested_vmx_check_controls(vcpu, vmcs12) ??
    nested_vmx_check_address_space_size(vcpu, vmcs12) ??
    nested_vmx_check_host_state(vcpu, vmcs12) ??
    nested_vmx_check_guest_state(vcpu, vmcs12)
  );
}

describe('L0: entry checks in software', () => {
  it('finds nothing wrong with a complete vmcs12', () => {
    assert.equal(firstFailure(createNestedGuest([])), undefined);
  });

  for (const [id, breaks] of Object.entries(broken)) {
    it(proves('entry-checks', id, `${id}: ${entryCheck[id as CheckId].rule}`), () => {
      const guest = createNestedGuest([]);
      breaks(guest.vmcs12, guest);
      assert.equal(firstFailure(guest)?.check, id);
    });
  }

  it('names a field of the row it cites', () => {
    for (const [id, breaks] of Object.entries(broken)) {
      const guest = createNestedGuest([]);
      breaks(guest.vmcs12, guest);
      const failure = firstFailure(guest)!;
      const row = entryChecks.find((candidate) => candidate.id === id)!;
      if (row.fields.length > 0 && id !== 'D08' && id !== 'B25')
        assert.ok((row.fields as readonly string[]).includes(failure.field), `${id}: ${failure.field}`);
    }
  });

  it('refuses an entry with error 7 for controls, 8 for the host, exit 33 for the guest', () => {
    const controls = createNestedGuest([]);
    controls.vmcs12.CR3_TARGET_COUNT = 1;
    controls.launch();
    assert.deepEqual(
      controls.of('entry-failure').map((r) => [r.error, r.rule.id]),
      [[7, 'check.B08']],
    );
    assert.equal(controls.vmcs12.VM_INSTRUCTION_ERROR, 7);

    const host = createNestedGuest([]);
    host.vmcs12.HOST_RIP = NON_CANONICAL;
    host.launch();
    assert.deepEqual(
      host.of('entry-failure').map((r) => [r.error, r.rule.id]),
      [[8, 'check.E31']],
    );

    const state = createNestedGuest([]);
    state.vmcs12.VMCS_LINK_POINTER = 0x1001n;
    state.launch();
    assert.equal(state.vmcs12.VM_EXIT_REASON, 0x80000021);
    assert.equal(state.vmcs12.EXIT_QUALIFICATION, 4n);
    assert.equal(state.cpu.vmread('GUEST_RIP'), PLACE.HOST_CODE);
    assert.equal(state.vcpu.arch.guest_mode, false);
  });

  it('leaves the other checks to the chip and passes its answer on', () => {
    const guest = createNestedGuest([]);
    guest.vmcs12.GUEST_TR_AR_BYTES = 0x10000;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.reasonWord, 0x80000021);
    assert.equal(guest.of('entry-failure')[0]?.foundBy, 'hardware');
  });

  it('turns a late VMfail of the chip into a VMfail of VMLAUNCH, with L1 as it was', () => {
    const guest = createNestedGuest([]);
    set(guest.vmcs12, 'primary', 21);
    guest.vmcs12.VIRTUAL_APIC_PAGE_ADDR = 0x1e000n;
    guest.vmcs12.TPR_THRESHOLD = 0x10;
    const rip = guest.cpu.vmread('GUEST_RIP');
    guest.cpu.vmwrite('VM_EXIT_INSTRUCTION_LEN', 3);
    guest.launch();
    assert.deepEqual(vcpu_enter_guest(guest.vcpu), { kind: 'again' });
    assert.equal(guest.vmcs12.VM_INSTRUCTION_ERROR, 7);
    assert.equal(guest.cpu.vmread('GUEST_RIP'), rip + 3n);
    assert.equal(guest.vcpu.arch.guest_mode, false);
    assert.equal(guest.vmcs12.launch_state, 0);
  });

  it('fails with exit 34 and the number of the entry when an MSR cannot be loaded', () => {
    const guest = createNestedGuest([]);
    guest.vmcs12.VM_ENTRY_MSR_LOAD_COUNT = 2;
    guest.vmcs12.VM_ENTRY_MSR_LOAD_ADDR = PLACE.MSR_LIST;
    guest.poke64(PLACE.MSR_LIST, 0xc0000082n);
    guest.poke64(PLACE.MSR_LIST + 8n, 0x1234n);
    guest.poke64(PLACE.MSR_LIST + 16n, 0xc0000100n);
    guest.launch();
    assert.equal(guest.vmcs12.VM_EXIT_REASON, 0x80000022);
    assert.equal(guest.vmcs12.EXIT_QUALIFICATION, 2n);
  });
});
