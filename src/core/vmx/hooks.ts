// What the rest of the core asks VMX: the one import place for decode, mmu, events and system instructions. Each
// `intercept...` returns true when it requested the VM exit that takes the instruction's place (the handler then returns
// Next.EXITED and the run loop makes the exit). All are cheap outside non-root operation.
export { completeApicWrite } from './apic-write';
export { apicWriteDue } from './apic-write-due';
export {
  externalInterruptExits,
  interceptException,
  interceptExternalInterrupt,
  interceptNmi,
  interruptWindowExit,
  mtfExit,
  mtfPending,
  nmiExits,
  nmiWindowExit,
  vmExitInit,
  vmExitSipi,
  vmExitTripleFault,
} from './intercept-events';
export {
  TableInstruction,
  TaskSwitchSource,
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
export { interceptRandom, interceptXsaves, rdpidEnabled, xsavesEnabled } from './intercept-extended-state';
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
export { iretUnblocksNmi } from './nmi-unblocking';
export { preemptionTimerExit, timerPollAt } from './preemption-timer';
export { inNonRoot } from './state-of-operation';
export { takeStopRequest } from './stop';
export { readTprShadow, writeTprShadow } from './tpr-shadow';
export { tprShadowActive } from './virtual-apic-page';
export { acknowledgeVirtualInterrupt, virtualInterruptDue } from './virtual-interrupts';
export {
  readX2apicVirtualized,
  writeX2apicVirtualized,
  x2apicReadVirtualized,
  x2apicDefinedBits,
  x2apicWriteVirtualized,
} from './x2apic-mode';
