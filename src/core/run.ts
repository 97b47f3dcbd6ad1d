// The run loop: one slice from RETIRED to DEADLINE. This file is the instruction boundary: it polls events, takes what is
// pending, keeps the budget and the interrupt shadow, finds or decodes the block at RIP and links it to its predecessor. interpreter.ts does
// everything between two boundaries. SDM Vol. 3, 6.6 to 6.9.
import { Gap, Stop } from '../abi/stop-codes';
import { Seg, Segment, State } from '../abi/state-block';
import { Block, BlockFlag, PLAIN, findBlock } from './blocks';
import { codeLinear, decodeBlock, fetchGap } from './decode/block';
import { setAttention } from './attention';
import { pollEvents } from './events';
import { betweenIterationsHere } from './events/event-state';
import { faulted, raiseBecause } from './fault';
import { materializeFlags } from './flags';
import { Vector } from './gen/exceptions';
import { Reason } from './gen/reasons';
import { jumpEntry } from './hot-operands';
import { Leave, execute, leaveLink, leaveUop } from './interpreter';
import { stop } from './leave';
import { Arena, Private } from './layout';
import { in64BitMode, isCanonical } from './mode';
import { ramPointer } from './mmu/physical';
import { translateFetch } from './mmu/translate';
import { Op } from './ops';
import { settlePending } from './settle';
import { S, rip, segment, setRip } from './state';
import { Next, Uop } from './uop';
import { giveApicAccessLength } from './vmx/apic-access';
import { timerPollAt } from './vmx/preemption-timer';
import { takeStopRequest } from './vmx/stop';
import { compareWords, comparesWords, hasWatchHit } from './watch';

/** Boundaries without a retired instruction (faults that fault again, repeated strings) after which a slice ends all the same. */
const PATIENCE: u32 = 100000;

/** Interruptibility bits that end after one instruction: blocking by STI and by MOV SS. */
const SHADOW: u32 = 3;

/** Polls until nothing more is to be taken at this boundary; true when the loop must be left. */
function takeEvents(): bool {
  while (load<u32>(S + Private.ATTENTION)) {
    // An exit has written its stop already: it comes first.
    if (takeStopRequest()) return true;
    if (hasWatchHit()) {
      stop(Stop.WATCHPOINT, 0, 0);
      return true;
    }
    store<u32>(S + Private.ATTENTION, 0);
    const next = pollEvents();
    if (next == Next.DONE) return takeStopRequest();
    if (next == Next.STOP || settlePending()) return true;
    store<u32>(S + Private.ATTENTION, 1);
  }
  return false;
}

/** The block at RIP for this key, decoded if need be; 0 with a fault pending or with `fetchGap`. */
function lookUp(key: u32): usize {
  noRam = false;
  const at = rip();
  const code = segment(Seg.CS);
  const limit = load<u32>(code + Segment.LIMIT);
  if (in64BitMode() ? !isCanonical(at) : at > <u64>limit) {
    const reason: u32 = in64BitMode() ? <u32>Reason.FETCH_NOT_CANONICAL : <u32>Reason.FETCH_LIMIT;
    raiseBecause(reason, Vector.GP, 0, at, limit);
    return 0;
  }
  const linear = codeLinear(at);
  const hpa = translateFetch(linear);
  if (faulted()) return 0;
  const found = findBlock(hpa, at, key, load<u64>(code + Segment.BASE), limit);
  if (found) {
    const second = load<u64>(found + Block.SECOND_PAGE);
    if (!second) return found;
    const there = translateFetch((linear | 0xfff) + 1);
    if (faulted()) return 0;
    if (there == second) return found;
  }
  noRam = ramPointer(hpa) == 0;
  if (noRam) return 0;
  const block = decodeBlock(hpa, linear, at, key);
  noRam = fetchGap;
  return block;
}

/** The last `lookUp` ended outside RAM. */
let noRam: bool = false;

/** Stores the successor where the last block looked for it. */
function remember(link: usize, block: usize, stampBefore: u32): void {
  const stamp = load<u32>(S + Private.STAMP);
  // A changed stamp means that blocks were dropped meanwhile: the link may lie in freed memory.
  if (stamp != stampBefore || load<u32>(block + Block.FLAGS) & BlockFlag.BREAKPOINT) return;
  let at = link;
  if (link < <usize>Arena.BLOCKS) {
    at = jumpEntry(rip()) + 8;
    store<u64>(at - 8, rip());
  }
  store<u32>(at, <u32>block);
  store<u32>(at + 4, stamp);
}

