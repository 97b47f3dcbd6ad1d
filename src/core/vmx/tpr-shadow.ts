// TPR shadow: MOV to and from CR8 act on byte 80H of the virtual-APIC page, and falling below the threshold exits
// (SDM 29.1.1, 29.1.2, 29.3). Virtualization of APIC accesses and of x2APIC MSRs is not offered.
import { State } from '../../abi/state-block';
import { Cr8, Exit, Proc, V } from '../gen/constants';
import { physicalRead8, physicalWrite8 } from '../mmu/physical';
import { requestExit } from '../pending';
import { get64, rip, set64, setRip } from '../state';
import { Uop } from '../uop';
import { proc, vm32, vm64 } from './vmcs';

const VTPR: u64 = 0x80;

export function tprShadowActive(): bool {
  return (proc() & Proc.USE_TPR_SHADOW) != 0;
}

function vtpr(): u32 {
  return physicalRead8(vm64(V.VIRTUAL_APIC_PAGE_ADDR) + VTPR);
}

/** CR8 as the guest reads it: VTPR bits 7:4. */
export function readTprShadow(): u64 {
  return <u64>(vtpr() >> 4);
}

/** Bits 3:0 of the threshold are above VTPR bits 7:4. */
export function vmReadsTprBelowThreshold(): bool {
  if (!tprShadowActive()) return false;
  return (vm32(V.TPR_THRESHOLD) & (<u32>Cr8.TPR)) > vtpr() >> 4;
}

/**
 * MOV to CR8 under TPR shadow. When VTPR falls below the threshold the exit is trap-like: the instruction is complete and
 * counted, and the result is true.
 */
export function writeTprShadow(u: usize, value: u64): bool {
  physicalWrite8(vm64(V.VIRTUAL_APIC_PAGE_ADDR) + VTPR, (<u32>(value << 4)) & 0xff);
  if (!vmReadsTprBelowThreshold()) return false;
  setRip(rip() + <u64>load<u8>(u + Uop.LENGTH));
  set64(State.RETIRED, get64(State.RETIRED) + 1);
  requestExit(Exit.TPR_BELOW_THRESHOLD, 0);
  return true;
}
