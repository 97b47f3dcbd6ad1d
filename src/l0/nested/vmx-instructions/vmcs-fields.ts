/**
 * VMREAD and VMWRITE of L1: fields of the cached vmcs12 by encoding; of an L2 under VMCS shadowing: fields of the VMCS that
 * vmcs12's link pointer names. SDM 24.10, 30.3; KVM: handle_vmread, handle_vmwrite.
 */
import type { FieldName } from '../../../isa/vmcs-fields';
import { vmx_errors } from '../../register-bits';
import { is_64_bit_mode, kvm_register_read, kvm_register_write } from '../../registers';
import { INVALID_GPA, type Vcpu } from '../../vcpu';
import {
  nested_vmx_fail,
  nested_vmx_failInvalid,
  nested_vmx_succeed,
  refused_because,
} from '../../vmx-outcome';
import { MISC } from '../capability-msrs';
import { nested_vmx_check_permission } from '../enter';
import { copy_vmcs02_to_vmcs12_rare } from '../leave';
import { merge_rules, type MergeRule } from '../merge-rules';
import { get_vmcs12 } from '../current-vmcs12';
import { get_shadow_vmcs12 } from '../shadow-vmcs12';
import { vmcs12_field_of, vmcs12_read_any, vmcs12_write_any, type Vmcs12 } from '../vmcs12';
import { decode_operand_info, read_memory_operand, write_memory_operand } from './operand';

/** Bits an access-rights field can hold. Some processors drop the others on VMWRITE, and so does KVM. */
const ACCESS_RIGHTS_BITS = 0x1f0ffn;

/** The VMCS that the access works on; undefined when there is none, with the reason named. */
function accessed_vmcs12(vcpu: Vcpu, instruction: 'VMREAD' | 'VMWRITE'): Vmcs12 | undefined {
  if (vcpu.nested.current_vmptr === INVALID_GPA) {
    refused_because(vcpu, `${instruction}_NO_CURRENT_VMCS`);
    return undefined;
  }
  if (!vcpu.arch.guest_mode) return get_vmcs12(vcpu);
  if (get_vmcs12(vcpu).VMCS_LINK_POINTER !== INVALID_GPA) return get_shadow_vmcs12(vcpu);
  refused_because(vcpu, `${instruction}_NO_LINK`);
  return undefined;
}

/** KVM: handle_vmread. */
export function handle_vmread(vcpu: Vcpu): void {
  if (!nested_vmx_check_permission(vcpu)) return;
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const encoding = kvm_register_read(vcpu, info.register2);
  const vmcs12 = accessed_vmcs12(vcpu, 'VMREAD');
  if (!vmcs12) {
    nested_vmx_failInvalid(vcpu);
    return;
  }
  const field = vmcs12_field_of(encoding);
  if (!field) {
    vcpu.nested.vmx_instruction = { operand: `encoding 0x${encoding.toString(16)}` };
    refused_because(vcpu, 'VMREAD_NO_FIELD', encoding);
    nested_vmx_fail(vcpu, vmx_errors.UNSUPPORTED_VMCS_COMPONENT);
    return;
  }
  const stale = (merge_rules[field.name] as MergeRule).back === 'rare' && !vcpu.arch.guest_mode;
  if (stale) copy_vmcs02_to_vmcs12_rare(vcpu);
  const value = vmcs12_read_any(vmcs12, field.name, field.high);
  vcpu.nested.vmx_instruction = {
    operand: `${field.name}${field.high ? ' (high half)' : ''} = 0x${value.toString(16)}`,
    field: field.name,
    value,
  };
  // Register or memory, 32 or 64 bits by L1's mode, whatever the field's width.
  if (info.is_register) kvm_register_write(vcpu, info.register1, value);
  else {
    const length = is_64_bit_mode(vcpu) ? 8 : 4;
    if (!write_memory_operand(vcpu, info, value, length)) return;
  }
  nested_vmx_succeed(vcpu);
}

/** Who wrote a field last, for whoever explains it; KVM keeps no such thing. */
function note_writer(vcpu: Vcpu, name: FieldName): void {
  const { guest_mode } = vcpu.arch;
  const vmptr = guest_mode ? get_vmcs12(vcpu).VMCS_LINK_POINTER : vcpu.nested.current_vmptr;
  const key = vmptr.toString(16);
  const writers = (vcpu.nested.field_writers[key] ??= {});
  writers[name] = vcpu.cpu.vmread('GUEST_RIP');
}

/** KVM: handle_vmwrite. */
export function handle_vmwrite(vcpu: Vcpu): void {
  if (!nested_vmx_check_permission(vcpu)) return;
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const vmcs12 = accessed_vmcs12(vcpu, 'VMWRITE');
  if (!vmcs12) {
    nested_vmx_failInvalid(vcpu);
    return;
  }
  let value = 0n;
  if (info.is_register) value = kvm_register_read(vcpu, info.register1);
  else {
    const length = is_64_bit_mode(vcpu) ? 8 : 4;
    const operand = read_memory_operand(vcpu, info, length);
    if (!operand) return;
    value = length === 8 ? operand.getBigUint64(0, true) : BigInt(operand.getUint32(0, true));
  }
  const encoding = kvm_register_read(vcpu, info.register2);
  const field = vmcs12_field_of(encoding);
  if (!field) {
    vcpu.nested.vmx_instruction = { operand: `encoding 0x${encoding.toString(16)}` };
    refused_because(vcpu, 'VMWRITE_NO_FIELD', encoding);
    nested_vmx_fail(vcpu, vmx_errors.UNSUPPORTED_VMCS_COMPONENT);
    return;
  }
  vcpu.nested.vmx_instruction = { operand: field.name, field: field.name };
  const any_field = (vcpu.nested.msrs.misc & MISC.VMWRITE_ANY_FIELD) !== 0n;
  if (field.row.type === 'read-only' && !any_field) {
    refused_because(vcpu, 'VMWRITE_READ_ONLY', encoding);
    nested_vmx_fail(vcpu, vmx_errors.VMWRITE_READ_ONLY_VMCS_COMPONENT);
    return;
  }
  if (!vcpu.arch.guest_mode) copy_vmcs02_to_vmcs12_rare(vcpu);
  const given = value;
  if (field.row.format === 'access-rights') value &= ACCESS_RIGHTS_BITS;
  const previous = vmcs12_read_any(vmcs12, field.name, field.high);
  vmcs12_write_any(vmcs12, field.row, field.name, field.high, value);
  const written = vmcs12_read_any(vmcs12, field.name, field.high);
  vcpu.nested.vmx_instruction = {
    operand: `${field.name}${field.high ? ' (high half)' : ''} = 0x${written.toString(16)}`,
    field: field.name,
    value: written,
    previous,
    ...(given !== value && { dropped: given & ~value }),
  };
  note_writer(vcpu, field.name);
  // Of L2 it is the shadow that changed: vmcs02 does not come from it.
  if (!vcpu.arch.guest_mode) vcpu.nested.dirty_vmcs12 = true;
  nested_vmx_succeed(vcpu);
}
