// Whose memory is walked: the running vCPU's, whose space is its state block `S`, or another one that the embedder describes
// (abi/walk-space.ts), at Region.WALK in the same form. A leaf of the walks: knows bytes and registers, no entries.
import { Region } from '../../abi/memory-map';
import { State } from '../../abi/state-block';
import { WalkSpace, WalkVisit } from '../../abi/walk-space';
import { maskOfWidth, physicalMask } from '../physical-width';
import { S } from '../state';
import { Proc2 } from '../gen/constants';
import { CAP_EPT_VPID, capability } from '../vmx/capabilities';
import { Vmx, proc2 } from '../vmx/vmcs';
import { physicalRead32, physicalRead64, physicalWrite32, physicalWrite64 } from './physical';

/** The space of the running vCPU, and the one that the embedder described. */
export const OWN: usize = S;
export const FOREIGN: usize = Region.WALK;

const CHIP: u64 = 0xffff_ffff_ffff_ffff;

export function eptPointerOf(space: usize): u64 {
  return space == OWN ? load<u64>(OWN + Vmx.EPTP) : load<u64>(space + WalkSpace.EPTP);
}

export function eptCapabilitiesOf(space: usize): u64 {
  if (space == OWN) return capability(CAP_EPT_VPID);
  const own = load<u64>(space + WalkSpace.EPT_CAPABILITIES);
  return own == CHIP ? capability(CAP_EPT_VPID) : own;
}

/** EPT entries have separate execute rights for user-mode and supervisor-mode linear addresses; L0 offers that to nobody. */
export function modeBasedExecute(space: usize): bool {
  return space == OWN && (proc2() & Proc2.MODE_BASED_EXECUTE_CONTROL) != 0;
}

/** Ones in the bits of a physical address that exist. */
export function physicalMaskOf(space: usize): u64 {
  if (space == OWN) return physicalMask();
  const width = load<u32>(space + WalkSpace.PHYSICAL_BITS);
  return width == 0 ? physicalMask() : maskOfWidth(width);
}

/** Where `bytes` bytes of another space's physical memory lie; all ones when it has none there. */
function hostAddress(space: usize, at: u64, bytes: u64): u64 {
  const size = load<u64>(space + WalkSpace.SIZE);
  return at < size && size - at >= bytes ? load<u64>(space + WalkSpace.BASE) + at : NOWHERE;
}

const NOWHERE: u64 = 0xffff_ffff_ffff_ffff;

// Entries at physical addresses of the space (behind its EPT). What another space has no memory for reads as 0: not present.

function readWord64(space: usize, at: u64, what: u64): u64 {
  if (space == OWN) return physicalRead64(at);
  const host = hostAddress(space, at, 8);
  if (host == NOWHERE) return 0;
  visit(space, host | what);
  return physicalRead64(host);
}

export function readEntry64(space: usize, at: u64): u64 {
  return readWord64(space, at, WalkVisit.ENTRY);
}

export function readEptEntry(space: usize, at: u64): u64 {
  return readWord64(space, at, WalkVisit.EPT_ENTRY);
}

export function readEntry32(space: usize, at: u64): u32 {
  if (space == OWN) return physicalRead32(at);
  const host = hostAddress(space, at, 4);
  if (host == NOWHERE) return 0;
  visit(space, host | WalkVisit.ENTRY);
  return physicalRead32(host);
}

/** Another space's page tables lead to the entry at `at`, before the EPT: its embedder may want to show it. */
export function visitStructure(space: usize, at: u64): void {
  visit(space, (at & ~(<u64>WalkVisit.MASK)) | WalkVisit.STRUCTURE);
}

/** Notes which entry of another space is read: its embedder may want to watch it. */
function visit(space: usize, word: u64): void {
  const count = load<u32>(space + WalkSpace.VISITED);
  if (count >= <u32>WalkSpace.MAX_VISITS) return;
  store<u64>(space + WalkSpace.VISITS + ((<usize>count) << 3), word);
  store<u32>(space + WalkSpace.VISITED, count + 1);
}

/** Of an entry that was read, so it exists. */
export function writeEntry64(space: usize, at: u64, value: u64): void {
  physicalWrite64(space == OWN ? at : load<u64>(space + WalkSpace.BASE) + at, value);
}

export function writeEntry32(space: usize, at: u64, value: u32): void {
  physicalWrite32(space == OWN ? at : load<u64>(space + WalkSpace.BASE) + at, value);
}

/** A register of the space, by its offset in a state block. */
export function register(space: usize, at: State): u64 {
  return load<u64>(space + <usize>at);
}
