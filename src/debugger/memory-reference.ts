/**
 * Addresses that carry their space. In DAP an address is a number that `BigInt()` parses, and VS Code keys its one
 * Disassembly view by it; so the space stands above bit 64 and equal addresses of two levels stay two numbers.
 */
import { levelOf, strandNamed, type StrandName } from '../machine/strand';
import type { AddressSpace } from '../machine/topology-driver';

/** An address and the space it is meant in. */
export interface SpacedAddress {
  readonly space: AddressSpace;
  readonly address: bigint;
}

/** Number of each space of a level, above bit 64. 0 stays free: a plain number is a linear address of the focused level. */
const SPACES: readonly { readonly id: number; readonly name: string; readonly space: AddressSpace }[] = [
  { id: 1, name: 'L0', space: { kind: 'linear', level: 'L0' } },
  { id: 2, name: 'L1', space: { kind: 'linear', level: 'L1' } },
  { id: 3, name: 'L2', space: { kind: 'linear', level: 'L2' } },
  { id: 4, name: 'L0gpa', space: { kind: 'physical', level: 'L0' } },
  { id: 5, name: 'L1gpa', space: { kind: 'physical', level: 'L1' } },
  { id: 6, name: 'L2gpa', space: { kind: 'physical', level: 'L2' } },
  { id: 7, name: 'hpa', space: { kind: 'host' } },
];

const SHIFT = 64n;
/** The number of a CPU that is named stands above the space's, from 1 on. */
const CPU_SHIFT = 3;
const SPACE = (1 << CPU_SHIFT) - 1;

/** The row of a space, and the CPU its strand is named with. */
function placed(space: AddressSpace): { row: (typeof SPACES)[number]; cpu: number | undefined } {
  const level = space.kind === 'host' ? undefined : levelOf(space.level);
  const row = SPACES.find(
    (each) =>
      each.space.kind === space.kind && (each.space.kind === 'host' ? undefined : each.space.level) === level,
  )!;
  const named = space.kind !== 'host' && space.level !== level;
  return { row, cpu: named ? strandNamed(space.level).vcpu : undefined };
}

/** The same space of a CPU. */
function ofCpu(space: AddressSpace, cpu: number): AddressSpace {
  if (space.kind === 'host') return space;
  return { ...space, level: `${levelOf(space.level)} CPU ${cpu}` };
}

/** The space's name in expressions: `L2`, `L1gpa`, `hpa`; of a CPU `L2cpu1`, `L1gpacpu1`. */
export function spaceName(space: AddressSpace): string {
  const { row, cpu } = placed(space);
  return cpu === undefined ? row.name : `${row.name}cpu${cpu}`;
}

/** The space with this name; undefined for another word. */
export function spaceByName(name: string): AddressSpace | undefined {
  const [, plain, cpu] = /^(\w+?)(?:cpu(\d))?$/.exec(name) ?? [];
  const found = SPACES.find((row) => row.name === plain)?.space;
  return found && cpu !== undefined ? ofCpu(found, Number(cpu)) : found;
}

export const spaceNames: readonly string[] = SPACES.map((row) => row.name);

/** The reference as DAP carries it. */
export function memoryReference(space: AddressSpace, address: bigint): string {
  const { row, cpu } = placed(space);
  const id = row.id | (cpu === undefined ? 0 : (cpu + 1) << CPU_SHIFT);
  return '0x' + ((BigInt(id) << SHIFT) | BigInt.asUintN(64, address)).toString(16);
}

/** Reads a reference; a number without a space is a linear address of `level`. Undefined when it is none. */
export function parseMemoryReference(text: string, level: StrandName): SpacedAddress | undefined {
  if (!/^(0x[0-9a-f]{1,18}|\d{1,21})$/i.test(text)) return undefined;
  const number = BigInt(text);
  const id = Number(number >> SHIFT);
  const space = id === 0 ? { kind: 'linear' as const, level } : spaceOf(id);
  return space && { space, address: BigInt.asUintN(64, number) };
}

function spaceOf(id: number): AddressSpace | undefined {
  const found = SPACES.find((row) => row.id === (id & SPACE))?.space;
  const cpu = (id >>> CPU_SHIFT) - 1;
  return found && cpu >= 0 ? ofCpu(found, cpu) : found;
}
