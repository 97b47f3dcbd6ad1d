/**
 * Whole operands of an instruction that L0 emulates, whatever they are, and how an emulation ends. KVM: emulate.c.
 */
import type { Vcpu } from '../vcpu';
import type { Operand } from './emulate-decode';
import {
  operand_address,
  read_memory,
  read_register_operand,
  write_memory,
  write_register_operand,
  type MemoryRead,
} from './emulate-operands';

/** 'fault': an exception is queued; 'unknown': not emulated. */
export type Emulation = 'done' | 'fault' | 'unknown' | 'repeat';

export function read_operand(vcpu: Vcpu, operand: Operand): MemoryRead {
  if (operand.kind === 'immediate') return { kind: 'done', value: operand.value };
  if (operand.kind === 'register') return { kind: 'done', value: read_register_operand(vcpu, operand) };
  return read_memory(vcpu, operand_address(vcpu, operand), operand.bytes);
}

export function write_operand(vcpu: Vcpu, operand: Operand, value: bigint): boolean {
  if (operand.kind === 'register') write_register_operand(vcpu, operand, value);
  else if (operand.kind === 'memory')
    return write_memory(vcpu, operand_address(vcpu, operand), operand.bytes, value);
  return true;
}

export function operand_bytes(operand: Operand): number {
  return operand.kind === 'immediate' ? 8 : operand.bytes;
}
