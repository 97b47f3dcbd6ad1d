/**
 * Emulates one instruction that touched device memory: moves, strings, simple arithmetic, what reads and writes
 * back, the stack. Anything else is a gap of ours and named. A fault of the guest is queued and the instruction runs
 * again later. KVM: x86_emulate_instruction.
 */
import { kvm_inject_page_fault } from '../guest-paging';
import { rflags } from '../register-bits';
import { kvm_skip_emulated_instruction } from '../registers';
import type { Vcpu } from '../vcpu';
import { operand_bytes, read_operand, write_operand, type Emulation } from './emulate-access';
import { ARITHMETIC_FLAGS, arithmetic } from './emulate-arithmetic';
import { fetch_instruction, x86_decode_insn, type DecodedInstruction } from './emulate-decode';
import {
  emulate_bit_test,
  emulate_compare_exchange,
  emulate_exchange,
  emulate_exchange_add,
  emulate_one_operand,
  emulate_shift,
} from './emulate-modify';
import { width_mask } from './emulate-operands';
import { emulate_pop, emulate_push } from './emulate-stack';
import { emulate_string } from './emulate-string';

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
  CMPSB: emulate_string,
  CMPSW: emulate_string,
  CMPSD: emulate_string,
  CMPSQ: emulate_string,
  SCASB: emulate_string,
  SCASW: emulate_string,
  SCASD: emulate_string,
  SCASQ: emulate_string,
  INC: emulate_one_operand,
  DEC: emulate_one_operand,
  NEG: emulate_one_operand,
  NOT: emulate_one_operand,
  XADD: emulate_exchange_add,
  CMPXCHG: emulate_compare_exchange,
  ROL: emulate_shift,
  ROR: emulate_shift,
  RCL: emulate_shift,
  RCR: emulate_shift,
  SHL: emulate_shift,
  SAL: emulate_shift,
  SHR: emulate_shift,
  SAR: emulate_shift,
  PUSH: emulate_push,
  POP: emulate_pop,
};

/** What a gap is called: the mnemonic, or the bytes where there is none. */
function name_instruction(insn: DecodedInstruction | undefined, bytes: Uint8Array): string {
  if (insn) return insn.mnemonic;
  return `the instruction at bytes ${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}

/**
 * KVM: x86_emulate_instruction. An instruction that cannot be fetched is the guest's fault: its page tables lie where no memory is.
 * @returns the name of a gap, or undefined
 */
export function x86_emulate_instruction(vcpu: Vcpu): string | undefined {
  const fetched = fetch_instruction(vcpu);
  if (fetched.kind === 'fault') {
    vcpu.vmx.handled += ' (#PF: the instruction cannot be fetched)';
    kvm_inject_page_fault(vcpu, fetched);
    return undefined;
  }
  const insn = x86_decode_insn(vcpu, fetched.bytes);
  const emulator = insn ? emulators[insn.mnemonic] : undefined;
  const outcome = insn && emulator ? emulator(vcpu, insn) : 'unknown';
  if (outcome === 'unknown') return `emulation of ${name_instruction(insn, fetched.bytes)} on device memory`;
  vcpu.vmx.handled += ` (${insn?.mnemonic ?? ''} emulated)`;
  if (outcome === 'done' && insn) {
    // The exit information's length is of no use for EPT violations.
    vcpu.cpu.vmwrite('VM_EXIT_INSTRUCTION_LEN', insn.length);
    kvm_skip_emulated_instruction(vcpu);
  }
  return undefined;
}
