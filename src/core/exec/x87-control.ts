// Control of the x87 unit: words, initialization, clearing exceptions, tags and TOP (SDM Vol. 1, 8.1, 8.3.12). These do not move
// the last-instruction pointers. Environment and state in memory are x87-environment.ts.
import { State } from '../../abi/state-block';
import { faulted } from '../fault';
import { FpuControl, FpuStatus } from '../gen/constants';
import { readOperand, writeOperand, writeReg } from '../operands';
import { get32, set32, set64 } from '../state';
import { Next, Uop } from '../uop';
import { pop, release, rotate } from './x87-stack';
import { summarize } from './x87-status';

/** Bits of the control word that can be written. */
const WRITABLE: u32 = FpuControl.MASKS | FpuControl.PC | FpuControl.RC | FpuControl.X;
/** After FNINIT: round to nearest, 64 bits, all exceptions masked. */
const INITIAL_CONTROL: u32 = FpuControl.MASKS | FpuControl.ONE | FpuControl.PC;
const EXCEPTIONS: u32 =
  FpuStatus.IE | FpuStatus.DE | FpuStatus.ZE | FpuStatus.OE | FpuStatus.UE | FpuStatus.PE | FpuStatus.SF;

export function writeControl(value: u32): void {
  set32(State.FPU_CONTROL, (value & WRITABLE) | FpuControl.ONE);
}

/** The state after FNINIT; register contents stay. */
export function initializeFpu(): void {
  set32(State.FPU_CONTROL, INITIAL_CONTROL);
  set32(State.FPU_STATUS, 0);
  set32(State.FPU_TAG, 0);
  set32(State.FPU_OPCODE, 0);
  set32(State.FPU_CS, 0);
  set32(State.FPU_DS, 0);
  set64(State.FPU_IP, 0);
  set64(State.FPU_DP, 0);
}

export function execFninit(): i32 {
  initializeFpu();
  return Next.DONE;
}

export function execFnclex(): i32 {
  set32(State.FPU_STATUS, get32(State.FPU_STATUS) & ~(EXCEPTIONS | FpuStatus.ES | FpuStatus.B));
  return Next.DONE;
}

export function execFldcw(u: usize): i32 {
  const value = <u32>readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  writeControl(value);
  summarize();
  return Next.DONE;
}

export function execFnstcw(u: usize): i32 {
  writeOperand(u, 2, <u64>get32(State.FPU_CONTROL));
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execFnstsw(u: usize): i32 {
  writeOperand(u, 2, <u64>get32(State.FPU_STATUS));
  return faulted() ? Next.FAULT : Next.DONE;
}

/** FNSTSW AX. */
export function execFnstswAx(): i32 {
  writeReg(0, 2, true, <u64>get32(State.FPU_STATUS));
  return Next.DONE;
}

/** FNOP, and what the 80287 and its successors ignore: FNENI, FNDISI, FNSETPM. */
export function execFnop(): i32 {
  return Next.DONE;
}

function clearC1(): void {
  set32(State.FPU_STATUS, get32(State.FPU_STATUS) & ~FpuStatus.C1);
}

export function execFincstp(): i32 {
  clearC1();
  rotate(1);
  return Next.DONE;
}

export function execFdecstp(): i32 {
  clearC1();
  rotate(7);
  return Next.DONE;
}

export function execFfree(u: usize): i32 {
  clearC1();
  release((<u32>load<u8>(u + Uop.RM)) & 7);
  return Next.DONE;
}

export function execFfreep(u: usize): i32 {
  clearC1();
  release((<u32>load<u8>(u + Uop.RM)) & 7);
  pop();
  return Next.DONE;
}
