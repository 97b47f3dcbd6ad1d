/**
 * A strand is one program's thread of execution: a level of the tower of hypervisors on one CPU. Levels and CPUs are numbers here,
 * and everybody who needs "the level that ..." asks the topology driver; names are made and read in this file alone.
 */

/** A level by its depth: `L0` is the outermost. */
export type Level = `L${number}`;

/** A strand by its name. On a machine with one CPU it is the level's. */
export type StrandName = Level | `${Level} CPU ${number}`;

export interface Strand {
  readonly vcpu: number;
  readonly depth: number;
  readonly name: StrandName;
}

export function levelAt(depth: number): Level {
  return `L${depth}`;
}

/** @param cpus how many the machine has: a single one is not named */
export function strandAt(vcpu: number, depth: number, cpus: number): Strand {
  const level = levelAt(depth);
  return { vcpu, depth, name: cpus > 1 ? `${level} CPU ${vcpu}` : level };
}

/** What a strand's name looks like, for whoever reads one inside a longer text. */
export const strandPattern = 'L\\d+(?: CPU \\d+)?';

/** The strand of a name: its level and, where the name has none, CPU 0. */
export function strandNamed(name: StrandName): Strand {
  const [, depth, vcpu] = /^L(\d+)(?: CPU (\d+))?$/.exec(name)!;
  return { vcpu: Number(vcpu ?? 0), depth: Number(depth), name };
}

export function depthOf(name: StrandName): number {
  return strandNamed(name).depth;
}

export function levelOf(name: StrandName): Level {
  return levelAt(depthOf(name));
}

/** True when `inner` is a guest of `outer`, directly or not: deeper, on the same CPU. */
export function isInside(inner: StrandName, outer: StrandName): boolean {
  const [within, around] = [strandNamed(inner), strandNamed(outer)];
  return within.vcpu === around.vcpu && within.depth > around.depth;
}

/** Every strand of a machine, by CPU and depth. */
export function strandsOf(cpus: number, innermost: number): Strand[] {
  const depths = Array.from({ length: innermost + 1 }, (_, depth) => depth);
  return Array.from({ length: cpus }, (_, vcpu) => depths.map((depth) => strandAt(vcpu, depth, cpus))).flat();
}

/** Names of the strands that are programs of the user's. */
export function userStrands(machine: {
  readonly strands: readonly Strand[];
  readonly outermost: number;
}): StrandName[] {
  return machine.strands.filter(({ depth }) => depth >= machine.outermost).map(({ name }) => name);
}
