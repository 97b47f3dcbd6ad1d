/**
 * Why the machine can go on no more, in the words a person says: one sentence for a thread's state, and the lines that explain it.
 */
import { chainLines, firstFaultText } from '../decode/fault-text';
import type { MachineStop } from '../machine/machine-stop';

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
      return stop.faults
        ? `${stop.text} It began with ${firstFaultText(stop.faults, stop.level)}`
        : stop.text;
    case 'halted':
      return 'The processor halted, and no event is left that could wake it.';
    case 'unimplemented':
      return stop.text;
    default:
      return undefined;
  }
}

/** What explains an end besides its sentence: the exceptions of a triple fault, one a line. */
export function endDetails(stop: MachineStop): string[] {
  return stop.kind === 'shutdown' && stop.faults ? chainLines(stop.faults, stop.level) : [];
}
