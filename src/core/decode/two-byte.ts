// The two- and three-byte opcode maps (0F, 0F 38; SDM Vol. 2, Tables ), as far as they are not rows of the decode map.
// Must not look at machine state.
import { Seg } from '../../abi/state-block';
import { Generic } from '../exec/generic-ops';
import { SlowOp } from '../slow-ops';
import { Uop, UopFlag } from '../uop';
import * as cursor from './cursor';
import {
  branchSize,
  endBlock,
  immediate,
  modrm,
  next8,
  opcodeRegister,
  setGeneric,
  setImmediate,
  setRegister,
  setUndefined,
  setWidth,
} from './cursor';

/** Nothing of this table: a row of the decode map has it, or nobody. */
function vector(u: usize): void {
  modrm(u);
  setUndefined(u);
}

function wide(): u32 {
  return cursor.isLong() ? 8 : 4;
}

/** 0F 00: SLDT STR LLDT LTR VERR VERW. */
function groupSix(u: usize): void {
  modrm(u);
  const op = cursor.modrmReg;
  if (op > 5) return setUndefined(u);
  // Memory operands are 16 bits whatever the prefixes; SLDT and STR to a register take the operand size.
  if (op > 1 || cursor.modrmMod != 3) setWidth(u, 2);
  const first: u32 = op == 0 ? SlowOp.SLDT : op == 1 ? SlowOp.STR : op == 2 ? SlowOp.LLDT : SlowOp.LTR;
  setGeneric(u, op < 4 ? first : op == 4 ? <u32>SlowOp.VERR : <u32>SlowOp.VERW);
}

/** 0F 01 with a register form: an instruction of its own for each ModRM byte. */
function groupSevenRegister(u: usize): void {
  const code = (cursor.modrmReg << 3) | cursor.modrmRm;
  endBlock();
  switch (code) {
    case 0x01:
      return setGeneric(u, SlowOp.VMCALL);
    case 0x02:
      return setGeneric(u, SlowOp.VMLAUNCH);
    case 0x03:
      return setGeneric(u, SlowOp.VMRESUME);
    case 0x04:
      return setGeneric(u, SlowOp.VMXOFF);
    case 0x08:
      return setGeneric(u, SlowOp.MONITOR);
    case 0x09:
      return setGeneric(u, SlowOp.MWAIT);
    case 0x0a:
      return setGeneric(u, SlowOp.CLAC);
    case 0x0b:
      return setGeneric(u, SlowOp.STAC);
    case 0x10:
      return setGeneric(u, SlowOp.XGETBV);
    case 0x11:
      return setGeneric(u, SlowOp.XSETBV);
    case 0x14:
      return setGeneric(u, SlowOp.VMFUNC);
    case 0x38:
      return cursor.isLong() ? setGeneric(u, SlowOp.SWAPGS) : setUndefined(u);
    case 0x39:
      return setGeneric(u, SlowOp.RDTSCP);
    default:
      return setUndefined(u);
  }
}

/** 0F 01: SGDT SIDT LGDT LIDT SMSW LMSW INVLPG. */
function groupSeven(u: usize): void {
  modrm(u);
  const op = cursor.modrmReg;
  if (op == 4) return setGeneric(u, SlowOp.SMSW);
  if (op == 6) {
    setWidth(u, 2);
    endBlock();
    return setGeneric(u, SlowOp.LMSW);
  }
  if (cursor.modrmMod == 3) return groupSevenRegister(u);
  if (op == 5) return setUndefined(u);
  if (cursor.isLong()) setWidth(u, 8);
  if (op == 0) setGeneric(u, SlowOp.SGDT);
  else if (op == 1) setGeneric(u, SlowOp.SIDT);
  else if (op == 2) setGeneric(u, SlowOp.LGDT);
  else if (op == 3) setGeneric(u, SlowOp.LIDT);
  else {
    endBlock();
    setGeneric(u, SlowOp.INVLPG);
  }
}

