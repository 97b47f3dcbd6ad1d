/**
 * Where one level hands over to another: which records tell of it, and who is whose guest.
 */
import type { Level } from '../../machine/level-state';
import type { Topology } from '../../machine/machine-config';
import type { MachineRecord } from '../../machine/machine-record';

const DEPTH: Record<Level, number> = { L0: 0, L1: 1, L2: 2 };

/** The user's hypervisor enters its guest, or its guest exits to it. What L0 does for itself is no crossing. */
export function isCrossing(record: MachineRecord, topology: Topology): boolean {
  if (topology === 'bare') return record.kind === 'entry' || record.kind === 'exit';
  return record.kind === 'nested-entry' || record.kind === 'nested-exit';
}

/** True when `inner` is a guest of `outer`, directly or not. */
export function isInside(inner: Level, outer: Level): boolean {
  return DEPTH[inner] > DEPTH[outer];
}

/** The user's level that gets exits of `level`; undefined for the outermost program. */
export function parentOf(level: Level, topology: Topology): Level | undefined {
  if (topology === 'bare') return level === 'L1' ? 'L0' : undefined;
  return level === 'L2' ? 'L1' : undefined;
}
