// The one-byte opcode map in all modes (SDM Vol. 2, Table A-2). Fills the micro-op with the general operation; the choice
// of a hot one is specialize.ts. Must not look at machine state: what an instruction does is decided when it runs.
import { Seg } from '../../abi/state-block';
import { Generic } from '../exec/generic-ops';
import { SlowOp } from '../slow-ops';
import { Uop } from '../uop';
import * as cursor from './cursor';
import {
  branchSize,
  endBlock,
  immediate,
  modrm,
  next16,
  next32,
  next8,
  opcodeRegister,
  setGeneric,
  setImmediate,
  setRegister,
  setUndefined,
  setWidth,
} from './cursor';

/** Operand size of an opcode whose bit 0 selects bytes. */
function sizeByBit0(u: usize, opcode: u32): u32 {
  const width: u32 = opcode & 1 ? cursor.operandSize : 1;
  setWidth(u, width);
  return width;
}

/** 00-3F except segment pushes, prefixes and decimal adjusts: six forms of eight operations. */
function arithmetic(u: usize, opcode: u32): void {
  const op = opcode >> 3;
  const form = opcode & 7;
  const width = sizeByBit0(u, opcode);
  if (form < 4) {
    modrm(u);
    setGeneric(u, (form < 2 ? Generic.ALU_STORE : Generic.ALU_LOAD) + op);
    return;
  }
  setRegister(u, 0);
  setImmediate(u, immediate(width));
  setGeneric(u, Generic.ALU_IMMEDIATE + op);
}

function belowForty(u: usize, opcode: u32): void {
  if ((opcode & 7) < 6) return arithmetic(u, opcode);
  if (cursor.isLong()) return setUndefined(u);
  if (opcode == 0x27) return setGeneric(u, Generic.DAA);
  if (opcode == 0x2f) return setGeneric(u, Generic.DAS);
  if (opcode == 0x37) return setGeneric(u, Generic.AAA);
  if (opcode == 0x3f) return setGeneric(u, Generic.AAS);
  // 06 07 0E 16 17 1E 1F: PUSH and POP of ES, CS, SS, DS.
  store<u8>(u + Uop.REG, opcode >> 3);
  setGeneric(u, opcode & 1 ? SlowOp.POP_SEG : SlowOp.PUSH_SEG);
}

/** Target of a near relative branch: RIP behind the instruction is added by the caller of the decoder. */
function relative(u: usize, op: u32, size: u32): void {
  setImmediate(u, immediate(size));
  setGeneric(u, op);
  setWidth(u, branchSize());
  endBlock();
}

function relativeSize(): u32 {
  return cursor.isLong() || cursor.operandSize == 4 ? 4 : 2;
}

function farPointer(u: usize, op: u32): void {
  if (cursor.isLong()) return setUndefined(u);
  setImmediate(u, cursor.operandSize == 4 ? <u64>next32() : <u64>next16());
  store<u64>(u + Uop.DISPLACEMENT, <u64>next16());
  setGeneric(u, op);
  endBlock();
}

/** 60-6F. */
function sixties(u: usize, opcode: u32): void {
  if (opcode < 0x62) {
    if (cursor.isLong()) return setUndefined(u);
    return setGeneric(u, opcode == 0x60 ? Generic.PUSHA : Generic.POPA);
  }
  if (opcode == 0x62) {
    if (cursor.isLong()) return setUndefined(u);
    modrm(u);
    if (cursor.modrmMod == 3) return setUndefined(u);
    return setGeneric(u, SlowOp.BOUND);
  }
  if (opcode == 0x63) {
    modrm(u);
    if (cursor.isLong()) return setGeneric(u, Generic.MOVSX32);
    setWidth(u, 2);
    return setGeneric(u, SlowOp.ARPL);
  }
  if (opcode == 0x68 || opcode == 0x6a) {
    const width = cursor.stackOperandSize();
    setWidth(u, width);
    setImmediate(u, immediate(opcode == 0x6a ? 1 : width));
    return setGeneric(u, Generic.PUSH_IMMEDIATE);
  }
  if (opcode == 0x69 || opcode == 0x6b) {
    modrm(u);
    setImmediate(u, immediate(opcode == 0x6b ? 1 : cursor.operandSize));
    return setGeneric(u, Generic.IMUL_IMMEDIATE);
  }
  if (opcode < 0x6c) return setUndefined(u);
  setWidth(u, opcode & 1 ? (cursor.operandSize == 8 ? 4 : cursor.operandSize) : 1);
  setGeneric(u, opcode < 0x6e ? SlowOp.INS : SlowOp.OUTS);
}

