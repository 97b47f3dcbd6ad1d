// Chooses a hot operation (ops.ts) for a decoded micro-op: register forms in any mode, memory forms where memory is flat.
// The general form stays in Uop.GENERIC: it finishes what a hot operation cannot. Must not change what an instruction does.
import { Mode, Seg, Segment, State } from '../../abi/state-block';
import { HotVector } from '../exec/vector-ops';
import { hotVectorForm } from '../gen/hot-vectors';
import { Operation } from '../gen/operations';
import { Private } from '../layout';
import { ModeKey, isCanonical } from '../mode';
import { registerOffset } from '../operands';
import { Op } from '../ops';
import { SLOW_BASE, Uop, UopFlag } from '../uop';

/** No hot form: the general operation runs. */
const NONE: u32 = 0xffff;

/** Operand forms as specialised operations are numbered: RR RI RM MR MI. */
const enum Form {
  RR = 0,
  RI = 1,
  RM = 2,
  MR = 3,
  MI = 4,
}

/** What the current micro-op is, set by `specialize`. */
let register: bool = false;
let width: u32 = 0;
let long: bool = false;
/** Its memory operand is in flat memory at the mode's own address size. */
let flat: bool = false;
/** Its address is base + displacement only, in 64-bit mode. */
let simple: bool = false;

function resolveRegisters(u: usize): void {
  const rex = (load<u8>(u + Uop.FLAGS) & UopFlag.REX) != 0;
  const base = <u32>load<u8>(u + Uop.BASE);
  const index = <u32>load<u8>(u + Uop.INDEX);
  store<u8>(u + Uop.REG_AT, registerOffset(load<u8>(u + Uop.REG), width, rex));
  store<u8>(u + Uop.RM_AT, registerOffset(load<u8>(u + Uop.RM), width, rex));
  store<u16>(u + Uop.BASE_AT, base == Uop.NO_REGISTER ? <u32>Private.ZERO : State.GPR + (base << 3));
  store<u16>(u + Uop.INDEX_AT, index == Uop.NO_REGISTER ? <u32>Private.ZERO : State.GPR + (index << 3));
}

/** The second operand's register has another width than the first's (MOVZX, MOVSX from bytes). */
function resolveByteSource(u: usize): void {
  const rex = (load<u8>(u + Uop.FLAGS) & UopFlag.REX) != 0;
  store<u8>(u + Uop.RM_AT, registerOffset(load<u8>(u + Uop.RM), 1, rex));
}

function swapRegisters(u: usize): void {
  const reg = load<u8>(u + Uop.REG_AT);
  store<u8>(u + Uop.REG_AT, load<u8>(u + Uop.RM_AT));
  store<u8>(u + Uop.RM_AT, reg);
}

/** First operation of the eight-operation family at this width; NONE for 16 bits. */
function family(op64: u32, op32: u32, op8: u32): u32 {
  return width == 8 ? op64 : width == 4 ? op32 : width == 1 ? op8 : NONE;
}

function byWidth(op64: u32, op32: u32): u32 {
  return width == 8 ? op64 : width == 4 ? op32 : NONE;
}

/** ADD OR AND SUB XOR CMP have five forms each; ADC and SBB only register forms. */
function arithmetic(op: u32, form: u32): u32 {
  switch (op) {
    case 0:
      return plus(family(Op.ADD_RR64, Op.ADD_RR32, Op.ADD_RR8), form);
    case 1:
      return plus(family(Op.OR_RR64, Op.OR_RR32, Op.OR_RR8), form);
    case 4:
      return plus(family(Op.AND_RR64, Op.AND_RR32, Op.AND_RR8), form);
    case 5:
      return plus(family(Op.SUB_RR64, Op.SUB_RR32, Op.SUB_RR8), form);
    case 6:
      return plus(family(Op.XOR_RR64, Op.XOR_RR32, Op.XOR_RR8), form);
    case 7:
      return plus(family(Op.CMP_RR64, Op.CMP_RR32, Op.CMP_RR8), form);
    case 2:
      return form <= <u32>Form.RI ? plus(byWidth(Op.ADC_RR64, Op.ADC_RR32), form) : NONE;
    default:
      return form <= <u32>Form.RI ? plus(byWidth(Op.SBB_RR64, Op.SBB_RR32), form) : NONE;
  }
}

