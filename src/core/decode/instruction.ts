// Decodes one instruction into a micro-op in its general form. The rules are the SDM's (Vol. 2, chapter 2); what the instructions
// are stands in the rows of isa/opcodes; what a processor of this profile does not have decodes to #UD.
import { OpcodeMap } from '../gen/decode-map';
import { Operation } from '../gen/operations';
import { SLOW_BASE, Uop, UopFlag } from '../uop';
import * as cursor from './cursor';
import { decodeByRow, decodeUnclaimed, legacyPrefixes } from './rows';
import { decodeVex, isVex } from './vex';

const LONGEST: usize = 15;

/** How the decoding of one instruction ended. */
export const enum Decoded {
  /** The next instruction may follow in the same block. */
  MORE = 0,
  /** The block ends behind this instruction. */
  LAST = 1,
  /** The bytes end inside the instruction: more of them are needed. */
  INCOMPLETE = 2,
}

/** Decodes what follows legacy prefixes; `first` is the first byte of the opcode. */
function decodeLegacy(u: usize, first: u32): void {
  let map: u32 = OpcodeMap.ONE_BYTE;
  let opcode = first;
  if (first == 0x0f) {
    map = OpcodeMap.TWO_BYTE;
    opcode = cursor.next8();
    if (opcode == 0x38 || opcode == 0x3a) {
      map = opcode == 0x38 ? OpcodeMap.MAP_0F38 : OpcodeMap.MAP_0F3A;
      opcode = cursor.next8();
    }
  }
  legacyPrefixes();
  if (cursor.overrun || decodeByRow(u, map, opcode) || cursor.overrun) return;
  decodeUnclaimed(u, map, opcode);
}

/** Near branch: target in IMMEDIATE and the next instruction in DISPLACEMENT, both truncated to the operand size. */
function resolveBranch(u: usize, next: u64): void {
  const width = load<u8>(u + Uop.WIDTH);
  const mask: u64 = width == 8 ? 0xffff_ffff_ffff_ffff : width == 4 ? 0xffffffff : 0xffff;
  store<u64>(u + Uop.IMMEDIATE, (load<u64>(u + Uop.IMMEDIATE) + next) & mask);
  store<u64>(u + Uop.DISPLACEMENT, next & mask);
}

/**
 * @param start first byte, in linear memory
 * @param end behind the last byte that may be read
 * @param rip of the instruction
 */
export function decodeInstruction(u: usize, start: usize, end: usize, rip: u64, mode: u32): u32 {
  const longest = start + LONGEST;
  cursor.begin(start, end < longest ? end : longest, mode);
  const opcode = cursor.prefixes();
  if (!cursor.overrun) {
    cursor.initialize(u);
    if (isVex(opcode)) decodeVex(u, opcode);
    else decodeLegacy(u, opcode);
  }
  if (cursor.overrun) {
    if (end < longest) return Decoded.INCOMPLETE;
    cursor.initialize(u);
    cursor.setGeneric(u, Operation.TOO_LONG);
    store<u8>(u + Uop.LENGTH, <u8>LONGEST);
    return Decoded.LAST;
  }
  const length = <u32>(cursor.at - start);
  store<u8>(u + Uop.LENGTH, length);
  const flags = load<u8>(u + Uop.FLAGS);
  if (cursor.lock && (!cursor.lockAllowed || flags & UopFlag.REGISTER_FORM)) {
    cursor.setUndefined(u);
    return Decoded.LAST;
  }
  const next = rip + <u64>length;
  if (cursor.relative) resolveBranch(u, next);
  else if (load<u16>(u + Uop.GENERIC) == SLOW_BASE + Operation.CALL_INDIRECT)
    store<u64>(u + Uop.IMMEDIATE, next);
  if (flags & UopFlag.RIP_RELATIVE) store<u64>(u + Uop.DISPLACEMENT, load<u64>(u + Uop.DISPLACEMENT) + next);
  return cursor.blockEnds ? Decoded.LAST : Decoded.MORE;
}
