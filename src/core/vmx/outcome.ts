// How VMX instructions report: VMsucceed, VMfailInvalid, VMfailValid (SDM 30.2). Writes the arithmetic flags and the
// VM-instruction error field, nothing else.
import { StopOn } from '../../abi/stop-codes';
import { rflags, setRflags } from '../flags';
import { Rflags, V } from '../gen/constants';
import { Next } from '../uop';
import { requestEventStop } from './stop';
import { traceEntryFailure, traceVmFail } from './trace';
import { currentPage, markWritten } from './vmcs';

const ARITHMETIC: u64 = Rflags.CF | Rflags.PF | Rflags.AF | Rflags.ZF | Rflags.SF | Rflags.OF;

/** All arithmetic flags 0. The VMX instruction is complete. */
export function vmSucceed(): i32 {
  setRflags(rflags() & ~ARITHMETIC);
  return Next.BOUNDARY;
}

/** CF = 1: there is no current VMCS to hold an error number. */
export function flagInvalid(): i32 {
  setRflags((rflags() & ~ARITHMETIC) | Rflags.CF);
  return Next.BOUNDARY;
}

/** ZF = 1 and the error number in the current VMCS; there must be one. */
export function flagValid(error: u32): i32 {
  const page = currentPage();
  setRflags((rflags() & ~ARITHMETIC) | Rflags.ZF);
  store<u64>(page + V.VM_INSTRUCTION_ERROR, <u64>error);
  markWritten(page);
  return Next.BOUNDARY;
}

// The rule behind the next VMfail and the values it looked at, as `refusedBecause` left them.
let reason: u32 = 0;
let a: u64 = 0;
let b: u64 = 0;

/** Names the row of isa/fault-reasons by which the instruction is about to fail. Returns `error`. */
export function refusedBecause(row: u32, error: u32, first: u64 = 0, second: u64 = 0): u32 {
  reason = row;
  a = first;
  b = second;
  return error;
}

function traceRefusal(error: u32): void {
  traceVmFail(error, reason, a, b);
  reason = 0;
}

/** A VM entry refused by VMfail, with the check and, where one is named, the rule. */
export function traceRefusedEntry(error: u32, check: u32): void {
  traceEntryFailure(error, check, reason, a, b);
  reason = 0;
}

export function vmFailInvalid(): i32 {
  traceRefusal(0);
  requestEventStop(StopOn.VM_FAIL);
  return flagInvalid();
}

/** VMfailValid with the error number, VMfailInvalid when there is no current VMCS. */
export function vmFail(error: u32): i32 {
  if (currentPage() == 0) return vmFailInvalid();
  traceRefusal(error);
  requestEventStop(StopOn.VM_FAIL);
  return flagValid(error);
}
