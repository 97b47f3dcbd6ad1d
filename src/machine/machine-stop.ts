/**
 * Why the machine stopped. A closed set: whoever drives the machine must have an answer to each. Types only.
 */
import type { FaultChain } from '../isa/fault-reasons';
import type { RefusedListEntry } from '../isa/msr-lists';
import type { StrandName } from './strand';
import type { MachineRecord } from './machine-record';
import type { WatchEvent } from './watch-request';

/** What is known of a halt that nothing ends. */
export interface Halt {
  readonly level: StrandName;
  readonly rip: bigint;
  readonly interruptFlag: boolean;
  /** GUEST_ACTIVITY_STATE of the VMCS the halted guest runs on, where the user's hypervisor has one. */
  readonly activity?: bigint;
}

export type MachineStop =
  /** The asked-for number of instructions is retired. */
  | { readonly kind: 'budget' }
  /** The moment the driver asked for. */
  | { readonly kind: 'moment' }
  /** Before the instruction at a breakpoint's linear address. */
  | { readonly kind: 'breakpoint'; readonly linear: bigint }
  /** A record the driver asked to stop at was made; the state is after it. */
  | { readonly kind: 'record'; readonly record: MachineRecord }
  /** Watched bytes were accessed, or a watched word changed; the instruction that did it is complete. */
  | { readonly kind: 'watch'; readonly events: readonly WatchEvent[] }
  /** L0's traced build is paused before a statement. */
  | { readonly kind: 'l0' }
  /** The guest wrote the debug-exit port: `status` as QEMU's process would exit with. */
  | { readonly kind: 'exited'; readonly status: number }
  /** The guest switched the machine off, or asked for a reset. */
  | { readonly kind: 'power'; readonly action: 'off' | 'reset' }
  /** Triple fault, with the exceptions that led there, or VMX abort. */
  | {
      readonly kind: 'shutdown';
      readonly text: string;
      readonly level: StrandName;
      readonly faults?: FaultChain;
      /** VMX abort: its indicator, and the entry of an MSR list behind it. */
      readonly abort?: number;
      readonly refused?: RefusedListEntry;
    }
  /** Halted, and nothing but input can wake it; whoever drives the machine said that there may be some. */
  | { readonly kind: 'idle' }
  /** Halted with no event that could ever wake it. */
  | { readonly kind: 'halted'; readonly halt: Halt }
  /** Our gap, with the instruction or mechanism by name. */
  | { readonly kind: 'unimplemented'; readonly text: string };

/** Stops after which the machine cannot go on. */
export function isFinal(stop: MachineStop): boolean {
  return (
    stop.kind === 'exited' ||
    stop.kind === 'power' ||
    stop.kind === 'shutdown' ||
    stop.kind === 'halted' ||
    stop.kind === 'unimplemented'
  );
}
