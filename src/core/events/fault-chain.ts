// The account of exceptions that lead to one another, at State.FAULT_CHAIN: what a triple fault is told from. Written where a
// fault is taken (fault-delivery.ts); decides nothing.
import { FaultChain, FaultLink } from '../../abi/fault-chain';
import { State } from '../../abi/state-block';
import { faultData, faultHasError, faultVector } from '../fault';
import { EventType } from '../gen/constants';
import { CauseAt } from '../pending';
import { S, get32, get64, gpr } from '../state';
import { Private } from './event-state';

/** RSP in State.GPR. */
const STACK_POINTER: u32 = 4;

function nextLink(): usize {
  const chain = S + State.FAULT_CHAIN;
  const count = load<u32>(chain + FaultChain.COUNT);
  if (count < <u32>FaultChain.MOST) store<u32>(chain + FaultChain.COUNT, count + 1);
  const place: usize = count < <u32>FaultChain.MOST ? <usize>count : <usize>FaultChain.MOST - 1;
  const link = chain + FaultChain.RECORDS + place * FaultLink.SIZE;
  memory.fill(link, 0, FaultLink.SIZE);
  return link;
}

function eventWord(vector: u32, type: u32, hasError: bool): u32 {
  return vector | (type << 8) | (hasError ? 0x800 : 0);
}

/** A fault that no other event led to, or the event whose delivery met the first fault, begins the account. */
export function beginChain(): void {
  const chain = S + State.FAULT_CHAIN;
  store<u32>(chain + FaultChain.COUNT, 0);
  store<u32>(chain + FaultChain.CPL, get32(State.CPL));
  store<u64>(chain + FaultChain.RIP, get64(State.RIP));
  store<u64>(chain + FaultChain.RSP, gpr(STACK_POINTER));
  if (get32(Private.DELIVERING) == 0) return;
  const link = nextLink();
  const hasError = get32(Private.DELIVERING_HAS_ERROR) != 0;
  const word = eventWord(get32(Private.DELIVERING_VECTOR), get32(Private.DELIVERING_TYPE), hasError);
  store<u32>(link + FaultLink.EVENT, word);
  store<u32>(link + FaultLink.ERROR, get32(Private.DELIVERING_ERROR));
}

/** The pending fault, with `error` as it is delivered. */
export function chainFault(error: u32): void {
  const link = nextLink();
  const reason = get32(CauseAt.REASON);
  store<u32>(link + FaultLink.EVENT, eventWord(faultVector(), EventType.HARDWARE_EXCEPTION, faultHasError()));
  store<u32>(link + FaultLink.ERROR, error);
  store<u64>(link + FaultLink.DATA, faultData());
  store<u32>(link + FaultLink.REASON, reason);
  if (reason == 0) return;
  store<u32>(link + FaultLink.LEVEL, get32(CauseAt.LEVEL));
  store<u64>(link + FaultLink.A, get64(CauseAt.A));
  store<u64>(link + FaultLink.B, get64(CauseAt.B));
}
