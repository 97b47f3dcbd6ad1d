// Loading host state at a VM exit or a failed VM entry (SDM 27.5, 27.6). Fixed segment attributes and register values
// are the manual's. Must not read guest state.
import { Gpr, Seg, Segment, State } from '../../abi/state-block';
import { setRflags } from '../flags';
import {
  AccessRights,
  Activity,
  Cr4,
  Dr7,
  Efer,
  ExitCtl,
  Interruptibility,
  Pin,
  Rflags,
  V,
  VmxAbort,
} from '../gen/constants';
import { loadPdptes } from '../mmu/hardware-walk';
import { modeChanged, paePaging } from '../mode';
import { segment, set32, set64, get32, get64, setGpr, setRip } from '../state';
import { physicalMask } from '../physical-width';
import { abort } from './abort';
import { loadMsrsOnExit } from './msr-lists';
import { enterContext, leaveContext } from './translation-context';
import { NONE, Vmx, vm32, vm64 } from './vmcs';

/** CR0 bits that neither VM entry nor VM exit changes: ET, CD, NW and the reserved ones (SDM 26.3.2.1). */
export const CR0_KEPT: u64 = 0xffffffff7ffaffd0;

/** Rights as SDM 27.5.2 fixes them: type 3 for data, 11 for code and for the busy TSS. */
const FLAT: u32 = AccessRights.S | AccessRights.P | AccessRights.G;
const CODE_64: u32 = 11 | FLAT | AccessRights.L;
const CODE_32: u32 = 11 | FLAT | AccessRights.DB;
const DATA: u32 = 3 | FLAT | AccessRights.DB;
const TSS: u32 = 11 | AccessRights.P;

/** `controls`: VM-exit controls in force. `nmi`: the exit is caused by an NMI, which blocks further ones. */
export function loadHost(controls: u32, nmi: bool): void {
  const wide = (controls & ExitCtl.VM_EXIT_HOST_ADDRESS_SPACE_SIZE) != 0;
  // A guest can have gone to IA-32e mode by itself (SDM 27.7).
  if (!wide && (get64(State.EFER) & Efer.LMA) != 0) return abort(VmxAbort.HOST_NOT_64_BIT, 0);
  leaveContext(get32(Vmx.VPID), get64(Vmx.EPTP));
  loadControlRegisters(controls, wide);
  loadSegments(wide);
  setGpr(Gpr.RSP, vm64(V.HOST_RSP));
  setRip(vm64(V.HOST_RIP));
  setRflags(Rflags.FIXED);
  const virtualNmis = (vm32(V.PIN_BASED_VM_EXEC_CONTROL) & Pin.VIRTUAL_NMIS) != 0;
  const blocking = virtualNmis ? 0 : get32(State.INTERRUPTIBILITY) & Interruptibility.NMI;
  set32(State.INTERRUPTIBILITY, nmi ? Interruptibility.NMI : blocking);
  set32(State.ACTIVITY, Activity.ACTIVE);
  set64(State.PENDING_DEBUG, 0);
  set64(State.PREEMPTION_DEADLINE, NONE);
  set64(State.TSC_OFFSET, 0);
  set64(Vmx.TSC_MULTIPLIER, 0);
  const hadVpid = get32(Vmx.VPID) != 0;
  set32(Vmx.VPID, 0);
  set64(Vmx.EPTP, 0);
  enterContext(0, 0, hadVpid);
  modeChanged();
  if (paePaging() && !loadPdptes(get64(State.CR3))) return abort(VmxAbort.HOST_PDPTES, 0);
  const refused = loadMsrsOnExit();
  if (refused != 0) abort(VmxAbort.LOAD_HOST_MSRS, refused);
}

function loadControlRegisters(controls: u32, wide: bool): void {
  set64(State.CR0, (get64(State.CR0) & CR0_KEPT) | (vm64(V.HOST_CR0) & ~CR0_KEPT));
  set64(State.CR3, vm64(V.HOST_CR3) & physicalMask());
  const cr4 = vm64(V.HOST_CR4);
  set64(State.CR4, wide ? cr4 | Cr4.PAE : cr4 & ~(<u64>Cr4.PCIDE));
  set64(State.DR7, Dr7.FIXED);
  set64(State.MSR_DEBUGCTL, 0);
  set64(State.MSR_SYSENTER_CS, <u64>vm32(V.HOST_IA32_SYSENTER_CS));
  set64(State.MSR_SYSENTER_ESP, vm64(V.HOST_IA32_SYSENTER_ESP));
  set64(State.MSR_SYSENTER_EIP, vm64(V.HOST_IA32_SYSENTER_EIP));
  const long: u64 = <u64>(Efer.LMA | Efer.LME);
  if (controls & ExitCtl.VM_EXIT_LOAD_IA32_EFER) set64(State.EFER, vm64(V.HOST_IA32_EFER));
  else set64(State.EFER, wide ? get64(State.EFER) | long : get64(State.EFER) & ~long);
  if (controls & ExitCtl.VM_EXIT_LOAD_IA32_PAT) set64(State.MSR_PAT, vm64(V.HOST_IA32_PAT));
}

function setSegment(index: u32, selector: u32, base: u64, limit: u32, access: u32): void {
  const to = segment(index);
  store<u32>(to + Segment.SELECTOR, selector & 0xffff);
  store<u64>(to + Segment.BASE, base);
  store<u32>(to + Segment.LIMIT, limit);
  store<u32>(to + Segment.ACCESS, access);
}

/** A null selector gives an unusable data segment (CS cannot be null, see E20). */
function setData(index: u32, selector: u32, base: u64): void {
  setSegment(index, selector, base, 0xffffffff, selector == 0 ? DATA | AccessRights.UNUSABLE : DATA);
}

function loadSegments(wide: bool): void {
  setSegment(Seg.CS, vm32(V.HOST_CS_SELECTOR), 0, 0xffffffff, wide ? CODE_64 : CODE_32);
  setData(Seg.ES, vm32(V.HOST_ES_SELECTOR) & 0xffff, 0);
  setData(Seg.SS, vm32(V.HOST_SS_SELECTOR) & 0xffff, 0);
  setData(Seg.DS, vm32(V.HOST_DS_SELECTOR) & 0xffff, 0);
  setData(Seg.FS, vm32(V.HOST_FS_SELECTOR) & 0xffff, vm64(V.HOST_FS_BASE));
  setData(Seg.GS, vm32(V.HOST_GS_SELECTOR) & 0xffff, vm64(V.HOST_GS_BASE));
  setSegment(Seg.TR, vm32(V.HOST_TR_SELECTOR), vm64(V.HOST_TR_BASE), 0x67, TSS);
  setSegment(Seg.LDTR, 0, 0, 0xffffffff, AccessRights.UNUSABLE);
  set64(State.GDTR_BASE, vm64(V.HOST_GDTR_BASE));
  set64(State.IDTR_BASE, vm64(V.HOST_IDTR_BASE));
  set32(State.GDTR_LIMIT, 0xffff);
  set32(State.IDTR_LIMIT, 0xffff);
}
