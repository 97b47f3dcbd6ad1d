/**
 * The guest's registers as KVM reads and writes them: general registers in the chip, everything else in the
 * current VMCS or in `vcpu.arch`. CR0 and CR4 follow KVM's split into guest-owned bits (live in the VMCS),
 * shadowed bits and the value the guest sees. SDM 24.4.1, 24.6.6.
 */
import { isCanonical } from '../cpu/canonical';
import { Gpr } from '../abi/state-block';
import { entry_controls, exit_controls, secondary } from './control-masks';
import { BUSY_TSS } from './host-area';
import { BLOCKED_BY_MOV_SS, BLOCKED_BY_STI } from './interruption-words';
import { nested_cpu_has2 } from './nested/vmcs12-controls';
import {
  access_rights,
  cr0 as CR0,
  cr4 as CR4,
  dr6 as DR6,
  efer as EFER,
  field_of,
  rflags as RFLAGS,
  vectors,
} from './register-bits';
import { kvm_queue_exception } from './event-queues';
import { nested_cpu_has } from './nested/vmcs12-controls';
import { primary } from './control-masks';
import type { Vcpu } from './vcpu';

const LOW_32 = 0xffffffffn;

/** Bits of CR0 and CR4 that a guest may change without an exit (KVM_POSSIBLE_CR0_GUEST_BITS, ..._CR4_...). */
export const POSSIBLE_CR0_GUEST_BITS = CR0.TS | CR0.WP;
export const POSSIBLE_CR4_GUEST_BITS =
  CR4.PVI | CR4.DE | CR4.PCE | CR4.OSFXSR | CR4.OSXMMEXCPT | CR4.PGE | CR4.TSD | CR4.FSGSBASE;

/** KVM: is_long_mode. */
export function is_long_mode(vcpu: Vcpu): boolean {
  return (vcpu.arch.efer & EFER.LMA) !== 0n;
}

/** KVM: is_64_bit_mode: long mode with CS.L. */
export function is_64_bit_mode(vcpu: Vcpu): boolean {
  return is_long_mode(vcpu) && (vcpu.cpu.vmread('GUEST_CS_AR_BYTES') & access_rights.L) !== 0;
}

/** KVM: kvm_register_read. Truncated to 32 bits outside 64-bit mode. */
export function kvm_register_read(vcpu: Vcpu, index: number): bigint {
  const raw = index === Gpr.RSP ? vcpu.cpu.vmread('GUEST_RSP') : vcpu.cpu.gpr(index);
  return is_64_bit_mode(vcpu) ? raw : raw & LOW_32;
}

/** KVM: kvm_register_write. Truncated to 32 bits outside 64-bit mode. */
export function kvm_register_write(vcpu: Vcpu, index: number, value: bigint): void {
  const stored = is_64_bit_mode(vcpu) ? BigInt.asUintN(64, value) : value & LOW_32;
  if (index === Gpr.RSP) vcpu.cpu.vmwrite('GUEST_RSP', stored);
  else vcpu.cpu.setGpr(index, stored);
}

/** KVM: vmx_get_cpl. */
export function vmx_get_cpl(vcpu: Vcpu): number {
  return field_of(BigInt(vcpu.cpu.vmread('GUEST_SS_AR_BYTES')), BigInt(access_rights.DPL));
}

/** KVM: kvm_read_cr0. */
export function kvm_read_cr0(vcpu: Vcpu): bigint {
  const owned = vcpu.arch.cr0_guest_owned_bits;
  return (vcpu.arch.cr0 & ~owned) | (vcpu.cpu.vmread('GUEST_CR0') & owned);
}

/** KVM: kvm_read_cr4. */
export function kvm_read_cr4(vcpu: Vcpu): bigint {
  const owned = vcpu.arch.cr4_guest_owned_bits;
  return (vcpu.arch.cr4 & ~owned) | (vcpu.cpu.vmread('GUEST_CR4') & owned);
}

export function is_protmode(vcpu: Vcpu): boolean {
  return (kvm_read_cr0(vcpu) & CR0.PE) !== 0n;
}

export function is_paging(vcpu: Vcpu): boolean {
  return (kvm_read_cr0(vcpu) & CR0.PG) !== 0n;
}

/** KVM: is_pae_paging. */
export function is_pae_paging(vcpu: Vcpu): boolean {
  return !is_long_mode(vcpu) && is_paging(vcpu) && (kvm_read_cr4(vcpu) & CR4.PAE) !== 0n;
}

/** KVM: is_unrestricted_guest. vmcs01 always is; vmcs02 only when vmcs12 asks for it. */
function is_unrestricted_guest(vcpu: Vcpu): boolean {
  return !vcpu.arch.guest_mode || nested_cpu_has2(vcpu.nested.cached_vmcs12, secondary.UNRESTRICTED_GUEST);
}

/**
 * KVM: vmx_set_efer. The VMCS switches EFER only where guest and host differ; LMA also stands in the entry
 * controls.
 */
