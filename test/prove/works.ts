/** What the proofs of determinism run: the guests of the benchmark and those of several CPUs, built by gcc into a folder. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { buildSmpGuest } from '../support/smp-guest';
import type { Work } from './two-machines';

const KERNELS = ['sieve', 'exits', 'mix64', 'quicksort', 'bytecode', 'sse', 'crc32', 'x87', 'fib'];
const SMP_TESTS = ['lock', 'pingpong'];
const CPUS = 4;
/** More rounds than any piece of the proof runs. */
const ENDLESS = 1_000_000_000;

export interface Works {
  readonly one: readonly Work[];
  readonly four: readonly Work[];
  remove(): void;
}

export function buildWorks(folder: string): Works {
  const sources = resolve(__dirname, '../guests/bench');
  const { status, stderr } = spawnSync('make', ['-s', '-C', sources, `OUT=${folder}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the guests do not build (gcc, binutils and make are needed): ${stderr}`);
  const smp = buildSmpGuest();
  const topologies = ['nested', 'bare'] as const;
  return {
    one: KERNELS.flatMap((kernel, i): Work[] => [
      {
        path: join(folder, 'bench.elf'),
        cmdline: `l${1 + (i % 2)} ${kernel} ${ENDLESS}`,
        topology: topologies[i % 4 < 2 ? 0 : 1],
        cpus: 1,
      },
    ]),
    four: SMP_TESTS.flatMap((test) =>
      topologies.map((topology): Work => ({
        path: smp.path,
        cmdline: `${test} ${CPUS} ${ENDLESS}`,
        topology,
        cpus: CPUS,
      })),
    ),
    remove: () => smp.remove(),
  };
}
