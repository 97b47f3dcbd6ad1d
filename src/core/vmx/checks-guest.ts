// Entry checks F, H, I and J: guest registers, descriptor-table registers, RIP and RFLAGS, non-register state (SDM
// 26.3.1.1, 26.3.1.3 to 26.3.1.5). Each failure is a VM exit 33. Returns true when the run ends at a failing check.
import {
  Activity,
  Check,
  Cr0,
  Cr4,
  EntryCtl,
  Efer,
  EntryInterruption,
  EventType,
  V,
  Vector,
} from '../gen/constants';
import {
  AccessRights,
  Debugctl,
  Ia32VmxMisc,
  Interruptibility,
  PendingDebug,
  Pin,
  Proc2,
  Rflags,
} from '../gen/constants';
import { isCanonical } from '../mode';
import { physicalMask } from '../physical-width';
import { CAP_BASIC, CAP_MISC } from './capabilities';
import {
  badPat,
  beyondWidth,
  entryControls,
  fails,
  image32,
  image64,
  image16,
  longModeGuest,
  offered,
  ownPointer,
  proc2Controls,
  read32At,
  unrestricted,
} from './check-context';
import {
  badCr0,
  badCr4,
  badFredConfig,
  badPerfGlobalCtrl,
  badShadowStackControl,
  badSpecCtrl,
  EFER_KNOWN,
} from './check-values';

/** IA32_DEBUGCTL bits that WRMSR takes on this chip. */
const DEBUGCTL_KNOWN: u64 = Debugctl.LBR | Debugctl.BTF;

export function guestRegistersFail(): bool {
  return guestControlRegistersFail() || guestMsrsFail() || guestNewerMsrsFail();
}

function guestControlRegistersFail(): bool {
  const cr0 = image64(V.GUEST_CR0);
  const cr4 = image64(V.GUEST_CR4);
  const long = longModeGuest();
  const debug = (entryControls() & EntryCtl.VM_ENTRY_LOAD_DEBUG_CONTROLS) != 0;
  if (fails(Check.F01, badCr0(cr0, unrestricted()))) return true;
  if (fails(Check.F02, (cr0 & Cr0.PG) != 0 && (cr0 & Cr0.PE) == 0)) return true;
  if (fails(Check.F03, badCr4(cr4))) return true;
  if (fails(Check.F04, (cr4 & Cr4.CET) != 0 && (cr0 & Cr0.WP) == 0)) return true;
  if (fails(Check.F05, debug && (image64(V.GUEST_IA32_DEBUGCTL) & ~DEBUGCTL_KNOWN) != 0)) return true;
  if (fails(Check.F06, long && (cr0 & Cr0.PG) == 0)) return true;
  if (fails(Check.F07, long && (cr4 & Cr4.PAE) == 0)) return true;
  if (fails(Check.F08, !long && (cr4 & Cr4.PCIDE) != 0)) return true;
  if (fails(Check.F09, (image64(V.GUEST_CR3) & ~physicalMask()) != 0)) return true;
  if (fails(Check.F10, debug && image64(V.GUEST_DR7) >> 32 != 0)) return true;
  const entryPoints =
    isCanonical(image64(V.GUEST_SYSENTER_ESP)) && isCanonical(image64(V.GUEST_SYSENTER_EIP));
  return fails(Check.F11, !entryPoints);
}

function guestMsrsFail(): bool {
  const controls = entryControls();
  const perf = (controls & EntryCtl.VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL) != 0;
  if (fails(Check.F12, perf && badPerfGlobalCtrl(image64(V.GUEST_IA32_PERF_GLOBAL_CTRL)))) return true;
  const pat = (controls & EntryCtl.VM_ENTRY_LOAD_IA32_PAT) != 0;
  if (fails(Check.F13, pat && badPat(image64(V.GUEST_IA32_PAT)))) return true;
  if (controls & EntryCtl.VM_ENTRY_LOAD_IA32_EFER) {
    const efer = image64(V.GUEST_IA32_EFER);
    const lma = (efer & Efer.LMA) != 0;
    const lme = (efer & Efer.LME) != 0;
    if (fails(Check.F14, (efer & ~EFER_KNOWN) != 0)) return true;
    if (fails(Check.F15, lma != longModeGuest())) return true;
    if (fails(Check.F16, (image64(V.GUEST_CR0) & Cr0.PG) != 0 && lma != lme)) return true;
  }
  if (!(controls & EntryCtl.VM_ENTRY_LOAD_IA32_BNDCFGS)) return false;
  const bounds = image64(V.GUEST_BNDCFGS);
  // Bits 1:0 enable and preserve, 11:2 reserved, the rest is the bound directory's linear address.
  if (fails(Check.F17, (bounds & 0xffc) != 0)) return true;
  return fails(Check.F18, !isCanonical(bounds & ~(<u64>0xfff)));
}

