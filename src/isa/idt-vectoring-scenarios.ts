// Situations in which an event is in flight when a VM exit or a VM entry comes: who must deliver it, and once only. SDM volume 3, 27.2.4
// (IDT-vectoring information) and 26.6 (event injection). Rows only.

import type { ExitReasonName } from './exit-reasons';

export interface IdtVectoringScenario<Id extends string = string> {
  id: Id;
  title: string;
  /** Only where the processor has this exit. */
  exit?: ExitReasonName;
}

// prettier-ignore
const rows = [
  { id: 'S01', title: 'an EPT violation while #PF is delivered, which L0 repairs: the event is delivered once' },
  { id: 'S02', title: 'the same access is missing in ept12: reflected to L1 with the event' },
  { id: 'S03', title: 'L1 injects an interrupt, and its delivery exits to L0 only' },
  { id: 'S04', title: 'L1 injects an event, and the exit of its delivery reaches L1' },
  { id: 'S05', title: 'an exception that L1 intercepts, while another one is delivered' },
  { id: 'S06', title: 'an exit by a double fault records no original event' },
  { id: 'S07', title: 'a triple fault records no event' },
  { id: 'S08', title: 'the delivery of an NMI faults: NMIs are unblocked before it is delivered again' },
  { id: 'S09', title: 'an IRET that unblocked NMIs faults: they are blocked again' },
  { id: 'S10', title: 'the delivery of INT n is interrupted: its length is kept' },
  { id: 'S11', title: 'the delivery of INT3 or INTO is reflected with type and length' },
  { id: 'S12', title: 'an interrupt of L1 during VMLAUNCH or VMRESUME waits until L2 was entered once' },
  { id: 'S13', title: 'an event of L2 in flight is delivered before an interrupt of L1 ends L2' },
  { id: 'S15', title: 'an injected event is not intercepted itself' },
  { id: 'S16', title: 'an APIC access while an event is delivered', exit: 'APIC_ACCESS' },
  { id: 'S17', title: 'an interrupt through a task gate' },
  { id: 'S18', title: 'an injection whose entry is cancelled: the next entry delivers the event once' },
  { id: 'S19', title: 'a failed entry leaves the event to inject as it is' },
  { id: 'S20', title: 'a pending MTF with an injected event' },
] as const satisfies readonly IdtVectoringScenario[];

export const idtVectoringScenarios: readonly IdtVectoringScenario<(typeof rows)[number]['id']>[] = rows;
