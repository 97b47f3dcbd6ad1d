// Types of descriptors and of memory for the core.

import { memoryTypes } from '../isa/memory-types';
import { segmentTypeBits, systemTypeBits, systemTypes } from '../isa/segment-types';
import { constants, constEnum, header } from './assembly-script';

const bits = (rows: readonly { name: string; bit: number }[]): [string, number][] =>
  rows.map((row) => [row.name, 1 << row.bit]);
const numbers = (rows: readonly { name: string; number: number }[]): [string, number][] =>
  rows.map((row) => [row.name, row.number]);

export function descriptorTypes(): string {
  return [
    header('The type field of segments and gates.'),
    constEnum('SegmentType', bits(segmentTypeBits)),
    constEnum('SystemTypeBit', bits(systemTypeBits)),
    constEnum('SystemType', numbers(systemTypes)),
  ].join('\n');
}

export function memoryTypeNumbers(): string {
  const set = (place: 'mtrr' | 'pat' | 'ept'): bigint =>
    memoryTypes.reduce((mask, row) => (row[place] ? mask | (1n << BigInt(row.number)) : mask), 0n);
  return [
    header('Memory types, and the sets of them that a word may hold: bit by type.'),
    constEnum('MemoryType', numbers(memoryTypes)),
    constants('MemoryTypeSet', 'u32', [
      ['MTRR', set('mtrr')],
      ['PAT', set('pat')],
      ['EPT', set('ept')],
    ]),
  ].join('\n');
}
