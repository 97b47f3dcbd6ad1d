// FNSTENV, FLDENV, FNSAVE and FRSTOR: the environment in its four layouts, by operand size and by protected or real mode, and the
// registers behind it (SDM Vol. 1, 8.1.10, figures 8-9 to 8-12).
import { Mode, State } from '../../abi/state-block';
import { faulted } from '../fault';
import { FpuControl, FpuStatus } from '../gen/constants';
import {
  probeWrite,
  readLinear16,
  readLinear8,
  readLinear32,
  readLinear64,
  writeLinear16,
  writeLinear32,
  writeLinear64,
} from '../memory';
import { checkedOperandLinear } from '../operands';
import { S, get32, get64, set32, set64 } from '../state';
import { Next, Uop } from '../uop';
import { initializeFpu, writeControl } from './x87-control';
import { stackRegister, writeStack } from './x87-stack';
import { summarize } from './x87-status';

/** Words of an environment. */
const enum Place {
  CONTROL,
  STATUS,
  TAGS,
  IP,
  CS,
  DP,
  DS,
  COUNT,
}

const REGISTER_BYTES: u32 = 10;

function wordBytes(u: usize): u32 {
  return load<u8>(u + Uop.WIDTH) == 2 ? 2 : 4;
}

/** Real and virtual-8086 mode keep linear addresses of 32 bits and the opcode in place of selectors. */
function realLayout(): bool {
  return get32(State.MODE) <= <u32>Mode.VIRTUAL_8086;
}

/** Tag of physical register `r` as the full tag word has it: valid 0, zero 1, special 2, empty 3. */
function fullTag(r: u32): u32 {
  if (((get32(State.FPU_TAG) >> r) & 1) == 0) return 3;
  const at = S + State.X87 + ((<usize>r) << 4);
  const significand = load<u64>(at);
  const field = (<u32>load<u16>(at, 8)) & 0x7fff;
  if (field == 0) return significand == 0 ? 1 : 2;
  return field == 0x7fff || <i64>significand >= 0 ? 2 : 0;
}

/** The full tag word. */
export function fullTags(): u32 {
  let tags: u32 = 0;
  for (let r: u32 = 0; r < 8; r++) tags |= fullTag(r) << (r << 1);
  return tags;
}

function setTags(full: u32): void {
  let tags: u32 = 0;
  for (let r: u32 = 0; r < 8; r++) if (((full >> (r << 1)) & 3) != 3) tags |= 1 << r;
  set32(State.FPU_TAG, tags);
}

/** Linear address of a pointer of the last instruction, in the layouts of real mode. */
function realPointer(selector: u32, offset: u64): u32 {
  return ((get32(selector) << 4) + <u32>offset) & 0xffffffff;
}

/** 16-bit words, and 32-bit ones whose unused halves are ones. */
function putWord(linear: u64, bytes: u32, place: u32, value: u32): void {
  if (bytes == 2) writeLinear16(linear + place * 2, value & 0xffff);
  else writeLinear32(linear + place * 4, value);
}

function storeEnvironment(linear: u64, bytes: u32): void {
  const unused: u32 = 0xffff0000;
  putWord(linear, bytes, Place.CONTROL, get32(State.FPU_CONTROL) | unused);
  putWord(linear, bytes, Place.STATUS, get32(State.FPU_STATUS) | unused);
  putWord(linear, bytes, Place.TAGS, fullTags() | unused);
  const opcode = get32(State.FPU_OPCODE);
  if (!realLayout()) {
    const selector = get32(State.FPU_CS);
    putWord(linear, bytes, Place.IP, <u32>get64(State.FPU_IP));
    putWord(linear, bytes, Place.CS, selector | (opcode << 16));
    putWord(linear, bytes, Place.DP, <u32>get64(State.FPU_DP));
    putWord(linear, bytes, Place.DS, get32(State.FPU_DS) | unused);
    return;
  }
  const ip = realPointer(State.FPU_CS, get64(State.FPU_IP));
  const dp = realPointer(State.FPU_DS, get64(State.FPU_DP));
  if (bytes == 2) {
    putWord(linear, bytes, Place.IP, ip);
    putWord(linear, bytes, Place.CS, ((ip >> 4) & 0xf000) | opcode);
    putWord(linear, bytes, Place.DP, dp);
    putWord(linear, bytes, Place.DS, (dp >> 4) & 0xf000);
    return;
  }
  putWord(linear, bytes, Place.IP, (ip & 0xffff) | unused);
  putWord(linear, bytes, Place.CS, ((ip >> 4) & 0x0ffff000) | opcode);
  putWord(linear, bytes, Place.DP, (dp & 0xffff) | unused);
  putWord(linear, bytes, Place.DS, (dp >> 4) & 0x0ffff000);
}

