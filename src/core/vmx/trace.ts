// Records of VMX events in the trace ring (abi/trace-records.ts). When the ring is full the core stops with
// Stop.TRACE_FULL while there is still room for what one boundary can add.
import { FaultChain, FaultLink } from '../../abi/fault-chain';
import { Region } from '../../abi/memory-map';
import { State } from '../../abi/state-block';
import { Stop } from '../../abi/stop-codes';
import { TraceKind, TraceRecord, TraceRing } from '../../abi/trace-records';
import { faultData, faultError, faultHasError, faultVector } from '../fault';
import { V } from '../gen/constants';
import { CauseAt } from '../pending';
import { S, get32, get64, rip, set32 } from '../state';
import { requestStop } from './stop';
import { vm32, vm64 } from './vmcs';

/** A record with the common part filled in. Asks for a stop when only a few records are left. */
function newRecord(kind: u32, code: u32): usize {
  const head = get32(State.TRACE_HEAD);
  const at: usize = Region.TRACE + <usize>(head % TraceRing.RECORDS) * TraceRing.RECORD_SIZE;
  memory.fill(at, 0, TraceRing.RECORD_SIZE);
  store<u32>(at + TraceRecord.KIND, kind);
  store<u32>(at + TraceRecord.CODE, code);
  store<u16>(at + TraceRecord.VCPU, <u16>get32(State.CPU));
  store<u64>(at + TraceRecord.RETIRED, get64(State.RETIRED));
  store<u64>(at + TraceRecord.RIP, rip());
  store<u64>(at + TraceRecord.VMCS, get64(State.VMCS_POINTER));
  set32(State.TRACE_HEAD, head + 1);
  // One boundary can write a few records (an entry, its injection, the exit of that): keep room for them.
  if (head + 1 - get32(State.TRACE_TAIL) > <u32>TraceRing.RECORDS - 16) requestStop(Stop.TRACE_FULL, 0, 0);
  return at;
}

/** A VMX instruction other than VMLAUNCH and VMRESUME failed; `error` 0 is VMfailInvalid. `reason`: row of isa/fault-reasons. */
export function traceVmFail(error: u32, reason: u32, a: u64, b: u64): void {
  because(newRecord(TraceKind.VM_FAIL, error), reason, a, b);
}

function because(at: usize, reason: u32, a: u64, b: u64): void {
  store<u32>(at + TraceRecord.REASON, reason);
  store<u64>(at + TraceRecord.A, a);
  store<u64>(at + TraceRecord.B, b);
}

/** The pending fault, of a VMX or system instruction. */
export function traceFault(): void {
  const at = newRecord(TraceKind.FAULT, faultVector());
  const flags: u32 = faultHasError() ? 0x800 : 0;
  store<u32>(at + TraceRecord.INTERRUPTION, flags | (get32(State.VMX_NON_ROOT) << 31));
  store<u32>(at + TraceRecord.INTERRUPTION_ERROR, faultError());
  because(at, get32(CauseAt.REASON), get64(CauseAt.A), get64(CauseAt.B));
  store<u16>(at + TraceRecord.LEVEL, <u16>get32(CauseAt.LEVEL));
  store<u64>(at + TraceRecord.DATA, faultData());
}

/** A VM entry was refused: VM-instruction error (0: VMfailInvalid) or exit reason with bit 31, and the check's row. */
export function traceEntryFailure(code: u32, check: u32, reason: u32, a: u64, b: u64): void {
  const at = newRecord(TraceKind.ENTRY_FAILURE, code);
  because(at, reason, a, b);
  store<u32>(at + TraceRecord.CHECK, check);
  if (code >> 31 != 0) store<u64>(at + TraceRecord.QUALIFICATION, vm64(V.EXIT_QUALIFICATION));
}

/** The exceptions that led there, then the triple fault. */
export function traceTripleFault(): void {
  const chain = S + State.FAULT_CHAIN;
  const count = load<u32>(chain + FaultChain.COUNT);
  for (let i: u32 = 0; i < count; i++) {
    const link = chain + FaultChain.RECORDS + <usize>i * FaultLink.SIZE;
    const at = newRecord(TraceKind.FAULT_LINK, load<u32>(link + FaultLink.EVENT));
    store<u32>(at + TraceRecord.INTERRUPTION_ERROR, load<u32>(link + FaultLink.ERROR));
    because(
      at,
      load<u32>(link + FaultLink.REASON),
      load<u64>(link + FaultLink.A),
      load<u64>(link + FaultLink.B),
    );
    store<u16>(at + TraceRecord.LEVEL, <u16>load<u32>(link + FaultLink.LEVEL));
    store<u64>(at + TraceRecord.DATA, load<u64>(link + FaultLink.DATA));
  }
  const last = newRecord(TraceKind.TRIPLE_FAULT, load<u32>(chain + FaultChain.CPL));
  store<u64>(last + TraceRecord.A, load<u64>(chain + FaultChain.RSP));
}

/** A completed VM entry; RIP is the guest's. `again`: the VMCS has run before, so its exit information is that of its last exit. */
export function traceEntry(again: bool): void {
  const at = newRecord(TraceKind.VM_ENTRY, 0);
  const info = vm32(V.VM_ENTRY_INTR_INFO_FIELD);
  store<u32>(at + TraceRecord.INTERRUPTION, info);
  if (again) store<u32>(at + TraceRecord.IDT_VECTORING, vm32(V.IDT_VECTORING_INFO_FIELD));
  if (info >> 31) {
    store<u32>(at + TraceRecord.INTERRUPTION_ERROR, vm32(V.VM_ENTRY_EXCEPTION_ERROR_CODE));
    store<u32>(at + TraceRecord.INSTRUCTION_LENGTH, vm32(V.VM_ENTRY_INSTRUCTION_LEN));
  }
}

/** The event a VM entry injects, before its delivery. */
export function traceInjection(info: u32): void {
  const at = newRecord(TraceKind.INJECTION, info & 0xff);
  store<u32>(at + TraceRecord.INTERRUPTION, info);
  store<u32>(at + TraceRecord.INTERRUPTION_ERROR, vm32(V.VM_ENTRY_EXCEPTION_ERROR_CODE));
  store<u32>(at + TraceRecord.INSTRUCTION_LENGTH, vm32(V.VM_ENTRY_INSTRUCTION_LEN));
}

/** A VM exit, before host state is loaded: RIP is the guest's. */
export function traceExit(reason: u32): void {
  const at = newRecord(TraceKind.VM_EXIT, reason);
  because(at, get32(CauseAt.REASON), get64(CauseAt.A), get64(CauseAt.B));
  store<u16>(at + TraceRecord.LEVEL, <u16>get32(CauseAt.LEVEL));
  store<u64>(at + TraceRecord.QUALIFICATION, vm64(V.EXIT_QUALIFICATION));
  store<u64>(at + TraceRecord.GUEST_PHYSICAL, vm64(V.GUEST_PHYSICAL_ADDRESS));
  store<u32>(at + TraceRecord.INTERRUPTION, vm32(V.VM_EXIT_INTR_INFO));
  store<u32>(at + TraceRecord.IDT_VECTORING, vm32(V.IDT_VECTORING_INFO_FIELD));
  store<u32>(at + TraceRecord.INTERRUPTION_ERROR, vm32(V.VM_EXIT_INTR_ERROR_CODE));
  store<u32>(at + TraceRecord.INSTRUCTION_LENGTH, vm32(V.VM_EXIT_INSTRUCTION_LEN));
}
