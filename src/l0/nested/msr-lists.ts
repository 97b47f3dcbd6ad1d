/**
 * The MSR load and store lists of vmcs12, processed in software: 16-byte entries in L1's memory (index,
 * zero, value). A list fails at its first bad entry, whose number (from 1) L1 gets to see. SDM 24.7.2,
 * 24.8.2, 26.4, 27.4.
 */
import type { FaultCause } from '../../isa/fault-reasons';
import type { RefusedListEntry } from '../../isa/msr-lists';
import { msr } from '../../isa/msrs';
import { because } from '../fault-outcome';
import { kvm_read_guest, write_guest_u64 } from '../host-memory';
import { kvm_get_msr, kvm_set_msr } from '../exits/msr';
import { field_of } from '../register-bits';
import { host_tsc } from '../time';
import type { Vcpu } from '../vcpu';
import { MISC } from './capability-msrs';

const MSR_IA32_TSC = msr.IA32_TIME_STAMP_COUNTER.number;
const MSR_IA32_UCODE_WRITE = msr.IA32_BIOS_UPDT_TRIG.number;
const MSR_IA32_UCODE_REV = msr.IA32_BIOS_SIGN_ID.number;
const MSR_IA32_SMM_MONITOR_CTL = msr.IA32_SMM_MONITOR_CTL.number;
const MSR_IA32_SMBASE = msr.IA32_SMBASE.number;
const MSR_FS_BASE = msr.IA32_FS_BASE.number;
const MSR_GS_BASE = msr.IA32_GS_BASE.number;
const ENTRY_BYTES = 16;

interface MsrEntry {
  index: number;
  reserved: number;
  value: bigint;
}

function read_entry(vcpu: Vcpu, gpa: bigint): MsrEntry | undefined {
  const bytes = kvm_read_guest(vcpu, gpa, ENTRY_BYTES);
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, ENTRY_BYTES);
  return {
    index: view.getUint32(0, true),
    reserved: view.getUint32(4, true),
    value: view.getBigUint64(8, true),
  };
}

/** KVM: nested_vmx_max_atomic_switch_msrs: 512 entries for each step of IA32_VMX_MISC MSR_LIST_MAX. */
function nested_vmx_max_atomic_switch_msrs(vcpu: Vcpu): number {
  return (field_of(vcpu.nested.msrs.misc, MISC.MSR_LIST_MAX) + 1) * 512;
}

/** KVM: nested_vmx_msr_check_common. */
function nested_vmx_msr_check_common(vcpu: Vcpu, entry: MsrEntry): boolean {
  if (vcpu.apic.x2apic && entry.index >>> 8 === 8) return false;
  if (entry.index === MSR_IA32_UCODE_WRITE || entry.index === MSR_IA32_UCODE_REV) return false;
  return entry.reserved === 0;
}

/** KVM: nested_vmx_load_msr_check. */
function nested_vmx_load_msr_check(vcpu: Vcpu, entry: MsrEntry): boolean {
  if (entry.index === MSR_FS_BASE || entry.index === MSR_GS_BASE) return false;
  if (entry.index === MSR_IA32_SMM_MONITOR_CTL) return false;
  return nested_vmx_msr_check_common(vcpu, entry);
}

/** The entry as it is told; `cause` is the rule of RDMSR or WRMSR that refuses it, where one does. */
function refused_entry(
  list: RefusedListEntry['list'],
  gpa: bigint,
  number: number,
  entry: MsrEntry | undefined,
  cause?: FaultCause,
): RefusedListEntry {
  const address = gpa + BigInt((number - 1) * ENTRY_BYTES);
  return {
    list,
    number,
    address,
    index: entry?.index ?? 0,
    value: entry?.value ?? 0n,
    ...(cause && { cause }),
  };
}

/** KVM: nested_vmx_load_msr. The entry that failed; undefined when all are loaded. */
export function nested_vmx_load_msr(
  vcpu: Vcpu,
  list: 'VM_ENTRY_MSR_LOAD' | 'VM_EXIT_MSR_LOAD',
  gpa: bigint,
  count: number,
): RefusedListEntry | undefined {
  const max_msr_list_size = nested_vmx_max_atomic_switch_msrs(vcpu);
  for (let i = 0; i < count; i++) {
    const entry = read_entry(vcpu, gpa + BigInt(i * ENTRY_BYTES));
    if (!entry || i >= max_msr_list_size || !nested_vmx_load_msr_check(vcpu, entry))
      return refused_entry(list, gpa, i + 1, entry);
    const cause = kvm_set_msr(vcpu, entry.index, entry.value);
    if (cause) return refused_entry(list, gpa, i + 1, entry, cause);
  }
  return undefined;
}

/** KVM: nested_vmx_store_msr. The entry that failed, which is a VMX abort; undefined when all are stored. */
export function nested_vmx_store_msr(vcpu: Vcpu, gpa: bigint, count: number): RefusedListEntry | undefined {
  const max_msr_list_size = nested_vmx_max_atomic_switch_msrs(vcpu);
  for (let i = 0; i < count; i++) {
    const entry_gpa = gpa + BigInt(i * ENTRY_BYTES);
    const entry = read_entry(vcpu, entry_gpa);
    const wrong = !entry || entry.index === MSR_IA32_SMBASE || !nested_vmx_msr_check_common(vcpu, entry);
    if (wrong || i >= max_msr_list_size) return refused_entry('VM_EXIT_MSR_STORE', gpa, i + 1, entry);
    // The TSC L1 finds is its own, at the time of the exit.
    const value =
      entry.index === MSR_IA32_TSC
        ? BigInt.asUintN(64, host_tsc(vcpu) + vcpu.arch.l1_tsc_offset)
        : kvm_get_msr(vcpu, entry.index);
    if (value === undefined) {
      const cause = because('MSR_UNKNOWN', BigInt(entry.index));
      return refused_entry('VM_EXIT_MSR_STORE', gpa, i + 1, entry, cause);
    }
    if (!write_guest_u64(vcpu, entry_gpa + 8n, value))
      return refused_entry('VM_EXIT_MSR_STORE', gpa, i + 1, entry);
  }
  return undefined;
}

/**
 * KVM: the end of nested_vmx_restore_host_state. MSRs the refused entry had loaded already get the value of
 * the exit list, where that list names them. False: a VMX abort.
 */
export function nested_vmx_unwind_msrs(
  vcpu: Vcpu,
  entry_list: { gpa: bigint; count: number },
  exit_list: { gpa: bigint; count: number },
): boolean {
  for (let i = 0; i < entry_list.count; i++) {
    const loaded = read_entry(vcpu, entry_list.gpa + BigInt(i * ENTRY_BYTES));
    if (!loaded) return false;
    for (let j = 0; j < exit_list.count; j++) {
      const host = read_entry(vcpu, exit_list.gpa + BigInt(j * ENTRY_BYTES));
      if (!host) return false;
      if (host.index !== loaded.index) continue;
      if (host.value === loaded.value) break;
      if (!nested_vmx_load_msr_check(vcpu, host)) return false;
      if (kvm_set_msr(vcpu, host.index, host.value)) return false;
    }
  }
  return true;
}
