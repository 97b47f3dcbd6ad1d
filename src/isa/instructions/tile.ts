// Tiles (AMX): registers of up to 16 rows of 64 bytes. Intel SDM volume 2. Rows only.

import type { InstructionRow } from './row';

export const tile: readonly InstructionRow[] = [
  { name: 'LDTILECFG', title: 'Load tile configuration', newer: true },
  { name: 'STTILECFG', title: 'Store tile configuration', newer: true },
  { name: 'TILELOADD', title: 'Load tile', newer: true },
  { name: 'TILELOADDT1', title: 'Load tile with hint for one use', newer: true },
  { name: 'TILESTORED', title: 'Store tile', newer: true },
  { name: 'TILEZERO', title: 'Zero tile', newer: true },
  {
    name: 'TILERELEASE',
    title: 'Release tiles',
    summary: 'Puts the tiles into their initial state.',
    newer: true,
  },
  { name: 'TDPBSSD', title: 'Dot products of signed bytes in tiles', newer: true },
  {
    name: 'TDPBSUD',
    title: 'Dot products of signed and unsigned bytes in tiles',
    newer: true,
  },
  {
    name: 'TDPBUSD',
    title: 'Dot products of unsigned and signed bytes in tiles',
    newer: true,
  },
  { name: 'TDPBUUD', title: 'Dot products of unsigned bytes in tiles', newer: true },
  { name: 'TDPBF16PS', title: 'Dot products of BF16 in tiles', newer: true },
  {
    name: 'TDPFP16PS',
    title: 'Dot products of half precision in tiles',
    newer: true,
  },
  {
    name: 'TCMMIMFP16PS',
    title: 'Multiply complex tiles, imaginary part',
    newer: true,
  },
  { name: 'TCMMRLFP16PS', title: 'Multiply complex tiles, real part', newer: true },
];
