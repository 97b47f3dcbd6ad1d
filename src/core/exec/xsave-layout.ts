// State components: which are in use, where they lie in an area (SDM Vol. 1, 13.4 to 13.6). x87 and SSE have fixed places in the
// legacy region; sizes and standard places of the others are the profile's CPUID leaf DH. A component is in use when its
// contents differ from the initial configuration: that is looked up, not tracked.
import { State } from '../../abi/state-block';
import { CpuidTable } from '../../abi/tables';
import { cpuidRegister } from '../cpuid-table';
import { Xcr0 } from '../gen/constants';
import { get32, get64 } from '../state';
import { Area, vectorHalvesInUse, x87IsInitial } from './extended-image';

const LEAF: u32 = 0xd;
/** The first component behind the header, and the last that an area can have. */
const FIRST_EXTENDED: u32 = 2;
const LAST: u32 = 62;
/** CPUID.DH ECX bit 1: the component starts on a multiple of 64 in the compacted format. */
const ALIGNED: u32 = 2;
/** CPUID.(DH,1).EAX: XSAVEC, XSAVES. */
const COMPACTING: u32 = 0xa;

/** XCOMP_BV bit 63: the area is in the compacted format. */
export const COMPACTED: u64 = 0x8000000000000000;
/** Components in the legacy region. */
export const LEGACY: u64 = Xcr0.X87 | Xcr0.SSE;

export function componentSize(index: u32): u32 {
  return cpuidRegister(LEAF, index, CpuidTable.EAX);
}

/** Place of a component in an area whose XCOMP_BV is `layout`; without bit 63 the standard one. */
export function componentOffset(index: u32, layout: u64): u32 {
  if (!(layout & COMPACTED)) return cpuidRegister(LEAF, index, CpuidTable.EBX);
  let offset: u32 = Area.EXTENDED;
  for (let i: u32 = FIRST_EXTENDED; i <= index; i++) {
    if (!((layout >> i) & 1)) continue;
    if (cpuidRegister(LEAF, i, CpuidTable.ECX) & ALIGNED) offset = (offset + 63) & ~63;
    if (i < index) offset += componentSize(i);
  }
  return offset;
}

/** Bytes of an area that has these components. */
export function areaSize(components: u64, layout: u64): u32 {
  let size: u32 = Area.HEADER_END;
  for (let i: u32 = FIRST_EXTENDED; i <= LAST; i++) {
    if (!((components >> i) & 1)) continue;
    const end = componentOffset(i, layout) + componentSize(i);
    if (end > size) size = end;
  }
  return size;
}

/** XSAVEC or XSAVES is there. */
export function compacting(): bool {
  return (cpuidRegister(LEAF, 1, CpuidTable.EAX) & COMPACTING) != 0;
}

/** Supervisor components that IA32_XSS may enable. */
export function supervisorComponents(): u64 {
  const high = (<u64>cpuidRegister(LEAF, 1, CpuidTable.EDX)) << 32;
  return high | (<u64>cpuidRegister(LEAF, 1, CpuidTable.ECX));
}

/** XINUSE. */
export function componentsInUse(): u64 {
  let bits: u64 = 0;
  if (!x87IsInitial()) bits |= Xcr0.X87;
  if (vectorHalvesInUse(0)) bits |= Xcr0.SSE;
  if (vectorHalvesInUse(16)) bits |= Xcr0.AVX;
  if (get32(State.PKRU)) bits |= Xcr0.PKRU;
  return bits;
}

/** User components that are enabled and, with supervisor ones, those of IA32_XSS. */
export function enabledComponents(supervisor: bool): u64 {
  return supervisor ? get64(State.XCR0) | get64(State.MSR_XSS) : get64(State.XCR0);
}
