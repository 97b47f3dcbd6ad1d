// Task-state segments of both sizes: where their fields are, saving the running task into one, and the copy a switch reads of
// the next one (SDM 3A 7.2.1, 7.6). Knows no descriptors and decides nothing: task-switch.ts does.
import { Segment } from '../../abi/state-block';
import { readSystem16, readSystem32, writeSystem16, writeSystem32 } from '../memory';
import { gpr, segment } from '../state';

/** Byte offsets in a 32-bit TSS. Selectors are 16 bits in fields of 32. */
const enum Task32 {
  CR3 = 0x1c,
  EIP = 0x20,
  EFLAGS = 0x24,
  REGISTERS = 0x28,
  SELECTORS = 0x48,
  LDT = 0x60,
  /** Bit 0: a debug exception follows the switch to this task. */
  TRAP = 0x64,
  LAST = 0x67,
}

/** The same in a 16-bit TSS, which has no CR3, FS, GS and trap flag. */
const enum Task16 {
  IP = 0x0e,
  FLAGS = 0x10,
  REGISTERS = 0x12,
  SELECTORS = 0x22,
  LDT = 0x2a,
  LAST = 0x2b,
}

/** What a switch reads of the next task before anything changes. */
const enum Copy {
  FLAGS = 0,
  CR3 = 4,
  IP = 8,
  LDT = 12,
  TRAP = 16,
  REGISTERS = 20,
  SELECTORS = 52,
  SIZE = 76,
}

const next = memory.data(Copy.SIZE);

/** The limit a TSS must have at least. */
export function leastLimit(wide: bool): u32 {
  return wide ? Task32.LAST : Task16.LAST;
}

/** First byte of what saving a task writes; the end is the last selector's. */
export function firstSaved(wide: bool): u32 {
  return wide ? Task32.EIP : Task16.IP;
}

/** Segment registers that a TSS of this size has: ES CS SS DS, and FS GS. */
function selectors(wide: bool): u32 {
  return wide ? 6 : 4;
}

/** Bytes from `firstSaved` on. */
export function savedBytes(wide: bool): u32 {
  return wide ? Task32.LDT - Task32.EIP : Task16.LDT - Task16.IP;
}

/** Writes the running task to its TSS at `base`; the pages are known to be writable. */
export function saveTask(base: u64, wide: bool, ip: u64, flags: u64): void {
  for (let i: u32 = 0; i < 8; i++) {
    if (wide) writeSystem32(base + Task32.REGISTERS + i * 4, <u32>gpr(i));
    else writeSystem16(base + Task16.REGISTERS + i * 2, (<u32>gpr(i)) & 0xffff);
  }
  for (let i: u32 = 0; i < selectors(wide); i++) {
    const at: u32 = wide ? Task32.SELECTORS + i * 4 : Task16.SELECTORS + i * 2;
    writeSystem16(base + at, load<u32>(segment(i) + Segment.SELECTOR) & 0xffff);
  }
  if (wide) {
    writeSystem32(base + Task32.EIP, <u32>ip);
    writeSystem32(base + Task32.EFLAGS, <u32>flags);
  } else {
    writeSystem16(base + Task16.IP, (<u32>ip) & 0xffff);
    writeSystem16(base + Task16.FLAGS, (<u32>flags) & 0xffff);
  }
}

function read(base: u64, wide: bool, at32: u32, at16: u32): u32 {
  return wide ? readSystem32(base + at32) : readSystem16(base + at16) & 0xffff;
}

/** Copies the task at `base`; check `faulted()` before the copy is used. */
export function readTaskState(base: u64, wide: bool): void {
  store<u32>(next + Copy.CR3, wide ? readSystem32(base + Task32.CR3) : 0);
  store<u32>(next + Copy.IP, read(base, wide, Task32.EIP, Task16.IP));
  store<u32>(next + Copy.FLAGS, read(base, wide, Task32.EFLAGS, Task16.FLAGS));
  store<u32>(next + Copy.LDT, read(base, wide, Task32.LDT, Task16.LDT) & 0xffff);
  store<u32>(next + Copy.TRAP, wide ? readSystem16(base + Task32.TRAP) & 1 : 0);
  for (let i: u32 = 0; i < 8; i++) {
    const value = read(base, wide, Task32.REGISTERS + i * 4, Task16.REGISTERS + i * 2);
    // The upper halves of the registers come out as ones, as every processor has it.
    store<u32>(next + Copy.REGISTERS + <usize>i * 4, wide ? value : value | 0xffff0000);
  }
  for (let i: u32 = 0; i < 6; i++) {
    const has = i < selectors(wide);
    const value = has ? read(base, wide, Task32.SELECTORS + i * 4, Task16.SELECTORS + i * 2) : 0;
    store<u32>(next + Copy.SELECTORS + <usize>i * 4, value & 0xffff);
  }
}

export function nextFlags(): u64 {
  return <u64>load<u32>(next + Copy.FLAGS);
}

export function nextCr3(): u64 {
  return <u64>load<u32>(next + Copy.CR3);
}

export function nextIp(): u64 {
  return <u64>load<u32>(next + Copy.IP);
}

export function nextLdt(): u32 {
  return load<u32>(next + Copy.LDT);
}

export function nextTraps(): bool {
  return load<u32>(next + Copy.TRAP) != 0;
}

export function nextSelector(index: u32): u32 {
  return load<u32>(next + Copy.SELECTORS + <usize>index * 4);
}

/** General registers of the next task. */
export function nextRegister(index: u32): u64 {
  return <u64>load<u32>(next + Copy.REGISTERS + <usize>index * 4);
}
