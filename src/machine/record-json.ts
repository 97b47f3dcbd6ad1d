/**
 * One record as a line of JSON: keys in a fixed order, 64-bit values and words as hex strings, so that two runs can be
 * compared byte for byte.
 */
import type { MachineRecord } from './machine-record';

/** Number fields that are words or addresses, not counts. */
const HEX = new Set([
  'reasonWord',
  'interruption',
  'interruptionError',
  'idtVectoring',
  'idtVectoringError',
  'vectoring',
]);

export function recordLine(record: MachineRecord): string {
  return JSON.stringify(record, (key, value: unknown) => {
    if (typeof value === 'bigint') return `0x${value.toString(16)}`;
    if (typeof value === 'number' && HEX.has(key)) return `0x${value.toString(16)}`;
    return value;
  });
}
