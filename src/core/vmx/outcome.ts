// How VMX instructions report: VMsucceed, VMfailInvalid, VMfailValid (SDM 30.2). Writes the arithmetic flags and the
// VM-instruction error field, nothing else.
import { StopOn } from '../../abi/stop-codes';
import { rflags, setRflags } from '../flags';
import { Rflags, V } from '../gen/constants';
import { Next } from '../uop';
import { requestEventStop } from './stop';
import { traceVmFail } from './trace';
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

export function vmFailInvalid(): i32 {
  traceVmFail(0);
  requestEventStop(StopOn.VM_FAIL);
  return flagInvalid();
}

/** VMfailValid with the error number, VMfailInvalid when there is no current VMCS. */
export function vmFail(error: u32): i32 {
  if (currentPage() == 0) return vmFailInvalid();
  traceVmFail(error);
  requestEventStop(StopOn.VM_FAIL);
  return flagValid(error);
}
