// "Virtualize x2APIC mode" (SDM 29.5): RDMSR and WRMSR of 800H to 8FFH that the MSR bitmap passes act on the virtual-APIC page, in
// whatever mode the local APIC is.
import { Msr, Proc2 } from '../gen/constants';
import { inNonRoot } from './state-of-operation';
import { noteApicWrite } from './apic-write-due';
import { readVirtualMsr, writeVirtualMsr } from './virtual-apic-page';
import { virtualInterruptDelivery } from './virtual-interrupts';
import { proc2 } from './vmcs';

/** Bits of the number that say which register it is: the rest is the same for all of the range. */
const INDEX: u32 = 0xff;
/** What a virtualized MSR takes: a byte, or nothing but 0. */
const BYTE: u64 = 0xff;

function offsetOf(msr: u32): u32 {
  return (msr & INDEX) << 4;
}

function inRange(msr: u32): bool {
  return (msr & ~INDEX) == ((<u32>Msr.IA32_X2APIC_TPR) & ~INDEX);
}

function active(msr: u32): bool {
  return inNonRoot() && inRange(msr) && (proc2() & Proc2.VIRTUALIZE_X2APIC_MODE) != 0;
}

/** RDMSR answers from the virtual-APIC page. */
export function x2apicReadVirtualized(msr: u32): bool {
  if (!active(msr)) return false;
  return msr == Msr.IA32_X2APIC_TPR || (proc2() & Proc2.APIC_REGISTER_VIRTUALIZATION) != 0;
}

export function readX2apicVirtualized(msr: u32): u64 {
  return readVirtualMsr(offsetOf(msr));
}

/** WRMSR goes to the virtual-APIC page. */
export function x2apicWriteVirtualized(msr: u32): bool {
  if (!active(msr)) return false;
  if (msr == Msr.IA32_X2APIC_TPR) return true;
  return (msr == Msr.IA32_X2APIC_EOI || msr == Msr.IA32_X2APIC_SELF_IPI) && virtualInterruptDelivery();
}

/** Bits that a value may have set: others make the write #GP(0). */
export function x2apicDefinedBits(msr: u32): u64 {
  return msr == Msr.IA32_X2APIC_EOI ? 0 : BYTE;
}

/** Stores it; what follows is done when the instruction is complete. */
export function writeX2apicVirtualized(msr: u32, value: u64): void {
  const offset = offsetOf(msr);
  writeVirtualMsr(offset, value);
  noteApicWrite(offset);
}
