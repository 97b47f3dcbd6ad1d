// Saving guest state into the VMCS at a VM exit (SDM 27.3). Exit information is not written here.
import { Gpr, Segment, State } from '../../abi/state-block';
import { eventBeingDelivered } from '../events/event-state';
import { rflags } from '../flags';
import {
  Activity,
  Debugctl,
  Efer,
  EntryCtl,
  Exit,
  ExitCtl,
  ExitInterruption,
  Ia32VmxMisc,
  Interruptibility,
  PendingDebug,
  Pin,
  Proc2,
  Rflags,
  V,
  Vector,
} from '../gen/constants';
import { paePaging } from '../mode';
import { get32, get64, gpr, rip, segment } from '../state';
import { capability, CAP_MISC } from './capabilities';
import { saveTimer } from './preemption-timer';
import { pin, proc2, setVm32, setVm64, vm32 } from './vmcs';

export function saveGuest(reason: u32): void {
  const controls = vm32(V.VM_EXIT_CONTROLS);
  setVm64(V.GUEST_CR0, get64(State.CR0));
  setVm64(V.GUEST_CR3, get64(State.CR3));
  setVm64(V.GUEST_CR4, get64(State.CR4));
  setVm32(V.GUEST_SYSENTER_CS, get32(State.MSR_SYSENTER_CS));
  setVm64(V.GUEST_SYSENTER_ESP, get64(State.MSR_SYSENTER_ESP));
  setVm64(V.GUEST_SYSENTER_EIP, get64(State.MSR_SYSENTER_EIP));
  if (controls & ExitCtl.VM_EXIT_SAVE_DEBUG_CONTROLS) {
    setVm64(V.GUEST_DR7, get64(State.DR7));
    setVm64(V.GUEST_IA32_DEBUGCTL, get64(State.MSR_DEBUGCTL));
  }
  if (controls & ExitCtl.VM_EXIT_SAVE_IA32_PAT) setVm64(V.GUEST_IA32_PAT, get64(State.MSR_PAT));
  if (controls & ExitCtl.VM_EXIT_SAVE_IA32_EFER) setVm64(V.GUEST_IA32_EFER, get64(State.EFER));
  saveSegments();
  setVm64(V.GUEST_RSP, gpr(Gpr.RSP));
  setVm64(V.GUEST_RIP, rip());
  setVm64(V.GUEST_RFLAGS, savedRflags(reason));
  saveNonRegister(reason);
  if (pin() & Pin.ACTIVATE_VMX_PREEMPTION_TIMER && controls & ExitCtl.VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE)
    saveTimer();
  if (proc2() & Proc2.ENABLE_EPT && paePaging()) {
    for (let i: usize = 0; i < 4; i++) setVm64(V.GUEST_PDPTR0 + i * 8, get64(State.PDPTE + i * 8));
  }
  if (capability(CAP_MISC) & Ia32VmxMisc.STORE_LMA) {
    const entry = vm32(V.VM_ENTRY_CONTROLS) & ~(<u32>EntryCtl.VM_ENTRY_IA32E_MODE_GUEST);
    const lma: u32 = get64(State.EFER) & Efer.LMA ? EntryCtl.VM_ENTRY_IA32E_MODE_GUEST : 0;
    setVm32(V.VM_ENTRY_CONTROLS, entry | lma);
  }
}

/** Slots of one kind are adjacent and in the order of `Seg`, as the encodings are. */
function saveSegments(): void {
  for (let i: u32 = 0; i < 8; i++) {
    const from = segment(i);
    const slot = <usize>i * 8;
    setVm32(V.GUEST_ES_SELECTOR + slot, load<u32>(from + Segment.SELECTOR) & 0xffff);
    setVm64(V.GUEST_ES_BASE + slot, load<u64>(from + Segment.BASE));
    setVm32(V.GUEST_ES_LIMIT + slot, load<u32>(from + Segment.LIMIT));
    setVm32(V.GUEST_ES_AR_BYTES + slot, load<u32>(from + Segment.ACCESS));
  }
  setVm64(V.GUEST_GDTR_BASE, get64(State.GDTR_BASE));
  setVm64(V.GUEST_IDTR_BASE, get64(State.IDTR_BASE));
  setVm32(V.GUEST_GDTR_LIMIT, get32(State.GDTR_LIMIT));
  setVm32(V.GUEST_IDTR_LIMIT, get32(State.IDTR_LIMIT));
}

