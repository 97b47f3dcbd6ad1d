/**
 * Emulates one instruction that touched device memory: moves, string moves, simple arithmetic and bit
 * tests. Anything else is a gap of ours and named. A fault of the guest is queued and the instruction runs
 * again later. KVM: x86_emulate_instruction.
 */
import { Gpr } from '../../abi/state-block';
import { rflags } from '../register-bits';
import { kvm_register_read, kvm_skip_emulated_instruction } from '../registers';
import type { Vcpu } from '../vcpu';
import { ARITHMETIC_FLAGS, arithmetic } from './emulate-arithmetic';
import { fetch_instruction, x86_decode_insn, type DecodedInstruction, type Operand } from './emulate-decode';
import {
  linear_address,
  operand_address,
  read_memory,
  read_register_operand,
  width_mask,
  write_memory,
  write_register_operand,
  type MemoryRead,
} from './emulate-operands';

/** Elements of a repeated string instruction done in one exit; the rest exits again. */
const MAX_ELEMENTS = 4096;

/** 'fault': an exception is queued; 'unknown': not emulated. */
type Emulation = 'done' | 'fault' | 'unknown' | 'repeat';

function read_operand(vcpu: Vcpu, operand: Operand): MemoryRead {
  if (operand.kind === 'immediate') return { kind: 'done', value: operand.value };
  if (operand.kind === 'register') return { kind: 'done', value: read_register_operand(vcpu, operand) };
  return read_memory(vcpu, operand_address(vcpu, operand), operand.bytes);
}

function write_operand(vcpu: Vcpu, operand: Operand, value: bigint): boolean {
  if (operand.kind === 'register') write_register_operand(vcpu, operand, value);
  else if (operand.kind === 'memory')
    return write_memory(vcpu, operand_address(vcpu, operand), operand.bytes, value);
  return true;
}

function operand_bytes(operand: Operand): number {
  return operand.kind === 'immediate' ? 8 : operand.bytes;
}

/** MOV, MOVZX, MOVSX, MOVSXD. */
function emulate_move(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target, source] = insn.operands;
  if (!target || !source) return 'unknown';
  const read = read_operand(vcpu, source);
  if (read.kind === 'fault') return 'fault';
  let value = read.value;
  if (insn.mnemonic === 'MOVSX' || insn.mnemonic === 'MOVSXD')
    value = BigInt.asIntN(operand_bytes(source) * 8, value);
  return write_operand(vcpu, target, value & width_mask(operand_bytes(target))) ? 'done' : 'fault';
}

/** ADD, ADC, SUB, SBB, AND, OR, XOR, CMP, TEST. */
function emulate_arithmetic(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target, source] = insn.operands;
  if (!target || !source) return 'unknown';
  const left = read_operand(vcpu, target);
  if (left.kind === 'fault') return 'fault';
  const right = read_operand(vcpu, source);
  if (right.kind === 'fault') return 'fault';
  const bytes = operand_bytes(target);
  const old_flags = vcpu.cpu.vmread('GUEST_RFLAGS');
  const result = arithmetic(
    insn.mnemonic,
    left.value,
    right.value & width_mask(bytes),
    old_flags & rflags.CF,
    bytes,
  );
  if (!result) return 'unknown';
  const writes = insn.mnemonic !== 'CMP' && insn.mnemonic !== 'TEST';
  if (writes && !write_operand(vcpu, target, result.value)) return 'fault';
  vcpu.cpu.vmwrite('GUEST_RFLAGS', (old_flags & ~ARITHMETIC_FLAGS) | result.flags);
  return 'done';
}

/** XCHG. */
function emulate_exchange(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target, source] = insn.operands;
  if (!target || !source) return 'unknown';
  const memory_first = target.kind === 'memory' ? target : source;
  const register = target.kind === 'memory' ? source : target;
  const old_memory = read_operand(vcpu, memory_first);
  if (old_memory.kind === 'fault') return 'fault';
  const old_register = read_operand(vcpu, register);
  if (old_register.kind === 'fault') return 'fault';
  if (!write_operand(vcpu, memory_first, old_register.value)) return 'fault';
  write_operand(vcpu, register, old_memory.value);
  return 'done';
}

