// What the rest of the core asks VMX: the one import place for decode, mmu, events and system instructions. Each
// `intercept...` returns true when it ended the instruction in a completed VM exit (the handler then returns
// Next.EXITED; the run loop asks `takeStopRequest` of stop.ts whether to leave). All are cheap outside non-root operation.
export { eptActive, guestPhysical, probeEpt } from './ept';
export {
  externalInterruptExits,
  interceptException,
  interceptExternalInterrupt,
  interceptNmi,
  interruptWindowExit,
  iretUnblocksNmi,
  mtfExit,
  mtfPending,
  nmiExits,
  nmiWindowExit,
  vmExitInit,
  vmExitSipi,
  vmExitTripleFault,
} from './intercept-events';
export {
  interceptCpuid,
  interceptDescriptorTable,
  interceptHlt,
  interceptInvd,
  interceptInvlpg,
  interceptInvpcid,
  interceptMonitor,
  interceptMwait,
  interceptPause,
  interceptRdpmc,
  interceptRdtsc,
  interceptRdtscp,
  interceptTaskSwitch,
  interceptWbinvd,
  interceptXsetbv,
} from './intercept-instructions';
export { interceptIo, interceptRdmsr, interceptWrmsr } from './intercept-io-msr';
export {
  cltsClearsTs,
  interceptClts,
  interceptLmsw,
  interceptMovDr,
  interceptMovFromCr,
  interceptMovToCr,
  mergeCrWrite,
  readCrShadowed,
} from './intercept-registers';
export { preemptionTimerExit, timerPollAt } from './preemption-timer';
export { inNonRoot } from './state-of-operation';
export { takeStopRequest } from './stop';
export { readTprShadow, tprShadowActive, writeTprShadow } from './tpr-shadow';

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

/** Source of a task switch as the exit qualification numbers it. */
export const enum TaskSwitchSource {
  CALL = 0,
  IRET = 1,
  JMP = 2,
  GATE = 3,
}
