// VMXON, VMXOFF, VMCLEAR, VMPTRLD, VMPTRST, VMCALL (SDM 30.3) and the same steps for an embedded host. Each
// instruction: the checks of `begin`, then its own in the manual's order.
import { State } from '../../abi/state-block';
import { LaunchState, VmcsPage } from '../../abi/vmcs-page';
import { readLinear64, writeLinear64 } from '../memory';
import { checkedOperandLinear } from '../operands';
import { faultOfInstruction, faulted, raiseBecause, raisePlainBecause } from '../fault';
import {
  Cr0,
  Cr4,
  Exit,
  Ia32FeatureControl,
  Ia32VmxBasic,
  Proc2,
  Reason,
  Vector,
  VmError,
} from '../gen/constants';
import { hostPhysicalWritten, physicalRead32, ramPointer } from '../mmu/physical';
import { giveInstructionInformation, requestInstructionExit } from '../pending';
import { get32, get64, set32, set64 } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { forgetPhysicalMask, physicalMask } from '../physical-width';
import {
  CAP_BASIC,
  CAP_CR0_FIXED0,
  CAP_CR0_FIXED1,
  CAP_CR4_FIXED0,
  CAP_CR4_FIXED1,
  CAP_PROCBASED2,
  capability,
} from './capabilities';
import { badPage, beginChecks } from './check-context';
import { displacement, memoryOperandInformation } from './instruction-info';
import { refusedBecause, vmFail, vmFailInvalid, vmSucceed } from './outcome';
import { begin, privileged, raiseVmxUndefined, vmxUndefined } from './privilege';
import { NONE, markWritten, setLaunchState } from './vmcs';
import { Region } from '../../abi/memory-map';
import { translationMoved } from '../watch';

function revision(): u32 {
  return <u32>(capability(CAP_BASIC) & Ia32VmxBasic.REVISION);
}

/**
 * Not 4-KB aligned, or beyond the address width. `alignment`: the instruction's row for the one; its row for the other stands
 * behind it.
 */
function badRegion(address: u64, alignment: u32): bool {
  beginChecks(0, Region.CAPABILITIES, false, 0, NONE);
  if (!badPage(address)) return false;
  const low = address & 0xfff;
  if (low != 0) refusedBecause(alignment, 0, address, low);
  else refusedBecause(alignment + 1, 0, address, address & ~physicalMask());
  return true;
}

/** The 64-bit memory operand; check `faulted()`. A register form is an undefined opcode. */
function pointerOperand(u: usize): u64 {
  const linear = checkedOperandLinear(u, 8, false);
  const pointer = faulted() ? 0 : readLinear64(linear);
  if (faulted()) faultOfInstruction();
  return pointer;
}

function isRegisterForm(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
}

function undefined_(reason: u32, a: u64 = 0): i32 {
  raisePlainBecause(reason, Vector.UD, a);
  return Next.FAULT;
}

/** `begin` for an instruction with a memory operand: exits carry its displacement and information. */
function beginPointer(u: usize, reason: u32, first: u32): i32 {
  if (isRegisterForm(u)) return undefined_(Reason.OPCODE_UNDEFINED);
  if (!vmxUndefined() && get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(reason, displacement(u), load<u8>(u + Uop.LENGTH));
    giveInstructionInformation(memoryOperandInformation(u));
    return Next.EXITED;
  }
  return begin(u, reason, first);
}

/** True with #GP(0) pending when a bit that VMX operation fixes has the other value. `zero`: row for a 0, the next is for a 1. */
function wrongFixedBits(value: u64, must: u64, may: u64, zero: u32): bool {
  if ((value & must) != must) raiseBecause(zero, Vector.GP, 0, value, must & ~value);
  else if ((value & ~may) != 0) raiseBecause(zero + 1, Vector.GP, 0, value, value & ~may);
  else return false;
  return true;
}

/** What VMXON asks outside VMX operation; false with #GP(0) pending. NW and CD are not asked (SDM 23.8). */
function mayEnter(): bool {
  if (!privileged(Reason.VMXON_CR4_VMXE)) return false;
  const features = get64(State.MSR_FEATURE_CONTROL);
  if ((features & Ia32FeatureControl.LOCK) == 0) {
    raiseBecause(Reason.VMXON_FEATURE_CONTROL_UNLOCKED, Vector.GP, 0, features);
    return false;
  }
  if ((features & Ia32FeatureControl.VMX_OUTSIDE_SMX) == 0) {
    raiseBecause(Reason.VMXON_FEATURE_CONTROL_DISABLED, Vector.GP, 0, features);
    return false;
  }
  const free: u64 = Cr0.NW | Cr0.CD;
  const cr0 = get64(State.CR0);
  const may = capability(CAP_CR0_FIXED1) | free;
  if (wrongFixedBits(cr0, capability(CAP_CR0_FIXED0), may, Reason.VMXON_CR0_FIXED0)) return false;
  const must4 = capability(CAP_CR4_FIXED0);
  return !wrongFixedBits(get64(State.CR4), must4, capability(CAP_CR4_FIXED1), Reason.VMXON_CR4_FIXED0);
}