function getWord(linear: u64, bytes: u32, place: u32): u32 {
  return bytes == 2 ? readLinear16(linear + place * 2) : readLinear32(linear + place * 4);
}

/** Reads all of it before anything changes; false with a fault pending. */
function loadEnvironment(linear: u64, bytes: u32): bool {
  // All of it lies in at most two pages.
  readLinear8(linear + bytes * Place.COUNT - 1);
  if (faulted()) return false;
  const control = getWord(linear, bytes, Place.CONTROL);
  if (faulted()) return false;
  const ds = getWord(linear, bytes, Place.DS);
  const cs = getWord(linear, bytes, Place.CS);
  const ip = getWord(linear, bytes, Place.IP);
  const dp = getWord(linear, bytes, Place.DP);
  writeControl(control);
  set32(State.FPU_STATUS, getWord(linear, bytes, Place.STATUS) & 0xffff);
  setTags(getWord(linear, bytes, Place.TAGS));
  if (!realLayout()) {
    set64(State.FPU_IP, <u64>ip);
    set32(State.FPU_CS, cs & 0xffff);
    set64(State.FPU_DP, <u64>dp);
    set32(State.FPU_DS, ds & 0xffff);
    if (bytes == 4) set32(State.FPU_OPCODE, (cs >> 16) & 0x7ff);
  } else {
    set64(State.FPU_IP, <u64>((ip & 0xffff) | ((cs & 0x0ffff000) << 4)));
    set64(State.FPU_DP, <u64>((dp & 0xffff) | ((ds & 0x0ffff000) << 4)));
    set32(State.FPU_CS, 0);
    set32(State.FPU_DS, 0);
    set32(State.FPU_OPCODE, cs & 0x7ff);
  }
  summarize();
  return true;
}

export function execFnstenv(u: usize): i32 {
  const bytes = wordBytes(u);
  const linear = checkedOperandLinear(u, bytes * Place.COUNT, true);
  if (faulted()) return Next.FAULT;
  probeWrite(linear, bytes * Place.COUNT);
  if (faulted()) return Next.FAULT;
  storeEnvironment(linear, bytes);
  // What was saved cannot be reported any more: all exceptions are masked.
  set32(State.FPU_CONTROL, get32(State.FPU_CONTROL) | FpuControl.MASKS);
  set32(State.FPU_STATUS, get32(State.FPU_STATUS) & ~(FpuStatus.ES | FpuStatus.B));
  return Next.DONE;
}

export function execFldenv(u: usize): i32 {
  const bytes = wordBytes(u);
  const linear = checkedOperandLinear(u, bytes * Place.COUNT, false);
  if (faulted() || !loadEnvironment(linear, bytes)) return Next.FAULT;
  return Next.DONE;
}

export function execFnsave(u: usize): i32 {
  const bytes = wordBytes(u);
  const all = bytes * Place.COUNT + 8 * REGISTER_BYTES;
  const linear = checkedOperandLinear(u, all, true);
  if (faulted()) return Next.FAULT;
  probeWrite(linear, all);
  if (faulted()) return Next.FAULT;
  storeEnvironment(linear, bytes);
  let at = linear + bytes * Place.COUNT;
  for (let i: u32 = 0; i < 8; i++) {
    const register = stackRegister(i);
    writeLinear64(at, load<u64>(register));
    writeLinear16(at + 8, load<u16>(register, 8));
    at += REGISTER_BYTES;
  }
  initializeFpu();
  return Next.DONE;
}

export function execFrstor(u: usize): i32 {
  const bytes = wordBytes(u);
  const linear = checkedOperandLinear(u, bytes * Place.COUNT + 8 * REGISTER_BYTES, false);
  if (faulted()) return Next.FAULT;
  let at = linear + bytes * Place.COUNT;
  // The last byte faults if any behind the environment does.
  readLinear8(at + 8 * REGISTER_BYTES - 1);
  if (faulted() || !loadEnvironment(linear, bytes)) return Next.FAULT;
  const tags = get32(State.FPU_TAG);
  for (let i: u32 = 0; i < 8; i++) {
    writeStack(i, readLinear64(at), readLinear16(at + 8));
    at += REGISTER_BYTES;
  }
  set32(State.FPU_TAG, tags);
  return Next.DONE;
}
