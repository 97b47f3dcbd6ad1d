/**
 * Reads the chip's ring of events (abi/trace-records.ts) and turns it into machine records. Needed in the bare topology,
 * where VM entries and exits happen inside the core and nobody else tells of them.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { TraceKind, TraceRecord, TraceRing } from '../abi/trace-records';
import type { Cpu } from '../cpu/cpu';
import { HAS_ERROR, faultCause, faultLink } from '../cpu/fault-chain';
import { entryChecks } from '../isa/entry-checks';
import { exitReasonByNumber, exitReasonFlag, type ExitReasonName } from '../isa/exit-reasons';
import type { FaultCause, FaultLink } from '../isa/fault-reasons';
import type { FaultRecord, RuleCited } from '../l0/records';
import type { MachineRecord, RootFaultRecord } from './machine-record';

/** Set in an exit-reason word when the VM entry failed. */
const ENTRY_FAILURE = (1 << exitReasonFlag.ENTRY_FAILURE.bit) >>> 0;

/** Name of the basic exit reason in an exit-reason word. */
function exitReasonName(word: number): ExitReasonName | undefined {
  return exitReasonByNumber.get(word & 0xffff)?.name;
}

/** The check that the chip found broken, as a cited rule. */
function refusedBy(index: number): RuleCited {
  const { id, rule } = entryChecks[index]!;
  return { id: `check.${id}`, text: rule };
}

/** Calls `take` with the place (in 32-bit words of the core's memory) of each record since the last call; marks them read. */
export function drainTraceRing(cpu: Cpu, take: (words: Uint32Array, at: number) => void): void {
  const head = cpu.get32(State.TRACE_HEAD);
  let tail = cpu.get32(State.TRACE_TAIL);
  if (tail === head) return;
  const words = new Uint32Array(cpu.memory);
  while (tail !== head) {
    take(words, (Region.TRACE + (tail % TraceRing.RECORDS) * TraceRing.RECORD_SIZE) / 4);
    tail = (tail + 1) >>> 0;
  }
  cpu.set32(State.TRACE_TAIL, tail);
}

/** Exit-reason word of a VM exit; undefined for any other record. */
export function traceExitReason(words: Uint32Array, at: number): number | undefined {
  const exit = words[at + TraceRecord.KIND / 4] === (TraceKind.VM_EXIT as number);
  return exit ? words[at + TraceRecord.CODE / 4] : undefined;
}

export function isTraceEntry(words: Uint32Array, at: number): boolean {
  return words[at + TraceRecord.KIND / 4] === (TraceKind.VM_ENTRY as number);
}

export function isTraceEntryFailure(words: Uint32Array, at: number): boolean {
  return words[at + TraceRecord.KIND / 4] === (TraceKind.ENTRY_FAILURE as number);
}

export function traceKind(words: Uint32Array, at: number): TraceKind {
  return words[at + TraceRecord.KIND / 4]!;
}

/** Instructions retired when the record was made. */
export function traceCount(words: Uint32Array, at: number): number {
  const low = at + TraceRecord.RETIRED / 4;
  return words[low]! + words[low + 1]! * 2 ** 32;
}