/** 0F 20-23: the operand is always a register, of the natural width. */
function controlRegister(u: usize, opcode: u32): void {
  const byte = next8();
  store<u8>(u + Uop.REG, ((byte >> 3) & 7) | ((cursor.rex & 4) << 1));
  // LOCK MOV CR0 as CR8 is an AMD extension; here LOCK is #UD.
  setRegister(u, (byte & 7) | ((cursor.rex & 1) << 3));
  setWidth(u, wide());
  if (opcode == 0x20) return setGeneric(u, SlowOp.MOV_FROM_CR);
  if (opcode == 0x21) return setGeneric(u, SlowOp.MOV_FROM_DR);
  endBlock();
  setGeneric(u, opcode == 0x22 ? SlowOp.MOV_TO_CR : SlowOp.MOV_TO_DR);
}

/** 0F 78, 0F 79: VMREAD and VMWRITE; 64-bit operands in 64-bit mode, else 32. */
function vmField(u: usize, opcode: u32): void {
  modrm(u);
  if (cursor.prefix66 || cursor.repeat) return setUndefined(u);
  setWidth(u, wide());
  setGeneric(u, opcode == 0x78 ? SlowOp.VMREAD : SlowOp.VMWRITE);
}

/** 0F AE: fences, CLFLUSH, FS/GS base; state saving is a gap. */
function groupFifteen(u: usize): void {
  modrm(u);
  const op = cursor.modrmReg;
  if (cursor.modrmMod == 3) {
    if (cursor.repeat == 0xf3 && op < 4) {
      if (!cursor.isLong()) return setUndefined(u);
      endBlock();
      if (op == 0) setGeneric(u, SlowOp.RDFSBASE);
      else if (op == 1) setGeneric(u, SlowOp.RDGSBASE);
      else setGeneric(u, op == 2 ? SlowOp.WRFSBASE : SlowOp.WRGSBASE);
      return;
    }
    return op >= 5 && !cursor.repeat ? setGeneric(u, Generic.NOP) : setUndefined(u);
  }
  // CLFLUSH: this processor has no cache to flush, but a page to check.
  if (op == 7 && !cursor.repeat && !cursor.prefix66) {
    setWidth(u, 1);
    return setGeneric(u, Generic.CLFLUSH);
  }
  setUndefined(u);
}

/** 0F C7: CMPXCHG8B/16B, VMPTRLD, VMCLEAR, VMXON, VMPTRST. RDRAND and RDSEED are not claimed. */
function groupNine(u: usize): void {
  modrm(u);
  const op = cursor.modrmReg;
  if (cursor.modrmMod == 3) return setUndefined(u);
  if (op == 1) return setGeneric(u, cursor.operandSize == 8 ? Generic.CMPXCHG16B : Generic.CMPXCHG8B);
  setWidth(u, 8);
  endBlock();
  if (op == 6) {
    if (cursor.repeat == 0xf3) setGeneric(u, SlowOp.VMXON);
    else if (cursor.repeat) setUndefined(u);
    else setGeneric(u, cursor.prefix66 ? SlowOp.VMCLEAR : SlowOp.VMPTRLD);
    return;
  }
  if (op == 7 && !cursor.repeat && !cursor.prefix66) return setGeneric(u, SlowOp.VMPTRST);
  setUndefined(u);
}

/** 0F 38: MOVBE, and the three invalidations; CRC32 and vectors are not claimed. */
function threeByte38(u: usize): void {
  const opcode = next8();
  modrm(u);
  if (opcode >= 0x80 && opcode <= 0x82 && cursor.prefix66) {
    if (cursor.modrmMod == 3) return setUndefined(u);
    setWidth(u, wide());
    endBlock();
    return setGeneric(u, opcode == 0x80 ? SlowOp.INVEPT : opcode == 0x81 ? SlowOp.INVVPID : SlowOp.INVPCID);
  }
  if ((opcode == 0xf0 || opcode == 0xf1) && !cursor.repeat) {
    if (cursor.modrmMod == 3) return setUndefined(u);
    return setGeneric(u, opcode == 0xf0 ? Generic.MOVBE_LOAD : Generic.MOVBE_STORE);
  }
  setUndefined(u);
}

