/**
 * Instructions that read an operand in device memory and write it back: XCHG, bit tests, one operand, compare and exchange,
 * exchange and add, shifts and rotates. Locked or not: nobody comes between. KVM: emulate.c.
 */
import { Gpr } from '../../abi/state-block';
import { rflags } from '../register-bits';
import type { Vcpu } from '../vcpu';
import { operand_bytes, read_operand, write_operand, type Emulation } from './emulate-access';
import { ARITHMETIC_FLAGS, arithmetic, type ArithmeticResult } from './emulate-arithmetic';
import type { DecodedInstruction, Operand } from './emulate-decode';
import { read_register_operand, width_mask, write_register_operand } from './emulate-operands';
import { shift } from './emulate-shift';

function set_arithmetic_flags(vcpu: Vcpu, flags: bigint, mask: bigint = ARITHMETIC_FLAGS): void {
  vcpu.cpu.vmwrite('GUEST_RFLAGS', (vcpu.cpu.vmread('GUEST_RFLAGS') & ~mask) | (flags & mask));
}

/** XCHG. */
export function emulate_exchange(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
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

/** A bit offset in a register reaches beyond the operand in memory: signed, in units of the operand. */
function with_bit_offset(target: Operand, source: Operand, offset: bigint): Operand {
  if (target.kind !== 'memory' || source.kind !== 'register') return target;
  const bits = BigInt(target.bytes * 8);
  const units = BigInt.asIntN(source.bytes * 8, offset) / bits;
  const below = BigInt.asIntN(source.bytes * 8, offset) % bits < 0n ? 1n : 0n;
  return { ...target, displacement: target.displacement + (units - below) * BigInt(target.bytes) };
}

/** BT, BTS, BTR, BTC. */
export function emulate_bit_test(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [named, source] = insn.operands;
  if (!named || !source) return 'unknown';
  const offset = read_operand(vcpu, source);
  if (offset.kind === 'fault') return 'fault';
  const target = with_bit_offset(named, source, offset.value);
  const old = read_operand(vcpu, target);
  if (old.kind === 'fault') return 'fault';
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

function one_operand(mnemonic: string, value: bigint, bytes: number): ArithmeticResult | undefined {
  switch (mnemonic) {
    case 'INC':
      return arithmetic('ADD', value, 1n, 0n, bytes);
    case 'DEC':
      return arithmetic('SUB', value, 1n, 0n, bytes);
    case 'NEG':
      return arithmetic('SUB', 0n, value, 0n, bytes);
    case 'NOT':
      return { value: value ^ width_mask(bytes), flags: 0n };
    default:
      return undefined;
  }
}

/** INC and DEC leave CF, NOT all flags. */
export function emulate_one_operand(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target] = insn.operands;
  if (!target) return 'unknown';
  const old = read_operand(vcpu, target);
  if (old.kind === 'fault') return 'fault';
  const result = one_operand(insn.mnemonic, old.value, operand_bytes(target));
  if (!result) return 'unknown';
  if (!write_operand(vcpu, target, result.value)) return 'fault';
  if (insn.mnemonic === 'NEG') set_arithmetic_flags(vcpu, result.flags);
  else if (insn.mnemonic !== 'NOT') set_arithmetic_flags(vcpu, result.flags, ARITHMETIC_FLAGS & ~rflags.CF);
  return 'done';
}

/** XADD: the sum goes to the first operand, what stood there to the second. */
export function emulate_exchange_add(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target, source] = insn.operands;
  if (!target || !source) return 'unknown';
  const old = read_operand(vcpu, target);
  const added = read_operand(vcpu, source);
  if (old.kind === 'fault' || added.kind === 'fault') return 'fault';
  const sum = arithmetic('ADD', old.value, added.value, 0n, operand_bytes(target));
  if (!sum) return 'unknown';
  if (!write_operand(vcpu, target, sum.value)) return 'fault';
  write_operand(vcpu, source, old.value);
  set_arithmetic_flags(vcpu, sum.flags);
  return 'done';
}

/** CMPXCHG: memory is written in either case (SDM volume 2). */
export function emulate_compare_exchange(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target, source] = insn.operands;
  if (!target || !source) return 'unknown';
  const bytes = operand_bytes(target);
  const accumulator = { kind: 'register' as const, index: Gpr.RAX, bytes, high_byte: false };
  const expected = read_register_operand(vcpu, accumulator);
  const old = read_operand(vcpu, target);
  const wanted = read_operand(vcpu, source);
  if (old.kind === 'fault' || wanted.kind === 'fault') return 'fault';
  const equal = old.value === expected;
  if (!write_operand(vcpu, target, equal ? wanted.value : old.value)) return 'fault';
  if (!equal) write_register_operand(vcpu, accumulator, old.value);
  set_arithmetic_flags(vcpu, arithmetic('CMP', expected, old.value, 0n, bytes)?.flags ?? 0n);
  return 'done';
}

/** ROL, ROR, RCL, RCR, SHL, SHR, SAR by an immediate or CL. */
export function emulate_shift(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target, count] = insn.operands;
  if (!target || !count) return 'unknown';
  const old = read_operand(vcpu, target);
  const by = read_operand(vcpu, count);
  if (old.kind === 'fault' || by.kind === 'fault') return 'fault';
  const flags = vcpu.cpu.vmread('GUEST_RFLAGS');
  const result = shift(insn.mnemonic, old.value, by.value, flags, operand_bytes(target));
  if (!result) return 'unknown';
  if (!write_operand(vcpu, target, result.value)) return 'fault';
  set_arithmetic_flags(vcpu, result.flags);
  return 'done';
}
