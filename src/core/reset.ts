// Processor state after RESET (SDM Vol. 3, Table 9-1), and what the embedder must call when it changed state or memory.
import { Seg, Segment, State } from '../abi/state-block';
import { dropAllBlocks } from './blocks';
import { claimsChanged } from './claims';
import { MXCSR_INITIAL } from './exec/extended-image';
import { Cr0, Dr7, Rflags, Xcr0 } from './gen/constants';
import { resetMsrs } from './gen/msr-access';
import { Private } from './layout';
import { dropAllWriteEntries, dropDataEntries, clearTlb, selectContext, translationChanged } from './mmu/tlb';
import { hostPhysicalWritten } from './mmu/physical';
import { modeChanged } from './mode';
import { setAttention } from './attention';
import { forgetPhysicalMask } from './physical-width';
import {
  DR6_ONES,
  RESET_CODE,
  RESET_DATA,
  RESET_FPU_CONTROL,
  RESET_FPU_TAG,
  RESET_LDT,
  RESET_TSS,
} from './reset-values';
import { S, segment } from './state';

const NONE: u64 = 0xffff_ffff_ffff_ffff;

function setSegment(index: u32, selector: u32, base: u64, limit: u32, access: u32): void {
  const at = segment(index);
  store<u64>(at + Segment.BASE, base);
  store<u32>(at + Segment.LIMIT, limit);
  store<u32>(at + Segment.ACCESS, access);
  store<u32>(at + Segment.SELECTOR, selector);
}

/** RESET: registers, mode, caches. Tables (CPUID, capabilities) and RAM are the embedder's and stay. */
export function reset(): void {
  const cpu = load<u32>(S + State.CPU);
  memory.fill(S, 0, State.END);
  store<u32>(S + State.CPU, cpu);
  store<u64>(S + State.RIP, 0xfff0);
  store<u64>(S + State.RFLAGS, Rflags.FIXED);
  for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) setSegment(i, 0, 0, 0xffff, RESET_DATA);
  setSegment(Seg.CS, 0xf000, 0xffff0000, 0xffff, RESET_CODE);
  setSegment(Seg.LDTR, 0, 0, 0xffff, RESET_LDT);
  setSegment(Seg.TR, 0, 0, 0xffff, RESET_TSS);
  store<u32>(S + State.GDTR_LIMIT, 0xffff);
  store<u32>(S + State.IDTR_LIMIT, 0xffff);
  store<u64>(S + State.CR0, Cr0.CD | Cr0.NW | Cr0.ET);
  store<u64>(S + State.DR6, DR6_ONES);
  store<u64>(S + State.DR7, Dr7.FIXED);
  store<u64>(S + State.XCR0, Xcr0.X87);
  store<u32>(S + State.MXCSR, MXCSR_INITIAL);
  store<u32>(S + State.FPU_CONTROL, RESET_FPU_CONTROL);
  store<u32>(S + State.FPU_TAG, RESET_FPU_TAG);
  resetMsrs();
  store<u64>(S + State.VMCS_POINTER, NONE);
  store<u64>(S + State.VMXON_POINTER, NONE);
  store<u64>(S + State.PREEMPTION_DEADLINE, NONE);
  store<u64>(S + State.SKIP_BREAKPOINT, NONE);
  clearTlb();
  dropAllBlocks();
  modeChanged();
  setAttention();
}

/** Another CPU's state block stands at Region.STATE now. What others did to code and translations meanwhile is made good. */
export function cpuSelected(): void {
  selectContext();
  setAttention();
}

/** The embedder replaced registers, or cleared DIRTY attributes: everything derived from them is made anew. */
export function stateReplaced(): void {
  // The CPUID table may be another one now.
  if (claimsChanged()) dropAllBlocks();
  forgetPhysicalMask();
  store<u32>(S + Private.SHADOW_NEW, 0);
  dropAllWriteEntries();
  translationChanged();
  modeChanged();
  setAttention();
}

/** The embedder wrote RAM: decoded code there is dropped, page by page. */
export function ramWritten(addressHigh: u32, addressLow: u32, length: u32): void {
  if (addressHigh) return;
  let at = <u64>addressLow;
  const end = at + length;
  while (at < end) {
    const room = 0x1000 - (at & 0xfff);
    const bytes = min(room, end - at);
    hostPhysicalWritten(at, <u32>bytes);
    at += bytes;
  }
}

/** Attributes WATCHED changed: no entry may stay that passes a watched page by. */
export function watchesChanged(): void {
  dropDataEntries();
}

/** The breakpoint set at Region.BREAKPOINTS changed: blocks are cut at breakpoints, so all are decoded anew. */
export function breakpointsChanged(): void {
  dropAllBlocks();
}