function plus(op: u32, form: u32): u32 {
  return op == NONE ? NONE : op + form;
}

function memory(form: u32, op: u32): u32 {
  return register || !flat ? NONE : arithmetic(op, form);
}

/** Base form when the address allows it, else the general address form, which follows it in ops.ts. */
function addressed(opBase: u32): u32 {
  return flat ? (simple ? opBase : opBase + 1) : NONE;
}

function onlyAny(op: u32): u32 {
  return flat ? op : NONE;
}

function move(u: usize, isLoad: bool): u32 {
  if (register) {
    if (isLoad) swapRegisters(u);
    return width == 8 ? Op.MOV_RR64 : width == 4 ? Op.MOV_RR32 : width == 2 ? Op.MOV_RR16 : Op.MOV_RR8;
  }
  if (isLoad) {
    if (width == 2) return onlyAny(Op.LOAD16_X);
    return addressed(width == 8 ? Op.LOAD64_B : width == 4 ? Op.LOAD32_B : Op.LOAD8_B);
  }
  if (width == 2) return onlyAny(Op.STORE16_X);
  return addressed(width == 8 ? Op.STORE64_B : width == 4 ? Op.STORE32_B : Op.STORE8_B);
}

function moveImmediate(u: usize): u32 {
  if (!register) {
    return onlyAny(
      width == 8 ? Op.STORE_I64_X : width == 4 ? Op.STORE_I32_X : width == 2 ? Op.STORE_I16_X : Op.STORE_I8_X,
    );
  }
  if (width == 1) return Op.MOV_RI8;
  if (width == 2) return NONE;
  if (width == 4) store<u64>(u + Uop.IMMEDIATE, load<u64>(u + Uop.IMMEDIATE) & 0xffffffff);
  return Op.MOV_RI64;
}

/** MOVZX and MOVSX to 32 or 64 bits. */
function extend(u: usize, generic: u32): u32 {
  if (width < 4) return NONE;
  if (generic == Operation.MOV_EXTEND_1_FALSE || generic == Operation.MOV_EXTEND_1_TRUE) resolveByteSource(u);
  const wide = width == 8;
  switch (generic) {
    case Operation.MOV_EXTEND_1_FALSE:
      return register ? Op.ZERO8_R : addressed(Op.ZERO8_B);
    case Operation.MOV_EXTEND_2_FALSE:
      return register ? Op.ZERO16_R : addressed(Op.ZERO16_B);
    case Operation.MOV_EXTEND_1_TRUE:
      if (register) return wide ? Op.SIGN8_R64 : Op.SIGN8_R32;
      return onlyAny(wide ? Op.SIGN8_64_X : Op.SIGN8_32_X);
    case Operation.MOV_EXTEND_2_TRUE:
      if (register) return wide ? Op.SIGN16_R64 : Op.SIGN16_R32;
      return onlyAny(wide ? Op.SIGN16_64_X : Op.SIGN16_32_X);
    default:
      // MOVSXD with a 32-bit destination is a move.
      if (!wide) return NONE;
      return register ? Op.SIGN32_R64 : addressed(Op.SIGN32_64_B);
  }
}

function lea(u: usize): u32 {
  // No segment takes part; the mode's address size is what ADDRESS_MASK truncates to.
  const own = load<u8>(u + Uop.ADDRESS_WIDTH) == (long ? 8 : 4);
  if (!own || width < 4) return NONE;
  if (width == 4) return Op.LEA_X32;
  return load<u8>(u + Uop.INDEX) == Uop.NO_REGISTER ? Op.LEA_B64 : Op.LEA_X64;
}

