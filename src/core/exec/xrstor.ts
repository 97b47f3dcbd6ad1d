// XRSTOR and XRSTORS (SDM Vol. 1, 13.8 and 13.12). Everything is read into the image and checked before anything is loaded.
import { State } from '../../abi/state-block';
import { faulted } from '../fault';
import { Reason, Xcr0 } from '../gen/constants';
import { set32 } from '../state';
import { Next, Uop } from '../uop';
import { loadState } from '../vector-memory';
import {
  Area,
  MXCSR_INITIAL,
  image,
  initializeUpperHalves,
  initializeX87,
  initializeXmm,
  loadUpperHalves,
  loadX87,
  loadXmm,
  xmmEnd,
} from './extended-image';
import { checkMxcsr } from './fxsave';
import { writePkru } from './protection-keys';
import { refuse } from './refusal';
import { requestedComponents, xsaveAllowed, xsaveLinear, xsavesAllowed } from './xsave';
import { COMPACTED, areaSize, compacting, componentOffset, enabledComponents } from './xsave-layout';

const AVX_INDEX: u32 = 2;
const PKRU_INDEX: u32 = 9;
const HEADER_BYTES: u32 = 64;

function zeroBetween(from: u32, end: u32): bool {
  let all: u64 = 0;
  for (let at = from; at < end; at += 8) all |= load<u64>(image + at);
  return all == 0;
}

/** What the header may say (13.8, 13.12): reserved bytes are zero, no component that is not enabled is there. */
function headerIsGood(supervisor: bool): bool {
  const present = load<u64>(image + Area.XSTATE_BV);
  const layout = load<u64>(image + Area.XCOMP_BV);
  const enabled = enabledComponents(supervisor);
  if (!(layout & COMPACTED)) {
    // Bytes 63:24 of the standard format's header are not looked at.
    return (
      !supervisor &&
      layout == 0 &&
      (present & ~enabled) == 0 &&
      zeroBetween(Area.XCOMP_BV, Area.XCOMP_BV + 16)
    );
  }
  // A processor without XSAVEC knows no compacted format.
  if (!compacting() || layout & ~(enabled | COMPACTED) || present & ~layout) return false;
  return zeroBetween(Area.XCOMP_BV + 8, Area.HEADER_END);
}

function read(linear: u64, offset: u32, bytes: u32): void {
  if (!faulted()) loadState(image + offset, linear + offset, bytes);
}

/** Reads the pieces that are to be loaded. */
function readPieces(linear: u64, loaded: u64, mxcsr: bool, layout: u64): void {
  if (loaded & Xcr0.X87) {
    read(linear, 0, Area.MXCSR);
    read(linear, Area.ST, Area.XMM - Area.ST);
  }
  if (mxcsr) read(linear, Area.MXCSR, 4);
  if (loaded & Xcr0.SSE) read(linear, Area.XMM, xmmEnd() - Area.XMM);
  if (loaded & Xcr0.AVX) read(linear, componentOffset(AVX_INDEX, layout), xmmEnd() - Area.XMM);
  if (loaded & Xcr0.PKRU) read(linear, componentOffset(PKRU_INDEX, layout), 4);
}

/** Loads what is there and initializes what is not, of the requested components. */
function loadPieces(u: usize, requested: u64, present: u64, layout: u64): void {
  const loaded = requested & present;
  if (loaded & Xcr0.X87) loadX87(load<u8>(u + Uop.WIDTH) == 8);
  else if (requested & Xcr0.X87) initializeX87();
  if (loaded & Xcr0.SSE) loadXmm();
  else if (requested & Xcr0.SSE) initializeXmm();
  if (loaded & Xcr0.AVX) loadUpperHalves(componentOffset(AVX_INDEX, layout));
  else if (requested & Xcr0.AVX) initializeUpperHalves();
  if (requested & Xcr0.PKRU)
    writePkru(loaded & Xcr0.PKRU ? load<u32>(image + componentOffset(PKRU_INDEX, layout)) : 0);
}

function restore(u: usize, supervisor: bool): i32 {
  const next = supervisor ? xsavesAllowed(u, true) : xsaveAllowed();
  if (next != Next.DONE) return next;
  const linear = xsaveLinear(u, Area.HEADER_END, false);
  if (!faulted()) loadState(image + Area.XSTATE_BV, linear + Area.XSTATE_BV, HEADER_BYTES);
  if (faulted()) return Next.FAULT;
  const layout = load<u64>(image + Area.XCOMP_BV);
  const present = load<u64>(image + Area.XSTATE_BV);
  if (!headerIsGood(supervisor)) return refuse(Reason.XSAVE_HEADER, present, layout);
  const requested = requestedComponents(supervisor);
  const loaded = requested & present;
  xsaveLinear(u, areaSize(loaded, layout), false);
  // The standard format has MXCSR for SSE and AVX whatever XSTATE_BV says; in the compacted one it is a part of SSE.
  const mxcsr = layout & COMPACTED ? (loaded & Xcr0.SSE) != 0 : (requested & (Xcr0.SSE | Xcr0.AVX)) != 0;
  readPieces(linear, loaded, mxcsr, layout);
  if (!faulted() && mxcsr) checkMxcsr(load<u32>(image + Area.MXCSR));
  if (faulted()) return Next.FAULT;
  if (mxcsr) set32(State.MXCSR, load<u32>(image + Area.MXCSR));
  else if (requested & Xcr0.SSE) set32(State.MXCSR, MXCSR_INITIAL);
  loadPieces(u, requested, present, layout);
  return Next.DONE;
}

export function execXrstor(u: usize): i32 {
  return restore(u, false);
}

export function execXrstors(u: usize): i32 {
  return restore(u, true);
}
