// XSAVE, XSAVEOPT, XSAVEC, XSAVES (SDM Vol. 1, 13.7, 13.9 to 13.11). What is saved is put together in the image; then all pages
// are probed, then it is stored.
import { Gpr, State } from '../../abi/state-block';
import { faulted, raisePlainBecause } from '../fault';
import { Cr0, Cr4, Reason, Vector, Xcr0 } from '../gen/constants';
import { probeWrite } from '../memory';
import { get32, get64, gpr } from '../state';
import { Next, Uop } from '../uop';
import { interceptXsaves, xsavesEnabled } from '../vmx/hooks';
import { loadState, storeState } from '../vector-memory';
import {
  Area,
  MXCSR_INITIAL,
  image,
  imageMxcsr,
  imageUpperHalves,
  imageX87,
  imageXmm,
  xmmEnd,
} from './extended-image';
import { areaLinear } from './fxsave';
import { privileged, refuseUndefined } from './refusal';
import { COMPACTED, areaSize, componentOffset, componentsInUse, enabledComponents } from './xsave-layout';

export const enum SaveForm {
  XSAVE = 0,
  /** Does not store what is in its initial configuration. */
  XSAVEOPT,
  /** The same, compacted. */
  XSAVEC,
  /** The same with supervisor components, at CPL 0. */
  XSAVES,
}

const AREA_ALIGNMENT: u32 = 64;
const AVX_INDEX: u32 = 2;
const PKRU_INDEX: u32 = 9;

/** Next.DONE, or the fault is pending: the instructions exist with CR4.OSXSAVE, the states are there without CR0.TS. */
export function xsaveAllowed(): i32 {
  if ((get64(State.CR4) & Cr4.OSXSAVE) == 0) refuseUndefined(Reason.XSETBV_OSXSAVE, get64(State.CR4));
  else if ((get64(State.CR0) & Cr0.TS) != 0)
    raisePlainBecause(Reason.COPROCESSOR_UNAVAILABLE, Vector.NM, get64(State.CR0));
  return faulted() ? Next.FAULT : Next.DONE;
}

/** The same for XSAVES and XRSTORS; a VM exit comes after #UD and the check of the privilege level (SDM 25.1.1). */
export function xsavesAllowed(u: usize, restore: bool): i32 {
  if ((get64(State.CR4) & Cr4.OSXSAVE) == 0) return refuseUndefined(Reason.XSETBV_OSXSAVE, get64(State.CR4));
  if (!xsavesEnabled()) return refuseUndefined(Reason.NOT_CLAIMED);
  if (!privileged()) return Next.FAULT;
  return interceptXsaves(u, restore) ? Next.EXITED : xsaveAllowed();
}

/** The requested-feature bitmap: EDX:EAX of what is enabled. */
export function requestedComponents(supervisor: bool): u64 {
  const wanted = (gpr(Gpr.RAX) & 0xffffffff) | (gpr(Gpr.RDX) << 32);
  return wanted & enabledComponents(supervisor);
}

/** Address of an area with room for `bytes`; an area that is not on a multiple of 64 is #GP(0). Check `faulted()`. */
export function xsaveLinear(u: usize, bytes: u32, write: bool): u64 {
  return areaLinear(u, bytes, write, AREA_ALIGNMENT);
}

/** One piece of the image, probed or stored. */
function piece(linear: u64, offset: u32, bytes: u32, probe: bool): void {
  if (faulted()) return;
  if (probe) probeWrite(linear + offset, bytes);
  else storeState(linear + offset, image + offset, bytes);
}

/** @param header bytes of it that are written */
function pieces(linear: u64, saved: u64, mxcsr: bool, layout: u64, header: u32, probe: bool): void {
  if (saved & Xcr0.X87) {
    piece(linear, 0, Area.MXCSR, probe);
    piece(linear, Area.ST, Area.XMM - Area.ST, probe);
  }
  if (mxcsr) piece(linear, Area.MXCSR, Area.ST - Area.MXCSR, probe);
  if (saved & Xcr0.SSE) piece(linear, Area.XMM, xmmEnd() - Area.XMM, probe);
  piece(linear, Area.XSTATE_BV, header, probe);
  // Outside 64-bit mode the upper registers' places are not written.
  if (saved & Xcr0.AVX) piece(linear, componentOffset(AVX_INDEX, layout), xmmEnd() - Area.XMM, probe);
  if (saved & Xcr0.PKRU) piece(linear, componentOffset(PKRU_INDEX, layout), 4, probe);
}

function fillImage(u: usize, saved: u64, layout: u64): void {
  if (saved & Xcr0.X87) imageX87(load<u8>(u + Uop.WIDTH) == 8);
  imageMxcsr();
  if (saved & Xcr0.SSE) imageXmm();
  if (saved & Xcr0.AVX) imageUpperHalves(componentOffset(AVX_INDEX, layout));
  if (saved & Xcr0.PKRU) store<u32>(image + componentOffset(PKRU_INDEX, layout), get32(State.PKRU));
}

export function execXsave(u: usize, form: u32): i32 {
  const supervisor = form == SaveForm.XSAVES;
  const next = supervisor ? xsavesAllowed(u, false) : xsaveAllowed();
  if (next != Next.DONE) return next;
  const compacted = form >= <u32>SaveForm.XSAVEC;
  const requested = requestedComponents(supervisor);
  let inUse = componentsInUse();
  if (compacted && get32(State.MXCSR) != MXCSR_INITIAL) inUse |= Xcr0.SSE;
  const saved = form == SaveForm.XSAVE ? requested : requested & inUse;
  const layout: u64 = compacted ? requested | COMPACTED : 0;
  const linear = xsaveLinear(u, areaSize(requested, layout), true);
  if (faulted()) return Next.FAULT;
  let present = requested & inUse;
  if (!compacted) {
    // Bits of components that are not requested stay: the header is read to be written.
    probeWrite(linear + Area.XSTATE_BV, 8);
    if (!faulted()) loadState(image + Area.XSTATE_BV, linear + Area.XSTATE_BV, 8);
    if (faulted()) return Next.FAULT;
    present |= load<u64>(image + Area.XSTATE_BV) & ~requested;
  }
  const mxcsr = compacted ? (saved & Xcr0.SSE) != 0 : (requested & (Xcr0.SSE | Xcr0.AVX)) != 0;
  const header: u32 = compacted ? 16 : 8;
  pieces(linear, saved, mxcsr, layout, header, true);
  if (faulted()) return Next.FAULT;
  fillImage(u, saved, layout);
  store<u64>(image + Area.XSTATE_BV, present);
  store<u64>(image + Area.XCOMP_BV, layout);
  pieces(linear, saved, mxcsr, layout, header, false);
  return Next.DONE;
}