function shift(u: usize, kind: u32, byCount: bool): u32 {
  if (!register || width < 4) return NONE;
  if (!byCount) {
    const count = load<u64>(u + Uop.IMMEDIATE) & (width == 8 ? 63 : 31);
    store<u64>(u + Uop.IMMEDIATE, count);
    if (kind == 0) return byWidth(Op.ROL_RI64, Op.ROL_RI32);
    if (kind == 1) return byWidth(Op.ROR_RI64, Op.ROR_RI32);
  }
  const form: u32 = byCount ? 1 : 0;
  if (kind == 4 || kind == 6) return byWidth(Op.SHL_RI64, Op.SHL_RI32) + form;
  if (kind == 5) return byWidth(Op.SHR_RI64, Op.SHR_RI32) + form;
  if (kind == 7) return byWidth(Op.SAR_RI64, Op.SAR_RI32) + form;
  return NONE;
}

/** Stack and branch operations of the mode's own width: 64 bits in 64-bit mode, 32 in flat 32-bit code. */
function native(op64: u32, op32: u32): u32 {
  return long ? (width == 8 ? op64 : NONE) : width == 4 ? op32 : NONE;
}

function branch(u: usize, op: u32): u32 {
  if (width != (long ? 8 : 4)) return NONE;
  return isCanonical(load<u64>(u + Uop.IMMEDIATE)) ? op : NONE;
}

/** Hot operations on a condition find its number in IMMEDIATE. */
function conditional(u: usize, code: u32, op: u32): u32 {
  store<u64>(u + Uop.IMMEDIATE, <u64>code);
  return op;
}

/** The hot operation for `u`, or NONE. `running`: the mode has flat code and stack segments. */
function choose(u: usize, generic: u32, running: bool): u32 {
  if (generic >= <u32>Operation.ALU_STORE_0 && generic <= <u32>Operation.ALU_STORE_7)
    return register
      ? arithmetic(generic - Operation.ALU_STORE_0, Form.RR)
      : memory(Form.MR, generic - Operation.ALU_STORE_0);
  if (generic >= <u32>Operation.ALU_LOAD_0 && generic <= <u32>Operation.ALU_LOAD_7) {
    if (!register) return memory(Form.RM, generic - Operation.ALU_LOAD_0);
    swapRegisters(u);
    return arithmetic(generic - Operation.ALU_LOAD_0, Form.RR);
  }
  if (generic >= <u32>Operation.ALU_IMMEDIATE_0 && generic <= <u32>Operation.ALU_IMMEDIATE_7)
    return register
      ? arithmetic(generic - Operation.ALU_IMMEDIATE_0, Form.RI)
      : memory(Form.MI, generic - Operation.ALU_IMMEDIATE_0);
  if (generic >= <u32>Operation.SHIFT_IMMEDIATE_0 && generic <= <u32>Operation.SHIFT_IMMEDIATE_7)
    return shift(u, generic - Operation.SHIFT_IMMEDIATE_0, false);
  if (generic >= <u32>Operation.SHIFT_CL_0 && generic <= <u32>Operation.SHIFT_CL_7)
    return shift(u, generic - Operation.SHIFT_CL_0, true);
  if (generic >= <u32>Operation.CMOVCC_0 && generic <= <u32>Operation.CMOVCC_15)
    return register
      ? conditional(u, generic - Operation.CMOVCC_0, byWidth(Op.CMOV_RR64, Op.CMOV_RR32))
      : NONE;
  if (generic >= <u32>Operation.SETCC_0 && generic <= <u32>Operation.SETCC_15)
    return register ? conditional(u, generic - Operation.SETCC_0, Op.SETCC_R) : NONE;
  switch (generic) {
    case Operation.TEST_REG: {
      // TEST has no RM form: RR RI MR MI.
      const op = family(Op.TEST_RR64, Op.TEST_RR32, Op.TEST_RR8);
      return register ? op : flat ? plus(op, 2) : NONE;
    }
    case Operation.TEST_IMMEDIATE: {
      const op = family(Op.TEST_RR64, Op.TEST_RR32, Op.TEST_RR8);
      return register ? plus(op, 1) : flat ? plus(op, 3) : NONE;
    }
    case Operation.MOV_STORE:
      return move(u, false);
    case Operation.MOV_LOAD:
      return move(u, true);
    case Operation.MOV_IMMEDIATE:
      return moveImmediate(u);
    case Operation.MOV_EXTEND_1_FALSE:
    case Operation.MOV_EXTEND_2_FALSE:
    case Operation.MOV_EXTEND_1_TRUE:
    case Operation.MOV_EXTEND_2_TRUE:
    case Operation.MOVSXD:
      return extend(u, generic);
    case Operation.LEA:
      return lea(u);
    case Operation.INC:
      return register ? byWidth(Op.INC_R64, Op.INC_R32) : flat ? byWidth(Op.INC_M64, Op.INC_M32) : NONE;
    case Operation.DEC:
      return register ? byWidth(Op.DEC_R64, Op.DEC_R32) : flat ? byWidth(Op.DEC_M64, Op.DEC_M32) : NONE;
    case Operation.NEG:
      return register ? byWidth(Op.NEG_R64, Op.NEG_R32) : NONE;
    case Operation.NOT:
      return register ? byWidth(Op.NOT_R64, Op.NOT_R32) : NONE;
    case Operation.IMUL_REG:
      return register
        ? byWidth(Op.IMUL_RR64, Op.IMUL_RR32)
        : flat
          ? byWidth(Op.IMUL_RM64, Op.IMUL_RM32)
          : NONE;
    case Operation.IMUL_IMMEDIATE:
      return register ? byWidth(Op.IMUL_RI64, Op.IMUL_RI32) : NONE;
    case Operation.CBW:
      return width == 8 ? Op.CDQE : NONE;
    case Operation.CWD:
      return byWidth(Op.CQO, Op.CDQ);
    case Operation.NOP:
      return Op.NOP;
  }
  return running ? chooseControl(u, generic) : NONE;
}

