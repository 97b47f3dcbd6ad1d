// The layout of a VMCS-field encoding: what its bits say about the field. Intel SDM volume 3, section 24.11.2, table
// 24-17. Rows only; whether a field with that encoding exists is the matter of the field rows.

import type { BitRange } from '../bit-ranges';

/** Access type, index, type and width; all other bits of an encoding are reserved. */
export const encodingRanges = [
  { high: 0, low: 0, name: 'ACCESS', title: 'Access type', values: { 0: 'full', 1: 'high half' } },
  { high: 9, low: 1, name: 'INDEX', title: 'Index', show: 'decimal' },
  {
    high: 11,
    low: 10,
    name: 'TYPE',
    title: 'Type',
    values: { 0: 'control', 1: 'VM-exit information', 2: 'guest state', 3: 'host state' },
  },
  {
    high: 14,
    low: 13,
    name: 'WIDTH',
    title: 'Width',
    values: { 0: '16-bit', 1: '64-bit', 2: '32-bit', 3: 'natural-width' },
  },
] as const satisfies readonly BitRange[];

/** Section of the manual that gives the layout. */
export const encodingSdm = '24.11.2';