export function vmx_set_efer(vcpu: Vcpu, efer: bigint): void {
  vcpu.arch.efer = efer;
  const long_mode = (efer & EFER.LMA) !== 0n;
  const switched = efer !== vcpu.vmx.host_efer;
  let entry = vcpu.cpu.vmread('VM_ENTRY_CONTROLS');
  let exit = vcpu.cpu.vmread('VM_EXIT_CONTROLS');
  entry &= ~(entry_controls.VM_ENTRY_IA32E_MODE_GUEST | entry_controls.VM_ENTRY_LOAD_IA32_EFER);
  exit &= ~exit_controls.VM_EXIT_LOAD_IA32_EFER;
  if (long_mode) entry |= entry_controls.VM_ENTRY_IA32E_MODE_GUEST;
  if (switched) {
    entry |= entry_controls.VM_ENTRY_LOAD_IA32_EFER;
    exit |= exit_controls.VM_EXIT_LOAD_IA32_EFER;
  }
  vcpu.cpu.vmwrite('VM_ENTRY_CONTROLS', entry);
  vcpu.cpu.vmwrite('VM_EXIT_CONTROLS', exit);
  vcpu.cpu.vmwrite('GUEST_IA32_EFER', efer);
  vcpu.cpu.vmwrite('HOST_IA32_EFER', vcpu.vmx.host_efer);
}

/** KVM: enter_lmode. VM entry wants a busy 64-bit TSS. */
function enter_lmode(vcpu: Vcpu): void {
  const tr = vcpu.cpu.vmread('GUEST_TR_AR_BYTES');
  if ((tr & access_rights.TYPE) !== BUSY_TSS)
    vcpu.cpu.vmwrite('GUEST_TR_AR_BYTES', (tr & ~access_rights.TYPE) | BUSY_TSS);
  vmx_set_efer(vcpu, vcpu.arch.efer | EFER.LMA);
}

/** KVM: exit_lmode. */
function exit_lmode(vcpu: Vcpu): void {
  vmx_set_efer(vcpu, vcpu.arch.efer & ~EFER.LMA);
}

/**
 * KVM: vmx_set_cr0. Writes the effective value, the read shadow and, where PG changes with EFER.LME, long
 * mode.
 */
export function vmx_set_cr0(vcpu: Vcpu, value: bigint): void {
  const old_paging = is_paging(vcpu);
  let hw_cr0 = value & ~(CR0.NW | CR0.CD);
  hw_cr0 |= CR0.NE;
  if (!is_unrestricted_guest(vcpu)) hw_cr0 |= CR0.PE | CR0.PG;
  vcpu.cpu.vmwrite('CR0_READ_SHADOW', value);
  vcpu.cpu.vmwrite('GUEST_CR0', hw_cr0);
  vcpu.arch.cr0 = value;
  if ((vcpu.arch.efer & EFER.LME) === 0n) return;
  const new_paging = (value & CR0.PG) !== 0n;
  if (!old_paging && new_paging) enter_lmode(vcpu);
  else if (old_paging && !new_paging) exit_lmode(vcpu);
}

/** KVM: vmx_set_cr4. The chip needs VMXE while it is in VMX operation, whatever the guest has. */
export function vmx_set_cr4(vcpu: Vcpu, value: bigint): void {
  const hw_cr4 = value | CR4.VMXE;
  vcpu.arch.cr4 = value;
  vcpu.cpu.vmwrite('CR4_READ_SHADOW', value);
  vcpu.cpu.vmwrite('GUEST_CR4', hw_cr4);
}

/** KVM: vmx_get_interrupt_shadow and __vmx_set_interruptibility. */
export function clear_interrupt_shadow(vcpu: Vcpu): void {
  const shadow = BLOCKED_BY_STI | BLOCKED_BY_MOV_SS;
  const interruptibility = vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO');
  if (interruptibility & shadow) vcpu.cpu.vmwrite('GUEST_INTERRUPTIBILITY_INFO', interruptibility & ~shadow);
}

/**
 * KVM: kvm_skip_emulated_instruction. Moves RIP behind the instruction that exited, drops its interrupt
 * shadow, and raises what comes after an instruction: the single-step trap, and the MTF exit of L2.
 */
export function kvm_skip_emulated_instruction(vcpu: Vcpu): void {
  const flags = vcpu.cpu.vmread('GUEST_RFLAGS');
  const length = BigInt(vcpu.cpu.vmread('VM_EXIT_INSTRUCTION_LEN'));
  let next_rip = vcpu.cpu.vmread('GUEST_RIP') + length;
  next_rip = is_64_bit_mode(vcpu) ? BigInt.asUintN(64, next_rip) : next_rip & LOW_32;
  vcpu.cpu.vmwrite('GUEST_RIP', next_rip);
  vcpu.cpu.vmwrite('GUEST_RFLAGS', flags & ~RFLAGS.RF);
  clear_interrupt_shadow(vcpu);
  if (vcpu.arch.guest_mode && nested_cpu_has(vcpu.nested.cached_vmcs12, primary.MONITOR_TRAP_FLAG))
    vcpu.nested.mtf_pending = true;
  if (flags & RFLAGS.TF) kvm_queue_exception(vcpu, vectors.DB, undefined, DR6.BS);
}

/** KVM: is_noncanonical_address. */
export function is_noncanonical_address(address: bigint): boolean {
  return !isCanonical(address);
}
