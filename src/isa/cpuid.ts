// CPUID as a whole: the names of its bits and numbers, and the processors that are described by them.

export * from './cpuid-features';
export * from './cpu-profiles';
