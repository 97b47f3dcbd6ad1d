// TPR virtualization (SDM 29.1.2, 29.3): the task priority is byte 80H of the virtual-APIC page, for MOV CR8, for the APIC-access page
// and for the x2APIC MSR alike. Falling below the threshold exits, unless virtual interrupts are delivered: then it is their priority.
import { ApicRegister, Cr8, Exit, V } from '../gen/constants';
import { requestExit } from '../pending';
import { noteApicWrite } from './apic-write-due';
import { tprShadowActive, vtpr, writeVirtualApic } from './virtual-apic-page';
import { evaluateVirtualInterrupts, virtualInterruptDelivery, virtualizePpr } from './virtual-interrupts';
import { vm32 } from './vmcs';

/** CR8 as the guest reads it: VTPR bits 7:4. */
export function readTprShadow(): u64 {
  return <u64>(vtpr() >> 4);
}

/** MOV to CR8: the rest of VTPR becomes 0. The processor looks at it when the instruction is complete. */
export function writeTprShadow(value: u64): void {
  writeVirtualApic(ApicRegister.TPR, 4, (<u32>value) << 4);
  noteApicWrite(ApicRegister.TPR);
}

/** Bits 3:0 of the threshold are above VTPR bits 7:4: an exit, at VM entry too (SDM 26.6.7). True when it is requested. */
export function tprThresholdExit(): bool {
  if (!tprShadowActive() || virtualInterruptDelivery()) return false;
  if ((vm32(V.TPR_THRESHOLD) & (<u32>Cr8.TPR)) <= vtpr() >> 4) return false;
  requestExit(Exit.TPR_BELOW_THRESHOLD, 0);
  return true;
}

/** VTPR has changed. True when an exit is requested. */
export function virtualizeTpr(): bool {
  if (!virtualInterruptDelivery()) return tprThresholdExit();
  virtualizePpr();
  evaluateVirtualInterrupts();
  return false;
}
