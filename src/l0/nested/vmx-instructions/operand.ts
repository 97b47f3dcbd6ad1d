/**
 * The memory operand of a VMX instruction of L1, decoded from VM-exit instruction information and
 * qualification (the displacement), with all segment checks. SDM 27.2.4, tables 27-9 to 27-13; KVM:
 * get_vmx_mem_address.
 */
import { Seg } from '../../../abi/state-block';
import { kvm_queue_exception } from '../../event-queues';
import { kvm_inject_page_fault, kvm_read_guest_virt, kvm_write_guest_virt_system } from '../../guest-paging';
import { field_information } from '../../qualification-bits';
import { access_rights, field_of, vectors } from '../../register-bits';
import { is_long_mode, is_noncanonical_address, kvm_register_read } from '../../registers';
import type { Vcpu } from '../../vcpu';
import { record_vmx_instruction, refused_because } from '../../vmx-outcome';

/** Segment registers as the instruction information numbers them, which is also the order of `Seg`. */
const segment_names = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS'] as const;

/** The instruction information, decoded (SDM tables 27-9, 27-13 and 27-14). */
export interface OperandInfo {
  scaling: number;
  /** 0, 1, 2 for 16, 32, 64 bits. */
  address_size: number;
  is_register: boolean;
  /** Register operand 1, used where `is_register`. */
  register1: number;
  segment: number;
  index: number | undefined;
  base: number | undefined;
  /** Register operand 2. */
  register2: number;
}

export function decode_operand_info(info: number): OperandInfo {
  const word = BigInt(info);
  const index_invalid = field_of(word, field_information.INDEX_INVALID) !== 0;
  const base_invalid = field_of(word, field_information.BASE_INVALID) !== 0;
  return {
    scaling: field_of(word, field_information.SCALE),
    address_size: field_of(word, field_information.ADDRESS_SIZE),
    is_register: field_of(word, field_information.REGISTER) !== 0,
    register1: field_of(word, field_information.REG1),
    segment: field_of(word, field_information.SEGMENT),
    index: index_invalid ? undefined : field_of(word, field_information.INDEX),
    base: base_invalid ? undefined : field_of(word, field_information.BASE),
    register2: field_of(word, field_information.REG2),
  };
}

/** Sign-extends a displacement of 16 or 32 bits; 64-bit ones are whole. */
function extend_displacement(displacement: bigint, address_size: number): bigint {
  if (address_size === 0) return BigInt.asIntN(16, displacement);
  if (address_size === 1) return BigInt.asIntN(32, displacement);
  return displacement;
}

/** Queues #GP(0), or #SS(0) for a stack operand, and says so. */
function raise_operand_fault(vcpu: Vcpu, segment: number, stack_matters: boolean): void {
  const vector = stack_matters && segment === (Seg.SS as number) ? vectors.SS : vectors.GP;
  record_vmx_instruction(vcpu, 'fault', vector);
  kvm_queue_exception(vcpu, vector, 0);
}

/**
 * KVM: get_vmx_mem_address. The linear address of the operand; undefined when a fault was queued.
 * @param is_write the instruction writes its operand
 * @param length bytes of the operand
 */
function get_vmx_mem_address(
  vcpu: Vcpu,
  info: OperandInfo,
  is_write: boolean,
  length: number,
): bigint | undefined {
  if (info.is_register) {
    record_vmx_instruction(vcpu, 'fault', vectors.UD);
    kvm_queue_exception(vcpu, vectors.UD);
    return undefined;
  }
  const displacement = vcpu.cpu.vmread('EXIT_QUALIFICATION');
  let offset = extend_displacement(displacement, info.address_size);
  if (info.base !== undefined) offset += kvm_register_read(vcpu, info.base);
  if (info.index !== undefined) offset += kvm_register_read(vcpu, info.index) << BigInt(info.scaling);
  if (info.address_size === 1) offset = BigInt.asUintN(32, offset);
  else if (info.address_size === 0) offset = BigInt.asUintN(16, offset);
  const name = segment_names[info.segment] ?? 'DS';
  const segment_base = vcpu.cpu.vmread(`GUEST_${name}_BASE`);
  if (is_long_mode(vcpu)) {
    const linear = BigInt.asUintN(64, info.segment >= (Seg.FS as number) ? segment_base + offset : offset);
    if (!is_noncanonical_address(linear)) return linear;
    refused_because(vcpu, 'LINEAR_NOT_CANONICAL', linear);
    raise_operand_fault(vcpu, info.segment, true);
    return undefined;
  }
  const linear = BigInt.asUintN(32, segment_base + offset);
  const rights = vcpu.cpu.vmread(`GUEST_${name}_AR_BYTES`);
  const limit = vcpu.cpu.vmread(`GUEST_${name}_LIMIT`);
  const type = rights & access_rights.TYPE;
  const wrong_type = is_write ? (type & 0xa) === 0 || (type & 8) !== 0 : (type & 0xa) === 8;
  if (wrong_type) {
    refused_because(vcpu, 'SEGMENT_TYPE', offset, BigInt(rights));
    raise_operand_fault(vcpu, info.segment, false);
    return undefined;
  }
  const flat = segment_base === 0n && limit === 0xffffffff && ((type & 8) !== 0 || (type & 4) === 0);
  const beyond_limit = !flat && BigInt.asUintN(64, offset) + BigInt(length - 1) > BigInt(limit);
  const unusable = (rights & access_rights.UNUSABLE) !== 0;
  if (unusable || beyond_limit) {
    if (unusable) refused_because(vcpu, 'SEGMENT_UNUSABLE', offset, BigInt(rights));
    else refused_because(vcpu, 'SEGMENT_LIMIT', offset, BigInt(limit));
    raise_operand_fault(vcpu, info.segment, true);
    return undefined;
  }
  return linear;
}

/** Reads the memory operand; undefined when a fault was queued. */
export function read_memory_operand(vcpu: Vcpu, info: OperandInfo, length: number): DataView | undefined {
  const linear = get_vmx_mem_address(vcpu, info, false, length);
  if (linear === undefined) return undefined;
  const result = kvm_read_guest_virt(vcpu, linear, length);
  if (result.kind === 'fault') {
    record_vmx_instruction(vcpu, 'fault', vectors.PF);
    kvm_inject_page_fault(vcpu, result);
    return undefined;
  }
  return new DataView(result.bytes.buffer);
}

/** Writes the memory operand; false when a fault was queued. */
export function write_memory_operand(vcpu: Vcpu, info: OperandInfo, value: bigint, length: number): boolean {
  const linear = get_vmx_mem_address(vcpu, info, true, length);
  if (linear === undefined) return false;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  const result = kvm_write_guest_virt_system(vcpu, linear, bytes.subarray(0, length));
  if (result.kind === 'done') return true;
  record_vmx_instruction(vcpu, 'fault', vectors.PF);
  kvm_inject_page_fault(vcpu, result);
  return false;
}

/**
 * KVM: nested_vmx_get_vmptr: the 64-bit pointer operand of VMXON, VMCLEAR, VMPTRLD; undefined when a fault
 * was queued.
 */
export function nested_vmx_get_vmptr(vcpu: Vcpu): bigint | undefined {
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const operand = read_memory_operand(vcpu, info, 8);
  if (!operand) return undefined;
  const vmptr = operand.getBigUint64(0, true);
  vcpu.nested.vmx_instruction = { operand: `pointer 0x${vmptr.toString(16)}` };
  return vmptr;
}
