/**
 * Operands of an instruction that L0 emulates: registers in parts, and memory that may be a device of L1's
 * board. Values are unsigned bigints of the operand's width. KVM: emulate.c.
 */
import { gva_to_gpa, kvm_inject_page_fault, translate_gpa } from '../guest-paging';
import { gpa_to_hpa } from '../host-memory';
import { is_long_mode, kvm_register_read, vmx_get_cpl } from '../registers';
import { advance_board } from '../time';
import type { Vcpu } from '../vcpu';
import type { MemoryOperand, RegisterOperand, SegmentName } from './emulate-decode';

/** What a memory access of the emulator gave; `fault`: a #PF is queued. */
export type MemoryRead = { kind: 'done'; value: bigint } | { kind: 'fault' };

export function width_mask(bytes: number): bigint {
  return (1n << BigInt(bytes * 8)) - 1n;
}

export function read_register_operand(vcpu: Vcpu, operand: RegisterOperand): bigint {
  const whole = operand.index === 4 ? vcpu.cpu.vmread('GUEST_RSP') : vcpu.cpu.gpr(operand.index);
  return operand.high_byte ? (whole >> 8n) & 0xffn : whole & width_mask(operand.bytes);
}

/** Writes of 32 bits clear the upper half, narrower ones keep it. */
export function write_register_operand(vcpu: Vcpu, operand: RegisterOperand, value: bigint): void {
  const old = operand.index === 4 ? vcpu.cpu.vmread('GUEST_RSP') : vcpu.cpu.gpr(operand.index);
  let merged = value & width_mask(operand.bytes);
  if (operand.high_byte) merged = (old & ~0xff00n) | ((value & 0xffn) << 8n);
  else if (operand.bytes < 4) merged = (old & ~width_mask(operand.bytes)) | merged;
  if (operand.index === 4) vcpu.cpu.vmwrite('GUEST_RSP', merged);
  else vcpu.cpu.setGpr(operand.index, merged);
}

/** Linear address of an offset in a segment: in 64-bit mode only FS and GS have a base. */
export function linear_address(vcpu: Vcpu, segment: SegmentName, offset: bigint): bigint {
  const long_mode = is_long_mode(vcpu);
  const has_base = !long_mode || segment === 'FS' || segment === 'GS';
  const base = has_base ? vcpu.cpu.vmread(`GUEST_${segment}_BASE`) : 0n;
  return long_mode ? BigInt.asUintN(64, base + offset) : BigInt.asUintN(32, base + offset);
}

export function operand_address(vcpu: Vcpu, operand: MemoryOperand): bigint {
  let offset = operand.displacement;
  if (operand.base !== undefined) offset += kvm_register_read(vcpu, operand.base);
  if (operand.index !== undefined) offset += kvm_register_read(vcpu, operand.index) * BigInt(operand.scale);
  return linear_address(vcpu, operand.segment, offset & width_mask(operand.address_bytes));
}

/**
 * L1's physical address of a linear one; undefined when a #PF was queued. Unmapped by ept12 reads as no
 * memory.
 */
function physical_address(vcpu: Vcpu, linear: bigint, access: 'read' | 'write'): bigint | undefined {
  const walk = gva_to_gpa(vcpu, linear, access, vmx_get_cpl(vcpu) === 3);
  if (walk.kind === 'mapped') return translate_gpa(vcpu, walk.gpa) ?? (1n << 52n) - 1n;
  kvm_inject_page_fault(vcpu, walk);
  return undefined;
}

/** Reads 1, 2, 4 or 8 bytes that do not cross a page. KVM: read_emulated. */
export function read_memory(vcpu: Vcpu, linear: bigint, bytes: number): MemoryRead {
  const gpa = physical_address(vcpu, linear, 'read');
  if (gpa === undefined) return { kind: 'fault' };
  const hpa = gpa_to_hpa(vcpu, gpa);
  if (hpa === undefined) {
    advance_board(vcpu);
    const value = vcpu.board.memoryRead(gpa, bytes as 1 | 2 | 4 | 8, vcpu.id);
    return { kind: 'done', value: BigInt.asUintN(bytes * 8, value) };
  }
  let value = 0n;
  const source = vcpu.cpu.physical.read(hpa, bytes);
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(source?.[i] ?? 0xff);
  return { kind: 'done', value };
}

/** Writes 1, 2, 4 or 8 bytes; false when a #PF was queued. KVM: write_emulated. */
export function write_memory(vcpu: Vcpu, linear: bigint, bytes: number, value: bigint): boolean {
  const gpa = physical_address(vcpu, linear, 'write');
  if (gpa === undefined) return false;
  const hpa = gpa_to_hpa(vcpu, gpa);
  if (hpa === undefined) {
    advance_board(vcpu);
    vcpu.board.memoryWrite(gpa, bytes as 1 | 2 | 4 | 8, BigInt.asUintN(bytes * 8, value), vcpu.id);
    return true;
  }
  const data = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) data[i] = Number((value >> BigInt(i * 8)) & 0xffn);
  vcpu.cpu.physical.write(hpa, data);
  return true;
}
