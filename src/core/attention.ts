// The flag that brings the loop back to the instruction boundary. A leaf, because everybody raises it.
import { Private } from './layout';
import { S } from './state';

/** Asks for `pollEvents` at the next instruction boundary. The loop clears it before it polls; the poller sets it again to be asked again. */
export function setAttention(): void {
  store<u32>(S + Private.ATTENTION, 1);
}