/** 0F A0-AF. */
function rowA(u: usize, opcode: u32): void {
  if (opcode == 0xa0 || opcode == 0xa1 || opcode == 0xa8 || opcode == 0xa9) {
    setWidth(u, cursor.stackOperandSize());
    store<u8>(u + Uop.REG, opcode < 0xa8 ? Seg.FS : Seg.GS);
    return setGeneric(u, opcode & 1 ? SlowOp.POP_SEG : SlowOp.PUSH_SEG);
  }
  if (opcode == 0xa2) return setGeneric(u, SlowOp.CPUID);
  if (opcode == 0xae) return groupFifteen(u);
  if (opcode == 0xaa || opcode == 0xa6 || opcode == 0xa7) return setUndefined(u);
  modrm(u);
  if (opcode == 0xa3) return setGeneric(u, Generic.BT_REG);
  if (opcode == 0xab) return setGeneric(u, Generic.BTS_REG);
  if (opcode == 0xaf) return setGeneric(u, Generic.IMUL_REG);
  const left = opcode < 0xa8;
  if (opcode & 1) return setGeneric(u, left ? Generic.SHLD_CL : Generic.SHRD_CL);
  setImmediate(u, <u64>next8());
  setGeneric(u, left ? Generic.SHLD_IMMEDIATE : Generic.SHRD_IMMEDIATE);
}

/** 0F B0-BF. */
function rowB(u: usize, opcode: u32): void {
  if (opcode == 0xb9) {
    modrm(u);
    return setUndefined(u);
  }
  if (opcode < 0xb2) setWidth(u, opcode & 1 ? cursor.operandSize : 1);
  modrm(u);
  switch (opcode) {
    case 0xb0:
    case 0xb1:
      return setGeneric(u, Generic.CMPXCHG);
    case 0xb2:
    case 0xb4:
    case 0xb5:
      if (cursor.modrmMod == 3) return setUndefined(u);
      setImmediate(u, opcode == 0xb2 ? Seg.SS : opcode == 0xb4 ? Seg.FS : Seg.GS);
      return setGeneric(u, SlowOp.LOAD_FAR_POINTER);
    case 0xb3:
      return setGeneric(u, Generic.BTR_REG);
    case 0xb6:
      return setGeneric(u, Generic.MOVZX8);
    case 0xb7:
      return setGeneric(u, Generic.MOVZX16);
    case 0xb8:
      return cursor.repeat == 0xf3 ? setGeneric(u, Generic.POPCNT) : setUndefined(u);
    case 0xba:
      if (cursor.modrmReg < 4) return setUndefined(u);
      setImmediate(u, <u64>next8());
      return setGeneric(u, Generic.BT_IMMEDIATE + cursor.modrmReg - 4);
    case 0xbb:
      return setGeneric(u, Generic.BTC_REG);
    // Without BMI1 and LZCNT the F3 forms are BSF and BSR.
    case 0xbc:
      return setGeneric(u, Generic.BSF);
    case 0xbd:
      return setGeneric(u, Generic.BSR);
    case 0xbe:
      return setGeneric(u, Generic.MOVSX8);
    default:
      return setGeneric(u, Generic.MOVSX16);
  }
}

/** 0F 00-1F. */
function low(u: usize, opcode: u32): void {
  switch (opcode) {
    case 0x00:
      return groupSix(u);
    case 0x01:
      return groupSeven(u);
    case 0x02:
      modrm(u);
      return setGeneric(u, SlowOp.LAR);
    case 0x03:
      modrm(u);
      return setGeneric(u, SlowOp.LSL);
    case 0x05:
      endBlock();
      return setGeneric(u, SlowOp.SYSCALL);
    case 0x06:
      endBlock();
      return setGeneric(u, SlowOp.CLTS);
    case 0x07:
      endBlock();
      return setGeneric(u, SlowOp.SYSRET);
    case 0x08:
      return setGeneric(u, SlowOp.INVD);
    case 0x09:
      return setGeneric(u, SlowOp.WBINVD);
    case 0x0b:
      return setUndefined(u);
    case 0x0d:
      modrm(u);
      return setGeneric(u, Generic.NOP);
    default:
      if (opcode < 0x10) return setUndefined(u);
      if (opcode < 0x18) return vector(u);
      // Hints: PREFETCH, ENDBR, reserved NOPs.
      modrm(u);
      return setGeneric(u, Generic.NOP);
  }
}

