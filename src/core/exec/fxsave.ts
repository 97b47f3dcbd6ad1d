// FXSAVE and FXRSTOR, LDMXCSR and STMXCSR. SDM Vol. 1, 10.5; Vol. 2, FXSAVE.
import { State } from '../../abi/state-block';
import { faulted } from '../fault';
import { Cr4, Reason } from '../gen/constants';
import { probeWrite } from '../memory';
import { checkedOperandLinear, readOperand, writeOperand } from '../operands';
import { get32, get64, set32 } from '../state';
import { Next, Uop } from '../uop';
import { loadState, storeState } from '../vector-memory';
import {
  Area,
  MXCSR_MASK,
  image,
  imageMxcsr,
  imageX87,
  imageXmm,
  loadX87,
  loadXmm,
  xmmEnd,
} from './extended-image';
import { refuse } from './refusal';

const LEGACY_BYTES: u32 = 512;

/** Address of an area that must be aligned; check `faulted()`. */
export function areaLinear(u: usize, bytes: u32, write: bool, alignment: u32): u64 {
  const linear = checkedOperandLinear(u, bytes, write);
  if (!faulted() && ((<u32>linear) & (alignment - 1)) != 0)
    refuse(Reason.OPERAND_ALIGNMENT, linear, alignment);
  return linear;
}

/** #GP(0) for bits that MXCSR does not have. */
export function checkMxcsr(value: u32): void {
  if (value & ~MXCSR_MASK) refuse(Reason.MXCSR_RESERVED, value, value & ~MXCSR_MASK);
}

/** With REX.W the pointers are 64 bits. */
function wide(u: usize): bool {
  return load<u8>(u + Uop.WIDTH) == 8;
}

/** Without CR4.OSFXSR the SSE state is not the operating system's to save (SDM Vol. 1, 11.6.2). */
function withSse(): bool {
  return (get64(State.CR4) & Cr4.OSFXSR) != 0;
}

export function execFxsave(u: usize): i32 {
  const linear = areaLinear(u, LEGACY_BYTES, true, 16);
  if (!faulted()) probeWrite(linear, LEGACY_BYTES);
  if (faulted()) return Next.FAULT;
  imageX87(wide(u));
  imageMxcsr();
  imageXmm();
  // What is not saved is not written.
  if (withSse()) storeState(linear, image, xmmEnd());
  else {
    storeState(linear, image, Area.MXCSR);
    storeState(linear + Area.ST, image + Area.ST, Area.XMM - Area.ST);
  }
  return Next.DONE;
}

export function execFxrstor(u: usize): i32 {
  const linear = areaLinear(u, LEGACY_BYTES, false, 16);
  if (!faulted()) loadState(image, linear, LEGACY_BYTES);
  if (!faulted() && withSse()) checkMxcsr(load<u32>(image + Area.MXCSR));
  if (faulted()) return Next.FAULT;
  loadX87(wide(u));
  if (withSse()) {
    set32(State.MXCSR, load<u32>(image + Area.MXCSR));
    loadXmm();
  }
  return Next.DONE;
}

export function execLdmxcsr(u: usize): i32 {
  const value = <u32>readOperand(u, 4);
  if (!faulted()) checkMxcsr(value);
  if (faulted()) return Next.FAULT;
  set32(State.MXCSR, value);
  return Next.DONE;
}

export function execStmxcsr(u: usize): i32 {
  writeOperand(u, 4, <u64>get32(State.MXCSR));
  return faulted() ? Next.FAULT : Next.DONE;
}
