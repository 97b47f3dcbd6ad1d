/**
 * Why the machine can go on no more, in the words a person says: one sentence for a thread's state, and the lines that explain it.
 */
import { abortText } from '../decode/abort-text';
import { chainLines, firstFaultText } from '../decode/fault-text';
import { hex } from '../decode/word';
import { activityStates } from '../isa/interruption-formats';
import type { Halt, MachineStop } from '../machine/machine-stop';

/** Why the machine can go on no more; undefined for a stop that is not an end. */
export function endText(stop: MachineStop): string | undefined {
  switch (stop.kind) {
    case 'exited':
      return `The guest ended the machine through its debug-exit port: exit status ${stop.status}.`;
    case 'power':
      return stop.action === 'off'
        ? 'The guest switched the machine off.'
        : 'The guest asked for a reset: restart the session to boot it again.';
    case 'shutdown':
      if (stop.abort) return `${stop.level}: ${abortText(stop.abort, stop.refused)}`;
      return stop.faults
        ? `${stop.text} It began with ${firstFaultText(stop.faults, stop.level)}`
        : stop.text;
    case 'halted':
      return haltText(stop.halt);
    case 'unimplemented':
      return stop.text;
    default:
      return undefined;
  }
}

/** A halt that nothing ends: RFLAGS.IF, and the activity state where a hypervisor wrote one. */
export function haltText({ level, rip, interruptFlag, activity }: Halt): string {
  const state = activityStates.find(({ number }) => BigInt(number) === activity);
  const written =
    state && state.number !== 0 ? ` GUEST_ACTIVITY_STATE is ${state.number} (${state.name}).` : '';
  return interruptFlag
    ? `${level} halted at RIP ${hex(rip)} with RFLAGS.IF = 1, and no device will send an interrupt: timers are stopped or masked.${written}`
    : `${level} halted at RIP ${hex(rip)} with RFLAGS.IF = 0: no interrupt can wake it, and nothing sends an NMI or INIT.${written}`;
}

/** What explains an end besides its sentence: the exceptions of a triple fault, one a line. */
export function endDetails(stop: MachineStop): string[] {
  return stop.kind === 'shutdown' && stop.faults ? chainLines(stop.faults, stop.level) : [];
}