/** Bits of IA32_RTIT_CTL that every implementation of the trace reserves: 5, 15, 18, 23, 30:28, 63:48 as far as known. */
const RTIT_RESERVED: u64 = 0xffff000070848020;
/** IA32_LBR_CTL: bits 15:4 and 63:23 are reserved. */
const LBR_RESERVED: u64 = 0xffffffffff80fff0;

/** State newer than SDM 325384-059: trace, last branch records, CET, protection keys, user interrupts, FRED. */
function guestNewerMsrsFail(): bool {
  const controls = entryControls();
  const long = longModeGuest();
  const trace = (controls & EntryCtl.VM_ENTRY_LOAD_IA32_RTIT_CTL) != 0;
  if (fails(Check.F19, trace && (image64(V.GUEST_IA32_RTIT_CTL) & RTIT_RESERVED) != 0)) return true;
  const branches = (controls & EntryCtl.VM_ENTRY_LOAD_GUEST_IA32_LBR_CTL) != 0;
  if (fails(Check.F20, branches && (image64(V.GUEST_IA32_LBR_CTL) & LBR_RESERVED) != 0)) return true;
  if (controls & EntryCtl.VM_ENTRY_LOAD_CET_STATE) {
    if (fails(Check.F21, badShadowStackControl(image64(V.GUEST_S_CET), true))) return true;
    if (fails(Check.F22, !isCanonical(image64(V.GUEST_INTR_SSP_TABLE)))) return true;
  }
  const keys = (controls & EntryCtl.VM_ENTRY_LOAD_PKRS) != 0;
  if (fails(Check.F23, keys && image64(V.GUEST_IA32_PKRS) >> 32 != 0)) return true;
  const userInterrupts = (controls & EntryCtl.VM_ENTRY_LOAD_UINV) != 0;
  if (fails(Check.F24, userInterrupts && image16(V.GUEST_UINV) > 0xff)) return true;
  if (controls & EntryCtl.VM_ENTRY_LOAD_GUEST_FRED) {
    if (fails(Check.F25, badFredConfig(image64(V.GUEST_IA32_FRED_CONFIG)))) return true;
    for (let i: usize = 0; i < 24; i += 8) {
      const rsp = image64(V.GUEST_IA32_FRED_RSP1 + i);
      if (fails(Check.F26, (rsp & 0x3f) != 0 || !isCanonical(rsp))) return true;
    }
    for (let i: usize = 0; i < 24; i += 8) {
      const ssp = image64(V.GUEST_IA32_FRED_SSP1 + i);
      if (fails(Check.F27, (ssp & 7) != 0 || !isCanonical(ssp))) return true;
    }
  }
  if (fails(Check.F28, !long && (image64(V.GUEST_CR4) & Cr4.FRED) != 0)) return true;
  const speculation = (controls & EntryCtl.VM_ENTRY_LOAD_GUEST_IA32_SPEC_CTRL) != 0;
  return fails(Check.F29, speculation && badSpecCtrl(image64(V.GUEST_IA32_SPEC_CTRL)));
}

export function descriptorTablesFail(): bool {
  const bases = isCanonical(image64(V.GUEST_GDTR_BASE)) && isCanonical(image64(V.GUEST_IDTR_BASE));
  if (fails(Check.H01, !bases)) return true;
  return fails(Check.H02, (image32(V.GUEST_GDTR_LIMIT) | image32(V.GUEST_IDTR_LIMIT)) >> 16 != 0);
}

/** Valid bit and type of the event to inject; 0xff when there is none. */
function injectedType(): u32 {
  const info = image32(V.VM_ENTRY_INTR_INFO_FIELD);
  return info & EntryInterruption.VALID
    ? (info & EntryInterruption.TYPE) >> EntryInterruption.TYPE_SHIFT
    : 0xff;
}

