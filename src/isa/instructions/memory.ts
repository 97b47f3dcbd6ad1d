// Memory ordering, caches, prefetches and stores that go around them. Intel SDM volume 2. Rows only.

import { type InstructionFault, type InstructionRow } from './row';

const notAligned = (bytes: number): InstructionFault => ({
  exception: 'GP',
  code: '0',
  when: `the address is not ${bytes}-byte aligned`,
});

export const memory: readonly InstructionRow[] = [
  { name: 'LFENCE', title: 'Load fence', summary: 'Waits until all earlier instructions have completed.' },
  { name: 'SFENCE', title: 'Store fence', summary: 'Makes earlier stores visible before later ones.' },
  {
    name: 'MFENCE',
    title: 'Memory fence',
    summary: 'Makes earlier loads and stores visible before later ones.',
  },
  {
    name: 'CLFLUSH',
    title: 'Flush cache line',
    summary: 'Writes the line back and drops it from all caches; ordered with stores.',
  },
  {
    name: 'CLFLUSHOPT',
    title: 'Flush cache line, optimized',
    summary: 'CLFLUSH with weaker ordering: a fence orders it.',
  },
  {
    name: 'CLWB',
    title: 'Write back cache line',
    summary: 'Writes the line back to memory; it may stay in the caches.',
  },
  {
    name: 'CLDEMOTE',
    title: 'Demote cache line',
    summary: 'Hints that the line may move to a cache that all cores share.',
    newer: true,
  },
  { name: 'PREFETCHT0', title: 'Prefetch to all cache levels', sdm: 'volume 2, PREFETCHh' },
  { name: 'PREFETCHT1', title: 'Prefetch to level 2 and higher', sdm: 'volume 2, PREFETCHh' },
  { name: 'PREFETCHT2', title: 'Prefetch to level 3 and higher', sdm: 'volume 2, PREFETCHh' },
  {
    name: 'PREFETCHNTA',
    title: 'Prefetch non-temporal',
    summary: 'Fetches the line for one use, close to the core.',
    sdm: 'volume 2, PREFETCHh',
  },
  { name: 'PREFETCHW', title: 'Prefetch for writing' },
  { name: 'PREFETCHWT1', title: 'Prefetch for writing to level 2' },
  { name: 'PREFETCH', title: 'Prefetch (AMD)', sdm: 'AMD volume 3, PREFETCH' },
  {
    name: 'PREFETCHIT0',
    title: 'Prefetch code to all cache levels',
    sdm: 'volume 2, PREFETCHh',
    newer: true,
  },
  {
    name: 'PREFETCHIT1',
    title: 'Prefetch code to level 2 and higher',
    sdm: 'volume 2, PREFETCHh',
    newer: true,
  },
  {
    name: 'MOVNTI',
    title: 'Store without caching',
    summary: 'Stores a general register with a non-temporal hint.',
  },
  {
    name: 'MOVDIRI',
    title: 'Direct store',
    summary: 'Stores a general register directly to memory, without the caches.',
    newer: true,
  },
  {
    name: 'MOVDIR64B',
    title: 'Direct store of 64 bytes',
    summary: 'Copies 64 bytes to the address in the register by one write.',
    faults: [notAligned(64)],
    newer: true,
  },
  {
    name: 'ENQCMD',
    title: 'Enqueue command',
    summary:
      'Writes a 64-byte command with the PASID of IA32_PASID to a device and sets ZF when it must be retried.',
    faults: [notAligned(64), { exception: 'GP', code: '0', when: 'bit 31 of IA32_PASID is 0' }],
    exits: [
      {
        reason: 'ENQCMD_PASID',
        controls: ['PASID_TRANSLATION'],
        when: 'the PASID has no valid entry in the PASID-translation tables',
      },
    ],
    newer: true,
  },
  {
    name: 'ENQCMDS',
    title: 'Enqueue command as supervisor',
    summary:
      'Writes a 64-byte command, with the PASID that is in it, to a device and sets ZF when it must be retried.',
    faults: [notAligned(64)],
    exits: [
      {
        reason: 'ENQCMDS_PASID',
        controls: ['PASID_TRANSLATION'],
        when: 'the PASID has no valid entry in the PASID-translation tables',
      },
    ],
    privileged: 'GP',
    newer: true,
  },
  { name: 'AADD', title: 'Add to memory, atomically', newer: true },
  { name: 'AAND', title: 'And with memory, atomically', newer: true },
  { name: 'AOR', title: 'Or with memory, atomically', newer: true },
  { name: 'AXOR', title: 'Exclusive or with memory, atomically', newer: true },
];
