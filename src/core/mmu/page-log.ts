// The page-modification log (SDM 28.2.5): addresses of pages whose EPT dirty flag a walk sets, written from the last entry
// down. Of the running guest it is the one of its VMCS, of another space the one that the embedder described.
import { WalkSpace } from '../../abi/walk-space';
import { Proc2, V } from '../gen/constants';
import { proc2, setVm32, vm16, vm64 } from '../vmx/vmcs';
import { physicalWrite64 } from './physical';
import { OWN, writeEntry64 } from './space';

/** Entries of the log, one page; an index beyond them says that it is full. */
const ENTRIES: u32 = 512;
const NO_LOG: u64 = 0xffff_ffff_ffff_ffff;
const PAGE: u64 = 0xffff_ffff_ffff_f000;

export function isLogged(space: usize): bool {
  if (space == OWN) return (proc2() & Proc2.ENABLE_PML) != 0;
  return load<u64>(space + WalkSpace.LOG) != NO_LOG;
}

function indexOf(space: usize): u32 {
  return space == OWN ? vm16(V.GUEST_PML_INDEX) : load<u32>(space + WalkSpace.LOG_INDEX);
}

/** Asked before any accessed or dirty flag is set. */
export function isLogFull(space: usize): bool {
  return indexOf(space) >= ENTRIES;
}

/** Logs the page of `gpa`, whose dirty flag has just been set; the index of a full log is FFFFH. */
export function logPage(space: usize, gpa: u64): void {
  const index = indexOf(space);
  const next = (index - 1) & 0xffff;
  if (space == OWN) {
    physicalWrite64(vm64(V.PML_ADDRESS) + <u64>index * 8, gpa & PAGE);
    setVm32(V.GUEST_PML_INDEX, next);
    return;
  }
  const at = load<u64>(space + WalkSpace.LOG) + <u64>index * 8;
  // A log outside the space's memory takes no entries (KVM: nested_vmx_write_pml_buffer).
  if (at + 8 > load<u64>(space + WalkSpace.SIZE)) return;
  writeEntry64(space, at, gpa & PAGE);
  store<u32>(space + WalkSpace.LOG_INDEX, next);
}
