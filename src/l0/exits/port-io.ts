/**
 * IN, OUT, INS and OUTS: the ports belong to L1's board. String forms go element by element through the
 * guest's page tables, with registers and memory correct at every fault. SDM 25.1.3, table 27-5; KVM:
 * handle_io.
 */
import { Gpr } from '../../abi/state-block';
import {
  gva_to_gpa,
  kvm_inject_page_fault,
  kvm_read_guest_virt,
  kvm_write_guest_virt,
} from '../guest-paging';
import { nested_access_allowed } from '../nested/shadow-ept';
import { io_qualification } from '../qualification-bits';
import { field_of, rflags } from '../register-bits';
import {
  kvm_register_read,
  kvm_register_write,
  kvm_skip_emulated_instruction,
  is_64_bit_mode,
  vmx_get_cpl,
} from '../registers';
import { advance_board } from '../time';
import type { Vcpu } from '../vcpu';

type IoSize = 1 | 2 | 4;

/** A register combined with a value of the address or operand width: narrow writes keep the upper bits. */
function merge_register(old: bigint, value: bigint, bytes: number): bigint {
  if (bytes >= 4) return value & 0xffffffffn;
  const mask = (1n << BigInt(bytes * 8)) - 1n;
  return (old & ~mask) | (value & mask);
}

/** KVM: kvm_fast_pio. */
function handle_simple_io(vcpu: Vcpu, port: number, size: IoSize, is_in: boolean): undefined {
  advance_board(vcpu);
  const old = kvm_register_read(vcpu, Gpr.RAX);
  let value = Number(old & 0xffffffffn);
  if (is_in) {
    value = vcpu.board.portRead(port, size) >>> 0;
    kvm_register_write(vcpu, Gpr.RAX, merge_register(old, BigInt(value), size));
  } else {
    value = size === 4 ? value : value & ((1 << (size * 8)) - 1);
    vcpu.board.portWrite(port, size, value >>> 0);
  }
  const direction = is_in ? 'IN from' : 'OUT to';
  vcpu.vmx.handled = `${direction} port 0x${port.toString(16)}: 0x${(value >>> 0).toString(16)}`;
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

/** Address size in bytes of a string instruction: instruction information bits 9:7 (SDM table 27-8). */
function address_bytes(vcpu: Vcpu): number {
  return 2 << ((vcpu.cpu.vmread('VMX_INSTRUCTION_INFO') >>> 7) & 3);
}

/**
 * Whether the bytes of an element can be accessed by the guest's tables, and by ept12 where there is one; false when a fault was
 * queued, or L1 has the exit.
 */
function admit_element(vcpu: Vcpu, linear: bigint, size: IoSize, access: 'read' | 'write'): boolean {
  const last_page = BigInt.asUintN(64, linear + BigInt(size - 1)) & ~0xfffn;
  const pages = last_page === (linear & ~0xfffn) ? [linear] : [linear, last_page];
  const user_mode = vmx_get_cpl(vcpu) === 3;
  for (const at of pages) {
    const walk = gva_to_gpa(vcpu, at, access, user_mode);
    if (walk.kind === 'fault') {
      kvm_inject_page_fault(vcpu, walk);
      return false;
    }
    if (!nested_access_allowed(vcpu, walk.gpa, access)) return false;
  }
  return true;
}

/** One element of INS; false when a fault was queued, or L1 has an exit. */
function input_element(vcpu: Vcpu, linear: bigint, port: number, size: IoSize): boolean {
  // The destination is tested first: a port is not read for a store that cannot happen.
  if (!admit_element(vcpu, linear, size, 'write')) return false;
  advance_board(vcpu);
  const value = vcpu.board.portRead(port, size);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  const result = kvm_write_guest_virt(vcpu, linear, bytes.subarray(0, size));
  if (result.kind === 'done') return true;
  kvm_inject_page_fault(vcpu, result);
  return false;
}

/** One element of OUTS; false when a fault was queued, or L1 has an exit. */
function output_element(vcpu: Vcpu, linear: bigint, port: number, size: IoSize): boolean {
  // Of L1 the read below finds all there is to find.
  if (vcpu.arch.guest_mode && !admit_element(vcpu, linear, size, 'read')) return false;
  const result = kvm_read_guest_virt(vcpu, linear, size);
  if (result.kind === 'fault') {
    kvm_inject_page_fault(vcpu, result);
    return false;
  }
  const padded = new Uint8Array(4);
  padded.set(result.bytes);
  advance_board(vcpu);
  vcpu.board.portWrite(port, size, new DataView(padded.buffer).getUint32(0, true));
  return true;
}

/** INS and OUTS. The exit happens before the first element; GUEST_LINEAR_ADDRESS is that element's address. */
function handle_string_io(
  vcpu: Vcpu,
  port: number,
  size: IoSize,
  is_in: boolean,
  repeats: boolean,
): undefined {
  const width = address_bytes(vcpu);
  const mask = (1n << BigInt(width * 8)) - 1n;
  const pointer_register = is_in ? Gpr.RDI : Gpr.RSI;
  const step = vcpu.cpu.vmread('GUEST_RFLAGS') & rflags.DF ? -BigInt(size) : BigInt(size);
  const first_linear = vcpu.cpu.vmread('GUEST_LINEAR_ADDRESS');
  const first_pointer = kvm_register_read(vcpu, pointer_register) & mask;
  const address_mask = is_64_bit_mode(vcpu) ? 0xffffffffffffffffn : 0xffffffffn;
  const count_limit = repeats ? kvm_register_read(vcpu, Gpr.RCX) & mask : 1n;
  let done = 0n;
  let faulted = false;
  while (done < count_limit) {
    const pointer = (first_pointer + done * step) & mask;
    const linear = (first_linear + (pointer - first_pointer)) & address_mask;
    const ok = is_in ? input_element(vcpu, linear, port, size) : output_element(vcpu, linear, port, size);
    if (!ok) {
      faulted = true;
      break;
    }
    done++;
  }
  const old_pointer = kvm_register_read(vcpu, pointer_register);
  const new_pointer = (first_pointer + done * step) & mask;
  kvm_register_write(vcpu, pointer_register, merge_register_wide(old_pointer, new_pointer, width));
  if (repeats) {
    const old_count = kvm_register_read(vcpu, Gpr.RCX);
    kvm_register_write(vcpu, Gpr.RCX, merge_register_wide(old_count, (count_limit - done) & mask, width));
  }
  vcpu.vmx.handled = `${is_in ? 'INS' : 'OUTS'} port 0x${port.toString(16)}, ${done} elements`;
  if (!faulted) kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

/** As `merge_register`, for registers that may be 8 bytes wide. */
function merge_register_wide(old: bigint, value: bigint, bytes: number): bigint {
  return bytes === 8 ? value : merge_register(old, value, bytes);
}

/** KVM: handle_io. */
export function handle_io(vcpu: Vcpu): undefined {
  const exit_qualification = vcpu.cpu.vmread('EXIT_QUALIFICATION');
  const size = (field_of(exit_qualification, io_qualification.SIZE) + 1) as IoSize;
  const is_in = field_of(exit_qualification, io_qualification.DIRECTION) !== 0;
  const is_string = field_of(exit_qualification, io_qualification.STRING) !== 0;
  const repeats = field_of(exit_qualification, io_qualification.REP) !== 0;
  const port = field_of(exit_qualification, io_qualification.PORT);
  if (is_string) return handle_string_io(vcpu, port, size, is_in, repeats);
  return handle_simple_io(vcpu, port, size, is_in);
}
