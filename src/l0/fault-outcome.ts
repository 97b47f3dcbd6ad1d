/**
 * A system instruction that L0 emulates ends in a fault: the exception is queued, and the record says which rule of the manual raised
 * it. VMX instructions have their own way (vmx-outcome.ts).
 */
import type { FaultCause, FaultReasonId } from '../isa/fault-reasons';
import { kvm_inject_gp, kvm_queue_exception } from './event-queues';
import { vectors } from './register-bits';
import type { Vcpu } from './vcpu';

function record_fault(vcpu: Vcpu, vector: number, error: number | undefined, cause: FaultCause): void {
  vcpu.record({
    kind: 'fault',
    count: Number(vcpu.cpu.retired),
    level: vcpu.arch.guest_mode ? 'L2' : 'L1',
    rip: vcpu.cpu.vmread('GUEST_RIP'),
    vector,
    ...(error !== undefined && { error }),
    cause,
  });
}

/** #UD by a row of isa/fault-reasons. */
export function inject_ud_because(vcpu: Vcpu, reason: FaultReasonId, a = 0n): void {
  record_fault(vcpu, vectors.UD, undefined, { reason, a, b: 0n });
  kvm_queue_exception(vcpu, vectors.UD);
}

/** A rule that a value breaks, which its instruction will answer with #GP(0); undefined where a value is taken. */
export type Refusal = FaultCause | undefined;

/** The row with the values it looked at. */
export function because(reason: FaultReasonId, a = 0n, b = 0n, data?: bigint): FaultCause {
  return { reason, a, b, ...(data !== undefined && { data }) };
}

/** #GP(0) by what `because` names. */
export function inject_gp_for(vcpu: Vcpu, cause: FaultCause): void {
  record_fault(vcpu, vectors.GP, 0, cause);
  kvm_inject_gp(vcpu, 0);
}