/** 80-8F. */
function eighties(u: usize, opcode: u32): void {
  if (opcode < 0x84) {
    if (opcode == 0x82 && cursor.isLong()) return setUndefined(u);
    const width = sizeByBit0(u, opcode);
    modrm(u);
    setImmediate(u, immediate(opcode == 0x81 ? width : 1));
    return setGeneric(u, Generic.ALU_IMMEDIATE + cursor.modrmReg);
  }
  if (opcode < 0x8c) {
    sizeByBit0(u, opcode);
    modrm(u);
    if (opcode < 0x86) return setGeneric(u, Generic.TEST_REG);
    if (opcode < 0x88) return setGeneric(u, Generic.XCHG);
    return setGeneric(u, opcode < 0x8a ? Generic.MOV_STORE : Generic.MOV_LOAD);
  }
  modrm(u);
  if (opcode == 0x8d) {
    if (cursor.modrmMod == 3) return setUndefined(u);
    return setGeneric(u, Generic.LEA);
  }
  if (opcode == 0x8f) {
    if (cursor.modrmReg != 0) return setUndefined(u);
    setWidth(u, cursor.stackOperandSize());
    return setGeneric(u, Generic.POP);
  }
  // REX.R does not select segment registers.
  store<u8>(u + Uop.REG, cursor.modrmReg);
  if (cursor.modrmReg > <u32>Seg.GS || (opcode == 0x8e && cursor.modrmReg == Seg.CS)) return setUndefined(u);
  setGeneric(u, opcode == 0x8c ? SlowOp.MOV_FROM_SEG : SlowOp.MOV_TO_SEG);
}

/** 90-9F. */
function nineties(u: usize, opcode: u32): void {
  if (opcode == 0x90 && !(cursor.rex & 1))
    return setGeneric(u, cursor.repeat == 0xf3 ? SlowOp.PAUSE : Generic.NOP);
  if (opcode < 0x98) {
    setRegister(u, opcodeRegister(opcode));
    return setGeneric(u, Generic.XCHG);
  }
  if (opcode == 0x98) return setGeneric(u, Generic.CBW);
  if (opcode == 0x99) return setGeneric(u, Generic.CWD);
  if (opcode == 0x9a) return farPointer(u, SlowOp.FAR_CALL_IMM);
  if (opcode == 0x9b) return setUndefined(u);
  if (opcode == 0x9c || opcode == 0x9d) {
    setWidth(u, cursor.stackOperandSize());
    if (opcode == 0x9d) endBlock();
    return setGeneric(u, opcode == 0x9c ? SlowOp.PUSHF : SlowOp.POPF);
  }
  setGeneric(u, opcode == 0x9e ? Generic.SAHF : Generic.LAHF);
}

/** A0-AF: MOV with an absolute offset, TEST with the accumulator, string operations. */
function strings(u: usize, opcode: u32): void {
  const width = sizeByBit0(u, opcode);
  if (opcode < 0xa4) {
    let offset: u64;
    if (cursor.addressSize == 8) offset = cursor.next64();
    else if (cursor.addressSize == 4) offset = <u64>next32();
    else offset = <u64>next16();
    store<u64>(u + Uop.DISPLACEMENT, offset);
    return setGeneric(u, opcode < 0xa2 ? Generic.MOV_LOAD : Generic.MOV_STORE);
  }
  if (opcode == 0xa8 || opcode == 0xa9) {
    setRegister(u, 0);
    setImmediate(u, immediate(width));
    return setGeneric(u, Generic.TEST_IMMEDIATE);
  }
  if (opcode < 0xa6) setGeneric(u, Generic.MOVS);
  else if (opcode < 0xa8) setGeneric(u, Generic.CMPS);
  else if (opcode < 0xac) setGeneric(u, Generic.STOS);
  else if (opcode < 0xae) setGeneric(u, Generic.LODS);
  else setGeneric(u, Generic.SCAS);
}

