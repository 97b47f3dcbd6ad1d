// Interrupts and exceptions in real-address mode: the interrupt vector table of far pointers (SDM 3A 20.1.4). No error
// code is pushed. Protected and virtual-8086 modes are protected-delivery.ts.
import { Seg, Segment, State } from '../../abi/state-block';
import { commitFrame, framePush, openCurrentStack } from '../exec/frame';
import { storeReal } from '../exec/segment-load';
import { faulted, raiseBecause } from '../fault';
import { rflags, setRflags } from '../flags';
import { Reason, Rflags, Vector } from '../gen/constants';
import { readSystem32 } from '../memory';
import { get32, get64, segment, setRip } from '../state';

/** Delivers `vector`; `returnRip` is the address pushed. Nothing has changed when it faulted. */
export function deliverReal(vector: u32, returnRip: u64): void {
  const entry: u32 = vector << 2;
  if (entry + 3 > get32(State.IDTR_LIMIT)) {
    raiseBecause(Reason.REAL_IDT_LIMIT, Vector.GP, 0, vector, get32(State.IDTR_LIMIT));
    return;
  }
  const pointer = readSystem32(get64(State.IDTR_BASE) + entry);
  if (faulted()) return;
  const cs = segment(Seg.CS);
  openCurrentStack();
  const flags = rflags();
  framePush(2, flags & 0xffff);
  framePush(2, load<u32>(cs + Segment.SELECTOR));
  framePush(2, returnRip & 0xffff);
  if (faulted()) return;
  const offset = pointer & 0xffff;
  if (offset > load<u32>(cs + Segment.LIMIT)) {
    raiseBecause(Reason.HANDLER_OFFSET_LIMIT, Vector.GP, 0, offset, load<u32>(cs + Segment.LIMIT));
    return;
  }
  commitFrame();
  storeReal(Seg.CS, pointer >> 16);
  setRip(offset);
  setRflags(flags & ~(Rflags.IF | Rflags.TF | Rflags.AC | Rflags.RF));
}
