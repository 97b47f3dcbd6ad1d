/**
 * The queues every event passes on its way into the guest: exceptions, the NMI, interrupts. An event is
 * `pending` when L0 raises it, `injected` from the moment it stands in an entry field until its delivery is
 * over. An exception of L2 that L1 intercepts goes to `exception_vmexit` instead. Names and rules are KVM's
 * (x86.c); SDM table 6-5 for double faults.
 */
import { State } from '../abi/state-block';
import { exceptionByVector } from '../isa/exceptions';
import { nested_vmx_is_exception_vmexit } from './nested/exception-intercept';
import { dr6, dr7, DR6_ACTIVE_LOW, vectors } from './register-bits';
import type { QueuedException, Vcpu } from './vcpu';

export function kvm_clear_exception_queue(vcpu: Vcpu): void {
  vcpu.arch.exception.pending = false;
  vcpu.arch.exception.injected = false;
  vcpu.arch.exception_vmexit.pending = false;
}

export function kvm_clear_interrupt_queue(vcpu: Vcpu): void {
  vcpu.arch.interrupt.injected = false;
}

/** KVM: kvm_event_needs_reinjection. */
export function kvm_event_needs_reinjection(vcpu: Vcpu): boolean {
  return vcpu.arch.exception.injected || vcpu.arch.interrupt.injected || vcpu.arch.nmi_injected;
}

/** KVM: kvm_exception_is_soft. */
export function kvm_exception_is_soft(vector: number): boolean {
  return vector === vectors.BP || vector === vectors.OF;
}

/** Does the exception push an error code (SDM table 6-1)? KVM's list ends before #CP. */
export function x86_exception_has_error_code(vector: number): boolean {
  if (vector === vectors.CP) return false;
  return exceptionByVector.get(vector)?.errorCode ?? false;
}

/** KVM: kvm_deliver_exception_payload. Moves CR2 or the DR6 bits of an exception into the register. */
export function kvm_deliver_exception_payload(vcpu: Vcpu, exception: QueuedException): void {
  const payload = exception.payload;
  if (payload === undefined) return;
  if (exception.vector === vectors.PF) vcpu.cpu.set64(State.CR2, payload);
  if (exception.vector === vectors.DB) {
    // B0-B3 are replaced, the other conditions accumulate; RTM and bus lock are inverted.
    const breakpoints = dr6.B0 | dr6.B1 | dr6.B2 | dr6.B3;
    const old = vcpu.cpu.get64(State.DR6) & ~breakpoints;
    vcpu.cpu.set64(State.DR6, (old | DR6_ACTIVE_LOW | payload) ^ (payload & DR6_ACTIVE_LOW));
    const dr7_value = vcpu.cpu.vmread('GUEST_DR7');
    vcpu.cpu.vmwrite('GUEST_DR7', dr7_value & ~dr7.GD);
    vcpu.arch.dr7 = dr7_value & ~dr7.GD;
  }
  exception.payload = undefined;
}

/** Fills one queue entry. */
function queue(
  exception: QueuedException,
  vector: number,
  error_code: number | undefined,
  payload: bigint | undefined,
): void {
  exception.pending = true;
  exception.injected = false;
  exception.vector = vector;
  exception.has_error_code = error_code !== undefined;
  exception.error_code = error_code ?? 0;
  exception.payload = payload;
}

/**
 * KVM: kvm_queue_exception, _e and _p (kvm_multiple_exception): an exception of the guest that runs, raised
 * by L0. Combines with one that is already queued: contributory ones become #DF, and after #DF comes
 * shutdown.
 */
export function kvm_queue_exception(vcpu: Vcpu, vector: number, error_code?: number, payload?: bigint): void {
  const exception = vcpu.arch.exception;
  if (vcpu.arch.guest_mode && nested_vmx_is_exception_vmexit(vcpu, vector, error_code ?? 0)) {
    queue(vcpu.arch.exception_vmexit, vector, error_code, payload);
    return;
  }
  const occupied = exception.pending || exception.injected;
  if (!occupied) {
    queue(exception, vector, error_code, payload);
    if (!vcpu.arch.guest_mode) kvm_deliver_exception_payload(vcpu, exception);
    return;
  }
  if (exception.vector === vectors.DF) {
    vcpu.arch.triple_fault_requested = 'triple fault';
    return;
  }
  const first_class = exceptionByVector.get(exception.vector)?.class ?? 'benign';
  const second_class = exceptionByVector.get(vector)?.class ?? 'benign';
  const both_contributory = first_class === 'contributory' && second_class === 'contributory';
  const after_page_fault = first_class === 'page-fault' && second_class !== 'benign';
  exception.pending = false;
  exception.injected = false;
  if (both_contributory || after_page_fault) kvm_queue_exception(vcpu, vectors.DF, 0);
  else kvm_queue_exception(vcpu, vector, error_code, payload);
}

/** KVM: kvm_inject_gp. */
export function kvm_inject_gp(vcpu: Vcpu, error_code: number): void {
  kvm_queue_exception(vcpu, vectors.GP, error_code);
}

/** KVM: kvm_requeue_exception: an exception whose delivery an exit cut short. */
export function kvm_requeue_exception(vcpu: Vcpu, vector: number, error_code: number | undefined): void {
  const exception = vcpu.arch.exception;
  exception.pending = false;
  exception.injected = true;
  exception.vector = vector;
  exception.has_error_code = error_code !== undefined;
  exception.error_code = error_code ?? 0;
  exception.payload = undefined;
}

/** KVM: kvm_queue_interrupt. */
export function kvm_queue_interrupt(vcpu: Vcpu, vector: number, soft: boolean): void {
  vcpu.arch.interrupt.injected = true;
  vcpu.arch.interrupt.soft = soft;
  vcpu.arch.interrupt.nr = vector;
}
