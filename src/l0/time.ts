/**
 * The machine's clock as L0 sees it: ticks = retired instructions plus the time that passed while halted.
 * The TSC of the host counts the same ticks. Before L0 touches a device the board must be told the time.
 */
import { State } from '../abi/state-block';
import type { Vcpu } from './vcpu';

/** The host's TSC: ticks since reset. */
export function host_tsc(vcpu: Vcpu): bigint {
  return vcpu.cpu.retired + vcpu.cpu.get64(State.TIME_SKEW);
}

/** Brings the board to the present, so that devices answer with the state of this instruction. */
export function advance_board(vcpu: Vcpu): void {
  vcpu.board.runEventsUntil(Number(host_tsc(vcpu)));
}
