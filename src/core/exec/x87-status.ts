// How an x87 instruction begins and ends: environment from the control word, exceptions into the status word, last-instruction
// pointers (SDM Vol. 1, 8.1.3, 8.1.8, 8.5, 8.6). Nothing here is written before the instruction can no longer fault.
import { Seg, Segment, State } from '../../abi/state-block';
import { codeLinear } from '../decode/block';
import {
  Exception,
  beginX87,
  raiseException,
  raised,
  roundedUp,
  setRaised,
  setRoundedUp,
  unmasked,
} from '../float/environment';
import { FpuControl, FpuStatus } from '../gen/constants';
import { physicalRead8 } from '../mmu/physical';
import { translateFetch } from '../mmu/translate';
import { effectiveAddress } from '../operands';
import { get32, get64, segment, set32, set64 } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { DEFAULT_NAN, DEFAULT_NAN_HEAD, isEmpty, pop, push, writeStack } from './x87-stack';

let stackFault: bool = false;

/** Takes rounding and masks out of the control word. */
export function begin(): void {
  const control = get32(State.FPU_CONTROL);
  beginX87((control & FpuControl.RC) >> FpuControl.RC_SHIFT, ~control & FpuControl.MASKS);
  stackFault = false;
}

/** Bits of the significand by precision control; the reserved value counts as 64. */
export function precision(): u32 {
  const field = (get32(State.FPU_CONTROL) & FpuControl.PC) >> FpuControl.PC_SHIFT;
  return field == 0 ? 24 : field == 2 ? 53 : 64;
}

/** True when an unmasked exception keeps the operation from happening. */
export function refused(): bool {
  return (raised & unmasked & Exception.BEFORE) != 0;
}

/** Ends an instruction that happened, and one that was refused: only what comes before the operation is reported then. */
export function finish(u: usize): i32 {
  if (refused()) {
    setRaised(raised & Exception.BEFORE);
    if (!stackFault) setRoundedUp(false);
  }
  let status = (get32(State.FPU_STATUS) & ~FpuStatus.C1) | raised;
  if (roundedUp) status |= FpuStatus.C1;
  if (stackFault) status |= FpuStatus.SF;
  if (raised & unmasked) {
    status |= FpuStatus.ES | FpuStatus.B;
    noteOpcode();
  }
  set32(State.FPU_STATUS, status);
  notePointers(u);
  return Next.DONE;
}

/** Where this instruction and its operand are: for the next FNSTENV. */
export function notePointers(u: usize): void {
  set64(State.FPU_IP, get64(State.RIP));
  set32(State.FPU_CS, load<u32>(segment(Seg.CS) + Segment.SELECTOR));
  if (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) return;
  set64(State.FPU_DP, effectiveAddress(u));
  set32(State.FPU_DS, load<u32>(segment(load<u8>(u + Uop.SEGMENT)) + Segment.SELECTOR));
}

/** True for a prefix that an x87 instruction can have. */
function isPrefix(byte: u32): bool {
  return (byte & 0xf8) != 0xd8;
}

/**
 * The last opcode is kept of instructions with an unmasked exception only, as processors do while IA32_MISC_ENABLE bit 2 is
 * clear (SDM Vol. 1, 8.1.9.1): low three bits of the first byte, then ModRM. It is read from the code again.
 */
function noteOpcode(): void {
  let linear = codeLinear(get64(State.RIP));
  let byte = codeByte(linear);
  for (let i = 0; i < 14 && isPrefix(byte); i++) byte = codeByte(++linear);
  set32(State.FPU_OPCODE, ((byte & 7) << 8) | codeByte(linear + 1));
}

/** The bytes were fetched just now: their translation cannot fault. */
function codeByte(linear: u64): u32 {
  return physicalRead8(translateFetch(linear));
}

/** ES and B follow exceptions and masks, when either was loaded. */
export function summarize(): void {
  const status = get32(State.FPU_STATUS);
  const pending = status & ~get32(State.FPU_CONTROL) & FpuControl.MASKS;
  const summary = FpuStatus.ES | FpuStatus.B;
  set32(State.FPU_STATUS, pending ? status | summary : status & ~summary);
}

/** Stack underflow (`overflow` false) or overflow: an invalid operation. True when it is masked. */
function noteStackFault(overflow: bool): bool {
  raiseException(Exception.INVALID);
  stackFault = true;
  setRoundedUp(overflow);
  return (unmasked & Exception.INVALID) == 0;
}

/** An operand is empty: masked, ST(target) becomes the default NaN and `pops` registers are popped. */
export function underflowInto(u: usize, target: u32, pops: u32): i32 {
  if (noteStackFault(false)) {
    writeStack(target, DEFAULT_NAN, DEFAULT_NAN_HEAD);
    for (let i: u32 = 0; i < pops; i++) pop();
  }
  return finish(u);
}

/** An operand of a comparison or a store is empty; true when it is masked and the default response is due. */
export function underflow(): bool {
  return noteStackFault(false);
}

/** Pushes a result; on a full stack the default NaN in its place. A denormal is pushed though its exception is not masked. */
export function pushResult(u: usize, significand: u64, head: u32): i32 {
  if (!isEmpty(7)) return overflowPush(u);
  if (!(raised & unmasked & Exception.INVALID)) push(significand, head);
  return finish(u);
}

/** The register above the top is in use. */
export function overflowPush(u: usize): i32 {
  setRaised(0);
  if (noteStackFault(true)) push(DEFAULT_NAN, DEFAULT_NAN_HEAD);
  return finish(u);
}

/** FXTRACT without room: both results are the default NaN when that is masked. */
export function overflowInto(u: usize): i32 {
  if (noteStackFault(true)) {
    writeStack(0, DEFAULT_NAN, DEFAULT_NAN_HEAD);
    push(DEFAULT_NAN, DEFAULT_NAN_HEAD);
  }
  return finish(u);
}

/** Pushes the default NaN for an empty source. */
export function underflowPush(u: usize): i32 {
  if (noteStackFault(false)) push(DEFAULT_NAN, DEFAULT_NAN_HEAD);
  return finish(u);
}
