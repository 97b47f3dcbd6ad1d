// CLFLUSHOPT and CLWB: without a cache there is nothing to write back, but the operand is checked as a load of a byte. SDM Vol. 2.
import { faulted } from '../fault';
import { readOperand } from '../operands';
import { Next } from '../uop';

export function execCacheLine(u: usize): i32 {
  readOperand(u, 1);
  return faulted() ? Next.FAULT : Next.DONE;
}