/** RFLAGS bits that must be 0: 63:22, 15, 5, 3. */
const RFLAGS_RESERVED: u64 = 0xffffffffffc08028;

export function ripAndRflagsFail(): bool {
  const long = longModeGuest();
  const code64 = long && (image32(V.GUEST_CS_AR_BYTES) & AccessRights.L) != 0;
  const rip = image64(V.GUEST_RIP);
  const flags = image64(V.GUEST_RFLAGS);
  if (fails(Check.I01, !code64 && rip >> 32 != 0)) return true;
  // Bits 63:48 identical: bit 47 may differ (SDM 26.3.1.4), which is weaker than canonical.
  const top = rip >> 48;
  if (fails(Check.I02, code64 && top != 0 && top != 0xffff)) return true;
  if (fails(Check.I03, (flags & RFLAGS_RESERVED) != 0)) return true;
  if (fails(Check.I04, (flags & Rflags.FIXED) == 0)) return true;
  const virtual8086 = (flags & Rflags.VM) != 0;
  const real = (image64(V.GUEST_CR0) & Cr0.PE) == 0;
  if (fails(Check.I05, virtual8086 && (long || real))) return true;
  if (fails(Check.I06, injectedType() == EventType.EXTERNAL_INTERRUPT && (flags & Rflags.IF) == 0))
    return true;
  if (!(entryControls() & EntryCtl.VM_ENTRY_LOAD_CET_STATE)) return false;
  const ssp = image64(V.GUEST_SSP);
  const sspTop = ssp >> 48;
  const sspWide = code64 ? sspTop != 0 && sspTop != 0xffff : ssp >> 32 != 0;
  return fails(Check.I07, (ssp & 3) != 0 || sspWide);
}

export function nonRegisterStateFails(): bool {
  return activityFails() || interruptibilityFails() || pendingDebugFails() || linkPointerFails();
}

function activityFails(): bool {
  const activity = image32(V.GUEST_ACTIVITY_STATE);
  const blocking = image32(V.GUEST_INTERRUPTIBILITY_INFO);
  const misc = offered(CAP_MISC);
  // HLT, shutdown and wait-for-SIPI have adjacent support bits.
  const supported =
    activity == Activity.ACTIVE || (activity <= 3 && (misc & (Ia32VmxMisc.HLT << (<u64>activity - 1))) != 0);
  if (fails(Check.J01, !supported)) return true;
  const dpl = (image32(V.GUEST_SS_AR_BYTES) & AccessRights.DPL) >> AccessRights.DPL_SHIFT;
  if (fails(Check.J02, activity == Activity.HLT && dpl != 0)) return true;
  const shadow = (blocking & (Interruptibility.STI | Interruptibility.MOV_SS)) != 0;
  if (fails(Check.J03, shadow && activity != Activity.ACTIVE)) return true;
  const info = image32(V.VM_ENTRY_INTR_INFO_FIELD);
  const valid = (info & EntryInterruption.VALID) != 0;
  const event = info & (EntryInterruption.TYPE | EntryInterruption.VECTOR);
  const machineCheck =
    event == ((<u32>EventType.HARDWARE_EXCEPTION) << EntryInterruption.TYPE_SHIFT) + Vector.MC;
  const nmi = event >> EntryInterruption.TYPE_SHIFT == EventType.NMI;
  const debug = event == ((<u32>EventType.HARDWARE_EXCEPTION) << EntryInterruption.TYPE_SHIFT) + Vector.DB;
  const external = event >> EntryInterruption.TYPE_SHIFT == EventType.EXTERNAL_INTERRUPT;
  const pendingTrapFlag = event == (<u32>EventType.OTHER_EVENT) << EntryInterruption.TYPE_SHIFT;
  const wakesHlt = external || nmi || debug || machineCheck || pendingTrapFlag;
  if (fails(Check.J04, activity == Activity.HLT && valid && !wakesHlt)) return true;
  if (fails(Check.J05, activity == Activity.SHUTDOWN && valid && !(nmi || machineCheck))) return true;
  if (fails(Check.J06, activity == Activity.WAIT_FOR_SIPI && valid)) return true;
  const smm = (entryControls() & EntryCtl.VM_ENTRY_ENTRY_TO_SMM) != 0;
  return fails(Check.J07, smm && activity == Activity.WAIT_FOR_SIPI);
}

