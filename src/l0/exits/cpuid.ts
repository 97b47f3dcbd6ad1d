/**
 * CPUID of L1: the CPU model's answers, with the vCPU's ID, with what L0 withholds removed and the bits that follow L1's state.
 * SDM volume 2, CPUID; KVM: cpuid.c.
 */
import { Gpr } from '../../abi/state-block';
import { cpuidNumbers } from '../../isa/cpuid-features';
import type { CpuidRow } from '../config';
import { xstate_size_now } from '../extended-state';
import { feature_wanted } from '../nested/capability-msrs';
import { cpuid_bit, cr4 as CR4 } from '../register-bits';
import {
  kvm_read_cr4,
  kvm_register_read,
  kvm_register_write,
  kvm_skip_emulated_instruction,
} from '../registers';
import type { Vcpu } from '../vcpu';

const EXTENDED = 0x80000000;
const TOPOLOGY_LEAF = 0xb;
const VMX_BIT = cpuid_bit('VMX');
const OSXSAVE_BIT = cpuid_bit('OSXSAVE');
const OSPKE_BIT = cpuid_bit('OSPKE');
const APIC_BIT = cpuid_bit('APIC');
const APIC_ID_FIELD = 0xff << cpuidNumbers.APIC_ID.low;

const nothing: CpuidRow = { leaf: 0, eax: 0, ebx: 0, ecx: 0, edx: 0 };

/**
 * KVM: kvm_find_cpuid_entry. A leaf beyond the highest one answers as the highest basic leaf does (SDM
 * CPUID).
 */
function kvm_find_cpuid_entry(rows: readonly CpuidRow[], leaf: number, subleaf: number): CpuidRow {
  const found = rows.find(
    (row) => row.leaf === leaf && (row.subleaf === undefined || row.subleaf === subleaf),
  );
  if (found) return found;
  const base = leaf >= EXTENDED ? EXTENDED : 0;
  const highest = rows.find((row) => row.leaf === base)?.eax ?? 0;
  if (leaf >= base && leaf <= highest) return nothing;
  const highest_basic = rows.find((row) => row.leaf === 0)?.eax ?? 0;
  return rows.find((row) => row.leaf === highest_basic && (row.subleaf ?? 0) === subleaf) ?? nothing;
}

/** `word` with a bit that repeats one of L1's CR4. */
function with_bit(word: number, bit: number, cr4_bit: bigint, vcpu: Vcpu): number {
  return (kvm_read_cr4(vcpu) & cr4_bit ? word | bit : word & ~bit) >>> 0;
}

/** The answer to one CPUID of L1. */
function l1_cpuid(vcpu: Vcpu, leaf: number, subleaf: number): CpuidRow {
  const row = kvm_find_cpuid_entry(vcpu.config.cpuid, leaf, subleaf);
  if (leaf === 7 && subleaf === 0) return { ...row, ecx: with_bit(row.ecx, OSPKE_BIT, CR4.PKE, vcpu) };
  if (leaf === 0xd) return { ...row, ebx: xstate_size_now(vcpu, subleaf, row) };
  if (leaf === TOPOLOGY_LEAF) return { ...row, edx: vcpu.id };
  if (leaf !== 1) return row;
  let ecx = with_bit(row.ecx, OSXSAVE_BIT, CR4.OSXSAVE, vcpu);
  let edx = row.edx;
  if (!feature_wanted(vcpu.config, 'VMX')) ecx &= ~VMX_BIT;
  if (!vcpu.apic.globallyEnabled) edx &= ~APIC_BIT;
  const ebx = (row.ebx & ~APIC_ID_FIELD) | (vcpu.id << cpuidNumbers.APIC_ID.low);
  return { ...row, ebx: ebx >>> 0, ecx: ecx >>> 0, edx: edx >>> 0 };
}

/** KVM: kvm_emulate_cpuid. */
export function handle_cpuid(vcpu: Vcpu): undefined {
  const leaf = Number(kvm_register_read(vcpu, Gpr.RAX) & 0xffffffffn);
  const subleaf = Number(kvm_register_read(vcpu, Gpr.RCX) & 0xffffffffn);
  const answer = l1_cpuid(vcpu, leaf, subleaf);
  kvm_register_write(vcpu, Gpr.RAX, BigInt(answer.eax));
  kvm_register_write(vcpu, Gpr.RBX, BigInt(answer.ebx));
  kvm_register_write(vcpu, Gpr.RCX, BigInt(answer.ecx));
  kvm_register_write(vcpu, Gpr.RDX, BigInt(answer.edx));
  vcpu.vmx.handled = `CPUID leaf 0x${leaf.toString(16)} subleaf 0x${subleaf.toString(16)}`;
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}
