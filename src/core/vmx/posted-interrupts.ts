// Posted interrupts (SDM 29.6): an external interrupt with the notification vector makes the processor take over the requests of the
// posted-interrupt descriptor instead of exiting.
import { State } from '../../abi/state-block';
import { setAttention } from '../attention';
import { ApicRegister, Ia32ApicBase, Msr, Pin, V } from '../gen/constants';
import { memoryWrite, msrWrite } from '../imports';
import { physicalRead32, physicalWrite32 } from '../mmu/physical';
import { get64 } from '../state';
import { readVirtualApic, wordOf, writeVirtualApic } from './virtual-apic-page';
import { requestVirtualInterrupt } from './virtual-interrupts';
import { pin, vm16, vm64 } from './vmcs';

/** Byte of the descriptor that begins with the outstanding-notification bit; below are 256 requests. */
const NOTIFICATION: u64 = 32;
const OUTSTANDING: u32 = 1;

/** The vector is the one that stands for posted interrupts. */
export function isNotification(vector: u32): bool {
  return (pin() & Pin.PROCESS_POSTED_INTERRUPTS) != 0 && vector == vm16(V.POSTED_INTR_NV);
}

/** 0 to the EOI register of the processor's own local APIC, in the mode it is in. */
function endNotification(): void {
  const base = get64(State.MSR_APIC_BASE);
  if (base & Ia32ApicBase.EXTD) {
    msrWrite(Msr.IA32_X2APIC_EOI, 0, 0);
    return;
  }
  const at = (base & Ia32ApicBase.BASE) + <u64>ApicRegister.EOI;
  memoryWrite(<u32>(at >> 32), <u32>at, 4, 0);
}

/** The notification is acknowledged: ends it and takes the requests over. Not an exit, and the guest goes on, or halts on. */
export function processPostedInterrupts(): void {
  const descriptor = vm64(V.POSTED_INTR_DESC_ADDR);
  physicalWrite32(descriptor + NOTIFICATION, physicalRead32(descriptor + NOTIFICATION) & ~OUTSTANDING);
  endNotification();
  let highest: u32 = 0;
  for (let first: u32 = 0; first < 256; first += 32) {
    const requests = physicalRead32(descriptor + <u64>(first >> 3));
    if (requests == 0) continue;
    physicalWrite32(descriptor + <u64>(first >> 3), 0);
    const word = wordOf(ApicRegister.IRR0, first);
    writeVirtualApic(word, 4, readVirtualApic(word, 4) | requests);
    highest = first + 31 - clz(requests);
  }
  requestVirtualInterrupt(highest);
  setAttention();
}
