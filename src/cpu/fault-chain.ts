/**
 * Reads what the core wrote about faults: the exceptions that led to the present one (abi/fault-chain.ts), and the cause in a
 * record of the trace ring.
 */
import { FaultChain as Chain, FaultLink as Link } from '../abi/fault-chain';
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { faultReasonByNumber, type FaultCause, type FaultChain, type FaultLink } from '../isa/fault-reasons';

/** The error-code flag of FaultLink.EVENT and of a FAULT record. */
export const HAS_ERROR = 0x800;

/** Undefined when the core named no row. */
export function faultCause(
  reason: number,
  values: { a: bigint; b: bigint; data: bigint; level: number },
): FaultCause | undefined {
  const row = faultReasonByNumber.get(reason);
  return row && { reason: row.id, ...values };
}

/** An event as the core writes it: vector, interruption type, error-code flag. */
export function faultLink(event: number, error: number, cause: FaultCause | undefined): FaultLink {
  return {
    vector: event & 0xff,
    type: (event >> 8) & 7,
    ...((event & HAS_ERROR) !== 0 && { error }),
    ...(cause && { cause }),
  };
}

/** The exceptions since the last event that was delivered whole. */
export function readFaultChain(memory: ArrayBuffer): FaultChain {
  const chain = Region.STATE + State.FAULT_CHAIN;
  const view = new DataView(memory, chain, Chain.SIZE);
  const count = view.getUint32(Chain.COUNT, true);
  return {
    rip: view.getBigUint64(Chain.RIP, true),
    rsp: view.getBigUint64(Chain.RSP, true),
    cpl: view.getUint32(Chain.CPL, true),
    links: Array.from({ length: count }, (_, index) => {
      const at = Chain.RECORDS + index * Link.SIZE;
      const cause = faultCause(view.getUint32(at + Link.REASON, true), {
        a: view.getBigUint64(at + Link.A, true),
        b: view.getBigUint64(at + Link.B, true),
        data: view.getBigUint64(at + Link.DATA, true),
        level: view.getUint32(at + Link.LEVEL, true),
      });
      return faultLink(view.getUint32(at + Link.EVENT, true), view.getUint32(at + Link.ERROR, true), cause);
    }),
  };
}