function moveImmediate(u: usize, opcode: u32): void {
  setRegister(u, opcodeRegister(opcode));
  setGeneric(u, Generic.MOV_IMMEDIATE);
  if (opcode < 0xb8) {
    setWidth(u, 1);
    setImmediate(u, <u64>next8());
  } else setImmediate(u, cursor.operandSize == 8 ? cursor.next64() : immediate(cursor.operandSize));
}

/** C0-CF. */
function returns(u: usize, opcode: u32): void {
  if (opcode < 0xc2) {
    sizeByBit0(u, opcode);
    modrm(u);
    setImmediate(u, <u64>next8());
    return setGeneric(u, Generic.SHIFT_IMMEDIATE + cursor.modrmReg);
  }
  if (opcode < 0xc4) {
    setImmediate(u, opcode == 0xc2 ? <u64>next16() : 0);
    setWidth(u, branchSize());
    endBlock();
    return setGeneric(u, Generic.RET);
  }
  if (opcode < 0xc6) {
    // With mod = 3, and in 64-bit mode, these are VEX prefixes.
    if (cursor.isLong()) return setUndefined(u);
    modrm(u);
    if (cursor.modrmMod == 3) return setUndefined(u);
    setImmediate(u, opcode == 0xc4 ? Seg.ES : Seg.DS);
    return setGeneric(u, SlowOp.LOAD_FAR_POINTER);
  }
  if (opcode < 0xc8) {
    const width = sizeByBit0(u, opcode);
    modrm(u);
    setImmediate(u, immediate(width));
    if (cursor.modrmReg != 0) return setUndefined(u);
    return setGeneric(u, Generic.MOV_IMMEDIATE);
  }
  if (opcode == 0xc8) {
    setWidth(u, cursor.stackOperandSize());
    const frame = next16();
    setImmediate(u, <u64>(frame | (next8() << 16)));
    return setGeneric(u, Generic.ENTER);
  }
  if (opcode == 0xc9) {
    setWidth(u, cursor.stackOperandSize());
    return setGeneric(u, Generic.LEAVE);
  }
  endBlock();
  if (opcode < 0xcc) {
    setImmediate(u, opcode == 0xca ? <u64>next16() : 0);
    return setGeneric(u, SlowOp.RETF);
  }
  if (opcode == 0xcc) return setGeneric(u, SlowOp.INT3);
  if (opcode == 0xcd) {
    setImmediate(u, <u64>next8());
    return setGeneric(u, SlowOp.INT_N);
  }
  if (opcode == 0xce) return cursor.isLong() ? setUndefined(u) : setGeneric(u, SlowOp.INTO);
  setGeneric(u, SlowOp.IRET);
}

/** D0-D7: shifts by one and by CL, decimal adjusts, XLAT. */
function shifts(u: usize, opcode: u32): void {
  if (opcode >= 0xd8) return setUndefined(u);
  if (opcode < 0xd4) {
    sizeByBit0(u, opcode);
    modrm(u);
    setImmediate(u, 1);
    return setGeneric(u, (opcode < 0xd2 ? Generic.SHIFT_IMMEDIATE : Generic.SHIFT_CL) + cursor.modrmReg);
  }
  if (opcode == 0xd7) {
    setWidth(u, 1);
    store<u8>(u + Uop.BASE, 3);
    return setGeneric(u, Generic.XLAT);
  }
  if (cursor.isLong()) return setUndefined(u);
  if (opcode == 0xd6) return setGeneric(u, Generic.SALC);
  setImmediate(u, <u64>next8());
  setGeneric(u, opcode == 0xd4 ? Generic.AAM : Generic.AAD);
}

