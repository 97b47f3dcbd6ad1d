// One rule of the manual that ends an instruction, an access or the delivery of an event otherwise than it was meant. Type only.

import type { ExceptionName } from '../exceptions';
import type { VmInstructionErrorName } from '../vm-instruction-errors';

/** What the rule ends in: an exception by its mnemonic, a VM-instruction error, or VMfailInvalid. */
export type FaultOutcome =
  | { exception: ExceptionName }
  /** VMfailValid with this error; VMfailInvalid where there is no current VMCS to hold the number. */
  | { error: VmInstructionErrorName }
  | { error: 'VMfailInvalid' }
  /** The walk of extended page tables ends in this VM exit. */
  | { exit: 'EPT_VIOLATION' | 'EPT_MISCONFIG' };

export interface FaultReasonRow<Id extends string = string> {
  id: Id;
  outcome: FaultOutcome;
  /**
   * The sentence. `{a}` and `{b}` are the two values the rule looked at, `{data}` the linear address of a page fault or a third value, `{level}` the
   * level of a paging-structure entry; all are shown in hex unless a format follows: `{a:decimal}`, `{a:vector}`, `{a:field}`,
   * `{a:msr}`, `{a:feature}`, `{a:gate}`, or a register whose set bits are named: `{b:cr0}`.
   */
  text: string;
  sdm: string;
}
