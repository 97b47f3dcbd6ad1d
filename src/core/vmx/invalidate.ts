// INVEPT and INVVPID (SDM 30.3): types, descriptor rules, VM-instruction error 28, and what they drop from the TLB.
import { isCanonical } from '../mode';
import { Mode, State } from '../../abi/state-block';
import { Region } from '../../abi/memory-map';
import { faultOfInstruction, faulted, raisePlainBecause } from '../fault';
import { Check, Eptp, Exit, Ia32VmxEptVpidCap, Reason, Vector, VmError } from '../gen/constants';
import { readLinear64 } from '../memory';
import { invalidateEpt, invalidateEptAll, invalidateVpid, invalidateVpidAll } from '../mmu/tlb';
import { checkedOperandLinear } from '../operands';
import { giveInstructionInformation, requestInstructionExit } from '../pending';
import { get32, gpr } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { physicalMask } from '../physical-width';
import { CAP_EPT_VPID, capability } from './capabilities';
import { beginChecks, firstFailure } from './check-context';
import { eptPointerFails } from './checks-controls';
import { displacement, typeAndDescriptorInformation } from './instruction-info';
import { refusedBecause, vmFail, vmSucceed } from './outcome';
import { begin, vmxUndefined } from './privilege';
import { NONE } from './vmcs';

/**
 * Common part: undefined without the capability, exit in non-root, privilege. `absent`: its row of isa/fault-reasons
 * when it is not offered; those all VMX instructions share stand behind it.
 */
function beginInvalidate(u: usize, supported: u64, reason: u32, absent: u32): i32 {
  const capabilities = capability(CAP_EPT_VPID);
  if ((capabilities & supported) == 0) {
    raisePlainBecause(absent, Vector.UD, capabilities);
    return Next.FAULT;
  }
  if ((load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0) {
    raisePlainBecause(Reason.OPCODE_UNDEFINED, Vector.UD);
    return Next.FAULT;
  }
  if (!vmxUndefined() && get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(reason, displacement(u), load<u8>(u + Uop.LENGTH));
    giveInstructionInformation(typeAndDescriptorInformation(u));
    return Next.EXITED;
  }
  return begin(u, reason, absent + 1);
}

function typeOf(u: usize): u64 {
  const value = gpr(load<u8>(u + Uop.REG));
  return get32(State.MODE) == Mode.LONG_64 ? value : value & 0xffffffff;
}

function refused(reason: u32, a: u64, b: u64 = 0): i32 {
  return vmFail(refusedBecause(reason, VmError.INVALID_OPERAND_TO_INVEPT_INVVPID, a, b));
}

/** Which of `count` adjacent types are offered, from the capability bit `first` on. */
function offeredTypes(first: u64, count: u64): u64 {
  return (capability(CAP_EPT_VPID) / first) & (((<u64>1) << count) - 1);
}

/** The operand met a fault. */
function operandFault(): i32 {
  faultOfInstruction();
  return Next.FAULT;
}

/** INVEPT of a pointer that VM entry would not accept. */
function refusedPointer(eptp: u64): i32 {
  const check = firstFailure();
  if (check == Check.B36) return refused(Reason.INVEPT_MEMORY_TYPE, eptp, eptp & Eptp.MEMORY_TYPE);
  const walk = (eptp & Eptp.WALK_LENGTH) >> Eptp.WALK_LENGTH_SHIFT;
  if (check == Check.B37) return refused(Reason.INVEPT_WALK_LENGTH, eptp, walk);
  if (check == Check.B38) return refused(Reason.INVEPT_RESERVED, eptp, Eptp.AD);
  if (check == Check.B39) return refused(Reason.INVEPT_RESERVED, eptp, Eptp.SSS);
  return refused(Reason.INVEPT_RESERVED, eptp, eptp & (0xf00 | ~physicalMask()));
}

export function execInvept(u: usize): i32 {
  const next = beginInvalidate(u, Ia32VmxEptVpidCap.INVEPT, Exit.INVEPT, Reason.INVEPT_NOT_OFFERED);
  if (next != Next.DONE) return next;
  const type = typeOf(u);
  const single = type == 1 && (capability(CAP_EPT_VPID) & Ia32VmxEptVpidCap.INVEPT_SINGLE) != 0;
  const all = type == 2 && (capability(CAP_EPT_VPID) & Ia32VmxEptVpidCap.INVEPT_ALL) != 0;
  if (!single && !all)
    return refused(Reason.INVEPT_TYPE, type, offeredTypes(Ia32VmxEptVpidCap.INVEPT_SINGLE, 2));
  const linear = checkedOperandLinear(u, 16, false);
  if (faulted()) return operandFault();
  const eptp = readLinear64(linear);
  if (faulted()) return operandFault();
  if (single) {
    // The pointer must be one that VM entry would accept.
    beginChecks(0, Region.CAPABILITIES, false, 0, NONE);
    if (eptPointerFails(eptp)) return refusedPointer(eptp);
    invalidateEpt(eptp);
  } else {
    invalidateEptAll();
  }
  return vmSucceed();
}

/** Support bits of the four types are adjacent, from individual-address on. */
function vpidTypeOffered(type: u64): bool {
  return type <= 3 && (capability(CAP_EPT_VPID) & (Ia32VmxEptVpidCap.INVVPID_ADDRESS << type)) != 0;
}

export function execInvvpid(u: usize): i32 {
  const next = beginInvalidate(u, Ia32VmxEptVpidCap.INVVPID, Exit.INVVPID, Reason.INVVPID_NOT_OFFERED);
  if (next != Next.DONE) return next;
  const type = typeOf(u);
  if (!vpidTypeOffered(type))
    return refused(Reason.INVVPID_TYPE, type, offeredTypes(Ia32VmxEptVpidCap.INVVPID_ADDRESS, 4));
  const linear = checkedOperandLinear(u, 16, false);
  if (faulted()) return operandFault();
  const first = readLinear64(linear);
  if (faulted()) return operandFault();
  const target = readLinear64(linear + 8);
  if (faulted()) return operandFault();
  if (first >> 16 != 0) return refused(Reason.INVVPID_RESERVED, first);
  if (type != 2 && first == 0) return refused(Reason.INVVPID_VPID_0, type);
  if (type == 0 && !isCanonical(target)) return refused(Reason.INVVPID_NOT_CANONICAL, target);
  invalidateVpids(<u32>type, <u32>first);
  return vmSucceed();
}

/** One linear address (type 0) is dropped with all of its VPID. */
function invalidateVpids(type: u32, vpid: u32): void {
  if (type == 2) invalidateVpidAll();
  else invalidateVpid(vpid);
}

/** INVEPT for an embedded host: type 1 (one EPT pointer) or 2 (all). */
export function inveptByEmbedder(type: u32, eptpHigh: u32, eptpLow: u32): void {
  if (type == 1) invalidateEpt(((<u64>eptpHigh) << 32) | (<u64>eptpLow));
  else invalidateEptAll();
}

/** INVVPID for an embedded host, by type. */
export function invvpidByEmbedder(type: u32, vpid: u32): void {
  invalidateVpids(type, vpid);
}
