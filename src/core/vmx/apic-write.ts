// APIC-write emulation (SDM 29.4.3.2): what follows a virtualized write, at the boundary after the operation that made it. Whatever
// the processor does not do by itself is an exit that comes like a trap.
import { ApicRegister, Exit, Ia32X2apicIcr } from '../gen/constants';
import { requestExit } from '../pending';
import { takeApicWrite } from './apic-write-due';
import { virtualizeTpr } from './tpr-shadow';
import { readVirtualApic, vtpr, writeVirtualApic } from './virtual-apic-page';
import { virtualInterruptDelivery, virtualizeEoi, virtualizeSelfIpi } from './virtual-interrupts';

/** Offset of the register that a byte of the page belongs to. */
const REGISTER: u32 = 0xff0;
/** Vectors below have no priority class: they cannot be sent. */
const FIRST_VECTOR: u32 = 16;
/** Fields that a self-IPI may have as it likes; the others are 0 and the shorthand is "self". */
const FREE: u32 = <u32>(Ia32X2apicIcr.VECTOR | Ia32X2apicIcr.DESTINATION_MODE | Ia32X2apicIcr.LEVEL);
const TO_SELF: u32 = 1 << (<u32>Ia32X2apicIcr.SHORTHAND_SHIFT);

/** Does what is due. True when an exit is requested. */
export function completeApicWrite(): bool {
  const offset = takeApicWrite();
  switch (offset & REGISTER) {
    case ApicRegister.TPR:
      writeVirtualApic(ApicRegister.TPR, 4, vtpr());
      return virtualizeTpr();
    case ApicRegister.EOI:
      if (!virtualInterruptDelivery()) break;
      writeVirtualApic(ApicRegister.EOI, 4, 0);
      return virtualizeEoi();
    case ApicRegister.ICR_LOW:
      if (!virtualInterruptDelivery()) break;
      return interruptCommand(offset);
    case ApicRegister.ICR_HIGH:
      writeVirtualApic(ApicRegister.ICR_HIGH, 4, readVirtualApic(ApicRegister.ICR_HIGH, 4) & 0xff000000);
      return false;
    case ApicRegister.SELF_IPI:
      return selfIpi(readVirtualApic(ApicRegister.SELF_IPI, 4), offset);
  }
  return writeExit(offset);
}

function interruptCommand(offset: u32): bool {
  const command = readVirtualApic(ApicRegister.ICR_LOW, 4);
  if ((command & ~FREE) != TO_SELF) return writeExit(offset);
  return selfIpi(command & (<u32>Ia32X2apicIcr.VECTOR), offset);
}

function selfIpi(vector: u32, offset: u32): bool {
  if (vector < FIRST_VECTOR) return writeExit(offset);
  virtualizeSelfIpi(vector);
  return false;
}

function writeExit(offset: u32): bool {
  requestExit(Exit.APIC_WRITE, <u64>offset);
  return true;
}
