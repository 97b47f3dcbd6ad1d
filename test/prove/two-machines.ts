/**
 * The same run on two machines: one goes from comparison to comparison at once, the other in pieces of odd sizes, as a user does who
 * stops and steps. All state and all RAM must be the same at every comparison.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { Region } from '../../src/abi/memory-map';
import { createMachine } from '../../src/machine/create';
import type { Machine } from '../../src/machine/machine';
import { differenceOf } from '../../src/machine/snapshot';

export interface Work {
  readonly path: string;
  readonly cmdline: string;
  readonly topology: 'nested' | 'bare';
  readonly cpus: number;
}

export interface Compared {
  readonly instructions: bigint;
  /** Chain of the hashes of all state and RAM at every comparison. */
  readonly hash: string;
  /** What differed first. */
  readonly difference?: string;
}

/** Sizes of the second machine's pieces, in turn. */
const PIECES = [7_654_321n, 9_991n, 1n, 1_000_003n, 17n];

function boot({ path, cmdline, topology, cpus }: Work): Machine {
  return createMachine({
    image: readFileSync(path),
    imageName: 'prove',
    memoryMiB: 32,
    topology,
    cpus,
    cmdline,
    serial: () => undefined,
  });
}

/** Runs on to the count `end`, or to the guest's end. */
function runTo(machine: Machine, end: bigint, pieces: readonly bigint[]): boolean {
  for (let i = 0; machine.cpu.retired < end; i++) {
    const left = end - machine.cpu.retired;
    const piece = pieces[i % pieces.length] ?? left;
    const { kind } = machine.run(piece < left ? piece : left);
    if (kind === 'exited') return false;
    if (kind !== 'budget') throw new Error(`the guest ended otherwise than by itself: ${kind}`);
  }
  return true;
}

const ramOf = ({ cpu }: Machine) => new Uint8Array(cpu.memory, Region.RAM, cpu.ramBytes);

/** @param step instructions between two comparisons; @param most where the run is left, if its guest does not end before */
export function compareRuns(work: Work, step: bigint, most: bigint, before = ''): Compared {
  const [one, two] = [boot(work), boot(work)];
  let hash = before;
  let goesOn = true;
  while (goesOn && one.cpu.retired < most) {
    const end = one.cpu.retired + step;
    goesOn = runTo(one, end, []);
    const also = runTo(two, end, PIECES);
    const instructions = one.cpu.retired;
    const difference =
      goesOn === also ? differenceOf(one.save(), two.save()) : 'one guest ended and the other did not';
    if (difference !== undefined) return { instructions, hash, difference: `${instructions}: ${difference}` };
    if (Buffer.compare(ramOf(one), ramOf(two)) !== 0)
      return { instructions, hash, difference: `${instructions}: RAM` };
    hash = createHash('sha256').update(hash).update(serialize(one.save())).update(ramOf(one)).digest('hex');
  }
  return { instructions: one.cpu.retired, hash };
}
