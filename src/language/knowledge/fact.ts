/** A thing of the manual that a name or a number in a source can mean, with its row of isa. */
import type { BitRange } from '../../isa/bit-ranges';
import type { CpuidFeature } from '../../isa/cpuid-features';
import type { ExceptionRow } from '../../isa/exceptions';
import type { QualificationFormat } from '../../isa/exit-qualifications';
import type { ExitReason } from '../../isa/exit-reasons';
import type { ActivityState, EventType, InterruptionFormat } from '../../isa/interruption-formats';
import type { Msr } from '../../isa/msrs';
import type { RegisterFormat } from '../../isa/registers';
import type { VmInstructionError } from '../../isa/vm-instruction-errors';
import type { VmcsField } from '../../isa/vmcs-fields';
import type { Control } from '../../isa/vmx-controls';

/** A bit of one of the words that describe events. */
export interface EventBit {
  readonly format: InterruptionFormat;
  readonly range: BitRange;
}

export type Fact =
  | {
      readonly kind: 'field';
      readonly row: VmcsField;
      /** The encoding names bits 63:32. */ readonly high?: true;
    }
  | { readonly kind: 'exit-reason'; readonly row: ExitReason }
  | { readonly kind: 'qualification'; readonly format: QualificationFormat }
  | { readonly kind: 'control'; readonly row: Control }
  | { readonly kind: 'msr'; readonly row: Msr }
  | { readonly kind: 'vm-instruction-error'; readonly row: VmInstructionError }
  | { readonly kind: 'cpuid-leaf'; readonly leaf: number }
  | { readonly kind: 'cpuid-feature'; readonly row: CpuidFeature }
  | { readonly kind: 'register'; readonly format: RegisterFormat }
  | { readonly kind: 'register-bit'; readonly format: RegisterFormat; readonly range: BitRange }
  | { readonly kind: 'msr-bit'; readonly row: Msr; readonly range: BitRange }
  | {
      readonly kind: 'event-bit';
      /** The same bits of each word that the name may mean; at least one. */ readonly places: readonly EventBit[];
    }
  | { readonly kind: 'event-type'; readonly row: EventType }
  | { readonly kind: 'activity-state'; readonly row: ActivityState }
  | { readonly kind: 'exception'; readonly row: ExceptionRow };