/** Stack and control flow: only where code and stack segments are flat. */
function chooseControl(u: usize, generic: u32): u32 {
  if (generic >= <u32>Operation.JCC_0 && generic <= <u32>Operation.JCC_15)
    return branch(u, Op.JO + generic - Operation.JCC_0);
  switch (generic) {
    case Operation.PUSH:
      return register ? native(Op.PUSH_R64, Op.PUSH_R32) : NONE;
    case Operation.PUSH_IMMEDIATE:
      return native(Op.PUSH_I64, Op.PUSH_I32);
    case Operation.POP:
      return register ? native(Op.POP_R64, Op.POP_R32) : NONE;
    case Operation.LEAVE:
      return native(Op.LEAVE64, Op.LEAVE32);
    case Operation.CALL:
      return branch(u, native(Op.CALL64, Op.CALL32));
    case Operation.CALL_INDIRECT:
      return register ? native(Op.CALL_R64, Op.CALL_R32) : flat ? native(Op.CALL_M64, Op.CALL_M32) : NONE;
    case Operation.JMP_INDIRECT:
      return register ? native(Op.JMP_R64, Op.JMP_R32) : flat ? native(Op.JMP_M64, Op.JMP_M32) : NONE;
    case Operation.RET:
      return load<u64>(u + Uop.IMMEDIATE) == 0 ? native(Op.RET64, Op.RET32) : NONE;
    case Operation.JMP:
      return branch(u, Op.JMP);
    default:
      return NONE;
  }
}

/**
 * Op.VECTOR, or the general operation. A memory operand must be in flat memory: then its address is a sum, and what is not in
 * the TLB goes to the general handler.
 */
function vectorOperation(u: usize, key: u32): u32 {
  const generic = <u32>load<u16>(u + Uop.GENERIC);
  const form = hotVectorForm(generic - SLOW_BASE);
  if (form == HotVector.NONE) return generic;
  const in64 = (key & ModeKey.MODE) == Mode.LONG_64;
  const segmentIndex = <u32>load<u8>(u + Uop.SEGMENT);
  const based = segmentIndex >= <u32>Seg.FS;
  if (!(load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM)) {
    const plain = in64 || (key & ModeKey.FLAT && !based && segmentIndex != <u32>Seg.CS);
    if (!plain || load<u8>(u + Uop.ADDRESS_WIDTH) != (in64 ? 8 : 4)) return generic;
  }
  const segmentAt: u32 = based ? State.SEGMENTS + segmentIndex * Seg.SIZE + Segment.BASE : <u32>Private.ZERO;
  store<u16>(u + Uop.SEGMENT_AT, segmentAt);
  store<u16>(u + Uop.HOT_VECTOR, form);
  return Op.VECTOR;
}