/**
 * RFLAGS with RF as SDM 27.3.3 has it: 1 for an access that did not complete, 0 for an instruction that exits by itself, as it
 * stands for everything else. A fault that is being delivered, or exits, has set RF before it gets here.
 */
function savedRflags(reason: u32): u64 {
  const flags = rflags();
  if (eventBeingDelivered()) return flags;
  switch (reason) {
    case Exit.EPT_VIOLATION:
    case Exit.EPT_MISCONFIG:
    case Exit.PML_FULL:
    case Exit.APIC_ACCESS:
      return flags | Rflags.RF;
    case Exit.EXCEPTION_NMI:
    case Exit.EXTERNAL_INTERRUPT:
    case Exit.TRIPLE_FAULT:
    case Exit.INIT_SIGNAL:
    case Exit.SIPI_SIGNAL:
    case Exit.INTERRUPT_WINDOW:
    case Exit.NMI_WINDOW:
    case Exit.MONITOR_TRAP_FLAG:
    case Exit.PREEMPTION_TIMER:
    case Exit.TPR_BELOW_THRESHOLD:
    case Exit.EOI_INDUCED:
    case Exit.APIC_WRITE:
    case Exit.TASK_SWITCH:
      return flags;
    default:
      return flags & ~Rflags.RF;
  }
}

function saveNonRegister(reason: u32): void {
  // An exit during delivery found the processor active already (SDM 27.3.4).
  const activity = eventBeingDelivered() ? 0 : get32(State.ACTIVITY);
  const blocking = get32(State.INTERRUPTIBILITY);
  setVm32(V.GUEST_ACTIVITY_STATE, activity);
  setVm32(V.GUEST_INTERRUPTIBILITY_INFO, blocking);
  setVm64(V.GUEST_PENDING_DBG_EXCEPTIONS, savedPendingDebug(reason, activity, blocking));
}

/** These exits come before the debug exceptions of their boundary. */
function precedesTraps(reason: u32): bool {
  if (reason == Exit.INIT_SIGNAL || reason == Exit.MONITOR_TRAP_FLAG) return true;
  return reason == Exit.TPR_BELOW_THRESHOLD || reason == Exit.EOI_INDUCED || reason == Exit.APIC_WRITE;
}

function isDebugException(reason: u32): bool {
  return reason == Exit.EXCEPTION_NMI && (vm32(V.VM_EXIT_INTR_INFO) & ExitInterruption.VECTOR) == Vector.DB;
}

/**
 * Pending debug exceptions: 0 unless the exit came before them or they are held back by MOV SS, and not what it is about (SDM
 * 27.3.4). During delivery the shadow of the interrupted program is still reported, so what goes with it is too.
 */
function savedPendingDebug(reason: u32, activity: u32, blocking: u32): u64 {
  const held = (blocking & Interruptibility.MOV_SS) != 0 && !isDebugException(reason);
  if (!precedesTraps(reason) && !held && !eventBeingDelivered()) return 0;
  const pending = get64(State.PENDING_DEBUG);
  // A single-step trap that a shadow or HLT holds back: the field must be fit for re-entry.
  const step = (rflags() & Rflags.TF) != 0 && (get64(State.MSR_DEBUGCTL) & Debugctl.BTF) == 0;
  const waits =
    (blocking & (Interruptibility.STI | Interruptibility.MOV_SS)) != 0 || activity == Activity.HLT;
  return waits && step ? pending | PendingDebug.BS : pending;
}
