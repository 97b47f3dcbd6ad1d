/**
 * Decodes the instruction at the guest's RIP for emulation, with iced-x86, into plain data. Knows no
 * meaning of instructions.
 */
import { Decoder, DecoderOptions, MemorySizeExt, Mnemonic, OpKind, Register, RegisterExt } from 'iced-x86';
import { kvm_read_guest_virt, type VirtResult } from '../guest-paging';
import { access_rights } from '../register-bits';
import { is_long_mode } from '../registers';
import type { Vcpu } from '../vcpu';

/** A general register, or a part of one. */
export interface RegisterOperand {
  kind: 'register';
  /** 0-15 as the encoding numbers them. */
  index: number;
  bytes: number;
  /** AH, CH, DH, BH. */
  high_byte: boolean;
}

export interface MemoryOperand {
  kind: 'memory';
  bytes: number;
  segment: SegmentName;
  base: number | undefined;
  index: number | undefined;
  scale: number;
  /** RIP-relative addresses are whole already. */
  displacement: bigint;
  /** Width of the address calculation. */
  address_bytes: number;
}

export interface ImmediateOperand {
  kind: 'immediate';
  value: bigint;
}

export type Operand = RegisterOperand | MemoryOperand | ImmediateOperand;
export type SegmentName = 'ES' | 'CS' | 'SS' | 'DS' | 'FS' | 'GS';

export interface DecodedInstruction {
  /** Upper case, as iced-x86 names it: "Mov" is MOV. */
  mnemonic: string;
  length: number;
  operands: Operand[];
  repeats: boolean;
  /** The prefix is REPNE: compares go on while elements differ. */
  repeats_unequal: boolean;
  /** Width of string addresses. */
  address_bytes: number;
  /** Segment of the source of a string instruction. */
  string_segment: SegmentName;
}

const MAX_INSTRUCTION = 15;
const segment_names: Partial<Record<Register, SegmentName>> = {
  [Register.ES]: 'ES',
  [Register.CS]: 'CS',
  [Register.SS]: 'SS',
  [Register.DS]: 'DS',
  [Register.FS]: 'FS',
  [Register.GS]: 'GS',
};
const high_bytes: readonly Register[] = [Register.AH, Register.CH, Register.DH, Register.BH];
/** Operand kinds of string instructions, and the width of their address registers. */
const string_widths: Partial<Record<OpKind, number>> = {
  [OpKind.MemoryESDI]: 2,
  [OpKind.MemoryESEDI]: 4,
  [OpKind.MemoryESRDI]: 8,
  [OpKind.MemorySegSI]: 2,
  [OpKind.MemorySegESI]: 4,
  [OpKind.MemorySegRSI]: 8,
};

/** 16, 32 or 64 by the code segment. */
function code_bitness(vcpu: Vcpu): number {
  const cs = vcpu.cpu.vmread('GUEST_CS_AR_BYTES');
  if (is_long_mode(vcpu) && (cs & access_rights.L) !== 0) return 64;
  return (cs & access_rights.DB) !== 0 ? 32 : 16;
}

/** The bytes at RIP, up to 15, fewer when the next page cannot be fetched; a fault when the first one cannot. */
export function fetch_instruction(vcpu: Vcpu): VirtResult {
  const rip = vcpu.cpu.vmread('GUEST_RIP');
  const linear = code_bitness(vcpu) === 64 ? rip : (vcpu.cpu.vmread('GUEST_CS_BASE') + rip) & 0xffffffffn;
  const whole = kvm_read_guest_virt(vcpu, linear, MAX_INSTRUCTION, 'fetch');
  if (whole.kind === 'done') return whole;
  const in_page = Math.min(MAX_INSTRUCTION, 4096 - Number(linear & 0xfffn));
  return kvm_read_guest_virt(vcpu, linear, in_page, 'fetch');
}

/** Encoding number of a general register; undefined for "none" and others. */
function register_index(register: Register): number | undefined {
  if (register === Register.None) return undefined;
  const full = RegisterExt.fullRegister(register);
  const index = full - Register.RAX;
  return index >= 0 && index < 16 ? index : undefined;
}

/**
 * Decodes the instruction at RIP, whose bytes are these; undefined when they are no instruction.
 */
export function x86_decode_insn(vcpu: Vcpu, bytes: Uint8Array): DecodedInstruction | undefined {
  const bitness = code_bitness(vcpu);
  const decoder = new Decoder(bitness, bytes, DecoderOptions.None);
  decoder.ip = vcpu.cpu.vmread('GUEST_RIP');
  const instruction = decoder.decode();
  const valid = !instruction.isInvalid;
  const operands: Operand[] = [];
  const memory_bytes = MemorySizeExt.size(instruction.memorySize);
  let address_bytes = bitness / 8;
  for (let i = 0; valid && i < instruction.opCount; i++) {
    const kind = instruction.opKind(i);
    const string_width = string_widths[kind];
    if (string_width !== undefined) address_bytes = string_width;
    else if (kind === OpKind.Register) {
      const register = instruction.opRegister(i);
      const high_byte = high_bytes.includes(register);
      const index = high_byte ? register - Register.AH : register_index(register);
      if (index !== undefined)
        operands.push({ kind: 'register', index, bytes: RegisterExt.size(register), high_byte });
    } else if (kind === OpKind.Memory) {
      const base = instruction.memoryBase;
      const is_rip_relative = base === Register.RIP || base === Register.EIP;
      const sized = base !== Register.None && !is_rip_relative ? base : instruction.memoryIndex;
      const width = sized === Register.None ? bitness / 8 : RegisterExt.size(sized);
      operands.push({
        kind: 'memory',
        bytes: memory_bytes,
        segment: segment_names[instruction.memorySegment] ?? 'DS',
        base: is_rip_relative ? undefined : register_index(base),
        index: register_index(instruction.memoryIndex),
        scale: instruction.memoryIndexScale,
        displacement: instruction.memoryDisplacement,
        address_bytes: width,
      });
    } else operands.push({ kind: 'immediate', value: BigInt.asUintN(64, instruction.immediate(i)) });
  }
  const decoded: DecodedInstruction = {
    mnemonic: (Mnemonic[instruction.mnemonic] ?? 'INVALID').toUpperCase(),
    length: instruction.length,
    operands,
    repeats: instruction.hasRepPrefix || instruction.hasRepnePrefix,
    repeats_unequal: instruction.hasRepnePrefix,
    address_bytes,
    string_segment: segment_names[instruction.segmentPrefix] ?? 'DS',
  };
  instruction.free();
  decoder.free();
  return valid ? decoded : undefined;
}
