// The VM-exit instruction-information field and the displacement that qualifies memory operands (SDM 27.2.5, Tables 27-8
// to 27-14), from the decoded instruction.
import { DescriptorTableInformation, FieldInformation, SegmentTableInformation } from '../gen/constants';
import { Uop, UopFlag } from '../uop';

const REGISTER_OPERAND: u32 = FieldInformation.REGISTER;
const NO_INDEX: u32 = FieldInformation.INDEX_INVALID;
const NO_BASE: u32 = FieldInformation.BASE_INVALID;

function isRegister(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
}

/** Address size: 0, 1, 2 for 16, 32, 64 bits. */
function addressSize(u: usize): u32 {
  return ((<u32>load<u8>(u + Uop.ADDRESS_WIDTH)) >> 2) << FieldInformation.ADDRESS_SIZE_SHIFT;
}

/** Scaling, address size, segment, index and base of the memory operand. RIP-relative operands have neither register. */
function memoryPart(u: usize): u32 {
  let info = addressSize(u) | ((<u32>load<u8>(u + Uop.SEGMENT)) << FieldInformation.SEGMENT_SHIFT);
  const index = <u32>load<u8>(u + Uop.INDEX);
  const base = <u32>load<u8>(u + Uop.BASE);
  if (index == Uop.NO_REGISTER) info |= NO_INDEX;
  else info |= (<u32>load<u8>(u + Uop.SCALE)) | (index << FieldInformation.INDEX_SHIFT);
  return info | (base == Uop.NO_REGISTER ? NO_BASE : base << FieldInformation.BASE_SHIFT);
}

/** Exit qualification of instructions with a memory operand: the displacement, 0 for a register operand. */
export function displacement(u: usize): u64 {
  return isRegister(u) ? 0 : load<u64>(u + Uop.DISPLACEMENT);
}

/** VMCLEAR, VMPTRLD, VMPTRST, VMXON, XSAVES, XRSTORS (Table 27-13). */
export function memoryOperandInformation(u: usize): u32 {
  return memoryPart(u);
}

/** INVEPT, INVVPID, INVPCID (Table 27-9). */
export function typeAndDescriptorInformation(u: usize): u32 {
  return memoryPart(u) | ((<u32>load<u8>(u + Uop.REG)) << FieldInformation.REG2_SHIFT);
}

/** VMREAD, VMWRITE (Table 27-14): Reg1 is the rm register, Reg2 holds the encoding. */
export function fieldAccessInformation(u: usize): u32 {
  const encoding = (<u32>load<u8>(u + Uop.REG)) << FieldInformation.REG2_SHIFT;
  return encoding | registerOrMemory(u);
}

/** SLDT, STR, LLDT, LTR (Table 27-11): `identity` 0 to 3 in that order. */
export function systemSegmentInformation(u: usize, identity: u32): u32 {
  return registerOrMemory(u) | (identity << SegmentTableInformation.INSTRUCTION_SHIFT);
}

function registerOrMemory(u: usize): u32 {
  if (!isRegister(u)) return memoryPart(u);
  return REGISTER_OPERAND | ((<u32>load<u8>(u + Uop.RM)) << FieldInformation.REG1_SHIFT);
}

/** SGDT, SIDT, LGDT, LIDT (Table 27-10): `identity` 0 to 3 in that order. */
export function tableRegisterInformation(u: usize, identity: u32): u32 {
  const size: u32 = load<u8>(u + Uop.WIDTH) == 2 ? 0 : DescriptorTableInformation.OPERAND_SIZE;
  return memoryPart(u) | size | (identity << DescriptorTableInformation.INSTRUCTION_SHIFT);
}

/** INS, OUTS (Table 27-8): the segment counts for OUTS only. */
export function stringIoInformation(u: usize, isIn: bool): u32 {
  const from = isIn ? 0 : (<u32>load<u8>(u + Uop.SEGMENT)) << FieldInformation.SEGMENT_SHIFT;
  return addressSize(u) | from;
}
