/**
 * Reads the chip's ring of events (abi/trace-records.ts) and turns it into machine records. Needed in the bare topology,
 * where VM entries and exits happen inside the core and nobody else tells of them.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { TraceKind, TraceRecord, TraceRing } from '../abi/trace-records';
import type { Cpu } from '../cpu/cpu';
import { exitReasonByNumber, type ExitReasonName } from '../isa/exit-reasons';
import type { MachineRecord } from './machine-record';

const FAILED_ENTRY = 0x80000000;

/** Name of the basic exit reason in an exit-reason word. */
export function exitReasonName(word: number): ExitReasonName | undefined {
  return exitReasonByNumber.get(word & 0xffff)?.name;
}

/** All records since the last call; marks them read. */
export function drainTraceRing(cpu: Cpu): MachineRecord[] {
  const head = cpu.get32(State.TRACE_HEAD);
  let tail = cpu.get32(State.TRACE_TAIL);
  const records: MachineRecord[] = [];
  const view = new DataView(cpu.memory);
  while (tail !== head) {
    const at = Region.TRACE + (tail % TraceRing.RECORDS) * TraceRing.RECORD_SIZE;
    const record = decode(view, at);
    if (record) records.push(record);
    tail = (tail + 1) >>> 0;
  }
  cpu.set32(State.TRACE_TAIL, tail);
  return records;
}

function decode(view: DataView, at: number): MachineRecord | undefined {
  const u32 = (offset: TraceRecord) => view.getUint32(at + offset, true);
  const u64 = (offset: TraceRecord) => view.getBigUint64(at + offset, true);
  const base = { count: Number(u64(TraceRecord.RETIRED)), level: 'L1' as const };
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
      };
    case TraceKind.VM_EXIT:
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
      };
    case TraceKind.ENTRY_FAILURE:
      return {
        ...base,
        kind: 'entry-failure',
        vmcs12: u64(TraceRecord.VMCS),
        error: code >= FAILED_ENTRY ? 0 : code,
        reasonWord: code >= FAILED_ENTRY ? code : 0,
        qualification: u64(TraceRecord.QUALIFICATION),
        foundBy: 'hardware',
        rule: { id: 'chip', text: 'the processor refused the VM entry' },
      };
    case TraceKind.VM_FAIL:
      return { ...base, kind: 'vm-fail', rip, error: code };
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