function interruptibilityFails(): bool {
  const blocking = image32(V.GUEST_INTERRUPTIBILITY_INFO);
  const flags = image64(V.GUEST_RFLAGS);
  const sti = (blocking & Interruptibility.STI) != 0;
  const movSs = (blocking & Interruptibility.MOV_SS) != 0;
  const type = injectedType();
  const nmi = type == EventType.NMI;
  if (fails(Check.J08, blocking >> 5 != 0)) return true;
  if (fails(Check.J09, sti && movSs)) return true;
  if (fails(Check.J10, sti && (flags & Rflags.IF) == 0)) return true;
  if (fails(Check.J11, type == EventType.EXTERNAL_INTERRUPT && (sti || movSs))) return true;
  if (fails(Check.J12, nmi && movSs)) return true;
  const smm = (entryControls() & EntryCtl.VM_ENTRY_ENTRY_TO_SMM) != 0;
  if (fails(Check.J13, (blocking & Interruptibility.SMI) != 0)) return true;
  if (fails(Check.J14, smm && (blocking & Interruptibility.SMI) == 0)) return true;
  // Whether STI blocks an injected NMI is the implementation's choice: this chip refuses it.
  if (fails(Check.J15, nmi && sti)) return true;
  const virtualNmis = (image32(V.PIN_BASED_VM_EXEC_CONTROL) & Pin.VIRTUAL_NMIS) != 0;
  if (fails(Check.J16, nmi && virtualNmis && (blocking & Interruptibility.NMI) != 0)) return true;
  // The chip has no SGX, so an enclave cannot have been interrupted.
  if (fails(Check.J17, (blocking & Interruptibility.ENCLAVE) != 0)) return true;
  const fred = (image64(V.GUEST_CR4) & Cr4.FRED) != 0;
  const dpl = (image32(V.GUEST_SS_AR_BYTES) & AccessRights.DPL) >> AccessRights.DPL_SHIFT;
  return fails(Check.J18, fred && sti && dpl == 3);
}

/** Bits 11:4, 13, 15 and 63:17. */
const PENDING_RESERVED: u64 = 0xfffffffffffeaff0;

function pendingDebugFails(): bool {
  const pending = image64(V.GUEST_PENDING_DBG_EXCEPTIONS);
  const blocking = image32(V.GUEST_INTERRUPTIBILITY_INFO);
  if (fails(Check.J19, (pending & PENDING_RESERVED) != 0)) return true;
  const shadow = (blocking & (Interruptibility.STI | Interruptibility.MOV_SS)) != 0;
  const held = shadow || image32(V.GUEST_ACTIVITY_STATE) == Activity.HLT;
  const stepping =
    (image64(V.GUEST_RFLAGS) & Rflags.TF) != 0 && (image64(V.GUEST_IA32_DEBUGCTL) & Debugctl.BTF) == 0;
  const bs = (pending & PendingDebug.BS) != 0;
  if (fails(Check.J20, held && stepping && !bs)) return true;
  if (fails(Check.J21, held && !stepping && bs)) return true;
  if (!(pending & PendingDebug.RTM)) return false;
  const others = pending & ~(PendingDebug.RTM | PendingDebug.ENABLED);
  if (fails(Check.J22, others != 0 || (pending & PendingDebug.ENABLED) == 0)) return true;
  // The chip has no transactional memory.
  if (fails(Check.J23, true)) return true;
  return fails(Check.J24, (blocking & Interruptibility.MOV_SS) != 0);
}

const NO_LINK: u64 = 0xffffffffffffffff;

function linkPointerFails(): bool {
  const link = image64(V.VMCS_LINK_POINTER);
  if (link == NO_LINK) return false;
  const aligned = (link & 0xfff) == 0;
  const inside = !beyondWidth(link);
  if (fails(Check.J25, !aligned)) return true;
  if (fails(Check.J26, !inside)) return true;
  if (aligned && inside) {
    const word = read32At(link);
    const revision = (<u32>offered(CAP_BASIC)) & 0x7fffffff;
    if (fails(Check.J27, (word & 0x7fffffff) != revision)) return true;
    const shadowing = (proc2Controls() & Proc2.VMCS_SHADOWING) != 0;
    if (fails(Check.J28, (word >> 31 != 0) != shadowing)) return true;
  }
  // J30 speaks of SMM, which the chip does not have.
  return fails(Check.J29, link == ownPointer());
}
