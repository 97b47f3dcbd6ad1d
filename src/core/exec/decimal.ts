// Decimal adjustment and SALC, outside 64-bit mode. SDM Vol. 1, 7.3.2.5 and Vol. 2.
import { Gpr } from '../../abi/state-block';
import { Flag, carry, rflags, setArithmeticFlags } from '../flags';
import { raisePlainBecause } from '../fault';
import { Vector } from '../gen/exceptions';
import { Reason } from '../gen/reasons';
import { readReg, writeReg } from '../operands';
import { Next, Uop } from '../uop';
import { logic } from './alu';

function al(): u32 {
  return <u32>readReg(Gpr.RAX, 1, false);
}

/** Result in AL: SF, ZF and PF by it, CF and AF as given, OF 0. */
function setAl(value: u32, bits: u32): i32 {
  writeReg(Gpr.RAX, 1, false, <u64>(value & 0xff));
  logic(<u64>(value & 0xff), 1);
  setArithmeticFlags(((<u32>rflags()) & (Flag.SF | Flag.ZF | Flag.PF)) | bits);
  return Next.DONE;
}

/** DAA and DAS. */
export function execDecimal(subtract: bool): i32 {
  const before = al();
  const flags = <u32>rflags();
  let value = before;
  let bits: u32 = 0;
  if ((before & 15) > 9 || flags & Flag.AF) {
    value = subtract ? value - 6 : value + 6;
    bits |= Flag.AF;
    if (flags & Flag.CF || value > 0xff) bits |= Flag.CF;
  }
  if (before > 0x99 || flags & Flag.CF) {
    value = subtract ? value - 0x60 : value + 0x60;
    bits |= Flag.CF;
  } else if (!subtract) bits &= ~Flag.CF;
  return setAl(value, bits);
}

/** AAA and AAS. */
export function execAscii(subtract: bool): i32 {
  const adjust = (al() & 15) > 9 || ((<u32>rflags()) & Flag.AF) != 0;
  let ax = <u32>readReg(Gpr.RAX, 2, false);
  if (adjust) ax = subtract ? ax - 0x106 : ax + 0x106;
  writeReg(Gpr.RAX, 2, false, <u64>(ax & 0xff0f));
  logic(<u64>(ax & 15), 1);
  setArithmeticFlags(((<u32>rflags()) & (Flag.SF | Flag.ZF | Flag.PF)) | (adjust ? Flag.CF | Flag.AF : 0));
  return Next.DONE;
}

export function execAam(u: usize): i32 {
  const base = <u32>load<u64>(u + Uop.IMMEDIATE);
  if (base == 0) {
    raisePlainBecause(Reason.DIVIDE, Vector.DE);
    return Next.FAULT;
  }
  const value = al();
  writeReg(Gpr.RAX, 2, false, <u64>(((value / base) << 8) | (value % base)));
  return setAl(value % base, 0);
}

export function execAad(u: usize): i32 {
  const base = <u32>load<u64>(u + Uop.IMMEDIATE);
  const ax = <u32>readReg(Gpr.RAX, 2, false);
  const value = ((ax >> 8) * base + ax) & 0xff;
  writeReg(Gpr.RAX, 2, false, <u64>value);
  return setAl(value, 0);
}

/** SALC (undocumented, D6): AL = CF ? FF : 0. */
export function execSalc(): i32 {
  writeReg(Gpr.RAX, 1, false, carry() ? 0xff : 0);
  return Next.DONE;
}
