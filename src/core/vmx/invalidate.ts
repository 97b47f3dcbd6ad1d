// INVEPT and INVVPID (SDM 30.3): types, descriptor rules, VM-instruction error 28, and what they drop from the TLB.
import { Mode, State } from '../../abi/state-block';
import { Region } from '../../abi/memory-map';
import { faulted, raisePlain } from '../fault';
import { Exit, Ia32VmxEptVpidCap, Vector, VmError } from '../gen/constants';
import { readLinear64 } from '../memory';
import { invalidateEpt, invalidateEptAll, invalidateVpid, invalidateVpidAll } from '../mmu/tlb';
import { checkedOperandLinear } from '../operands';
import { giveInstructionInformation, requestInstructionExit } from '../pending';
import { get32, gpr } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { CAP_EPT_VPID, capability } from './capabilities';
import { beginChecks, canonical } from './check-context';
import { eptPointerFails } from './checks-controls';
import { displacement, typeAndDescriptorInformation } from './instruction-info';
import { vmFail, vmSucceed } from './outcome';
import { begin, vmxUndefined } from './privilege';
import { NONE } from './vmcs';

/** Common part: undefined without the capability, exit in non-root, privilege. */
function beginInvalidate(u: usize, supported: u64, reason: u32): i32 {
  const isRegister = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
  if (isRegister || (capability(CAP_EPT_VPID) & supported) == 0) {
    raisePlain(Vector.UD);
    return Next.FAULT;
  }
  if (!vmxUndefined() && get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(reason, displacement(u), load<u8>(u + Uop.LENGTH));
    giveInstructionInformation(typeAndDescriptorInformation(u));
    return Next.EXITED;
  }
  return begin(u, reason);
}

function typeOf(u: usize): u64 {
  const value = gpr(load<u8>(u + Uop.REG));
  return get32(State.MODE) == Mode.LONG_64 ? value : value & 0xffffffff;
}

function refused(): i32 {
  return vmFail(VmError.INVALID_OPERAND_TO_INVEPT_INVVPID);
}

export function execInvept(u: usize): i32 {
  const next = beginInvalidate(u, Ia32VmxEptVpidCap.INVEPT, Exit.INVEPT);
  if (next != Next.DONE) return next;
  const type = typeOf(u);
  const single = type == 1 && (capability(CAP_EPT_VPID) & Ia32VmxEptVpidCap.INVEPT_SINGLE) != 0;
  const all = type == 2 && (capability(CAP_EPT_VPID) & Ia32VmxEptVpidCap.INVEPT_ALL) != 0;
  if (!single && !all) return refused();
  const linear = checkedOperandLinear(u, 16, false);
  if (faulted()) return Next.FAULT;
  const eptp = readLinear64(linear);
  if (faulted()) return Next.FAULT;
  if (single) {
    // The pointer must be one that VM entry would accept.
    beginChecks(0, Region.CAPABILITIES, false, 0, NONE);
    if (eptPointerFails(eptp)) return refused();
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
  const next = beginInvalidate(u, Ia32VmxEptVpidCap.INVVPID, Exit.INVVPID);
  if (next != Next.DONE) return next;
  const type = typeOf(u);
  if (!vpidTypeOffered(type)) return refused();
  const linear = checkedOperandLinear(u, 16, false);
  if (faulted()) return Next.FAULT;
  const first = readLinear64(linear);
  if (faulted()) return Next.FAULT;
  const target = readLinear64(linear + 8);
  if (faulted()) return Next.FAULT;
  if (first >> 16 != 0) return refused();
  if (type != 2 && first == 0) return refused();
  if (type == 0 && !canonical(target)) return refused();
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
