/** Kinds of random input, a batch of runs each: a batch is repeated by its number. */
import { devices } from './fuzz-devices';
import { guests } from './fuzz-guests';
import { vmcs12 } from './fuzz-vmcs12';
import { vmcsPages } from './fuzz-vmcs-pages';

export interface FuzzKind {
  readonly name: string;
  /** Runs batch `seed`; answers what each run ended in. Throws when something failed. */
  readonly batch: (seed: number) => string[];
}

/** Runs that share a machine, at most. */
export const RUNS_OF_BATCH = 500;

export const fuzzKinds: readonly FuzzKind[] = [
  { name: 'guests', batch: (seed) => guests(seed, RUNS_OF_BATCH) },
  { name: 'VMCS pages', batch: (seed) => vmcsPages(seed, RUNS_OF_BATCH) },
  { name: 'devices', batch: (seed) => devices(seed, RUNS_OF_BATCH) },
  { name: 'vmcs12', batch: (seed) => vmcs12(seed, 20) },
];
