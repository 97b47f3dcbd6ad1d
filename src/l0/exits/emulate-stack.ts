/**
 * PUSH and POP with device memory on either side. KVM: em_push, em_pop.
 */
import { Gpr } from '../../abi/state-block';
import { access_rights } from '../register-bits';
import { is_64_bit_mode, kvm_register_read } from '../registers';
import type { Vcpu } from '../vcpu';
import { operand_bytes, read_operand, write_operand, type Emulation } from './emulate-access';
import type { DecodedInstruction, RegisterOperand } from './emulate-decode';
import {
  linear_address,
  read_memory,
  width_mask,
  write_memory,
  write_register_operand,
} from './emulate-operands';

/** The stack pointer in the width of the stack: SS.B says which outside 64-bit mode. */
function stack_pointer(vcpu: Vcpu): RegisterOperand {
  const wide = (vcpu.cpu.vmread('GUEST_SS_AR_BYTES') & access_rights.DB) !== 0;
  const bytes = is_64_bit_mode(vcpu) ? 8 : wide ? 4 : 2;
  return { kind: 'register', index: Gpr.RSP, bytes, high_byte: false };
}

export function emulate_push(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [source] = insn.operands;
  if (source?.kind !== 'memory' && source?.kind !== 'register') return 'unknown';
  const bytes = operand_bytes(source);
  const value = read_operand(vcpu, source);
  if (value.kind === 'fault') return 'fault';
  const pointer = stack_pointer(vcpu);
  const top = (kvm_register_read(vcpu, Gpr.RSP) - BigInt(bytes)) & width_mask(pointer.bytes);
  if (!write_memory(vcpu, linear_address(vcpu, 'SS', top), bytes, value.value)) return 'fault';
  write_register_operand(vcpu, pointer, top);
  return 'done';
}

/** An address by rSP is the one after the increment (SDM volume 2, POP). */
export function emulate_pop(vcpu: Vcpu, insn: DecodedInstruction): Emulation {
  const [target] = insn.operands;
  if (target?.kind !== 'memory' && target?.kind !== 'register') return 'unknown';
  const bytes = operand_bytes(target);
  const pointer = stack_pointer(vcpu);
  const top = kvm_register_read(vcpu, Gpr.RSP) & width_mask(pointer.bytes);
  const value = read_memory(vcpu, linear_address(vcpu, 'SS', top), bytes);
  if (value.kind === 'fault') return 'fault';
  const by_stack_pointer = target.kind === 'memory' && target.base === Gpr.RSP;
  const place = by_stack_pointer ? { ...target, displacement: target.displacement + BigInt(bytes) } : target;
  // A register that is RSP itself takes what was popped, so the pointer goes first.
  if (target.kind === 'memory' && !write_operand(vcpu, place, value.value)) return 'fault';
  write_register_operand(vcpu, pointer, top + BigInt(bytes));
  if (target.kind === 'register') write_operand(vcpu, target, value.value);
  return 'done';
}