/** A record from its bytes at `at`. A kind this build does not know cannot be there: the core comes with it. */
export function decodeTraceRecord(view: DataView, at: number): MachineRecord {
  const u32 = (offset: TraceRecord) => view.getUint32(at + offset, true);
  const u64 = (offset: TraceRecord) => view.getBigUint64(at + offset, true);
  const base = { count: Number(u64(TraceRecord.RETIRED)), level: 'L1' as const, ...namedVcpu(view, at) };
  const code = u32(TraceRecord.CODE);
  const rip = u64(TraceRecord.RIP);
  switch (u32(TraceRecord.KIND) as TraceKind) {
    case TraceKind.VM_ENTRY:
      return {
        ...base,
        kind: 'entry',
        vmcs: 'vmcs01',
        rip,
        interruption: u32(TraceRecord.INTERRUPTION),
        interruptionError: u32(TraceRecord.INTERRUPTION_ERROR),
        instructionLength: u32(TraceRecord.INSTRUCTION_LENGTH),
        idtVectoring: u32(TraceRecord.IDT_VECTORING),
      };
    case TraceKind.VM_EXIT: {
      const cause = traceCause(view, at);
      return {
        ...base,
        kind: 'exit',
        vmcs: 'vmcs01',
        reason: exitReasonName(code) ?? 'EXCEPTION_NMI',
        reasonWord: code,
        qualification: u64(TraceRecord.QUALIFICATION),
        rip,
        instructionLength: u32(TraceRecord.INSTRUCTION_LENGTH),
        interruption: u32(TraceRecord.INTERRUPTION),
        interruptionError: u32(TraceRecord.INTERRUPTION_ERROR),
        idtVectoring: u32(TraceRecord.IDT_VECTORING),
        idtVectoringError: 0,
        guestPhysical: u64(TraceRecord.GUEST_PHYSICAL),
        guestLinear: 0n,
        ...(cause && { cause }),
      };
    }
    case TraceKind.ENTRY_FAILURE: {
      const cause = traceCause(view, at);
      return {
        ...base,
        kind: 'entry-failure',
        vmcs12: u64(TraceRecord.VMCS),
        error: code >= ENTRY_FAILURE ? 0 : code,
        reasonWord: code >= ENTRY_FAILURE ? code : 0,
        qualification: u64(TraceRecord.QUALIFICATION),
        foundBy: 'hardware',
        rule: refusedBy(u32(TraceRecord.CHECK)),
        ...(cause && { cause }),
      };
    }
    case TraceKind.VM_FAIL: {
      const cause = traceCause(view, at);
      return { ...base, kind: 'vm-fail', rip, error: code, ...(cause && { cause }) };
    }
    case TraceKind.FAULT:
      return traceFault(view, at, u32(TraceRecord.INTERRUPTION) >>> 31 === 1 ? 'L1' : 'L0');
    case TraceKind.FAULT_LINK:
      throw new Error('an exception of a chain stands with its triple fault');
    case TraceKind.INJECTION:
      return {
        ...base,
        kind: 'injection',
        interruption: u32(TraceRecord.INTERRUPTION),
        interruptionError: u32(TraceRecord.INTERRUPTION_ERROR),
        instructionLength: u32(TraceRecord.INSTRUCTION_LENGTH),
        source: 'vmcs12',
      };
    case TraceKind.TRIPLE_FAULT:
      return { ...base, kind: 'shutdown', text: 'triple fault', abort: 0 };
  }
}

/** The CPU a record is about. */
export function traceVcpu(words: Uint32Array, at: number): number {
  return words[at + TraceRecord.LEVEL / 4]! >>> 16;
}

/** The same as records name it: CPU 0 not at all. */
function namedVcpu(view: DataView, at: number): { vcpu?: number } {
  const vcpu = view.getUint16(at + TraceRecord.VCPU, true);
  return vcpu === 0 ? {} : { vcpu };
}

/** The rule named in a record; undefined where the core named none. */
export function traceCause(view: DataView, at: number): FaultCause | undefined {
  return faultCause(view.getUint32(at + TraceRecord.REASON, true), {
    a: view.getBigUint64(at + TraceRecord.A, true),
    b: view.getBigUint64(at + TraceRecord.B, true),
    data: view.getBigUint64(at + TraceRecord.DATA, true),
    level: view.getUint16(at + TraceRecord.LEVEL, true),
  });
}

/** A FAULT record, of the guest or root program that runs at `level`. */
export function traceFault(view: DataView, at: number, level: 'L1' | 'L2'): FaultRecord;
export function traceFault(
  view: DataView,
  at: number,
  level: 'L0' | 'L1' | 'L2',
): FaultRecord | RootFaultRecord;
export function traceFault(
  view: DataView,
  at: number,
  level: 'L0' | 'L1' | 'L2',
): FaultRecord | RootFaultRecord {
  const cause = traceCause(view, at);
  const hasError = (view.getUint32(at + TraceRecord.INTERRUPTION, true) & HAS_ERROR) !== 0;
  return {
    kind: 'fault',
    count: Number(view.getBigUint64(at + TraceRecord.RETIRED, true)),
    level,
    ...namedVcpu(view, at),
    rip: view.getBigUint64(at + TraceRecord.RIP, true),
    vector: view.getUint32(at + TraceRecord.CODE, true),
    ...(hasError && { error: view.getUint32(at + TraceRecord.INTERRUPTION_ERROR, true) }),
    ...(cause && { cause }),
  };
}

/** A FAULT_LINK record. */
export function traceLink(view: DataView, at: number): FaultLink {
  return faultLink(
    view.getUint32(at + TraceRecord.CODE, true),
    view.getUint32(at + TraceRecord.INTERRUPTION_ERROR, true),
    traceCause(view, at),
  );
}
