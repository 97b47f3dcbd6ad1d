// Data and I/O breakpoints of DR0..DR3 (SDM 3B 17.2.4, 17.2.5, 17.3.1.2): what an access meets becomes a trap after the instruction, or
// the iteration, that made it (events/debug-traps.ts). Asked by the slow half of data accesses, which all of them take while DR7
// enables one: see Private.WATCHED. Nothing is asked otherwise.
import { State } from '../abi/state-block';
import { setAttention } from './attention';
import { Private as Event, boundaryMark } from './events/event-state';
import { Cr4, Dr7 } from './gen/registers';
import { get32, get64, set32, set64 } from './state';

/** Values of DR7's R/W fields besides execution. */
const enum Condition {
  WRITE = 1,
  PORT = 2,
  READ_OR_WRITE = 3,
}

/** DR7's enable bits of breakpoint `index`. */
export function enabled(dr7: u64, index: u32): bool {
  return ((dr7 >> (index * 2)) & (Dr7.L0 | Dr7.G0)) != 0;
}

/** R/W field of breakpoint `index`: 0 execution, else a Condition. */
export function condition(dr7: u64, index: u32): u32 {
  return <u32>(((dr7 >> (index * 4)) & Dr7.RW0) >> Dr7.RW0_SHIFT);
}

/** Bytes less one that a breakpoint covers, by its LEN field: 1, 2, 8, 4. */
function lastByte(dr7: u64, index: u32): u64 {
  const length = ((dr7 >> (index * 4)) & Dr7.LEN0) >> Dr7.LEN0_SHIFT;
  return length == 2 ? 7 : length;
}

/** Any of the four is enabled: what each change of the mode asks first. */
const ANY: u64 = Dr7.L0 | Dr7.G0 | Dr7.L1 | Dr7.G1 | Dr7.L2 | Dr7.G2 | Dr7.L3 | Dr7.G3;

/** An enabled breakpoint wants to see data accesses. */
export function watchesData(dr7: u64): bool {
  if ((dr7 & ANY) == 0) return false;
  for (let i: u32 = 0; i < 4; i++) {
    if (enabled(dr7, i) && (condition(dr7, i) & Condition.WRITE) != 0) return true;
  }
  return false;
}

/** Bits B0..B3 of the enabled breakpoints of kind `kind` or `also` that bytes [at, at + size) touch. */
function met(at: u64, size: u32, kind: u32, also: u32): u32 {
  const dr7 = get64(State.DR7);
  let bits: u32 = 0;
  for (let i: u32 = 0; i < 4; i++) {
    const wanted = condition(dr7, i);
    if (!enabled(dr7, i) || (wanted != kind && wanted != also)) continue;
    const last = lastByte(dr7, i);
    const first = get64(<usize>State.DR0 + ((<usize>i) << 3)) & ~last;
    if (at + size - 1 >= first && at <= first + last) bits |= 1 << i;
  }
  return bits;
}

function trap(bits: u32): void {
  if (bits == 0) return;
  const due = boundaryMark(1);
  if (get64(Event.DATA_DUE) != due) set32(Event.DATA_MET, 0);
  set64(Event.DATA_DUE, due);
  set32(Event.DATA_MET, get32(Event.DATA_MET) | bits);
  setAttention();
}

/** A data access that is going to be made. */
export function meetData(linear: u64, size: u32, write: bool): void {
  trap(met(linear, size, Condition.READ_OR_WRITE, write ? Condition.WRITE : Condition.READ_OR_WRITE));
}

/** An access of I/O ports; there are no such breakpoints without CR4.DE. */
export function meetPort(port: u32, size: u32): void {
  if ((get64(State.CR4) & Cr4.DE) != 0) trap(met(<u64>port, size, Condition.PORT, Condition.PORT));
}
