/**
 * String instructions on device memory: MOVS, STOS, LODS, CMPS, SCAS with their repeat prefixes. KVM: em_mov, em_cmp and the
 * string loop of x86_emulate_insn.
 */
import { Gpr } from '../../abi/state-block';
import { rflags } from '../register-bits';
import { kvm_register_read } from '../registers';
import type { Vcpu } from '../vcpu';
import type { Emulation } from './emulate-access';
import { ARITHMETIC_FLAGS, arithmetic } from './emulate-arithmetic';
import type { DecodedInstruction } from './emulate-decode';
import {
  linear_address,
  read_memory,
  read_register_operand,
  width_mask,
  write_memory,
  write_register_operand,
} from './emulate-operands';

/** Elements of a repeated string instruction done in one exit; the rest exits again. */
const MAX_ELEMENTS = 4096;

/** One element of MOVS, STOS or LODS. */
function emulate_string_element(vcpu: Vcpu, insn: DecodedInstruction, bytes: number): Emulation {
  const mask = width_mask(insn.address_bytes);
  const step = vcpu.cpu.vmread('GUEST_RFLAGS') & rflags.DF ? -BigInt(bytes) : BigInt(bytes);
  const source_offset = kvm_register_read(vcpu, Gpr.RSI) & mask;
  const target_offset = kvm_register_read(vcpu, Gpr.RDI) & mask;
  const family = insn.mnemonic.slice(0, 4);
  const accumulator = { kind: 'register' as const, index: Gpr.RAX, bytes, high_byte: false };
  let value = read_register_operand(vcpu, accumulator);
  if (family !== 'STOS') {
    const read = read_memory(vcpu, linear_address(vcpu, insn.string_segment, source_offset), bytes);
    if (read.kind === 'fault') return 'fault';
    value = read.value;
  }
  if (family === 'LODS') write_register_operand(vcpu, accumulator, value);
  else if (!write_memory(vcpu, linear_address(vcpu, 'ES', target_offset), bytes, value)) return 'fault';
  if (family !== 'STOS') advance_pointer(vcpu, Gpr.RSI, source_offset + step, insn.address_bytes);
  if (family !== 'LODS') advance_pointer(vcpu, Gpr.RDI, target_offset + step, insn.address_bytes);
  return 'done';
}

/** One element of CMPS or SCAS: the source, or the accumulator, is compared with the destination. */
function compare_string_element(vcpu: Vcpu, insn: DecodedInstruction, bytes: number): Emulation {
  const mask = width_mask(insn.address_bytes);
  const old_flags = vcpu.cpu.vmread('GUEST_RFLAGS');
  const step = old_flags & rflags.DF ? -BigInt(bytes) : BigInt(bytes);
  const source_offset = kvm_register_read(vcpu, Gpr.RSI) & mask;
  const target_offset = kvm_register_read(vcpu, Gpr.RDI) & mask;
  const scans = insn.mnemonic.startsWith('SCAS');
  let left = read_register_operand(vcpu, { kind: 'register', index: Gpr.RAX, bytes, high_byte: false });
  if (!scans) {
    const source = read_memory(vcpu, linear_address(vcpu, insn.string_segment, source_offset), bytes);
    if (source.kind === 'fault') return 'fault';
    left = source.value;
  }
  const target = read_memory(vcpu, linear_address(vcpu, 'ES', target_offset), bytes);
  if (target.kind === 'fault') return 'fault';
  const result = arithmetic('CMP', left, target.value, 0n, bytes);
  if (!result) return 'unknown';
  vcpu.cpu.vmwrite('GUEST_RFLAGS', (old_flags & ~ARITHMETIC_FLAGS) | result.flags);
  if (!scans) advance_pointer(vcpu, Gpr.RSI, source_offset + step, insn.address_bytes);
  advance_pointer(vcpu, Gpr.RDI, target_offset + step, insn.address_bytes);
  return 'done';
}

function is_comparison(insn: DecodedInstruction): boolean {
  return insn.mnemonic.startsWith('CMPS') || insn.mnemonic.startsWith('SCAS');
}

/** REPE goes on while elements are equal, REPNE while they differ. */
function ends_repetition(vcpu: Vcpu, insn: DecodedInstruction): boolean {
  if (!is_comparison(insn)) return false;
  const equal = (vcpu.cpu.vmread('GUEST_RFLAGS') & rflags.ZF) !== 0n;
  return insn.repeats_unequal ? equal : !equal;
}

function advance_pointer(vcpu: Vcpu, index: number, value: bigint, bytes: number): void {
  const operand = { kind: 'register' as const, index, bytes, high_byte: false };
  write_register_operand(vcpu, operand, value);
}

const string_bytes: Readonly<Record<string, number>> = { B: 1, W: 2, D: 4, Q: 8 };

/** MOVS, STOS, LODS, CMPS, SCAS with or without a repeat prefix. */
export function emulate_string(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const bytes = string_bytes[insn.mnemonic.slice(4)];
  // SSE has MOVSD and CMPSD too, with an operand in memory.
  if (bytes === undefined || insn.operands.some((operand) => operand.kind === 'memory')) return 'unknown';
  const one = is_comparison(insn) ? compare_string_element : emulate_string_element;
  if (!insn.repeats) return one(vcpu, insn, bytes);
  const mask = width_mask(insn.address_bytes);
  for (let done = 0; done < MAX_ELEMENTS; done++) {
    const count = kvm_register_read(vcpu, Gpr.RCX) & mask;
    if (count === 0n) return 'done';
    const element = one(vcpu, insn, bytes);
    if (element !== 'done') return element;
    advance_pointer(vcpu, Gpr.RCX, count - 1n, insn.address_bytes);
    if (ends_repetition(vcpu, insn)) return 'done';
  }
  return (kvm_register_read(vcpu, Gpr.RCX) & mask) === 0n ? 'done' : 'repeat';
}
