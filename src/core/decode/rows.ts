// Decodes by the rows of the decode map (gen/decode-map.ts, made from isa/opcodes). Must not look at machine state, except at what
// the processor claims: an instruction of another processor is none here.
import { Gpr } from '../../abi/state-block';
import { claimsFeature } from '../claims';
import {
  FIRST_ROWS,
  MAP_ROWS,
  MapFlag,
  MapForm,
  MapImmediate,
  MapModrm,
  MapRegister,
  MapRow,
  MapSize,
  MapState,
  NO_FEATURE,
} from '../gen/decode-map';
import { Operation } from '../gen/operations';
import { Uop, UopFlag } from '../uop';
import * as cursor from './cursor';

/** What a VEX prefix said; without one, L and vvvv are 0. */
export let vexPresent: bool = false;
let vexLength: u32 = 0;
let vexRegister: u32 = 0;
/** Mandatory prefix as VEX.pp numbers it: none, 66, F3, F2. */
let mandatory: u32 = 0;

/** The first row that matches and needs a feature that is not claimed, and the feature; 0 when there is none. */
let unclaimedRow: usize = 0;
let unclaimedFeature: u32 = 0;

/** Place in the decode map of the row the last instruction was read by; NO_ROW when it was read by none. */
export const NO_ROW: u32 = 0xffff;
export let rowRead: u32 = NO_ROW;

/** Prefixes of an instruction without VEX. */
export function legacyPrefixes(): void {
  rowRead = NO_ROW;
  vexPresent = false;
  vexLength = 0;
  vexRegister = 0;
  mandatory = cursor.repeat == 0xf3 ? 2 : cursor.repeat == 0xf2 ? 3 : cursor.prefix66 ? 1 : 0;
}

/** Fields of a VEX prefix. `register` is vvvv, not inverted. */
export function vexPrefix(length: u32, register: u32, prefix: u32): void {
  rowRead = NO_ROW;
  vexPresent = true;
  vexLength = length;
  vexRegister = register;
  mandatory = prefix;
}

function fits(row: usize, modrm: u32): bool {
  const traits = <u32>load<u8>(row, MapRow.FLAGS);
  if (traits & (cursor.isLong() ? MapFlag.NOT_64 : MapFlag.ONLY_64)) return false;
  const form = <u32>load<u8>(row, MapRow.MODRM);
  if (!(form & MapModrm.PRESENT)) return !(traits & MapFlag.RM_FIXED) || !(cursor.rex & 1);
  if (!(form & (modrm >= 0xc0 ? MapModrm.REGISTER : MapModrm.MEMORY))) return false;
  if (form & MapModrm.REG_FIXED && (form & 7) != ((modrm >> 3) & 7)) return false;
  return !(traits & MapFlag.RM_FIXED) || (traits & 7) == (modrm & 7);
}

/** The first feature the row needs that is not claimed; NO_FEATURE when it lacks none. */
function missingFeature(row: usize): u32 {
  const first = <u32>load<u8>(row, MapRow.FEATURE);
  if (first == NO_FEATURE) return NO_FEATURE;
  if (!claimsFeature(first)) return first;
  const second = <u32>load<u8>(row, MapRow.SECOND_FEATURE);
  return second == NO_FEATURE || claimsFeature(second) ? NO_FEATURE : second;
}

/** The row that the bytes at the cursor match and the processor has; 0 without one. */
function findRow(map: u32, opcode: u32): usize {
  const index = FIRST_ROWS + ((<usize>((map << 8) | opcode)) << 1);
  const end = MAP_ROWS + <usize>load<u16>(index, 2) * MapRow.SIZE;
  let row = MAP_ROWS + <usize>load<u16>(index) * MapRow.SIZE;
  unclaimedRow = 0;
  if (row == end) return 0;
  const modrm = load<u8>(row, MapRow.MODRM) & MapModrm.PRESENT ? cursor.peek8() : 0;
  const accepts: u32 = (1 << mandatory) | (0x10 << vexLength) | (cursor.rex & 8 ? 0x80 : 0x40);
  for (; row < end; row += MapRow.SIZE) {
    if (((<u32>load<u8>(row, MapRow.ACCEPTS)) & accepts) != accepts || !fits(row, modrm)) continue;
    const feature = missingFeature(row);
    if (feature == NO_FEATURE) return row;
    if (unclaimedRow) continue;
    unclaimedRow = row;
    unclaimedFeature = feature;
  }
  return 0;
}

