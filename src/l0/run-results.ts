/**
 * How a turn of L0 ended, for the machine's loop. Closed results: every kind names what the machine does next.
 */
import type { RefusedListEntry } from '../isa/msr-lists';

/** Result of `vcpu_enter_guest`. */
export type EntryResult =
  /** The chip is in non-root operation with guest state loaded: run it until its next stop. */
  | { readonly kind: 'entered'; readonly level: 'L1' | 'L2' }
  /**
   * No entry yet, L0 has something to do first (an exit was synthesised, the entry failed and was handled):
   * call again.
   */
  | { readonly kind: 'again' }
  /**
   * HLT, or waiting for a start-up IPI, with nothing to deliver: let time jump to the next event, then call
   * again.
   */
  | { readonly kind: 'halted' }
  | Ended;

/** Result of `vmx_handle_exit`. */
export type HandleResult =
  /** Call `vcpu_enter_guest` next. */
  { readonly kind: 'resume' } | Ended;

/** The guest cannot go on. */
export type Ended =
  /** Triple fault of L1, or a VMX abort: `reason` says which. */
  | {
      readonly kind: 'shutdown';
      readonly reason: string;
      /** VMX-abort indicator, 0 for a triple fault. */
      readonly abort: number;
      readonly refused?: RefusedListEntry;
    }
  /** A gap of ours: `what` names instruction or mechanism, `rip` is the guest's, `level` says whose. */
  | {
      readonly kind: 'unimplemented';
      readonly what: string;
      readonly rip: bigint;
      readonly level: 'L1' | 'L2';
    };
