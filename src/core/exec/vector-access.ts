// What comes before any x87, MMX, SSE or AVX instruction: CR0.EM and TS, CR4.OSFXSR and OSXSAVE, XCR0, and a pending x87
// exception (SDM Vol. 1, 8.7, 9.5 and 11.6; Vol. 2, tables 2-14 to 2-24; Vol. 3, table 2-2, 13.1). Must not look at operands.
import { State } from '../../abi/state-block';
import { raisePlainBecause } from '../fault';
import { Cr0, Cr4, FpuStatus, Reason, Vector, Xcr0 } from '../gen/constants';
import { get32, get64 } from '../state';

/** Whose registers an instruction uses, and so what it may meet. */
export const enum Unit {
  /** x87 that looks for pending exceptions first. */
  X87,
  /** x87 that does not: FNINIT, FNCLEX, FNSTSW, FNSTCW, FNSTENV, FNSAVE. */
  X87_CONTROL,
  MMX,
  /** XMM registers by a legacy encoding. */
  SSE,
  /** A legacy encoding that uses XMM and MMX registers (CVTPI2PS, MOVQ2DQ ...). */
  SSE_MMX,
  /** XMM or YMM registers by a VEX prefix. */
  AVX,
}

/** False with the fault pending. Call it before any operand is touched; #UD of the encoding comes before. */
export function checkVector(unit: Unit): bool {
  const cr0 = get64(State.CR0);
  if (unit == Unit.AVX) {
    const states = Xcr0.SSE | Xcr0.AVX;
    // Real and virtual-8086 mode have no VEX prefix: there C4 and C5 are LES and LDS.
    if ((get64(State.CR4) & Cr4.OSXSAVE) == 0 || (get64(State.XCR0) & states) != states)
      return doesNotExist(Reason.AVX_STATES_OFF, get64(State.CR4), get64(State.XCR0));
  } else if (unit <= Unit.X87_CONTROL) {
    if ((cr0 & (Cr0.EM | Cr0.TS)) != 0) return notAvailable();
  } else {
    if ((cr0 & Cr0.EM) != 0) return doesNotExist(Reason.VECTOR_EMULATION, cr0);
    if (unit != Unit.MMX && (get64(State.CR4) & Cr4.OSFXSR) == 0)
      return doesNotExist(Reason.SSE_OSFXSR, get64(State.CR4));
  }
  if ((cr0 & Cr0.TS) != 0) return notAvailable();
  if (unit == Unit.X87 || unit == Unit.MMX || unit == Unit.SSE_MMX) return nothingPending();
  return true;
}

/** FWAIT: TS alone is not enough, MP must be set too (SDM Vol. 3, table 2-2). */
export function checkWait(): bool {
  const both = Cr0.MP | Cr0.TS;
  if ((get64(State.CR0) & both) == both) return notAvailable();
  return nothingPending();
}

/**
 * An unmasked x87 exception is reported by the next instruction that waits: #MF with CR0.NE. Without it a PC of old raises
 * IRQ 13 from the FERR# pin; this board has no such pin, and instructions go on as with IGNNE# asserted.
 */
function nothingPending(): bool {
  if ((get32(State.FPU_STATUS) & FpuStatus.ES) == 0 || (get64(State.CR0) & Cr0.NE) == 0) return true;
  raisePlainBecause(
    Reason.X87_EXCEPTION_PENDING,
    Vector.MF,
    get32(State.FPU_STATUS),
    get32(State.FPU_CONTROL),
  );
  return false;
}

/**
 * An unmasked SIMD floating-point exception: #XM, or #UD when the system does not take it (CR4.OSXMMEXCPT).
 * Always false, as a check that failed.
 */
export function raiseSimd(): bool {
  const mxcsr = <u64>get32(State.MXCSR);
  if ((get64(State.CR4) & Cr4.OSXMMEXCPT) == 0) return doesNotExist(Reason.SIMD_EXCEPTION_NOT_TAKEN, mxcsr);
  raisePlainBecause(Reason.SIMD_EXCEPTION, Vector.XM, mxcsr);
  return false;
}

function doesNotExist(reason: u32, a: u64, b: u64 = 0): bool {
  raisePlainBecause(reason, Vector.UD, a, b);
  return false;
}

function notAvailable(): bool {
  raisePlainBecause(Reason.COPROCESSOR_UNAVAILABLE, Vector.NM, get64(State.CR0));
  return false;
}