function sizeInBytes(size: u32): u32 {
  switch (size) {
    case MapSize.B:
      return 1;
    case MapSize.W:
      return 2;
    case MapSize.D:
      return 4;
    case MapSize.Q:
      return 8;
    case MapSize.DQ:
      return 16;
    case MapSize.QQ:
      return 32;
    case MapSize.T:
      return 10;
    case MapSize.Y:
      return cursor.isLong() && cursor.rex & 8 ? 8 : 4;
    case MapSize.Z:
      return cursor.operandSize == 8 ? 4 : cursor.operandSize;
    case MapSize.S:
    case MapSize.F64:
      return cursor.isLong() ? 8 : cursor.operandSize;
    case MapSize.D64:
      return cursor.stackOperandSize();
    case MapSize.NATURAL:
      return cursor.isLong() ? 8 : 4;
    default:
      return cursor.operandSize;
  }
}

/** Immediates of a branch stay relative; the decoder of the whole instruction makes targets of them. */
function readImmediate(u: usize, kind: u32): void {
  switch (kind) {
    case MapImmediate.NONE:
      return;
    case MapImmediate.ONE:
      return cursor.setImmediate(u, 1);
    case MapImmediate.UNSIGNED_8:
      return cursor.setImmediate(u, <u64>cursor.next8());
    case MapImmediate.UNSIGNED_16:
      return cursor.setImmediate(u, <u64>cursor.next16());
    case MapImmediate.SIGNED_8:
      return cursor.setImmediate(u, cursor.immediate(1));
    case MapImmediate.SIGNED_Z:
      return cursor.setImmediate(u, cursor.immediate(cursor.operandSize));
    case MapImmediate.FULL:
      return cursor.setImmediate(u, cursor.fullImmediate());
    case MapImmediate.FRAME: {
      const frame = cursor.next16();
      return cursor.setImmediate(u, <u64>(frame | (cursor.next8() << 16)));
    }
    case MapImmediate.OFFSET:
      return store<u64>(u + Uop.DISPLACEMENT, cursor.offset());
    case MapImmediate.FAR_POINTER:
      cursor.setImmediate(u, cursor.operandSize == 4 ? <u64>cursor.next32() : <u64>cursor.next16());
      return store<u64>(u + Uop.DISPLACEMENT, <u64>cursor.next16());
    case MapImmediate.RELATIVE_8:
      cursor.setRelative();
      return cursor.setImmediate(u, cursor.immediate(1));
    case MapImmediate.RELATIVE_Z:
      cursor.setRelative();
      return cursor.setImmediate(u, cursor.immediate(cursor.isLong() || cursor.operandSize == 4 ? 4 : 2));
    default: {
      const byte = cursor.next8();
      cursor.setImmediate(u, <u64>byte);
      // Outside 64-bit mode bit 7 is ignored.
      store<u8>(u + Uop.IS4, cursor.isLong() ? byte >> 4 : (byte >> 4) & 7);
    }
  }
}

/** ModRM with what the row says about the registers it names; false when the form does not exist. */
function readModrm(u: usize, form: u32, modIgnored: bool): bool {
  const sib = cursor.at + 1;
  if (modIgnored) cursor.modrmRegisters(u);
  else cursor.modrm(u);
  if (form & MapForm.EIGHT_REG) store<u8>(u + Uop.REG, load<u8>(u + Uop.REG) & 7);
  if (form & MapForm.EIGHT_RM && cursor.modrmMod == 3) store<u8>(u + Uop.RM, load<u8>(u + Uop.RM) & 7);
  if (!(form & MapForm.VSIB)) return true;
  if (cursor.modrmRm != 4 || cursor.addressSize == 2) return false;
  if (cursor.overrun) return true;
  // A vector of indexes: number 4 is a register like any other. Destination, indexes and mask must differ (SDM Vol. 2, VGATHER).
  const byte = <u32>load<u8>(sib);
  const index = ((byte >> 3) & 7) | ((cursor.rex & 2) << 2);
  store<u8>(u + Uop.INDEX, index);
  store<u8>(u + Uop.SCALE, byte >> 6);
  const destination = <u32>load<u8>(u + Uop.REG);
  const mask = cursor.isLong() ? vexRegister : vexRegister & 7;
  return destination != index && destination != mask && index != mask;
}