export function execVmxon(u: usize): i32 {
  if (isRegisterForm(u)) return undefined_(Reason.OPCODE_UNDEFINED);
  const cr4 = get64(State.CR4);
  if ((cr4 & Cr4.VMXE) == 0) return undefined_(Reason.VMXON_CR4_VMXE, cr4);
  if (get32(State.VMX_ON)) {
    const next = beginPointer(u, Exit.VMON, Reason.VMXON_CR4_VMXE);
    if (next != Next.DONE) return next;
    const error = VmError.VMXON_IN_VMX_ROOT_OPERATION;
    return vmFail(refusedBecause(Reason.VMXON_IN_ROOT, error, get64(State.VMXON_POINTER)));
  }
  // Outside VMX operation the mode rules are the same.
  set32(State.VMX_ON, 1);
  const undefinedHere = vmxUndefined();
  if (undefinedHere) raiseVmxUndefined(Reason.VMXON_CR4_VMXE);
  set32(State.VMX_ON, 0);
  if (undefinedHere || !mayEnter()) return Next.FAULT;
  const address = pointerOperand(u);
  if (faulted()) return Next.FAULT;
  return enterRootOperation(address) ? vmSucceed() : vmFailInvalid();
}

/** False when the region is refused (VMfailInvalid). */
function enterRootOperation(address: u64): bool {
  forgetPhysicalMask();
  if (badRegion(address, Reason.VMXON_ALIGNMENT)) return false;
  const found = physicalRead32(address);
  if (found != revision()) {
    const reason: u32 = found >> 31 != 0 ? <u32>Reason.VMXON_REVISION_BIT_31 : <u32>Reason.VMXON_REVISION;
    refusedBecause(reason, 0, found, revision());
    return false;
  }
  set32(State.VMX_ON, 1);
  set32(State.VMX_NON_ROOT, 0);
  set64(State.VMXON_POINTER, address);
  set64(State.VMCS_POINTER, NONE);
  set64(State.PREEMPTION_DEADLINE, NONE);
  return true;
}

export function execVmxoff(u: usize): i32 {
  const next = begin(u, Exit.VMOFF, Reason.VMXOFF_OUTSIDE_VMX);
  if (next != Next.DONE) return next;
  set32(State.VMX_ON, 0);
  set64(State.VMCS_POINTER, NONE);
  set64(State.VMXON_POINTER, NONE);
  return vmSucceed();
}

export function execVmclear(u: usize): i32 {
  const next = beginPointer(u, Exit.VMCLEAR, Reason.VMCLEAR_OUTSIDE_VMX);
  if (next != Next.DONE) return next;
  const address = pointerOperand(u);
  if (faulted()) return Next.FAULT;
  const error = clearVmcs(address);
  return error == 0 ? vmSucceed() : vmFail(error);
}

/** 0, or the VM-instruction error. A region outside RAM cannot hold a launch state: clearing it does nothing. */
function clearVmcs(address: u64): u32 {
  if (badRegion(address, Reason.VMCLEAR_ALIGNMENT)) return VmError.VMCLEAR_INVALID_ADDRESS;
  if (address == get64(State.VMXON_POINTER))
    return refusedBecause(Reason.VMCLEAR_IS_VMXON_REGION, VmError.VMCLEAR_VMXON_POINTER, address);
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
  const next = beginPointer(u, Exit.VMPTRLD, Reason.VMPTRLD_OUTSIDE_VMX);
  if (next != Next.DONE) return next;
  const address = pointerOperand(u);
  if (faulted()) return Next.FAULT;
  const error = loadPointer(address);
  return error == 0 ? vmSucceed() : vmFail(error);
}

/** Bit 31 of the word a VMCS region begins with: a shadow VMCS. */
const SHADOW: u32 = 1 << 31;

/** The processor has VMCS shadowing. */
function shadowing(): bool {
  return ((<u32>(capability(CAP_PROCBASED2) >> 32)) & Proc2.VMCS_SHADOWING) != 0;
}

/** 0, or the VM-instruction error. Bit 31 of the revision (shadow VMCS) needs VMCS shadowing. */
function loadPointer(address: u64): u32 {
  if (badRegion(address, Reason.VMPTRLD_ALIGNMENT)) return VmError.VMPTRLD_INVALID_ADDRESS;
  if (address == get64(State.VMXON_POINTER))
    return refusedBecause(Reason.VMPTRLD_IS_VMXON_REGION, VmError.VMPTRLD_VMXON_POINTER, address);
  const wrong = VmError.VMPTRLD_INCORRECT_VMCS_REVISION_ID;
  if (ramPointer(address) == 0) return refusedBecause(Reason.VMPTRLD_NO_MEMORY, wrong, address);
  const found = physicalRead32(address);
  const shadow = found >> 31 != 0;
  if ((found & ~SHADOW) != revision() || (shadow && !shadowing())) {
    const reason: u32 = shadow ? <u32>Reason.VMPTRLD_SHADOW : <u32>Reason.VMPTRLD_REVISION;
    return refusedBecause(reason, wrong, found, revision());
  }
  set64(State.VMCS_POINTER, address);
  translationMoved();
  return 0;
}

export function execVmptrst(u: usize): i32 {
  const next = beginPointer(u, Exit.VMPTRST, Reason.VMPTRST_OUTSIDE_VMX);
  if (next != Next.DONE) return next;
  const linear = checkedOperandLinear(u, 8, true);
  if (!faulted()) writeLinear64(linear, get64(State.VMCS_POINTER));
  if (!faulted()) return vmSucceed();
  faultOfInstruction();
  return Next.FAULT;
}

/** In non-root operation VMCALL exits at any CPL; in root it fails: the chip has no dual-monitor treatment. */
export function execVmcall(u: usize): i32 {
  if (get32(State.VMX_ON) && get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(Exit.VMCALL, 0, load<u8>(u + Uop.LENGTH));
    return Next.EXITED;
  }
  const next = begin(u, Exit.VMCALL, Reason.VMCALL_OUTSIDE_VMX);
  if (next != Next.DONE) return next;
  return vmFail(refusedBecause(Reason.VMCALL_IN_ROOT, VmError.VMCALL_IN_VMX_ROOT_OPERATION));
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
