/**
 * INVEPT and INVVPID of L1. SDM 30.3, 28.3.3.1; KVM: handle_invept, handle_invvpid.
 */
import { secondary } from '../../control-masks';
import { kvm_queue_exception } from '../../event-queues';
import { vectors, vmx_errors } from '../../register-bits';
import { is_noncanonical_address, kvm_register_read } from '../../registers';
import type { Vcpu } from '../../vcpu';
import { nested_vmx_fail, nested_vmx_succeed, record_vmx_instruction } from '../../vmx-outcome';
import { EPT_CAP, VPID_CAP } from '../capability-msrs';
import { nested_vmx_check_eptp } from '../check-controls';
import { nested_vmx_check_permission } from '../enter';
import { free_all_shadow_roots, free_shadow_roots_of } from '../shadow-ept';
import { decode_operand_info, read_memory_operand } from './operand';

const INVEPT_SINGLE_CONTEXT = 1;
const INVVPID_INDIVIDUAL_ADDRESS = 0;
const INVVPID_ALL_CONTEXTS = 2;

function raise_undefined_opcode(vcpu: Vcpu): void {
  record_vmx_instruction(vcpu, 'fault', vectors.UD);
  kvm_queue_exception(vcpu, vectors.UD);
}

/** KVM: handle_invept. */
export function handle_invept(vcpu: Vcpu): void {
  const caps = vcpu.nested.msrs.ept_caps;
  const has_ept = (vcpu.nested.msrs.secondary.high & secondary.ENABLE_EPT) !== 0;
  if (!has_ept || (caps & EPT_CAP.INVEPT) === 0) {
    raise_undefined_opcode(vcpu);
    return;
  }
  if (!nested_vmx_check_permission(vcpu)) return;
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const type = Number(kvm_register_read(vcpu, info.register2));
  const types = (caps >>> 24) & 6;
  if (type >= 32 || (types & (1 << type)) === 0) {
    nested_vmx_fail(vcpu, vmx_errors.INVALID_OPERAND_TO_INVEPT_INVVPID);
    return;
  }
  // The descriptor is read for every type.
  const descriptor = read_memory_operand(vcpu, info, 16);
  if (!descriptor) return;
  const eptp = descriptor.getBigUint64(0, true);
  vcpu.nested.vmx_instruction = { operand: `type ${type}, EPTP 0x${eptp.toString(16)}` };
  if (type === INVEPT_SINGLE_CONTEXT) {
    if (nested_vmx_check_eptp(vcpu, eptp) !== undefined) {
      nested_vmx_fail(vcpu, vmx_errors.INVALID_OPERAND_TO_INVEPT_INVVPID);
      return;
    }
    free_shadow_roots_of(vcpu, eptp);
  } else free_all_shadow_roots(vcpu);
  nested_vmx_succeed(vcpu);
}

/** KVM: handle_invvpid. Whatever the type, all of vpid02 is flushed: vpid12 is no tag of the chip. */
export function handle_invvpid(vcpu: Vcpu): void {
  const caps = vcpu.nested.msrs.vpid_caps;
  const has_vpid = (vcpu.nested.msrs.secondary.high & secondary.ENABLE_VPID) !== 0;
  if (!has_vpid || (caps & VPID_CAP.INVVPID) === 0) {
    raise_undefined_opcode(vcpu);
    return;
  }
  if (!nested_vmx_check_permission(vcpu)) return;
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const type = Number(kvm_register_read(vcpu, info.register2));
  const types = (caps >>> VPID_CAP.TYPES_SHIFT) & 0xf;
  if (type >= 32 || (types & (1 << type)) === 0) {
    nested_vmx_fail(vcpu, vmx_errors.INVALID_OPERAND_TO_INVEPT_INVVPID);
    return;
  }
  const descriptor = read_memory_operand(vcpu, info, 16);
  if (!descriptor) return;
  const vpid = descriptor.getBigUint64(0, true);
  const linear = descriptor.getBigUint64(8, true);
  vcpu.nested.vmx_instruction = { operand: `type ${type}, VPID 0x${vpid.toString(16)}` };
  const vpid_reserved = vpid >> 16n !== 0n;
  const vpid_missing = type !== INVVPID_ALL_CONTEXTS && vpid === 0n;
  const bad_address = type === INVVPID_INDIVIDUAL_ADDRESS && is_noncanonical_address(linear);
  if (vpid_reserved || vpid_missing || bad_address) {
    nested_vmx_fail(vcpu, vmx_errors.INVALID_OPERAND_TO_INVEPT_INVVPID);
    return;
  }
  vcpu.cpu.invvpid(vcpu.nested.vpid02);
  nested_vmx_succeed(vcpu);
}
