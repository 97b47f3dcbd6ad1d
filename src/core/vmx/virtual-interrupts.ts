// Virtual interrupts (SDM 29.1.3 to 29.2): priorities, their evaluation, and what EOI and self-IPI do to VISR and VIRR. RVI and SVI
// are kept in the VMCS itself. Delivery stands at the boundary where the poller puts it (events/poll.ts).
import { setAttention } from '../attention';
import { ApicRegister, Exit, Proc, Proc2, V } from '../gen/constants';
import { requestExit } from '../pending';
import { get32, set32 } from '../state';
import { interruptsOpen } from './state-of-operation';
import { highestVector, readVirtualApic, setVector, vtpr, writeVirtualApic } from './virtual-apic-page';
import { Vmx, proc, proc2, setVm32, vm16, vm64 } from './vmcs';

/** A priority class: bits 7:4 of a vector or of a priority. */
const CLASS: u32 = 0xf0;
/** Guest interrupt status: requesting virtual interrupt below, servicing virtual interrupt above (SDM 24.4.2). */
const SVI_SHIFT: u32 = 8;

export function virtualInterruptDelivery(): bool {
  return (proc2() & Proc2.VIRTUAL_INTERRUPT_DELIVERY) != 0;
}

function rvi(): u32 {
  return vm16(V.GUEST_INTR_STATUS) & 0xff;
}

function svi(): u32 {
  return vm16(V.GUEST_INTR_STATUS) >> SVI_SHIFT;
}

function setStatus(requesting: u32, servicing: u32): void {
  setVm32(V.GUEST_INTR_STATUS, requesting | (servicing << SVI_SHIFT));
}

/** SDM 29.1.3. */
export function virtualizePpr(): void {
  const priority = vtpr();
  const servicing = svi();
  const vppr = (priority & CLASS) >= (servicing & CLASS) ? priority : servicing & CLASS;
  writeVirtualApic(ApicRegister.PPR, 4, vppr);
}

/** SDM 29.2.1: whether a pending virtual interrupt is recognized, from now on. */
export function evaluateVirtualInterrupts(): void {
  const above = (rvi() & CLASS) > (readVirtualApic(ApicRegister.PPR, 1) & CLASS);
  const recognized = above && (proc() & Proc.INTERRUPT_WINDOW_EXITING) == 0;
  set32(Vmx.VIRTUAL_INTERRUPT, recognized ? 1 : 0);
  if (recognized) setAttention();
}

/** At VM entry (SDM 26.3.2.5). */
export function startVirtualInterrupts(): void {
  set32(Vmx.VIRTUAL_INTERRUPT, 0);
  set32(Vmx.APIC_WRITE, 0);
  if (!virtualInterruptDelivery()) return;
  virtualizePpr();
  evaluateVirtualInterrupts();
}

/** A vector joins those requested: RVI is the higher one. */
export function requestVirtualInterrupt(vector: u32): void {
  if (vector > rvi()) setStatus(vector, svi());
  evaluateVirtualInterrupts();
}

/** SDM 29.1.5. */
export function virtualizeSelfIpi(vector: u32): void {
  setVector(ApicRegister.IRR0, vector, true);
  requestVirtualInterrupt(vector);
}

/** SDM 29.1.4. True when the exit is requested. */
export function virtualizeEoi(): bool {
  const vector = svi();
  setVector(ApicRegister.ISR0, vector, false);
  setStatus(rvi(), highestVector(ApicRegister.ISR0));
  virtualizePpr();
  const bitmap = vm64(V.EOI_EXIT_BITMAP0 + (((<usize>vector) >> 6) << 3));
  if ((bitmap >> (<u64>(vector & 63))) & 1) {
    requestExit(Exit.EOI_INDUCED, <u64>vector);
    return true;
  }
  evaluateVirtualInterrupts();
  return false;
}

/** A recognized virtual interrupt that nothing blocks; it ends HLT (SDM 29.2.2). */
export function virtualInterruptDue(): bool {
  return get32(Vmx.VIRTUAL_INTERRUPT) != 0 && interruptsOpen();
}

/** It is in service from now on: its vector (SDM 29.2.2). */
export function acknowledgeVirtualInterrupt(): u32 {
  const vector = rvi();
  setVector(ApicRegister.ISR0, vector, true);
  writeVirtualApic(ApicRegister.PPR, 4, vector & CLASS);
  setVector(ApicRegister.IRR0, vector, false);
  setStatus(highestVector(ApicRegister.IRR0), vector);
  set32(Vmx.VIRTUAL_INTERRUPT, 0);
  return vector;
}
