/**
 * Who a message is for, and what the interrupt command register sends (SDM vol. 3, "Issuing Interprocessor
 * Interrupts", "Determining IPI Destination"). Pure functions over register values.
 */
import type { InterruptMessage } from '../apic-bus';
import { DELIVERY } from '../apic-bus';
import { ICR_ASSERT, ICR_LEVEL, ICR_LOGICAL } from './local-apic-registers';

/** ICR bits 19:18. */
export const SHORTHAND = { NONE: 0, SELF: 1, ALL: 2, OTHERS: 3 } as const;

/** Flat model: one bit a CPU. Cluster model: cluster number in the upper four bits, one bit a CPU below. */
export function matchesXapicLogical(destination: number, ldr: number, dfr: number): boolean {
  const own = ldr >>> 24;
  if (dfr >>> 28 === 0xf) return (own & destination) !== 0;
  return own >> 4 === destination >> 4 && (own & destination & 0xf) !== 0;
}

export function matchesX2apicLogical(destination: number, id: number): boolean {
  const own = x2apicLogicalId(id);
  return destination >>> 16 === own >>> 16 && (destination & own & 0xffff) !== 0;
}

/** LDR in x2APIC mode: cluster in the upper half, one bit in the lower, both from the ID. */
export function x2apicLogicalId(id: number): number {
  return (((id >>> 4) << 16) | (1 << (id & 0xf))) >>> 0;
}

/** NMI, INIT and start-up messages do not request the vector they may carry. */
export function carriesVector({ delivery }: InterruptMessage): boolean {
  return delivery === DELIVERY.FIXED || delivery === DELIVERY.LOWEST_PRIORITY;
}

/** The message a write of the ICR sends; undefined for an INIT level de-assert, which does nothing here. */
export function decodeCommand(
  icrLow: number,
  icrHigh: number,
  x2apic: boolean,
): { message: InterruptMessage; shorthand: number } | undefined {
  const delivery = (icrLow >> 8) & 7;
  if (delivery === DELIVERY.INIT && icrLow & ICR_LEVEL && !(icrLow & ICR_ASSERT)) return undefined;
  const shorthand = (icrLow >> 18) & 3;
  const destination = x2apic ? icrHigh : icrHigh >>> 24;
  const everybody = x2apic ? 0xffffffff : 0xff;
  const message: InterruptMessage = {
    destination,
    broadcast: shorthand !== SHORTHAND.NONE || destination === everybody,
    logical: (icrLow & ICR_LOGICAL) !== 0,
    delivery,
    vector: icrLow & 0xff,
    level: false, // IPIs are edge-triggered, whatever bit 15 says
  };
  return { message, shorthand };
}
