// VMXON, VMXOFF, VMCLEAR, VMPTRLD, VMPTRST, VMCALL, VMFUNC (SDM 30.3) and the same steps for an embedded host. Each
// instruction: the checks of `begin`, then its own in the manual's order.
import { State } from '../../abi/state-block';
import { LaunchState, VmcsPage } from '../../abi/vmcs-page';
import { readLinear64, writeLinear64 } from '../memory';
import { checkedOperandLinear } from '../operands';
import { faulted, raise, raisePlain } from '../fault';
import { Exit, Ia32FeatureControl, Ia32VmxBasic, Cr4, Vector, VmError } from '../gen/constants';
import { hostPhysicalWritten, physicalRead32, ramPointer } from '../mmu/physical';
import { giveInstructionInformation, requestInstructionExit } from '../pending';
import { get32, get64, set32, set64 } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { CAP_BASIC, capability, forgetPhysicalMask } from './capabilities';
import { badPage, beginChecks } from './check-context';
import { badCr0, badCr4 } from './check-values';
import { displacement, memoryOperandInformation } from './instruction-info';
import { vmFail, vmFailInvalid, vmSucceed } from './outcome';
import { begin, vmxUndefined } from './privilege';
import { NONE, markWritten, setLaunchState } from './vmcs';
import { Region } from '../../abi/memory-map';
import { translationMoved } from '../watch';

function revision(): u32 {
  return <u32>(capability(CAP_BASIC) & Ia32VmxBasic.REVISION);
}

/** Not 4-KB aligned, or beyond the address width. */
function badRegion(address: u64): bool {
  beginChecks(0, Region.CAPABILITIES, false, 0, NONE);
  return badPage(address);
}

/** The 64-bit memory operand; check `faulted()`. A register form is an undefined opcode. */
function pointerOperand(u: usize): u64 {
  const linear = checkedOperandLinear(u, 8, false);
  return faulted() ? 0 : readLinear64(linear);
}

function isRegisterForm(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
}

function undefined_(): i32 {
  raisePlain(Vector.UD);
  return Next.FAULT;
}

/** `begin` for an instruction with a memory operand: exits carry its displacement and information. */
function beginPointer(u: usize, reason: u32): i32 {
  if (isRegisterForm(u)) return undefined_();
  if (!vmxUndefined() && get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(reason, displacement(u), load<u8>(u + Uop.LENGTH));
    giveInstructionInformation(memoryOperandInformation(u));
    return Next.EXITED;
  }
  return begin(u, reason);
}

export function execVmxon(u: usize): i32 {
  if (isRegisterForm(u) || (get64(State.CR4) & Cr4.VMXE) == 0) return undefined_();
  if (get32(State.VMX_ON)) {
    const next = beginPointer(u, Exit.VMON);
    return next != Next.DONE ? next : vmFail(VmError.VMXON_IN_VMX_ROOT_OPERATION);
  }
  // Outside VMX operation the mode rules are the same.
  set32(State.VMX_ON, 1);
  const undefinedHere = vmxUndefined();
  set32(State.VMX_ON, 0);
  if (undefinedHere) return undefined_();
  beginChecks(0, Region.CAPABILITIES, false, 0, NONE);
  const enabled = Ia32FeatureControl.LOCK | Ia32FeatureControl.VMX_OUTSIDE_SMX;
  const locked = (get64(State.MSR_FEATURE_CONTROL) & enabled) == enabled;
  if (get32(State.CPL) != 0 || !locked || badCr0(get64(State.CR0), false) || badCr4(get64(State.CR4))) {
    raise(Vector.GP, 0);
    return Next.FAULT;
  }
  const address = pointerOperand(u);
  if (faulted()) return Next.FAULT;
  return enterRootOperation(address) ? vmSucceed() : vmFailInvalid();
}

/** False when the region is refused (VMfailInvalid). */
function enterRootOperation(address: u64): bool {
  forgetPhysicalMask();
  if (badRegion(address) || physicalRead32(address) != revision()) return false;
  set32(State.VMX_ON, 1);
  set32(State.VMX_NON_ROOT, 0);
  set64(State.VMXON_POINTER, address);
  set64(State.VMCS_POINTER, NONE);
  set64(State.PREEMPTION_DEADLINE, NONE);
  return true;
}

