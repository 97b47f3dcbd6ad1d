/**
 * Addresses that carry their space. In DAP an address is a number that `BigInt()` parses, and VS Code keys its one
 * Disassembly view by it; so the space stands above bit 64 and equal addresses of two levels stay two numbers.
 */
import type { StrandName } from '../machine/strand';
import type { AddressSpace } from '../machine/topology-driver';

/** An address and the space it is meant in. */
export interface SpacedAddress {
  readonly space: AddressSpace;
  readonly address: bigint;
}

/** Number of each space, above bit 64. 0 stays free: a plain number is a linear address of the focused level. */
const SPACES: readonly { readonly id: bigint; readonly name: string; readonly space: AddressSpace }[] = [
  { id: 1n, name: 'L0', space: { kind: 'linear', level: 'L0' } },
  { id: 2n, name: 'L1', space: { kind: 'linear', level: 'L1' } },
  { id: 3n, name: 'L2', space: { kind: 'linear', level: 'L2' } },
  { id: 4n, name: 'L0gpa', space: { kind: 'physical', level: 'L0' } },
  { id: 5n, name: 'L1gpa', space: { kind: 'physical', level: 'L1' } },
  { id: 6n, name: 'L2gpa', space: { kind: 'physical', level: 'L2' } },
  { id: 7n, name: 'hpa', space: { kind: 'host' } },
];

const SHIFT = 64n;

function same(a: AddressSpace, b: AddressSpace): boolean {
  return a.kind === b.kind && ('level' in a ? a.level : '') === ('level' in b ? b.level : '');
}

/** The space's name in expressions: `L2`, `L1gpa`, `hpa`. */
export function spaceName(space: AddressSpace): string {
  return SPACES.find((row) => same(row.space, space))!.name;
}

/** The space with this name; undefined for another word. */
export function spaceByName(name: string): AddressSpace | undefined {
  return SPACES.find((row) => row.name === name)?.space;
}

export const spaceNames: readonly string[] = SPACES.map((row) => row.name);

/** The reference as DAP carries it. */
export function memoryReference(space: AddressSpace, address: bigint): string {
  const { id } = SPACES.find((row) => same(row.space, space))!;
  return '0x' + ((id << SHIFT) | BigInt.asUintN(64, address)).toString(16);
}

/** Reads a reference; a number without a space is a linear address of `level`. Undefined when it is none. */
export function parseMemoryReference(text: string, level: StrandName): SpacedAddress | undefined {
  if (!/^(0x[0-9a-f]{1,18}|\d{1,21})$/i.test(text)) return undefined;
  const number = BigInt(text);
  const id = number >> SHIFT;
  const space = id === 0n ? { kind: 'linear' as const, level } : SPACES.find((row) => row.id === id)?.space;
  return space && { space, address: BigInt.asUintN(64, number) };
}
