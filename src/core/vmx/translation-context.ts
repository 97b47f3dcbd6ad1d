// Which cached translations a VM transition keeps (SDM 28.3.3.1). With VPIDs nothing has to be dropped; but the TLB here
// holds rights already combined with CR0.WP, CR4 and EFER, so translations are kept only if the control registers are
// those with which the context was left. Without VPIDs both sides start empty.
import { State } from '../../abi/state-block';
import { tlbEnterContext, translationChanged } from '../mmu/tlb';
import { S, get64 } from '../state';

/** Remembered contexts: 8 rows of VPID, EPT pointer, CR0, CR3, CR4, EFER in the private part of the state block. */
const enum Table {
  START = 0xb80,
  ROW = 48,
  ROWS = 8,
  VPID = 0, // u64
  EPTP = 8,
  CR0 = 16,
  CR3 = 24,
  CR4 = 32,
  EFER = 40,
}

function rowOf(vpid: u32): usize {
  return S + Table.START + <usize>(vpid & (Table.ROWS - 1)) * Table.ROW;
}

/** Call before the registers of the context in force are replaced. */
export function leaveContext(vpid: u32, eptp: u64): void {
  const row = rowOf(vpid);
  store<u64>(row + Table.VPID, vpid);
  store<u64>(row + Table.EPTP, eptp);
  store<u64>(row + Table.CR0, get64(State.CR0));
  store<u64>(row + Table.CR3, get64(State.CR3));
  store<u64>(row + Table.CR4, get64(State.CR4));
  store<u64>(row + Table.EFER, get64(State.EFER));
}

/** Call with the new registers in place. `keep`: the transition itself drops nothing (VPIDs are in use). */
export function enterContext(vpid: u32, eptp: u64, keep: bool): void {
  tlbEnterContext(vpid, eptp);
  const row = rowOf(vpid);
  const same =
    load<u64>(row + Table.VPID) == vpid &&
    load<u64>(row + Table.EPTP) == eptp &&
    load<u64>(row + Table.CR0) == get64(State.CR0) &&
    load<u64>(row + Table.CR3) == get64(State.CR3) &&
    load<u64>(row + Table.CR4) == get64(State.CR4) &&
    load<u64>(row + Table.EFER) == get64(State.EFER);
  if (!keep || !same) translationChanged();
}
