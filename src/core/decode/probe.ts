// Decodes without executing, for tests of the decoder against another one. Nothing of the machine is touched.
import { SLOW_BASE, Uop } from '../uop';
import { Decoded, decodeInstruction } from './instruction';
import { rowRead } from './rows';

const scratch = memory.data(64);

/**
 * The instruction at `start` in linear memory, in the execution mode `mode`.
 * @returns Operation << 8 | length; 0 when more than `available` bytes are needed
 */
export function probeInstruction(start: u32, available: u32, mode: u32): u32 {
  if (decodeInstruction(scratch, start, start + available, 0, mode) == Decoded.INCOMPLETE) return 0;
  return ((<u32>load<u16>(scratch + Uop.GENERIC) - SLOW_BASE) << 8) | load<u8>(scratch + Uop.LENGTH);
}

/** Place in the decode map of the row that the last probe was read by; 65535 when it was none. */
export function probedRow(): u32 {
  return rowRead;
}
