// INIT and Start-up IPI outside VMX non-root operation: the register state of SDM 3A Table 9-1, column INIT, and the start
// address of a SIPI (8.4.3). Must not touch RAM, MSRs, TSC or the caches' contents, which survive INIT.
import { Gpr, Seg, State } from '../../abi/state-block';
import { storeSegment } from '../exec/segment-load';
import { setRflags } from '../flags';
import { Activity, Cr0, Dr7, Ia32ApicBase, Rflags } from '../gen/constants';
import { flushTlb, translationChanged } from '../mmu/tlb';
import { modeChanged } from '../mode';
import { DR6_ONES, RESET_CODE, RESET_DATA, RESET_LDT, RESET_TSS } from '../reset-values';
import { get64, set32, set64, setGpr, setRip } from '../state';
import { forgetStream } from './event-state';

/** Version information that INIT leaves in EDX: family 6. */
const SIGNATURE: u64 = 0x600;

/** Registers after INIT; the bootstrap processor starts at the reset vector, others wait for a SIPI. */
export function takeInit(): void {
  for (let i: u32 = 0; i < 16; i++) setGpr(i, 0);
  setGpr(Gpr.RDX, SIGNATURE);
  setRip(0xfff0);
  setRflags(Rflags.FIXED);
  for (let i: u32 = 0; i < 6; i++) storeSegment(i, 0, 0, 0xffff, RESET_DATA);
  storeSegment(Seg.CS, 0xf000, 0xffff0000, 0xffff, RESET_CODE);
  storeSegment(Seg.LDTR, 0, 0, 0xffff, RESET_LDT);
  storeSegment(Seg.TR, 0, 0, 0xffff, RESET_TSS);
  set64(State.GDTR_BASE, 0);
  set64(State.IDTR_BASE, 0);
  set32(State.GDTR_LIMIT, 0xffff);
  set32(State.IDTR_LIMIT, 0xffff);
  set64(State.CR0, (get64(State.CR0) & (Cr0.CD | Cr0.NW)) | Cr0.ET);
  set64(State.CR2, 0);
  set64(State.CR3, 0);
  set64(State.CR4, 0);
  set64(State.EFER, 0);
  for (let i: usize = 0; i < 4; i++) set64(<usize>State.DR0 + i * 8, 0);
  set64(State.DR6, DR6_ONES);
  set64(State.DR7, Dr7.FIXED);
  set32(State.INTERRUPTIBILITY, 0);
  set64(State.PENDING_DEBUG, 0);
  set32(
    State.ACTIVITY,
    (get64(State.MSR_APIC_BASE) & Ia32ApicBase.BSP) != 0 ? Activity.ACTIVE : Activity.WAIT_FOR_SIPI,
  );
  forgetStream();
  flushTlb();
  translationChanged();
  modeChanged();
}

/** A waiting processor starts at page `vector` in real mode. */
export function takeSipi(vector: u32): void {
  storeSegment(Seg.CS, vector << 8, (<u64>vector) << 12, 0xffff, RESET_CODE);
  setRip(0);
  set32(State.ACTIVITY, Activity.ACTIVE);
  modeChanged();
}