/** Runs at most `limit` instructions of `block`, an exact one: its next micro-op is replaced for a while. */
function executeSome(block: usize, limit: u32): i32 {
  const count = load<u32>(block + Block.COUNT);
  const end = load<u32>(block + Block.END);
  const cut = <usize>(block + Block.SIZE + <usize>limit * Uop.SIZE);
  const op = load<u16>(cut);
  store<u32>(block + Block.COUNT, limit);
  store<u32>(block + Block.END, <u32>cut);
  // Behind the last instruction stands the tail; a taken branch there finds no link and comes back too.
  if (limit < count) store<u16>(cut, Op.LIMIT);
  const next = execute(block, load<u64>(S + State.RETIRED) + limit);
  store<u16>(cut, op);
  store<u32>(block + Block.END, end);
  store<u32>(block + Block.COUNT, count);
  return next;
}

/** Advances over a completed instruction. */
function retire(advance: bool): void {
  if (advance) setRip((rip() + <u64>load<u8>(leaveUop + Uop.LENGTH)) & load<u64>(S + Private.ADDRESS_MASK));
  store<u64>(S + State.RETIRED, load<u64>(S + State.RETIRED) + 1);
}

/** Ends what a general handler left; true when the loop must be left. */
function settle(next: i32): bool {
  switch (next) {
    case Next.DONE:
    case Next.BOUNDARY:
      retire(true);
      break;
    case Next.JUMPED:
      retire(false);
      break;
    case Next.STOP:
      return true;
    default:
      giveApicAccessLength(load<u8>(leaveUop + Uop.LENGTH));
      setAttention();
      return settlePending();
  }
  if (next != Next.DONE) setAttention();
  return false;
}

/** The shadow of STI and MOV SS covers one instruction; one that sets it again renews it. */
function endShadow(): void {
  if (load<u32>(S + Private.SHADOW_NEW)) return;
  store<u32>(S + State.INTERRUPTIBILITY, load<u32>(S + State.INTERRUPTIBILITY) & ~SHADOW);
  setAttention();
}

/** Runs until a stop; returns the Stop code. */
export function run(): i32 {
  setAttention();
  let link: usize = 0;
  let stamp: u32 = 0;
  let before: u64 = 0;
  let idle: u32 = 0;
  for (;;) {
    const retired = load<u64>(S + State.RETIRED);
    idle = retired == before ? idle + 1 : 0;
    before = retired;
    if (retired >= load<u64>(S + State.DEADLINE) || idle > PATIENCE) {
      // A VM entry or exit can have brought the end forward, and have asked for a stop: that one says more.
      if (!takeStopRequest()) stop(Stop.BUDGET, 0, 0);
      break;
    }
    if (retired >= timerPollAt()) setAttention();
    const compared = comparesWords();
    if (compared) {
      materializeFlags();
      compareWords();
    }
    if (load<u32>(S + Private.ATTENTION)) {
      link = 0;
      if (takeEvents()) break;
    }
    // A VM entry or exit may have moved the timer.
    const timer = timerPollAt();
    const single = compared || load<u32>(S + Private.ATTENTION) != 0;
    if (single) store<u32>(S + Private.SHADOW_NEW, 0);
    let key = load<u32>(S + Private.MODE_KEY);
    let block = lookUp(key);
    if (block) {
      if (load<u32>(block + Block.FLAGS) & BlockFlag.BREAKPOINT) {
        const linear = codeLinear(rip());
        // Within a repeated instruction it has been passed.
        if (load<u64>(S + State.SKIP_BREAKPOINT) != linear && !betweenIterationsHere()) {
          stop(Stop.BREAKPOINT, 0, linear);
          break;
        }
        store<u64>(S + State.SKIP_BREAKPOINT, 0xffff_ffff_ffff_ffff);
      }
      let stopAt = load<u64>(S + State.DEADLINE);
      if (timer > retired && timer < stopAt) stopAt = timer;
      let room = stopAt - retired;
      if (single) room = 1;
      let next: i32;
      if (room < <u64>load<u32>(block + Block.COUNT) || single) {
        key |= PLAIN;
        block = lookUp(key);
        const count = load<u32>(block + Block.COUNT);
        next = executeSome(block, room < <u64>count ? <u32>room : count);
        link = 0;
      } else {
        if (link) remember(link, block, stamp);
        next = execute(block, stopAt);
        link = leaveLink;
        stamp = load<u32>(S + Private.STAMP);
      }
      if (next != Leave.BOUNDARY) {
        link = 0;
        if (settle(next)) break;
      }
      if (single && load<u32>(S + State.INTERRUPTIBILITY) & SHADOW && load<u64>(S + State.RETIRED) != retired)
        endShadow();
    } else if (faulted()) {
      link = 0;
      setAttention();
      if (settlePending()) break;
    } else if (noRam) {
      stop(Stop.UNIMPLEMENTED, Gap.FETCH_FROM_MMIO, rip());
      break;
    }
  }
  materializeFlags();
  return load<u32>(S + State.STOP);
}