export function execVmxoff(u: usize): i32 {
  const next = begin(u, Exit.VMOFF);
  if (next != Next.DONE) return next;
  set32(State.VMX_ON, 0);
  set64(State.VMCS_POINTER, NONE);
  set64(State.VMXON_POINTER, NONE);
  return vmSucceed();
}

export function execVmclear(u: usize): i32 {
  const next = beginPointer(u, Exit.VMCLEAR);
  if (next != Next.DONE) return next;
  const address = pointerOperand(u);
  if (faulted()) return Next.FAULT;
  const error = clearVmcs(address);
  return error == 0 ? vmSucceed() : vmFail(error);
}

/** 0, or the VM-instruction error. A region outside RAM cannot hold a launch state: clearing it does nothing. */
function clearVmcs(address: u64): u32 {
  if (badRegion(address)) return VmError.VMCLEAR_INVALID_ADDRESS;
  if (address == get64(State.VMXON_POINTER)) return VmError.VMCLEAR_VMXON_POINTER;
  const page = ramPointer(address);
  if (page != 0) {
    setLaunchState(page, LaunchState.CLEAR);
    markWritten(page);
    hostPhysicalWritten(address, VmcsPage.SIZE);
  }
  if (get64(State.VMCS_POINTER) == address) set64(State.VMCS_POINTER, NONE);
  return 0;
}

export function execVmptrld(u: usize): i32 {
  const next = beginPointer(u, Exit.VMPTRLD);
  if (next != Next.DONE) return next;
  const address = pointerOperand(u);
  if (faulted()) return Next.FAULT;
  const error = loadPointer(address);
  return error == 0 ? vmSucceed() : vmFail(error);
}

/** 0, or the VM-instruction error. Bit 31 of the revision (shadow VMCS) needs VMCS shadowing. */
function loadPointer(address: u64): u32 {
  if (badRegion(address)) return VmError.VMPTRLD_INVALID_ADDRESS;
  if (address == get64(State.VMXON_POINTER)) return VmError.VMPTRLD_VMXON_POINTER;
  if (physicalRead32(address) != revision() || ramPointer(address) == 0) {
    return VmError.VMPTRLD_INCORRECT_VMCS_REVISION_ID;
  }
  set64(State.VMCS_POINTER, address);
  translationMoved();
  return 0;
}

export function execVmptrst(u: usize): i32 {
  const next = beginPointer(u, Exit.VMPTRST);
  if (next != Next.DONE) return next;
  const linear = checkedOperandLinear(u, 8, true);
  if (faulted()) return Next.FAULT;
  writeLinear64(linear, get64(State.VMCS_POINTER));
  return faulted() ? <i32>Next.FAULT : vmSucceed();
}

/** In non-root operation VMCALL exits at any CPL; in root it fails: the chip has no dual-monitor treatment. */
export function execVmcall(u: usize): i32 {
  if (get32(State.VMX_ON) && get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(Exit.VMCALL, 0, load<u8>(u + Uop.LENGTH));
    return Next.EXITED;
  }
  const next = begin(u, Exit.VMCALL);
  return next != Next.DONE ? next : vmFail(VmError.VMCALL_IN_VMX_ROOT_OPERATION);
}

/** "Enable VM functions" is not offered, so VMFUNC is undefined everywhere (SDM 25.5.5). */
export function execVmfunc(_u: usize): i32 {
  return undefined_();
}

// --- the embedded host: no operands, no faults ----------------------------------------------------------------------

function join(high: u32, low: u32): u64 {
  return ((<u64>high) << 32) | (<u64>low);
}

/** VMXON: 0 = in VMX root operation, 1 = refused. */
export function vmxonByEmbedder(addressHigh: u32, addressLow: u32): u32 {
  return enterRootOperation(join(addressHigh, addressLow)) ? 0 : 1;
}

/** VMCLEAR: 0, or the VM-instruction error. */
export function vmclearByEmbedder(addressHigh: u32, addressLow: u32): u32 {
  return clearVmcs(join(addressHigh, addressLow));
}

/** VMPTRLD: 0, or the VM-instruction error. */
export function vmptrldByEmbedder(addressHigh: u32, addressLow: u32): u32 {
  return loadPointer(join(addressHigh, addressLow));
}
