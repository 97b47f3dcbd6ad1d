/**
 * A system instruction that L0 emulates ends in a fault: the exception is queued, and the record says which rule of the manual raised
 * it. VMX instructions have their own way (vmx-outcome.ts).
 */
import type { FaultReasonId } from '../isa/fault-reasons';
import { kvm_inject_gp, kvm_queue_exception } from './event-queues';
import { vectors } from './register-bits';
import type { Vcpu } from './vcpu';

function record_fault(
  vcpu: Vcpu,
  vector: number,
  error: number | undefined,
  reason: FaultReasonId,
  a: bigint,
  b: bigint,
): void {
  vcpu.record({
    kind: 'fault',
    count: Number(vcpu.cpu.retired),
    level: vcpu.arch.guest_mode ? 'L2' : 'L1',
    rip: vcpu.cpu.vmread('GUEST_RIP'),
    vector,
    ...(error !== undefined && { error }),
    cause: { reason, a, b },
  });
}

/** #GP(0) by a row of isa/fault-reasons. */
export function inject_gp_because(vcpu: Vcpu, reason: FaultReasonId, a = 0n, b = 0n): void {
  record_fault(vcpu, vectors.GP, 0, reason, a, b);
  kvm_inject_gp(vcpu, 0);
}

/** #UD by a row of isa/fault-reasons. */
export function inject_ud_because(vcpu: Vcpu, reason: FaultReasonId): void {
  record_fault(vcpu, vectors.UD, undefined, reason, 0n, 0n);
  kvm_queue_exception(vcpu, vectors.UD);
}
