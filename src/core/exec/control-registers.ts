// MOV to and from control registers, LMSW, SMSW, CLTS and the rules of a new CR0, CR3, CR4 (SDM 3A 2.5, 4.10.4.1, 9.8.5; VMX
// fixed bits 3C 23.8; order of exit and fault 3C 25.1.1). XCR0 is extended-state.ts, EFER msr.ts.
import { Mode, Seg, Segment, State } from '../../abi/state-block';
import { CpuidTable } from '../../abi/tables';
import { cpuidRegister } from '../cpuid-table';
import { faulted } from '../fault';
import { AccessRights, Cr0, Cr3, Cr4, Efer, Proc2, Reason, SystemType } from '../gen/constants';
import { claimedCr4Features } from '../gen/cr4-features';
import { taskPriorityRead, taskPriorityWrite } from '../imports';
import { flushTlb, translationChanged } from '../mmu/tlb';
import { loadPdptes } from '../mmu/hardware-walk';
import { isPaePaging, modeChanged } from '../mode';
import { checkedOperandLinear, readOperand, writeOperand } from '../operands';
import { setAttention } from '../attention';
import { get32, get64, gpr, segment, set64, setGpr } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import {
  CAP_CR0_FIXED0,
  CAP_CR0_FIXED1,
  CAP_CR4_FIXED0,
  CAP_CR4_FIXED1,
  capability,
} from '../vmx/capabilities';
import {
  cltsClearsTs,
  inNonRoot,
  interceptClts,
  interceptLmsw,
  interceptMovFromCr,
  interceptMovToCr,
  mergeCrWrite,
  readCrShadowed,
  readTprShadow,
  tprShadowActive,
  writeTprShadow,
} from '../vmx/hooks';
import { proc2 } from '../vmx/vmcs';
import { physicalMask } from '../physical-width';
import { privileged, refuse, refuseUndefined, userPrevented } from './refusal';

const CR0_DEFINED: u64 =
  Cr0.PE | Cr0.MP | Cr0.EM | Cr0.TS | Cr0.ET | Cr0.NE | Cr0.WP | Cr0.AM | Cr0.NW | Cr0.CD | Cr0.PG;
/** Changes of these bits reload the PDPTEs in PAE paging (SDM 4.4.1). */
const CR0_PDPTE: u64 = Cr0.CD | Cr0.NW | Cr0.PG;
const CR4_PDPTE: u64 = Cr4.PAE | Cr4.PGE | Cr4.PSE | Cr4.SMEP;
/** CR4 bits that change translations. */
const CR4_TRANSLATION: u64 = Cr4.PAE | Cr4.PGE | Cr4.PSE | Cr4.SMEP | Cr4.SMAP | Cr4.PKE | Cr4.PCIDE;
/** CPUID leaf whose EAX[7:0] is the version of performance monitoring. */
const PERFORMANCE_LEAF: u32 = 0xa;
const NO_FLUSH: u64 = 0x8000000000000000;

/** #GP(0); always false, as a write that failed. */
function protectionFault(reason: u32, a: u64, b: u64 = 0): bool {
  refuse(reason, a, b);
  return false;
}

/**
 * Bits that VMX operation fixes have their fixed values (SDM 23.8); else #GP(0). `reason`: the row for bits that must be 1, the
 * row after it is for those that must be 0.
 */
function fixedBitsHold(value: u64, zero: u32, one: u32, exempt: u64, reason: u32): bool {
  if (get32(State.VMX_ON) == 0) return true;
  const missing = capability(zero) & ~exempt & ~value;
  if (missing != 0) return protectionFault(reason, value, missing);
  const extra = value & ~capability(one);
  return extra == 0 || protectionFault(reason + 1, value, extra);
}

