/**
 * What happened, in the words a person says: for a thread's state, an exception's title, the console. One line each.
 */
import { vmInstructionErrorByNumber } from '../isa/vm-instruction-errors';
import type { Topology } from '../machine/machine-config';
import type { MachineRecord } from '../machine/machine-record';
import type { MachineStop } from '../machine/machine-stop';
import { exitReasonText } from './decode/exit';

/** "VMfailValid 7: VM entry with invalid control field(s)". */
export function vmFailText(error: number): string {
  if (error === 0) return 'VMfailInvalid';
  return `VMfailValid ${error}: ${vmInstructionErrorByNumber.get(error)?.title ?? 'reserved error number'}`;
}

/** Who exited and who gets it: "L2 exited: EPT_VIOLATION, reflected to L1". */
export function recordText(record: MachineRecord, topology: Topology): string {
  switch (record.kind) {
    case 'nested-exit':
      return `L2 exited: ${exitReasonText(record.reasonWord)}, reflected to L1`;
    case 'exit': {
      const to = topology === 'bare' ? '' : ' to L0';
      return `${record.level} exited${to}: ${exitReasonText(record.reasonWord)}`;
    }
    case 'verdict': {
      const who = record.verdict === 'L0' ? 'kept by L0' : 'reflected to L1';
      return `L2 exited: ${exitReasonText(record.reasonWord)}, ${who}`;
    }
    case 'entry-failure': {
      const how = record.error !== 0 ? vmFailText(record.error) : exitReasonText(record.reasonWord);
      return `VM entry failed: ${how}`;
    }
    case 'vmx-instruction':
      return `${record.instruction} failed: ${record.outcome === 'VMfailValid' ? vmFailText(record.error) : record.outcome}`;
    case 'vm-fail':
      return `VMX instruction failed: ${vmFailText(record.error)}`;
    case 'nested-entry':
      return `L1 entered L2 by ${record.instruction}`;
    case 'entry':
      return `VM entry to ${record.level}`;
    case 'shutdown':
      return `Shutdown: ${record.text}`;
    case 'handled':
      return `L0 handled ${record.reason} of ${record.level}: ${record.text}`;
    case 'injection':
      return `event injected into ${record.level}`;
    case 'requeued':
      return `interrupted event of ${record.level} queued again`;
    case 'nested-event':
      return `${record.event} for L1: ${record.decision}`;
    case 'halt':
      return `${record.level} halted`;
  }
}

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
      return stop.text;
    case 'halted':
      return 'The processor halted, and no event is left that could wake it.';
    case 'unimplemented':
      return stop.text;
    default:
      return undefined;
  }
}
