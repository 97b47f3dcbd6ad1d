// VMFUNC (SDM 25.5.5): VM functions that the guest calls without a VM exit. EPTP switching is the only one there is.
import { Region } from '../../abi/memory-map';
import { Gpr } from '../../abi/state-block';
import { raisePlainBecause } from '../fault';
import { Exit, Proc2, Reason, V, Vector, VmFunctionControls } from '../gen/constants';
import { physicalRead64 } from '../mmu/physical';
import { tlbEnterContext } from '../mmu/tlb';
import { requestInstructionExit } from '../pending';
import { get32, gpr, set64 } from '../state';
import { Next, Uop } from '../uop';
import { translationMoved } from '../watch';
import { beginChecks } from './check-context';
import { eptPointerFails } from './checks-controls';
import { NONE, Vmx, proc2, setVm32, setVm64, vm64 } from './vmcs';

/** Functions that a control can enable. */
const FUNCTIONS: u64 = 64;
/** Entries of the EPTP list, one page. */
const POINTERS: u64 = 512;

export function execVmfunc(u: usize): i32 {
  const wanted = gpr(Gpr.RAX) & 0xffffffff;
  if ((proc2() & Proc2.ENABLE_VM_FUNCTIONS) == 0 || wanted >= FUNCTIONS) {
    raisePlainBecause(Reason.VMFUNC_NOT_ENABLED, Vector.UD, wanted);
    return Next.FAULT;
  }
  // The SDM's other functions have no control yet, so the check of the controls leaves function 0 alone.
  const enabled = ((vm64(V.VM_FUNCTION_CONTROL) & VmFunctionControls.DEFINED) >> wanted) & 1;
  if (enabled && switchEptp(gpr(Gpr.RCX) & 0xffffffff)) return Next.BOUNDARY;
  requestInstructionExit(Exit.VMFUNC, 0, load<u8>(u + Uop.LENGTH));
  return Next.EXITED;
}

/** Takes entry `index` of the EPTP list; false when there is none, or VM entry would not take it. Nothing is flushed. */
function switchEptp(index: u64): bool {
  if (index >= POINTERS) return false;
  const eptp = physicalRead64(vm64(V.EPTP_LIST_ADDRESS) + index * 8);
  beginChecks(0, Region.CAPABILITIES, false, 0, NONE);
  if (eptPointerFails(eptp)) return false;
  setVm64(V.EPT_POINTER, eptp);
  if ((proc2() & Proc2.EPT_VIOLATION_VE) != 0) setVm32(V.EPTP_INDEX, <u32>index);
  set64(Vmx.EPTP, eptp);
  tlbEnterContext(get32(Vmx.VPID), eptp);
  translationMoved();
  return true;
}