/** Loads CR0 after all checks; false with #GP(0) pending. */
export function writeCr0(raw: u64): bool {
  if (raw >> 32 != 0) return protectionFault(Reason.CR0_HIGH_BITS, raw);
  const old = get64(State.CR0);
  const value = (raw & CR0_DEFINED) | Cr0.ET;
  const cr4 = get64(State.CR4);
  let efer = get64(State.EFER);
  const paging = (value & Cr0.PG) != 0;
  const changed = old ^ value;
  if (paging && (value & Cr0.PE) == 0) return protectionFault(Reason.CR0_PG_WITHOUT_PE, value);
  if ((value & Cr0.NW) != 0 && (value & Cr0.CD) == 0) return protectionFault(Reason.CR0_NW_WITHOUT_CD, value);
  if (!paging && (changed & Cr0.PG) != 0) {
    if ((cr4 & Cr4.PCIDE) != 0) return protectionFault(Reason.CR0_PG_CLEARED_WITH_PCIDE, value, cr4);
    if (get32(State.MODE) == Mode.LONG_64)
      return protectionFault(Reason.CR0_PG_CLEARED_IN_64_BIT_MODE, value);
  }
  const exempt: u64 = (proc2() & Proc2.UNRESTRICTED_GUEST) != 0 ? Cr0.PE | Cr0.PG : 0;
  if (!fixedBitsHold(value, CAP_CR0_FIXED0, CAP_CR0_FIXED1, exempt, Reason.CR0_VMX_FIXED0)) return false;
  if ((changed & Cr0.PG) != 0) {
    if (!paging) efer &= ~Efer.LMA;
    else if ((efer & Efer.LME) != 0) {
      if ((cr4 & Cr4.PAE) == 0) return protectionFault(Reason.CR0_PG_WITHOUT_PAE, value, cr4);
      if (startsLongModeBadly()) return false;
      efer |= Efer.LMA;
    }
  }
  if ((changed & CR0_PDPTE) != 0 && isPaePaging(value, cr4, efer) && !reloadPdptes(get64(State.CR3)))
    return false;
  set64(State.CR0, value);
  set64(State.EFER, efer);
  if ((changed & Cr0.PG) != 0) flushTlb();
  translationChanged();
  modeChanged();
  setAttention();
  return true;
}

/** IA-32e mode cannot be activated from a code segment with L, nor with a 16-bit TSS (SDM 9.8.5): then #GP(0) is pending. */
function startsLongModeBadly(): bool {
  const code = load<u32>(segment(Seg.CS) + Segment.ACCESS);
  if ((code & AccessRights.L) != 0) return !protectionFault(Reason.CR0_PG_WITH_CS_L, code);
  const task = load<u32>(segment(Seg.TR) + Segment.ACCESS);
  if ((task & AccessRights.TYPE) > <u32>SystemType.TSS16_BUSY) return false;
  return !protectionFault(Reason.CR0_PG_WITH_16_BIT_TSS, task);
}

function reloadPdptes(cr3: u64): bool {
  const good = loadPdptes(cr3);
  if (!good && !faulted()) refuse(Reason.PDPTE_RESERVED, cr3);
  return good && !faulted();
}

/** Loads CR3; false with #GP(0) or an exit pending. */
export function writeCr3(raw: u64): bool {
  const cr4 = get64(State.CR4);
  let value = raw;
  if ((cr4 & Cr4.PCIDE) != 0) value &= ~NO_FLUSH;
  const beyond = value & ~physicalMask();
  if (get32(State.MODE) == Mode.LONG_64 && beyond != 0)
    return protectionFault(Reason.CR3_RESERVED, value, beyond);
  if (isPaePaging(get64(State.CR0), cr4, get64(State.EFER)) && !reloadPdptes(value)) return false;
  set64(State.CR3, value);
  translationChanged();
  return true;
}

/** CR4 bits that the profile has: those of its features, and PCE with performance counters. */
function claimedCr4(): u64 {
  const counters = (cpuidRegister(PERFORMANCE_LEAF, 0, CpuidTable.EAX) & 0xff) != 0;
  return claimedCr4Features() | (counters ? Cr4.PCE : 0);
}

/** Loads CR4 after all checks; false with #GP(0) pending. */
export function writeCr4(value: u64): bool {
  const changed = get64(State.CR4) ^ value;
  const efer = get64(State.EFER);
  const long = (efer & Efer.LMA) != 0;
  const reserved = value & ~claimedCr4();
  if (reserved != 0) return protectionFault(Reason.CR4_RESERVED, value, reserved);
  if (long && (value & Cr4.PAE) == 0) return protectionFault(Reason.CR4_PAE_CLEARED, value);
  if ((changed & value & Cr4.PCIDE) != 0 && (!long || (get64(State.CR3) & ~Cr3.BASE) != 0))
    return protectionFault(Reason.CR4_PCIDE, value, get64(State.CR3));
  if (!fixedBitsHold(value, CAP_CR4_FIXED0, CAP_CR4_FIXED1, 0, Reason.CR4_VMX_FIXED0)) return false;
  if (
    (changed & CR4_PDPTE) != 0 &&
    isPaePaging(get64(State.CR0), value, efer) &&
    !reloadPdptes(get64(State.CR3))
  )
    return false;
  set64(State.CR4, value);
  if ((changed & CR4_TRANSLATION) != 0) flushTlb();
  translationChanged();
  modeChanged();
  return true;
}

