// Memory-type range registers and IA32_PAT: stored and checked, without effect on memory (SDM 3A 11.11, 11.12). The chip has
// no caches.
import { State } from '../../abi/state-block';
import { Ia32MtrrDefType, Ia32Mtrrcap, MemoryTypeSet, Msr } from '../gen/constants';
import { areMemoryTypes, isMemoryType } from '../memory-types';
import { physicalMask } from '../physical-width';
import { get64, set64 } from '../state';
import { onlyBits, refuseMemoryType } from './msr-values';

/** Variable ranges, a PHYSBASE and a PHYSMASK each. */
const RANGES: u32 = 8;
const NOT_MTRR: usize = 0;
/** IA32_MTRR_PHYSBASE: the type, and what is reserved beside the width; IA32_MTRR_PHYSMASK: what is reserved (SDM 11.11.2.3). */
const BASE_TYPE: u64 = 0xff;
const BASE_RESERVED: u64 = 0xf00;
const MASK_RESERVED: u64 = 0x7ff;

export function mtrrCapabilities(): u64 {
  return (<u64>RANGES) | Ia32Mtrrcap.FIX | Ia32Mtrrcap.WC;
}

/** Slot of a fixed-range register in the state block, NOT_MTRR for other indexes. */
function fixedSlot(index: u32): usize {
  if (index == Msr.IA32_MTRR_FIX64K_00000) return State.MSR_MTRR_FIXED;
  if (index == Msr.IA32_MTRR_FIX16K_80000) return <usize>State.MSR_MTRR_FIXED + 8;
  if (index == Msr.IA32_MTRR_FIX16K_A0000) return <usize>State.MSR_MTRR_FIXED + 16;
  if (index >= Msr.IA32_MTRR_FIX4K_C0000 && index <= Msr.IA32_MTRR_FIX4K_F8000)
    return <usize>State.MSR_MTRR_FIXED + 24 + ((<usize>(index - Msr.IA32_MTRR_FIX4K_C0000)) << 3);
  return NOT_MTRR;
}

function variableSlot(index: u32): usize {
  const offset = index - Msr.IA32_MTRR_PHYSBASE0;
  return offset < RANGES * 2 ? <usize>State.MSR_MTRR_VARIABLE + ((<usize>offset) << 3) : NOT_MTRR;
}

export function isMtrr(index: u32): bool {
  return index == Msr.IA32_MTRR_DEF_TYPE || fixedSlot(index) != NOT_MTRR || variableSlot(index) != NOT_MTRR;
}

export function readMtrr(index: u32): u64 {
  if (index == Msr.IA32_MTRR_DEF_TYPE) return get64(State.MSR_MTRR_DEF_TYPE);
  const fixed = fixedSlot(index);
  return get64(fixed != NOT_MTRR ? fixed : variableSlot(index));
}

/** #GP(0) (nothing written) for an invalid type or a reserved bit. */
export function writeMtrr(index: u32, value: u64): void {
  if (index == Msr.IA32_MTRR_DEF_TYPE) {
    if (!onlyBits(value, Ia32MtrrDefType.TYPE | Ia32MtrrDefType.FE | Ia32MtrrDefType.E)) return;
    writeTyped(State.MSR_MTRR_DEF_TYPE, value, Ia32MtrrDefType.TYPE);
    return;
  }
  const fixed = fixedSlot(index);
  if (fixed != NOT_MTRR) {
    if (areMemoryTypes(value, MemoryTypeSet.MTRR)) set64(fixed, value);
    else refuseMemoryType(value);
    return;
  }
  const isMask = (index & 1) != 0;
  if (!onlyBits(value, physicalMask() & ~(isMask ? MASK_RESERVED : BASE_RESERVED))) return;
  if (isMask) set64(variableSlot(index), value);
  else writeTyped(variableSlot(index), value, BASE_TYPE);
}

function writeTyped(slot: usize, value: u64, type: u64): void {
  if (isMemoryType(value & type, MemoryTypeSet.MTRR)) set64(slot, value);
  else refuseMemoryType(value);
}