/** A register that takes the rm place without ModRM. */
function impliedRegister(u: usize, kind: u32, opcode: u32): void {
  if (kind == MapRegister.OPCODE) cursor.setRegister(u, cursor.opcodeRegister(opcode));
  else if (kind == MapRegister.ACCUMULATOR) cursor.setRegister(u, Gpr.RAX);
  else if (kind == MapRegister.PORT) cursor.setRegister(u, Gpr.RDX);
}

/** Reads what follows the opcode; false when this form does not exist. */
function readRow(u: usize, row: usize, opcode: u32): bool {
  rowRead = <u32>((row - MAP_ROWS) / MapRow.SIZE);
  const modrm = <u32>load<u8>(row, MapRow.MODRM);
  const flags = <u32>load<u8>(row, MapRow.FLAGS);
  const form = <u32>load<u8>(row, MapRow.FORM);
  const state = <u32>load<u8>(row, MapRow.STATE);
  if (modrm & MapModrm.PRESENT && !readModrm(u, form, (modrm & MapModrm.MOD_IGNORED) != 0)) return false;
  impliedRegister(u, load<u8>(row, MapRow.REGISTER), opcode);
  if (vexPresent && !(form & MapForm.VVVV) && vexRegister != 0) return false;
  const widths = <u32>load<u8>(row, MapRow.WIDTHS);
  const isRegister = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
  cursor.setWidth(u, sizeInBytes(isRegister ? widths & 15 : widths >> 4));
  if (vexPresent || state != MapState.NONE) {
    store<u8>(u + Uop.FLAGS, load<u8>(u + Uop.FLAGS) | UopFlag.VECTOR_FIELDS);
    const named = cursor.isLong() ? vexRegister : vexRegister & 7;
    store<u8>(u + Uop.VVVV, vexPresent ? named : <u32>load<u8>(u + Uop.REG));
    store<u8>(u + Uop.VECTOR_LENGTH, vexPresent ? (<u32>16) << vexLength : 0);
    store<u8>(u + Uop.STATE, state);
  }
  readImmediate(u, load<u8>(row, MapRow.IMMEDIATE));
  if (flags & MapFlag.LOCK) cursor.allowLock();
  if (flags & MapFlag.ENDS) cursor.endBlock();
  cursor.setGeneric(u, load<u16>(row, MapRow.OPERATION));
  return true;
}

/** Decodes by a row whose features are claimed; false, with the cursor where it was, when there is none. */
export function decodeByRow(u: usize, map: u32, opcode: u32): bool {
  const row = findRow(map, opcode);
  if (!row) return false;
  if (!readRow(u, row, opcode)) cursor.setUndefined(u);
  return true;
}

/** Decodes as an instruction of another processor what is none of this one: undefined, but one whose name can be told. */
export function decodeUnclaimed(u: usize, map: u32, opcode: u32): void {
  if (findRow(map, opcode) || !unclaimedRow) return cursor.setUndefined(u);
  const probed = (load<u8>(unclaimedRow, MapRow.FORM) & MapForm.PROBED) != 0;
  const feature = unclaimedFeature;
  if (!readRow(u, unclaimedRow, opcode)) return cursor.setUndefined(u);
  cursor.endBlock();
  cursor.setGeneric(u, Operation.UNCLAIMED);
  cursor.setImmediate(u, <u64>feature);
  store<u8>(u + Uop.REG, probed ? 1 : 0);
  // Without x87 its instructions are there to be emulated (#NM by CR0.EM and TS); of other state nothing can be asked.
  const state = <u32>load<u8>(unclaimedRow, MapRow.STATE);
  if (state != MapState.X87 && state != MapState.X87_CONTROL) store<u8>(u + Uop.STATE, MapState.NONE);
}
