// Loading guest state at VM entry (SDM 26.3.2) and putting the controls in force. All checks have passed. Events, MSR list
// and launch state are the caller's.
import { Gpr, Segment, State } from '../../abi/state-block';
import { setRflags } from '../flags';
import { Cr0, Dr7, Efer, EntryCtl, Interruptibility, PaeCr3, Proc, Proc2, V } from '../gen/constants';
import { physicalRead64 } from '../mmu/physical';
import { modeChanged, paePaging, setInterruptShadow } from '../mode';
import { segment, set32, set64, get32, get64, setGpr, setRip } from '../state';
import { setApicAccessPage } from './apic-access';
import { CR0_KEPT } from './exit-host';
import { startTimer } from './preemption-timer';
import { enterContext, leaveContext } from './translation-context';
import { NONE, Vmx, vm16, vm32, vm64 } from './vmcs';

/** DR7: bits 12, 14 and 15 are 0, bit 10 is 1 whatever the field says. */
const DR7_ZERO: u64 = 0xd000;
const DR7_ONE: u64 = Dr7.FIXED;

export function loadGuest(): void {
  const controls = vm32(V.VM_ENTRY_CONTROLS);
  leaveContext(0, 0);
  enforceControls();
  loadControlRegisters(controls);
  loadSegments();
  setGpr(Gpr.RSP, vm64(V.GUEST_RSP));
  setRip(vm64(V.GUEST_RIP));
  setRflags(vm64(V.GUEST_RFLAGS));
  const blocking = vm32(V.GUEST_INTERRUPTIBILITY_INFO);
  const shadow = blocking & (Interruptibility.STI | Interruptibility.MOV_SS);
  set32(State.INTERRUPTIBILITY, blocking & ~(Interruptibility.STI | Interruptibility.MOV_SS));
  if (shadow != 0) setInterruptShadow(shadow);
  set32(State.ACTIVITY, vm32(V.GUEST_ACTIVITY_STATE));
  set64(State.PENDING_DEBUG, vm64(V.GUEST_PENDING_DBG_EXCEPTIONS));
  enterTranslation();
  modeChanged();
  startTimer();
}

/** The controls act from now on; until then the processor is in root operation. */
function enforceControls(): void {
  const proc = vm32(V.CPU_BASED_VM_EXEC_CONTROL);
  const proc2 = proc & Proc.ACTIVATE_SECONDARY_CONTROLS ? vm32(V.SECONDARY_VM_EXEC_CONTROL) : 0;
  set32(State.VMX_NON_ROOT, 1);
  set32(Vmx.PIN, vm32(V.PIN_BASED_VM_EXEC_CONTROL));
  set32(Vmx.PROC, proc);
  set32(Vmx.PROC2, proc2);
  set32(Vmx.MTF_NOW, 0);
  setApicAccessPage((proc2 & Proc2.VIRTUALIZE_APIC_ACCESSES) != 0, vm64(V.APIC_ACCESS_ADDR));
  set64(Vmx.LAST_PAUSE, NONE);
  set64(Vmx.EPTP, proc2 & Proc2.ENABLE_EPT ? vm64(V.EPT_POINTER) : 0);
  set32(Vmx.VPID, proc2 & Proc2.ENABLE_VPID ? vm16(V.VIRTUAL_PROCESSOR_ID) : 0);
  const offsetting = (proc & Proc.USE_TSC_OFFSETTING) != 0;
  set64(State.TSC_OFFSET, offsetting ? vm64(V.TSC_OFFSET) : 0);
  // Scaling alone changes nothing (SDM 25.3).
  const scaling = offsetting && (proc2 & Proc2.USE_TSC_SCALING) != 0;
  set64(Vmx.TSC_MULTIPLIER, scaling ? vm64(V.TSC_MULTIPLIER) : 0);
}

function loadControlRegisters(controls: u32): void {
  const cr0 = vm64(V.GUEST_CR0);
  set64(State.CR0, (get64(State.CR0) & CR0_KEPT) | (cr0 & ~CR0_KEPT));
  set64(State.CR3, vm64(V.GUEST_CR3));
  set64(State.CR4, vm64(V.GUEST_CR4));
  if (controls & EntryCtl.VM_ENTRY_LOAD_DEBUG_CONTROLS) {
    set64(State.DR7, (vm64(V.GUEST_DR7) & ~DR7_ZERO) | DR7_ONE);
    set64(State.MSR_DEBUGCTL, vm64(V.GUEST_IA32_DEBUGCTL));
  }
  set64(State.MSR_SYSENTER_CS, <u64>vm32(V.GUEST_SYSENTER_CS));
  set64(State.MSR_SYSENTER_ESP, vm64(V.GUEST_SYSENTER_ESP));
  set64(State.MSR_SYSENTER_EIP, vm64(V.GUEST_SYSENTER_EIP));
  if (controls & EntryCtl.VM_ENTRY_LOAD_IA32_PAT) set64(State.MSR_PAT, vm64(V.GUEST_IA32_PAT));
  if (controls & EntryCtl.VM_ENTRY_LOAD_IA32_EFER) {
    set64(State.EFER, vm64(V.GUEST_IA32_EFER));
    return;
  }
  // Without the control LMA follows "IA-32e mode guest", LME too when paging is on (SDM 26.3.2.1).
  const long = (controls & EntryCtl.VM_ENTRY_IA32E_MODE_GUEST) != 0;
  const follow = (cr0 & Cr0.PG) != 0 ? Efer.LMA | Efer.LME : Efer.LMA;
  set64(State.EFER, long ? get64(State.EFER) | follow : get64(State.EFER) & ~follow);
}

/** Slots of one kind are adjacent and in the order of `Seg`. Unusable registers load what the fields hold. */
function loadSegments(): void {
  for (let i: u32 = 0; i < 8; i++) {
    const to = segment(i);
    const slot = <usize>i * 8;
    store<u32>(to + Segment.SELECTOR, vm16(V.GUEST_ES_SELECTOR + slot));
    store<u64>(to + Segment.BASE, vm64(V.GUEST_ES_BASE + slot));
    store<u32>(to + Segment.LIMIT, vm32(V.GUEST_ES_LIMIT + slot));
    store<u32>(to + Segment.ACCESS, vm32(V.GUEST_ES_AR_BYTES + slot));
  }
  set64(State.GDTR_BASE, vm64(V.GUEST_GDTR_BASE));
  set64(State.IDTR_BASE, vm64(V.GUEST_IDTR_BASE));
  set32(State.GDTR_LIMIT, vm32(V.GUEST_GDTR_LIMIT));
  set32(State.IDTR_LIMIT, vm32(V.GUEST_IDTR_LIMIT));
}

function enterTranslation(): void {
  const vpid = get32(Vmx.VPID);
  enterContext(vpid, get64(Vmx.EPTP), vpid != 0);
  if (!paePaging()) return;
  const table = vm64(V.GUEST_CR3) & PaeCr3.BASE;
  for (let i: usize = 0; i < 4; i++) {
    const entry = get64(Vmx.EPTP) != 0 ? vm64(V.GUEST_PDPTR0 + i * 8) : physicalRead64(table + i * 8);
    set64(State.PDPTE + i * 8, entry);
  }
}
