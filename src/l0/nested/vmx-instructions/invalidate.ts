/**
 * INVEPT and INVVPID of L1. SDM 30.3, 28.3.3.1; KVM: handle_invept, handle_invvpid.
 */
import { secondary } from '../../control-masks';
import { kvm_queue_exception } from '../../event-queues';
import { eptp_bits, field_of, vectors, vmx_errors } from '../../register-bits';
import { is_noncanonical_address, kvm_register_read } from '../../registers';
import type { Vcpu } from '../../vcpu';
import {
  nested_vmx_fail,
  nested_vmx_succeed,
  record_vmx_instruction,
  refused_because,
} from '../../vmx-outcome';
import { EPT_CAP, VPID_CAP } from '../capability-msrs';
import { nested_vmx_check_eptp } from '../check-controls';
import { nested_vmx_check_permission } from '../enter';
import { maxphyaddr } from '../ept12-walk';
import { free_all_shadow_roots, free_shadow_roots_of } from '../shadow-ept';
import { decode_operand_info, read_memory_operand } from './operand';

const INVEPT_SINGLE_CONTEXT = 1;
const INVVPID_INDIVIDUAL_ADDRESS = 0;
const INVVPID_ALL_CONTEXTS = 2;

function raise_undefined_opcode(vcpu: Vcpu, reason: 'INVEPT_NOT_OFFERED' | 'INVVPID_NOT_OFFERED'): void {
  const { ept_caps, vpid_caps } = vcpu.nested.msrs;
  refused_because(vcpu, reason, (BigInt(vpid_caps) << 32n) | BigInt(ept_caps >>> 0));
  record_vmx_instruction(vcpu, 'fault', vectors.UD);
  kvm_queue_exception(vcpu, vectors.UD);
}

/** INVEPT of a pointer that VM entry would not accept, by the check it breaks. */
function refuse_eptp(vcpu: Vcpu, eptp: bigint, check: 'B36' | 'B37' | 'B38' | 'B40'): void {
  if (check === 'B36') refused_because(vcpu, 'INVEPT_MEMORY_TYPE', eptp, eptp & eptp_bits.MEMORY_TYPE);
  else if (check === 'B37')
    refused_because(vcpu, 'INVEPT_WALK_LENGTH', eptp, BigInt(field_of(eptp, eptp_bits.WALK_LENGTH)));
  else if (check === 'B38') refused_because(vcpu, 'INVEPT_RESERVED', eptp, eptp_bits.AD);
  else refused_because(vcpu, 'INVEPT_RESERVED', eptp, reserved_eptp_bits(vcpu, eptp));
}

/** Bits of an EPT pointer that must be 0 and are not. */
function reserved_eptp_bits(vcpu: Vcpu, eptp: bigint): bigint {
  const width = BigInt(maxphyaddr(vcpu));
  return (eptp & 0xf80n) | ((eptp >> width) << width);
}

/** KVM: handle_invept. */
export function handle_invept(vcpu: Vcpu): void {
  const caps = vcpu.nested.msrs.ept_caps;
  const has_ept = (vcpu.nested.msrs.secondary.high & secondary.ENABLE_EPT) !== 0;
  if (!has_ept || (caps & EPT_CAP.INVEPT) === 0) {
    raise_undefined_opcode(vcpu, 'INVEPT_NOT_OFFERED');
    return;
  }
  if (!nested_vmx_check_permission(vcpu)) return;
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const type = Number(kvm_register_read(vcpu, info.register2));
  const types = (caps >>> 24) & 6;
  if (type >= 32 || (types & (1 << type)) === 0) {
    refused_because(vcpu, 'INVEPT_TYPE', kvm_register_read(vcpu, info.register2), BigInt(types >>> 1));
    nested_vmx_fail(vcpu, vmx_errors.INVALID_OPERAND_TO_INVEPT_INVVPID);
    return;
  }
  // The descriptor is read for every type.
  const descriptor = read_memory_operand(vcpu, info, 16);
  if (!descriptor) return;
  const eptp = descriptor.getBigUint64(0, true);
  vcpu.nested.vmx_instruction = { operand: `type ${type}, EPTP 0x${eptp.toString(16)}` };
  if (type === INVEPT_SINGLE_CONTEXT) {
    const broken = nested_vmx_check_eptp(vcpu, eptp);
    if (broken !== undefined) {
      refuse_eptp(vcpu, eptp, broken);
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
    raise_undefined_opcode(vcpu, 'INVVPID_NOT_OFFERED');
    return;
  }
  if (!nested_vmx_check_permission(vcpu)) return;
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const type = Number(kvm_register_read(vcpu, info.register2));
  const types = (caps >>> VPID_CAP.TYPES_SHIFT) & 0xf;
  if (type >= 32 || (types & (1 << type)) === 0) {
    refused_because(vcpu, 'INVVPID_TYPE', kvm_register_read(vcpu, info.register2), BigInt(types));
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
    if (vpid_reserved) refused_because(vcpu, 'INVVPID_RESERVED', vpid);
    else if (vpid_missing) refused_because(vcpu, 'INVVPID_VPID_0', BigInt(type));
    else refused_because(vcpu, 'INVVPID_NOT_CANONICAL', linear);
    nested_vmx_fail(vcpu, vmx_errors.INVALID_OPERAND_TO_INVEPT_INVVPID);
    return;
  }
  vcpu.cpu.invvpid(vcpu.nested.vpid02);
  nested_vmx_succeed(vcpu);
}
