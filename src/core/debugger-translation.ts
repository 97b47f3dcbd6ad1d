// Translations the debugger asks for: no accessed or dirty bit is set, nothing faults, no TLB entry is made or used. Results
// cross the Wasm border at State.IMPORT_VALUE.
import { State } from '../abi/state-block';
import { Access, NOT_MAPPED } from './mmu/access';
import { walk } from './mmu/hardware-walk';
import { S } from './state';
import { eptActive, guestPhysical, probeEpt } from './vmx/ept';

function answer(hpa: u64): u32 {
  store<u64>(S + State.IMPORT_VALUE, hpa);
  return hpa == NOT_MAPPED ? 0 : 1;
}

/** Linear to host-physical with the running translation: 1 found, 0 not mapped. */
export function translateLinear(linearHigh: u32, linearLow: u32): u32 {
  return answer(
    walk(((<u64>linearHigh) << 32) | (<u64>linearLow), Access.READ | Access.SYSTEM | Access.PROBE),
  );
}

/** Guest-physical to host-physical through the EPT in force: 1 found, 0 not mapped. */
export function translateGuestPhysical(addressHigh: u32, addressLow: u32): u32 {
  const gpa = ((<u64>addressHigh) << 32) | (<u64>addressLow);
  return answer(eptActive() ? guestPhysical(gpa, Access.READ | Access.PROBE, 0, false) : gpa);
}

/** Guest-physical to host-physical through any EPT pointer, of a level that does not run. */
export function translateThroughEpt(eptpHigh: u32, eptpLow: u32, addressHigh: u32, addressLow: u32): u32 {
  const eptp = ((<u64>eptpHigh) << 32) | (<u64>eptpLow);
  return answer(probeEpt(eptp, ((<u64>addressHigh) << 32) | (<u64>addressLow)));
}
