// What the rest of the core asks VMX: one import place for owners of decode, mmu, events and system instructions. Each
// `intercept...` returns true when it ended the instruction in a completed VM exit (the handler then returns
// Next.EXITED, or Next.STOP is decided by the run loop from State.STOP); all are cheap no-ops outside non-root operation.
import { State } from '../../abi/state-block';
import { get32 } from '../state';

// @ts-ignore: decorator
@inline
export function inNonRoot(): bool {
  return get32(State.VMX_NON_ROOT) != 0;
}

export function interceptCpuid(u: usize): bool { return false; }
export function interceptHlt(u: usize): bool { return false; }
export function interceptInvlpg(u: usize, linear: u64): bool { return false; }
export function interceptRdtsc(u: usize): bool { return false; }
/** Exit, or #UD raised when "enable RDTSCP" is 0: check `faulted()` when this returns false. */
export function interceptRdtscp(u: usize): bool { return false; }
export function interceptRdpmc(u: usize): bool { return false; }
export function interceptInvd(u: usize): bool { return false; }
export function interceptWbinvd(u: usize): bool { return false; }
export function interceptPause(u: usize): bool { return false; }
export function interceptMonitor(u: usize): bool { return false; }
export function interceptMwait(u: usize): bool { return false; }
export function interceptXsetbv(u: usize): bool { return false; }
/** Exit, or #UD raised when "enable INVPCID" is 0: check `faulted()` when this returns false. */
export function interceptInvpcid(u: usize): bool { return false; }
export function interceptRdmsr(u: usize, msr: u32): bool { return false; }
export function interceptWrmsr(u: usize, msr: u32): bool { return false; }
/** `linear`: linear address of the string operand (0 for IN/OUT). */
export function interceptIo(u: usize, port: u32, size: u32, isIn: bool, isString: bool, linear: u64): bool { return false; }
/** Call after all fault checks of MOV to CR (except fixed bits), with the raw source value. */
export function interceptMovToCr(u: usize, cr: u32, gprIndex: u32, value: u64): bool { return false; }
/** What MOV from CR0/CR4, SMSW read: guest value with the bits of the mask from the read shadow. */
export function readCrShadowed(cr: u32): u64 { return cr == 0 ? load<u64>(0x1000 + State.CR0) : load<u64>(0x1000 + State.CR4); }
/** The value a CR0/CR4 write gives: bits of the guest/host mask keep what is in the register. */
export function mergeCrWrite(cr: u32, value: u64): u64 { return value; }
export function interceptMovFromCr(u: usize, cr: u32, gprIndex: u32): bool { return false; }
/** `linear`: address of a memory operand, ignored for the register form. */
export function interceptLmsw(u: usize, value: u32, linear: u64): bool { return false; }
export function interceptClts(u: usize): bool { return false; }
/** Guest-owned CLTS: true when CLTS may clear CR0.TS (mask bit clear), false when it does nothing. */
export function cltsClearsTs(): bool { return true; }
export function interceptMovDr(u: usize, dr: u32, gprIndex: u32, isFrom: bool): bool { return false; }

/** Second argument of `interceptDescriptorTable`. */
export const enum TableInstruction {
  SGDT = 0,
  SIDT = 1,
  LGDT = 2,
  LIDT = 3,
  SLDT = 4,
  STR = 5,
  LLDT = 6,
  LTR = 7,
}
export function interceptDescriptorTable(u: usize, kind: u32): bool { return false; }

/** Source of a task switch as the exit qualification numbers it. */
export const enum TaskSwitchSource {
  CALL = 0,
  IRET = 1,
  JMP = 2,
  GATE = 3,
}
/** Unconditional exit; false only outside non-root. */
export function interceptTaskSwitch(u: usize, selector: u32, source: u32): bool { return false; }
/** VMX instructions in non-root: true when exited. Owner C's own handlers call it; listed for completeness. */
export function interceptVmxInstruction(u: usize): bool { return false; }

/** `data`: #PF linear address, #DB bits for the qualification. Called before delivery of a fault, trap or INT3/INTO/INT1. */
export function interceptException(vector: u32, type: u32, hasError: bool, error: u32, data: u64, instructionLength: u32): bool { return false; }
/** INTR pending and "external-interrupt exiting": true when exited (acknowledges the interrupt when the exit control says). */
export function interceptExternalInterrupt(): bool { return false; }
/** True when non-root code is interrupted by INTR regardless of RFLAGS.IF (external-interrupt exiting is 1). */
export function externalInterruptExits(): bool { return false; }
export function interceptNmi(): bool { return false; }
/** True when NMIs exit, so that they are not delivered through the IDT; virtual-NMI blocking does not hold them. */
export function nmiExits(): bool { return false; }
/** IRET ran in non-root: what it unblocks (blocking by NMI unless "NMI exiting" without virtual NMIs, SDM 25.3). */
export function iretUnblocksNmi(): bool { return true; }
/** Window exits test their own conditions (control, IF, blocking). */
export function interruptWindowExit(): bool { return false; }
export function nmiWindowExit(): bool { return false; }
/** Single-step by the run loop while this is true; `mtfExit` after the instruction. */
export function mtfPending(): bool { return false; }
export function mtfExit(): bool { return false; }
/** True while the VMX-preemption timer counts; its deadline is State.PREEMPTION_DEADLINE. */
export function preemptionTimerExit(): bool { return false; }
export function vmExitTripleFault(): void {}
export function vmExitInit(): void {}
/** True when exited: in wait-for-SIPI activity in non-root operation. */
export function vmExitSipi(vector: u32): bool { return false; }

export function eptActive(): bool { return false; }
/** Translates through EPT and sets its A/D bits; on failure the VM exit is done and `raiseExited()` recorded. `info` is EptInfo. */
export function guestPhysical(gpa: u64, access: u32, linear: u64, info: u32): u64 { return gpa; }

/** Fourth argument of `guestPhysical`. */
export const enum EptInfo {
  /** The guest linear address is valid (not for PDPTE loads at MOV to CR). */
  LINEAR_VALID = 1,
  /** The access is to the translation of the linear address; clear for accesses to paging-structure entries. */
  FINAL = 2,
}

/** TPR shadow in use: CR8 and (if offered) the virtual-APIC page's TPR stand for it. */
export function tprShadowActive(): bool { return false; }
/** CR8 as non-root code sees it under TPR shadow (bits 3:0). */
export function readTprShadow(): u64 { return 0; }
/** MOV to CR8 under TPR shadow; the TPR-below-threshold exit is a trap taken at the next poll. True when exited. */
export function writeTprShadow(u: usize, value: u64): bool { return false; }
