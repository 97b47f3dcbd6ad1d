/**
 * Memory-type range registers: stored and checked, without an effect on memory (SDM 11.11). KVM: mtrr.c.
 */
import { State } from '../../abi/state-block';
import { msr } from '../../isa/msrs';
import { because, type Refusal } from '../fault-outcome';
import { msr_bits, placed } from '../register-bits';
import type { Vcpu } from '../vcpu';

const fixed: readonly number[] = [
  msr.IA32_MTRR_FIX64K_00000.number,
  msr.IA32_MTRR_FIX16K_80000.number,
  msr.IA32_MTRR_FIX16K_A0000.number,
  msr.IA32_MTRR_FIX4K_C0000.number,
  msr.IA32_MTRR_FIX4K_C8000.number,
  msr.IA32_MTRR_FIX4K_D0000.number,
  msr.IA32_MTRR_FIX4K_D8000.number,
  msr.IA32_MTRR_FIX4K_E0000.number,
  msr.IA32_MTRR_FIX4K_E8000.number,
  msr.IA32_MTRR_FIX4K_F0000.number,
  msr.IA32_MTRR_FIX4K_F8000.number,
];
const FIRST_VARIABLE = msr.IA32_MTRR_PHYSBASE0.number;
const VARIABLE_MSRS = 16;
/** 8 variable ranges, fixed ranges, write-combining. */
const MTRRCAP =
  placed(BigInt(VARIABLE_MSRS / 2), msr_bits('IA32_MTRRCAP', 'VCNT')) |
  msr_bits('IA32_MTRRCAP', 'FIX') |
  msr_bits('IA32_MTRRCAP', 'WC');

function variable_index(index: number): number {
  const offset = index - FIRST_VARIABLE;
  return offset >= 0 && offset < VARIABLE_MSRS ? offset : -1;
}

export function is_mtrr(index: number): boolean {
  if (index === msr.IA32_MTRRCAP.number || index === msr.IA32_MTRR_DEF_TYPE.number) return true;
  return fixed.includes(index) || variable_index(index) >= 0;
}

/** Where the chip keeps the register; undefined for IA32_MTRRCAP. */
function place_of(index: number): State | undefined {
  if (index === msr.IA32_MTRR_DEF_TYPE.number) return State.MSR_MTRR_DEF_TYPE;
  const variable = variable_index(index);
  if (variable >= 0) return State.MSR_MTRR_VARIABLE + variable * 8;
  const range = fixed.indexOf(index);
  return range >= 0 ? State.MSR_MTRR_FIXED + range * 8 : undefined;
}

export function get_mtrr(vcpu: Vcpu, index: number): bigint {
  const place = place_of(index);
  return place === undefined ? MTRRCAP : vcpu.cpu.get64(place);
}

/** Memory types 0, 1, 4, 5, 6 exist. */
function is_valid_type(type: bigint): boolean {
  return type === 0n || type === 1n || type === 4n || type === 5n || type === 6n;
}

const MEMORY_TYPE = 0xffn;
/** What is reserved beside the width in IA32_MTRR_PHYSBASE, IA32_MTRR_PHYSMASK and IA32_MTRR_DEF_TYPE (SDM 11.11.2). */
const BASE_RESERVED = 0xf00n;
const MASK_RESERVED = 0x7ffn;
const DEF_TYPE_DEFINED = 0xcffn;
const VARIABLE_DEFINED = 0xfffffffffffffn;

/** Bits that the register at `index` does not have. */
function reserved_bits(index: number): bigint {
  if (place_of(index) === State.MSR_MTRR_DEF_TYPE) return ~DEF_TYPE_DEFINED;
  if (fixed.includes(index)) return 0n;
  return ~VARIABLE_DEFINED | (variable_index(index) % 2 === 0 ? BASE_RESERVED : MASK_RESERVED);
}

/** KVM: kvm_mtrr_valid. */
export function set_mtrr(vcpu: Vcpu, index: number, value: bigint): Refusal {
  const place = place_of(index);
  if (place === undefined) return because('MSR_READ_ONLY', BigInt(index), value);
  const reserved = BigInt.asUintN(64, value & reserved_bits(index));
  if (reserved !== 0n) return because('MSR_RESERVED_BITS', BigInt(index), reserved, value);
  const is_mask = variable_index(index) % 2 === 1;
  const types = fixed.includes(index) ? 8n : is_mask ? 0n : 1n;
  for (let i = 0n; i < types; i++)
    if (!is_valid_type((value >> (i * 8n)) & MEMORY_TYPE))
      return because('MSR_MEMORY_TYPE', BigInt(index), value);
  vcpu.cpu.set64(place, value);
  return undefined;
}