/** BT with a bit offset inside the operand, BTS, BTR, BTC likewise. */
function emulate_bit_test(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target, source] = insn.operands;
  if (!target || !source || (target.kind === 'memory' && source.kind === 'register')) return 'unknown';
  const old = read_operand(vcpu, target);
  if (old.kind === 'fault') return 'fault';
  const offset = read_operand(vcpu, source);
  if (offset.kind === 'fault') return 'fault';
  const bit = 1n << (offset.value & BigInt(operand_bytes(target) * 8 - 1));
  let value = old.value;
  if (insn.mnemonic === 'BTS') value |= bit;
  if (insn.mnemonic === 'BTR') value &= ~bit;
  if (insn.mnemonic === 'BTC') value ^= bit;
  if (insn.mnemonic !== 'BT' && !write_operand(vcpu, target, value)) return 'fault';
  const flags = vcpu.cpu.vmread('GUEST_RFLAGS') & ~rflags.CF;
  vcpu.cpu.vmwrite('GUEST_RFLAGS', old.value & bit ? flags | rflags.CF : flags);
  return 'done';
}

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

function advance_pointer(vcpu: Vcpu, index: number, value: bigint, bytes: number): void {
  const operand = { kind: 'register' as const, index, bytes, high_byte: false };
  write_register_operand(vcpu, operand, value);
}

const string_bytes: Readonly<Record<string, number>> = { B: 1, W: 2, D: 4, Q: 8 };

/** MOVS, STOS, LODS with or without REP. */
function emulate_string(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const bytes = string_bytes[insn.mnemonic.slice(4)];
  if (bytes === undefined) return 'unknown';
  if (!insn.repeats) return emulate_string_element(vcpu, insn, bytes);
  const mask = width_mask(insn.address_bytes);
  for (let done = 0; done < MAX_ELEMENTS; done++) {
    const count = kvm_register_read(vcpu, Gpr.RCX) & mask;
    if (count === 0n) return 'done';
    const element = emulate_string_element(vcpu, insn, bytes);
    if (element !== 'done') return element;
    advance_pointer(vcpu, Gpr.RCX, count - 1n, insn.address_bytes);
  }
  return (kvm_register_read(vcpu, Gpr.RCX) & mask) === 0n ? 'done' : 'repeat';
}

type Emulator = (vcpu: Vcpu, insn: DecodedInstruction) => Emulation;

/** What is emulated, by mnemonic. */
const emulators: Readonly<Record<string, Emulator>> = {
  MOV: emulate_move,
  MOVZX: emulate_move,
  MOVSX: emulate_move,
  MOVSXD: emulate_move,
  ADD: emulate_arithmetic,
  ADC: emulate_arithmetic,
  SUB: emulate_arithmetic,
  SBB: emulate_arithmetic,
  AND: emulate_arithmetic,
  OR: emulate_arithmetic,
  XOR: emulate_arithmetic,
  CMP: emulate_arithmetic,
  TEST: emulate_arithmetic,
  XCHG: emulate_exchange,
  BT: emulate_bit_test,
  BTS: emulate_bit_test,
  BTR: emulate_bit_test,
  BTC: emulate_bit_test,
  MOVSB: emulate_string,
  MOVSW: emulate_string,
  MOVSD: emulate_string,
  MOVSQ: emulate_string,
  STOSB: emulate_string,
  STOSW: emulate_string,
  STOSD: emulate_string,
  STOSQ: emulate_string,
  LODSB: emulate_string,
  LODSW: emulate_string,
  LODSD: emulate_string,
  LODSQ: emulate_string,
};

/** What a gap is called: the mnemonic, or the bytes where there is none. */
function name_instruction(vcpu: Vcpu, insn: DecodedInstruction | undefined): string {
  if (insn) return insn.mnemonic;
  const bytes = fetch_instruction(vcpu);
  if (!bytes) return 'an instruction that cannot be fetched';
  return `the instruction at bytes ${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}

/**
 * KVM: x86_emulate_instruction.
 * @returns the name of a gap, or undefined
 */
export function x86_emulate_instruction(vcpu: Vcpu): string | undefined {
  const insn = x86_decode_insn(vcpu);
  const emulator = insn ? emulators[insn.mnemonic] : undefined;
  const outcome = insn && emulator ? emulator(vcpu, insn) : 'unknown';
  if (outcome === 'unknown') return `emulation of ${name_instruction(vcpu, insn)} on device memory`;
  vcpu.vmx.handled += ` (${insn?.mnemonic ?? ''} emulated)`;
  if (outcome === 'done' && insn) {
    // The exit information's length is of no use for EPT violations.
    vcpu.cpu.vmwrite('VM_EXIT_INSTRUCTION_LEN', insn.length);
    kvm_skip_emulated_instruction(vcpu);
  }
  return undefined;
}