/** Writes Uop.OP (and the resolved operands). `key` is the mode key the block is decoded for. */
export function specialize(u: usize, key: u32): void {
  if (load<u8>(u + Uop.FLAGS) & UopFlag.VECTOR_FIELDS) {
    store<u16>(u + Uop.OP, vectorOperation(u, key));
    return;
  }
  const generic = <u32>load<u16>(u + Uop.GENERIC) - SLOW_BASE;
  const segmentIndex = <u32>load<u8>(u + Uop.SEGMENT);
  const addressWidth = <u32>load<u8>(u + Uop.ADDRESS_WIDTH);
  register = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
  width = load<u8>(u + Uop.WIDTH);
  long = (key & ModeKey.MODE) == Mode.LONG_64;
  const based = segmentIndex >= <u32>Seg.FS;
  const running = long || (key & ModeKey.FLAT) != 0;
  // Outside 64-bit mode a code segment takes no stores, and no loads either when it is execute-only: not flat memory.
  const data = !based && segmentIndex != <u32>Seg.CS;
  flat = running && !register && addressWidth == (long ? 8 : 4) && (long || data);
  simple = long && !based && load<u8>(u + Uop.INDEX) == Uop.NO_REGISTER;
  const segmentAt: u32 =
    long && based ? State.SEGMENTS + segmentIndex * Seg.SIZE + Segment.BASE : <u32>Private.ZERO;
  store<u16>(u + Uop.SEGMENT_AT, segmentAt);
  resolveRegisters(u);
  const op = choose(u, generic, running);
  store<u16>(u + Uop.OP, op == NONE ? <u32>load<u16>(u + Uop.GENERIC) : op);
}

/** First operation of a compare with each fused condition, in the order B NB Z NZ BE A S NS L GE LE G; NONE without. */
function fused(op: u32, code: u32): u32 {
  if (code < 2 || code == 10 || code == 11) return NONE;
  const at = code < 10 ? code - 2 : code - 4;
  switch (op) {
    case Op.CMP_RR64:
      return Op.CMP_RR64_JB + at;
    case Op.CMP_RI64:
      return Op.CMP_RI64_JB + at;
    case Op.CMP_RR32:
      return Op.CMP_RR32_JB + at;
    case Op.CMP_RI32:
      return Op.CMP_RI32_JB + at;
  }
  if (op == Op.TEST_RR64 || op == Op.TEST_RR32) {
    const first: u32 = op == Op.TEST_RR64 ? Op.TEST_RR64_JZ : Op.TEST_RR32_JZ;
    if (code == 4 || code == 5) return first + code - 4;
    if (code == 8 || code == 9) return first + 2 + code - 8;
    return code >= 14 ? first + 4 + code - 14 : NONE;
  }
  if (code != 4 && code != 5) return NONE;
  // These stand in two groups: all with JZ, then all with JNZ.
  const group: u32 = code == 4 ? 0 : Op.CMP_RI8_JNZ - Op.CMP_RI8_JZ;
  if (op == Op.CMP_RI8) return Op.CMP_RI8_JZ + group;
  if (op == Op.TEST_RR8) return Op.TEST_RR8_JZ + group;
  if (op == Op.TEST_RI8) return Op.TEST_RI8_JZ + group;
  if (op == Op.TEST_RI32) return Op.TEST_RI32_JZ + group;
  return NONE;
}

/** Joins a compare at `first` with the conditional branch behind it. */
export function fuse(first: usize, second: usize): void {
  const branchOp = <u32>load<u16>(second + Uop.OP);
  if (branchOp < <u32>Op.JO || branchOp > <u32>Op.JG) return;
  const op = fused(load<u16>(first + Uop.OP), branchOp - Op.JO);
  if (op != NONE) store<u16>(first + Uop.OP, op);
}