function writeCr8(value: u64): i32 {
  if (value > 15) return refuse(Reason.CR8_RESERVED, value);
  if (inNonRoot() && tprShadowActive()) writeTprShadow(value);
  else taskPriorityWrite(<u32>value);
  setAttention();
  return Next.BOUNDARY;
}

/** CR0, CR2, CR3, CR4, and CR8 in 64-bit mode, exist. */
function exists(cr: u32): bool {
  if (cr == 8) return get32(State.MODE) == Mode.LONG_64;
  return cr == 0 || (cr >= 2 && cr <= 4);
}

/** #UD and the privilege check, which come before any exit; false when refused. */
function admitted(cr: u32): bool {
  if (exists(cr)) return privileged();
  refuseUndefined(Reason.CR_DOES_NOT_EXIST, cr);
  return false;
}

export function execMovToCr(u: usize): i32 {
  const cr: u32 = load<u8>(u + Uop.REG);
  if (!admitted(cr)) return Next.FAULT;
  const source: u32 = load<u8>(u + Uop.RM);
  let value = gpr(source);
  if (get32(State.MODE) != Mode.LONG_64) value &= 0xffffffff;
  if (inNonRoot() && interceptMovToCr(u, cr, source, value)) return Next.EXITED;
  let done = true;
  if (cr == 8) return writeCr8(value);
  if (cr == 2) set64(State.CR2, value);
  else if (cr == 3) done = writeCr3(value);
  else if (cr == 0) done = writeCr0(mergeCrWrite(0, value));
  else done = writeCr4(mergeCrWrite(4, value));
  return done ? Next.BOUNDARY : Next.FAULT;
}

export function execMovFromCr(u: usize): i32 {
  const cr: u32 = load<u8>(u + Uop.REG);
  if (!admitted(cr)) return Next.FAULT;
  const target: u32 = load<u8>(u + Uop.RM);
  if (inNonRoot() && interceptMovFromCr(u, cr, target)) return Next.EXITED;
  let value: u64 = 0;
  if (cr == 0 || cr == 4) value = readCrShadowed(cr);
  else if (cr == 2) value = get64(State.CR2);
  else if (cr == 3) value = get64(State.CR3);
  else value = inNonRoot() && tprShadowActive() ? readTprShadow() : <u64>taskPriorityRead();
  setGpr(target, get32(State.MODE) == Mode.LONG_64 ? value : value & 0xffffffff);
  return Next.DONE;
}

/** A register takes as many bits as its width; memory gets 16. */
export function execSmsw(u: usize): i32 {
  if (userPrevented()) return Next.FAULT;
  const register = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
  const width: u32 = register ? load<u8>(u + Uop.WIDTH) : 2;
  const value = readCrShadowed(0);
  writeOperand(u, width, width == 2 ? value & 0xffff : value);
  return faulted() ? Next.FAULT : Next.DONE;
}

/** LMSW writes PE, MP, EM, TS and cannot clear PE. */
export function execLmsw(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  const memory = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) == 0;
  const linear: u64 = memory ? checkedOperandLinear(u, 2, false) : 0;
  if (faulted()) return Next.FAULT;
  const source = readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  if (inNonRoot() && interceptLmsw(u, <u32>source, linear)) return Next.EXITED;
  const writable = Cr0.MP | Cr0.EM | Cr0.TS;
  const old = get64(State.CR0);
  const value = (old & ~writable) | (source & (writable | Cr0.PE));
  return writeCr0(mergeCrWrite(0, value)) ? Next.BOUNDARY : Next.FAULT;
}

export function execClts(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  if (inNonRoot() && interceptClts(u)) return Next.EXITED;
  if (cltsClearsTs()) set64(State.CR0, get64(State.CR0) & ~Cr0.TS);
  modeChanged();
  return Next.BOUNDARY;
}