/** 0F 30-3F. */
function row3(u: usize, opcode: u32): void {
  switch (opcode) {
    case 0x30:
      endBlock();
      return setGeneric(u, SlowOp.WRMSR);
    case 0x31:
      return setGeneric(u, SlowOp.RDTSC);
    case 0x32:
      return setGeneric(u, SlowOp.RDMSR);
    case 0x33:
      return setGeneric(u, SlowOp.RDPMC);
    case 0x34:
      endBlock();
      return setGeneric(u, SlowOp.SYSENTER);
    case 0x35:
      endBlock();
      return setGeneric(u, SlowOp.SYSEXIT);
    case 0x38:
      return threeByte38(u);
    case 0x3a:
      next8();
      return vector(u);
    default:
      return setUndefined(u);
  }
}

/** Decodes what follows 0F. */
export function twoByte(u: usize): void {
  const opcode = next8();
  switch (opcode >> 4) {
    case 0:
    case 1:
      return low(u, opcode);
    case 2:
      if (opcode < 0x24) return controlRegister(u, opcode);
      return opcode < 0x28 ? setUndefined(u) : vector(u);
    case 3:
      return row3(u, opcode);
    case 4:
      modrm(u);
      setImmediate(u, <u64>(opcode & 15));
      return setGeneric(u, Generic.CMOVCC);
    case 7:
      return opcode == 0x78 || opcode == 0x79 ? vmField(u, opcode) : vector(u);
    case 8:
      store<u8>(u + Uop.REG, opcode & 15);
      setImmediate(u, immediate(cursor.isLong() || cursor.operandSize == 4 ? 4 : 2));
      setWidth(u, branchSize());
      endBlock();
      return setGeneric(u, Generic.JCC);
    case 9:
      setWidth(u, 1);
      modrm(u);
      setImmediate(u, <u64>(opcode & 15));
      return setGeneric(u, Generic.SETCC);
    case 10:
      return rowA(u, opcode);
    case 11:
      return rowB(u, opcode);
    case 12:
      if (opcode >= 0xc8) {
        setRegister(u, opcodeRegister(opcode));
        return setGeneric(u, Generic.BSWAP);
      }
      if (opcode < 0xc2) {
        setWidth(u, opcode & 1 ? cursor.operandSize : 1);
        modrm(u);
        return setGeneric(u, Generic.XADD);
      }
      if (opcode == 0xc7) return groupNine(u);
      if (opcode == 0xc3 && !cursor.prefix66 && !cursor.repeat) {
        // MOVNTI: a store; the hint has no meaning without caches.
        modrm(u);
        return cursor.modrmMod == 3 ? setUndefined(u) : setGeneric(u, Generic.MOV_STORE);
      }
      return vector(u);
    default:
      if (opcode == 0xff) {
        modrm(u);
        return setUndefined(u);
      }
      return vector(u);
  }
}

/** True when LOCK may stand before this instruction; checked by the caller for memory destinations only. */
export function lockable(generic: u32): bool {
  if (generic >= <u32>Generic.ALU_STORE && generic < <u32>(Generic.ALU_STORE + 7)) return true;
  if (generic >= <u32>Generic.ALU_IMMEDIATE && generic < <u32>(Generic.ALU_IMMEDIATE + 7)) return true;
  switch (generic) {
    case Generic.XCHG:
    case Generic.INC:
    case Generic.DEC:
    case Generic.NOT:
    case Generic.NEG:
    case Generic.BTS_REG:
    case Generic.BTR_REG:
    case Generic.BTC_REG:
    case Generic.BTS_IMMEDIATE:
    case Generic.BTR_IMMEDIATE:
    case Generic.BTC_IMMEDIATE:
    case Generic.XADD:
    case Generic.CMPXCHG:
    case Generic.CMPXCHG8B:
    case Generic.CMPXCHG16B:
      return true;
    default:
      return false;
  }
}

/** True when the micro-op has a memory operand through ModRM. */
export function memoryForm(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) == 0;
}
