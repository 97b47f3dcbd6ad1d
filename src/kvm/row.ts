// The shape of what a version of KVM decides as L0 of nested VMX: which controls it offers, who gets an exit, who makes an entry
// check, which errors it raises, and how it lays out vmcs12. No behaviour, and nothing of the manual: that is isa.

import type { CheckId } from '../isa/entry-checks';
import type { ExitReasonName } from '../isa/exit-reasons';
import type { FieldName } from '../isa/vmcs-fields';
import type { VmInstructionErrorName } from '../isa/vm-instruction-errors';
import type { ControlName } from '../isa/vmx-controls';

/** Who makes an entry check: L0 in software, the processor on vmcs02, or nobody. */
export type CheckedBy =
  | 'software'
  | 'hardware'
  | 'not-checked'
  /** The control that the check depends on is not offered to L1. */
  | 'not-offered'
  /** Only in later kernels. */
  | 'newer'
  | 'not-applicable';

export interface CheckVerdict {
  readonly by: CheckedBy;
  readonly note?: string;
}

/** In words, when L0 keeps an exit of L2 (asked first) and when, after that, L1 gets it. */
export interface ExitRouting {
  readonly l0?: string;
  readonly l1?: string;
}

/** A field in the vmcs12 page. */
export interface Vmcs12Place {
  readonly offset: number;
  /** KVM copies the field through a shadow VMCS: read-only, or read and written. */
  readonly shadowed?: 'ro' | 'rw';
}

export interface KvmVersion {
  readonly title: string;
  /** May the bit be offered to L1? */
  readonly controls: Readonly<Record<ControlName, boolean>>;
  readonly exits: Readonly<Record<ExitReasonName, ExitRouting>>;
  readonly entryChecks: Readonly<Record<CheckId, CheckVerdict>>;
  /** Does it raise the error for L1? */
  readonly errors: Readonly<Record<VmInstructionErrorName, boolean>>;
  readonly vmcs12: { readonly fields: readonly FieldName[] };
}
