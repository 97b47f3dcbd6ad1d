// A write to the virtual-APIC page is followed by its emulation when the operation that made it is complete (SDM 29.4.3.2): here it
// is noted, apic-write.ts does it at the next boundary.
import { setAttention } from '../attention';
import { get32, set32 } from '../state';
import { Vmx } from './vmcs';

export function noteApicWrite(offset: u32): void {
  set32(Vmx.APIC_WRITE, offset + 1);
  setAttention();
}

/** Another register was written by the operation that is going on. */
export function otherApicWriteDue(offset: u32): bool {
  const due = get32(Vmx.APIC_WRITE);
  return due != 0 && due != offset + 1;
}

export function apicWriteDue(): bool {
  return get32(Vmx.APIC_WRITE) != 0;
}

/** Offset of the write that is due; it is taken. */
export function takeApicWrite(): u32 {
  const offset = get32(Vmx.APIC_WRITE) - 1;
  set32(Vmx.APIC_WRITE, 0);
  return offset;
}
