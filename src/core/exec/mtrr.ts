// Memory-type range registers and IA32_PAT: stored and checked, without effect on memory (SDM 3A 11.11, 11.12). The chip has
// no caches.
import { State } from '../../abi/state-block';
import { Ia32MtrrDefType, Ia32Mtrrcap, MemoryTypeSet, Msr } from '../gen/constants';
import { areMemoryTypes, isMemoryType } from '../memory-types';
import { physicalMask } from '../physical-width';
import { get64, set64 } from '../state';

/** Variable ranges, a PHYSBASE and a PHYSMASK each. */
const RANGES: u32 = 8;
const NOT_MTRR: usize = 0;

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

/** False (nothing written) for an invalid type or a reserved bit. */
export function writeMtrr(index: u32, value: u64): bool {
  if (index == Msr.IA32_MTRR_DEF_TYPE) {
    const defined = Ia32MtrrDefType.TYPE | Ia32MtrrDefType.FE | Ia32MtrrDefType.E;
    if ((value & ~defined) != 0 || !isMemoryType(value & Ia32MtrrDefType.TYPE, MemoryTypeSet.MTRR))
      return false;
    set64(State.MSR_MTRR_DEF_TYPE, value);
    return true;
  }
  const fixed = fixedSlot(index);
  if (fixed != NOT_MTRR) {
    if (!areMemoryTypes(value, MemoryTypeSet.MTRR)) return false;
    set64(fixed, value);
    return true;
  }
  if ((value & ~physicalMask()) != 0) return false;
  const mask = (index & 1) != 0;
  if (mask ? (value & 0x7ff) != 0 : (value & 0xf00) != 0 || !isMemoryType(value & 0xff, MemoryTypeSet.MTRR))
    return false;
  set64(variableSlot(index), value);
  return true;
}
