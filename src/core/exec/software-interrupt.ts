// INT n, INT3, INTO, INT1, BOUND and UD (SDM 2A pseudocode, 3A 6.4.4). Delivery itself is events/.
import { Mode, State } from '../../abi/state-block';
import { deliverOrFault } from '../events/fault-delivery';
import { faultAbout, faulted, raisePlainBecause } from '../fault';
import { rflags } from '../flags';
import { EventType, Reason, Rflags, Vector } from '../gen/constants';
import { readLinear16, readLinear32 } from '../memory';
import { checkedOperandLinear } from '../operands';
import { get32, gpr } from '../state';
import { Next, Uop } from '../uop';
import { inNonRoot, interceptException } from '../vmx/hooks';
import { virtualRefused } from './flag-control';

export function execUd(_u: usize): i32 {
  raisePlainBecause(Reason.OPCODE_UNDEFINED, Vector.UD);
  return Next.FAULT;
}

/** INT n never exits through the exception bitmap. Virtual-8086 mode needs IOPL 3 (CR4.VME is not claimed). */
export function execIntN(u: usize): i32 {
  if (virtualRefused()) return Next.FAULT;
  const vector = (<u32>load<u64>(u + Uop.IMMEDIATE)) & 0xff;
  return deliverOrFault(vector, EventType.SOFTWARE_INTERRUPT, load<u8>(u + Uop.LENGTH), Next.JUMPED);
}

/** Delivers an exception that an instruction asks for, unless the exception bitmap makes it an exit. */
function softwareException(u: usize, vector: u32, type: u32): i32 {
  const length: u32 = load<u8>(u + Uop.LENGTH);
  if (inNonRoot() && interceptException(vector, type, false, 0, 0, length)) return Next.EXITED;
  return deliverOrFault(vector, type, length, Next.JUMPED);
}

export function execInt3(u: usize): i32 {
  return softwareException(u, Vector.BP, EventType.SOFTWARE_EXCEPTION);
}

export function execInto(u: usize): i32 {
  if (get32(State.MODE) == Mode.LONG_64) return execUd(u);
  if ((rflags() & Rflags.OF) == 0) return Next.DONE;
  return softwareException(u, Vector.OF, EventType.SOFTWARE_EXCEPTION);
}

export function execInt1(u: usize): i32 {
  return softwareException(u, Vector.DB, EventType.PRIVILEGED_SOFTWARE_EXCEPTION);
}

/** #BR when the signed register lies outside the pair of bounds in memory. */
export function execBound(u: usize): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const linear = checkedOperandLinear(u, width * 2, false);
  if (faulted()) return Next.FAULT;
  const value = gpr(load<u8>(u + Uop.REG));
  const wide = width != 2;
  const index: i32 = wide ? <i32>value : <i32>(<i16>value);
  const lower: i32 = wide ? <i32>readLinear32(linear) : <i32>(<i16>readLinear16(linear));
  const upper: i32 = wide ? <i32>readLinear32(linear + 4) : <i32>(<i16>readLinear16(linear + 2));
  if (faulted()) return Next.FAULT;
  if (index >= lower && index <= upper) return Next.DONE;
  raisePlainBecause(Reason.BOUND_RANGE, Vector.BR, <u32>index, <u32>lower);
  faultAbout(<u32>upper);
  return Next.FAULT;
}
