// The virtual-APIC page (SDM 29.1.1): registers of the guest's local APIC, in host-physical memory, at the offsets of an xAPIC page.
// Knows bytes and vectors; what a register means is others'.
import { ApicRegister, Proc, V } from '../gen/constants';
import {
  physicalRead16,
  physicalRead32,
  physicalRead64,
  physicalRead8,
  physicalWrite16,
  physicalWrite32,
  physicalWrite64,
  physicalWrite8,
} from '../mmu/physical';
import { proc, vm64 } from './vmcs';

/** "Use TPR shadow": there is a virtual-APIC page, and CR8 is in it. */
export function tprShadowActive(): bool {
  return (proc() & Proc.USE_TPR_SHADOW) != 0;
}

function at(offset: u32): u64 {
  return vm64(V.VIRTUAL_APIC_PAGE_ADDR) + <u64>offset;
}

/** Bytes of a register, at most 4. */
export function readVirtualApic(offset: u32, size: u32): u32 {
  if (size == 4) return physicalRead32(at(offset));
  return size == 2 ? physicalRead16(at(offset)) : physicalRead8(at(offset));
}

export function writeVirtualApic(offset: u32, size: u32, value: u32): void {
  if (size == 4) physicalWrite32(at(offset), value);
  else if (size == 2) physicalWrite16(at(offset), value);
  else physicalWrite8(at(offset), value);
}

/** The 8 bytes that an x2APIC MSR is (SDM 29.5). */
export function readVirtualMsr(offset: u32): u64 {
  return physicalRead64(at(offset));
}

export function writeVirtualMsr(offset: u32, value: u64): void {
  physicalWrite64(at(offset), value);
}

/** Virtual task priority. */
export function vtpr(): u32 {
  return readVirtualApic(ApicRegister.TPR, 1);
}

/** Where the word with a vector's bit is: eight words of 32 vectors, 16 bytes apart. `set`: the first of VISR or VIRR. */
export function wordOf(set: u32, vector: u32): u32 {
  return set + ((vector >> 5) << 4);
}

export function setVector(set: u32, vector: u32, on: bool): void {
  const word = wordOf(set, vector);
  const bit: u32 = 1 << (vector & 31);
  const old = readVirtualApic(word, 4);
  writeVirtualApic(word, 4, on ? old | bit : old & ~bit);
}

/** The highest vector of a set, 0 when it is empty. */
export function highestVector(set: u32): u32 {
  for (let first: i32 = 224; first >= 0; first -= 32) {
    const word = readVirtualApic(wordOf(set, first), 4);
    if (word != 0) return <u32>first + 31 - clz(word);
  }
  return 0;
}
