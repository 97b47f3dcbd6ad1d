/**
 * Triple faults of the chip's trace ring: the exceptions that led to one come as records of their own before it, and belong to it
 * and to its exit.
 */
import { TraceKind, TraceRecord } from '../abi/trace-records';
import { exitReason } from '../isa/exit-reasons';
import type { FaultChain, FaultLink } from '../isa/fault-reasons';
import type { MachineRecord } from './machine-record';
import { decodeTraceRecord, traceExitReason, traceKind, traceLink } from './trace-ring';

export class TraceChain {
  private links: FaultLink[] = [];
  private chain: FaultChain | undefined;

  /**
   * `keep`: nothing to do with a triple fault, keep the bytes. `later`: an exception, told with what follows. A record: the triple
   * fault or its exit, with the exceptions.
   */
  take(words: Uint32Array, at: number): 'keep' | 'later' | MachineRecord {
    const view = new DataView(words.buffer);
    const kind = traceKind(words, at);
    if (kind === TraceKind.FAULT_LINK) {
      this.links.push(traceLink(view, at * 4));
      return 'later';
    }
    if (kind === TraceKind.TRIPLE_FAULT) {
      this.chain = {
        rip: view.getBigUint64(at * 4 + TraceRecord.RIP, true),
        rsp: view.getBigUint64(at * 4 + TraceRecord.A, true),
        cpl: view.getUint32(at * 4 + TraceRecord.CODE, true),
        links: this.links.splice(0),
      };
      return this.explained(view, at * 4);
    }
    return traceExitReason(words, at) === exitReason.TRIPLE_FAULT.number
      ? this.explained(view, at * 4)
      : 'keep';
  }

  save(): unknown {
    return structuredClone({ links: this.links, chain: this.chain });
  }

  restore(saved: unknown): void {
    Object.assign(this, structuredClone(saved));
  }

  private explained(view: DataView, at: number): MachineRecord {
    const record = decodeTraceRecord(view, at);
    const about = record.kind === 'shutdown' || record.kind === 'exit';
    return about && this.chain ? { ...record, faults: this.chain } : record;
  }
}
