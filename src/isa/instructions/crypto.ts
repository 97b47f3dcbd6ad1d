// Ciphers, hashes, Galois fields, Key Locker and random numbers. Intel SDM volume 2; volume 3, 25.1.3 for the exits
// (2016 numbering). Rows only.

import type { InstructionRow } from './row';

export const crypto: readonly InstructionRow[] = [
  {
    name: 'RDRAND',
    title: 'Read random number',
    summary: 'Gives a random number of the generator; CF says whether there was one.',
    exits: [{ reason: 'RDRAND', controls: ['RDRAND_EXITING'] }],
  },
  {
    name: 'RDSEED',
    title: 'Read random seed',
    summary: 'Gives entropy for a generator of software; CF says whether there was some.',
    exits: [{ reason: 'RDSEED', controls: ['RDSEED_EXITING'] }],
  },
  { name: 'AESENC', title: 'One round of AES encryption', avx: true },
  { name: 'AESENCLAST', title: 'Last round of AES encryption', avx: true },
  { name: 'AESDEC', title: 'One round of AES decryption', avx: true },
  { name: 'AESDECLAST', title: 'Last round of AES decryption', avx: true },
  { name: 'AESIMC', title: 'AES inverse mix columns', avx: true },
  { name: 'AESKEYGENASSIST', title: 'Assist AES key expansion', avx: true },
  {
    name: 'PCLMULQDQ',
    title: 'Carry-less multiply of quadwords',
    aliases: ['PCLMULLQLQDQ', 'PCLMULHQLQDQ', 'PCLMULLQHQDQ', 'PCLMULHQHQDQ'],
    avx: true,
  },
  { name: 'GF2P8MULB', title: 'Multiply bytes in a Galois field', avx: true, newer: true },
  { name: 'GF2P8AFFINEQB', title: 'Affine transformation of bytes', avx: true, newer: true },
  { name: 'GF2P8AFFINEINVQB', title: 'Affine transformation of inverted bytes', avx: true, newer: true },
  { name: 'SHA1RNDS4', title: 'Four rounds of SHA-1' },
  { name: 'SHA1NEXTE', title: 'Next SHA-1 state variable E' },
  { name: 'SHA1MSG1', title: 'SHA-1 message schedule, first step' },
  { name: 'SHA1MSG2', title: 'SHA-1 message schedule, second step' },
  { name: 'SHA256RNDS2', title: 'Two rounds of SHA-256' },
  { name: 'SHA256MSG1', title: 'SHA-256 message schedule, first step' },
  { name: 'SHA256MSG2', title: 'SHA-256 message schedule, second step' },
  { name: 'AESENC128KL', title: 'Encrypt with 128-bit Key Locker handle', newer: true },
  { name: 'AESENC256KL', title: 'Encrypt with 256-bit Key Locker handle', newer: true },
  { name: 'AESDEC128KL', title: 'Decrypt with 128-bit Key Locker handle', newer: true },
  { name: 'AESDEC256KL', title: 'Decrypt with 256-bit Key Locker handle', newer: true },
  { name: 'AESENCWIDE128KL', title: 'Encrypt eight blocks with 128-bit Key Locker handle', newer: true },
  { name: 'AESENCWIDE256KL', title: 'Encrypt eight blocks with 256-bit Key Locker handle', newer: true },
  { name: 'AESDECWIDE128KL', title: 'Decrypt eight blocks with 128-bit Key Locker handle', newer: true },
  { name: 'AESDECWIDE256KL', title: 'Decrypt eight blocks with 256-bit Key Locker handle', newer: true },
  { name: 'ENCODEKEY128', title: 'Wrap 128-bit key into a handle', newer: true },
  { name: 'ENCODEKEY256', title: 'Wrap 256-bit key into a handle', newer: true },
];