/** E0-EF: loops, ports, near and far branches. */
function branches(u: usize, opcode: u32): void {
  if (opcode < 0xe4) return relative(u, Generic.LOOPNE + (opcode & 3), 1);
  if (opcode == 0xe8) return relative(u, Generic.CALL, relativeSize());
  if (opcode == 0xe9) return relative(u, Generic.JMP, relativeSize());
  if (opcode == 0xeb) return relative(u, Generic.JMP, 1);
  if (opcode == 0xea) return farPointer(u, SlowOp.FAR_JMP_IMM);
  setWidth(u, opcode & 1 ? (cursor.operandSize == 8 ? 4 : cursor.operandSize) : 1);
  if (opcode < 0xe8) setImmediate(u, <u64>next8());
  else setRegister(u, 2);
  setGeneric(u, opcode & 2 ? SlowOp.OUT : SlowOp.IN);
}

function groupThree(u: usize, opcode: u32): void {
  const width = sizeByBit0(u, opcode);
  modrm(u);
  if (cursor.modrmReg < 2) {
    setImmediate(u, immediate(width));
    return setGeneric(u, Generic.TEST_IMMEDIATE);
  }
  setGeneric(u, Generic.NOT + cursor.modrmReg - 2);
}

function groupFive(u: usize, opcode: u32): void {
  sizeByBit0(u, opcode);
  modrm(u);
  const op = cursor.modrmReg;
  if (op < 2) return setGeneric(u, Generic.INC + op);
  if (opcode == 0xfe || op == 7) return setUndefined(u);
  if (op == 6) {
    setWidth(u, cursor.stackOperandSize());
    return setGeneric(u, Generic.PUSH);
  }
  endBlock();
  if (op == 2 || op == 4) {
    setWidth(u, branchSize());
    return setGeneric(u, op == 2 ? Generic.CALL_INDIRECT : Generic.JMP_INDIRECT);
  }
  if (cursor.modrmMod == 3) return setUndefined(u);
  setGeneric(u, op == 3 ? SlowOp.FAR_CALL_MEM : SlowOp.FAR_JMP_MEM);
}

/** F0-FF without prefixes. */
function groups(u: usize, opcode: u32): void {
  if (opcode == 0xf6 || opcode == 0xf7) return groupThree(u, opcode);
  if (opcode >= 0xfe) return groupFive(u, opcode);
  if (opcode == 0xf1 || opcode == 0xf4 || opcode == 0xfb) endBlock();
  if (opcode == 0xf1) setGeneric(u, SlowOp.INT1);
  else if (opcode == 0xf4) setGeneric(u, SlowOp.HLT);
  else if (opcode == 0xf5) setGeneric(u, Generic.CMC);
  else if (opcode == 0xf8) setGeneric(u, Generic.CLC);
  else if (opcode == 0xf9) setGeneric(u, Generic.STC);
  else if (opcode == 0xfa) setGeneric(u, SlowOp.CLI);
  else if (opcode == 0xfb) setGeneric(u, SlowOp.STI);
  else if (opcode == 0xfc) setGeneric(u, Generic.CLD);
  else setGeneric(u, Generic.STD);
}

/** Decodes what follows the prefixes; `opcode` is not 0F. */
export function oneByte(u: usize, opcode: u32): void {
  switch (opcode >> 4) {
    case 0:
    case 1:
    case 2:
    case 3:
      return belowForty(u, opcode);
    case 4:
      // INC and DEC of a register; REX prefixes in 64-bit mode never come here.
      setRegister(u, opcode & 7);
      return setGeneric(u, opcode < 0x48 ? Generic.INC : Generic.DEC);
    case 5:
      setRegister(u, opcodeRegister(opcode));
      setWidth(u, cursor.stackOperandSize());
      return setGeneric(u, opcode < 0x58 ? Generic.PUSH : Generic.POP);
    case 6:
      return sixties(u, opcode);
    case 7:
      store<u8>(u + Uop.REG, opcode & 15);
      return relative(u, Generic.JCC, 1);
    case 8:
      return eighties(u, opcode);
    case 9:
      return nineties(u, opcode);
    case 10:
      return strings(u, opcode);
    case 11:
      return moveImmediate(u, opcode);
    case 12:
      return returns(u, opcode);
    case 13:
      return shifts(u, opcode);
    case 14:
      return branches(u, opcode);
    default:
      return groups(u, opcode);
  }
}
