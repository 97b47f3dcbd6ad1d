// Entry checks G: guest segment registers (SDM 26.3.1.2). Each failure is a VM exit 33. A rule about several registers
// is one check id; it is reported once, at the first register that breaks it. Order within a rule: CS SS DS ES FS GS.
import { Seg } from '../../abi/state-block';
import { AccessRights, Check, Cr0, Cr4, Rflags, Selector, V } from '../gen/constants';
import { isCanonical } from '../mode';
import { fails, image16, image32, image64, longModeGuest, unrestricted } from './check-context';

/** Access rights that must be 0: bits 11:8, and 31:17. */
const RESERVED_LOW: u32 = ~AccessRights.DEFINED & 0xffff;
const RESERVED_HIGH: u32 = ~AccessRights.DEFINED & 0xffff_0000;

function selector(index: u32): u32 {
  return image16(V.GUEST_ES_SELECTOR + <usize>index * 8);
}

function base(index: u32): u64 {
  return image64(V.GUEST_ES_BASE + <usize>index * 8);
}

function limit(index: u32): u32 {
  return image32(V.GUEST_ES_LIMIT + <usize>index * 8);
}

function access(index: u32): u32 {
  return image32(V.GUEST_ES_AR_BYTES + <usize>index * 8);
}

function usable(index: u32): bool {
  return (access(index) & AccessRights.UNUSABLE) == 0;
}

function dpl(index: u32): u32 {
  return (access(index) & AccessRights.DPL) >> AccessRights.DPL_SHIFT;
}

function type(index: u32): u32 {
  return access(index) & AccessRights.TYPE;
}

function rpl(index: u32): u32 {
  return selector(index) & Selector.RPL;
}

export function segmentsFail(): bool {
  if (selectorsFail() || basesFail()) return true;
  const virtual8086 = (image64(V.GUEST_RFLAGS) & Rflags.VM) != 0;
  if (virtual8086 ? virtual8086Fails() : protectedFails()) return true;
  return taskRegisterFails() || ldtrFails() || fredFails();
}

function isVirtual8086(): bool {
  return (image64(V.GUEST_RFLAGS) & Rflags.VM) != 0;
}

function selectorsFail(): bool {
  if (fails(Check.G01, (selector(Seg.TR) & Selector.TI) != 0)) return true;
  if (fails(Check.G02, usable(Seg.LDTR) && (selector(Seg.LDTR) & Selector.TI) != 0)) return true;
  const compare = !isVirtual8086() && !unrestricted();
  return fails(Check.G03, compare && rpl(Seg.SS) != rpl(Seg.CS));
}

function basesFail(): bool {
  if (isVirtual8086()) {
    let wrong = false;
    for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) wrong = wrong || base(i) != (<u64>selector(i)) << 4;
    if (fails(Check.G04, wrong)) return true;
  }
  const wide = isCanonical(base(Seg.TR)) && isCanonical(base(Seg.FS)) && isCanonical(base(Seg.GS));
  if (fails(Check.G05, !wide)) return true;
  if (fails(Check.G06, usable(Seg.LDTR) && !isCanonical(base(Seg.LDTR)))) return true;
  if (fails(Check.G07, base(Seg.CS) >> 32 != 0)) return true;
  const high = highBase(Seg.SS) || highBase(Seg.DS) || highBase(Seg.ES);
  return fails(Check.G08, high);
}

function highBase(index: u32): bool {
  return usable(index) && base(index) >> 32 != 0;
}

function virtual8086Fails(): bool {
  let limits = false;
  let rights = false;
  for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) {
    limits = limits || limit(i) != 0xffff;
    rights = rights || access(i) != 0xf3;
  }
  if (fails(Check.G09, limits)) return true;
  return fails(Check.G10, rights);
}

function protectedFails(): bool {
  return typesFail() || privilegesFail() || attributesFail();
}

/** True for the data registers that the rules G13, G14 and G21 speak of: DS, ES, FS, GS, usable. */
function checkedData(index: u32): bool {
  return index != Seg.CS && index != Seg.SS && usable(index);
}

function typesFail(): bool {
  const code = type(Seg.CS);
  const accessedCode = (code & 9) == 9;
  const flatData = unrestricted() && code == 3;
  if (fails(Check.G11, !accessedCode && !flatData)) return true;
  const stack = type(Seg.SS);
  if (fails(Check.G12, usable(Seg.SS) && stack != 3 && stack != 7)) return true;
  let accessed = true;
  let readable = true;
  let described = true;
  for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) {
    if (checkedData(i)) {
      accessed = accessed && (type(i) & 1) != 0;
      readable = readable && (type(i) & 10) != 8;
    }
    if (present(i)) described = described && (access(i) & AccessRights.S) != 0;
  }
  if (fails(Check.G13, !accessed)) return true;
  if (fails(Check.G14, !readable)) return true;
  return fails(Check.G15, !described);
}

/** CS always, the others when usable. */
function present(index: u32): bool {
  return index == Seg.CS || usable(index);
}

function privilegesFail(): bool {
  const code = type(Seg.CS);
  if (fails(Check.G16, unrestricted() && code == 3 && dpl(Seg.CS) != 0)) return true;
  const conforming = (code & 12) == 12;
  const plain = (code & 12) == 8;
  if (fails(Check.G17, plain && dpl(Seg.CS) != dpl(Seg.SS))) return true;
  if (fails(Check.G18, conforming && dpl(Seg.CS) > dpl(Seg.SS))) return true;
  if (fails(Check.G19, !unrestricted() && dpl(Seg.SS) != rpl(Seg.SS))) return true;
  const real = (image64(V.GUEST_CR0) & Cr0.PE) == 0;
  if (fails(Check.G20, (code == 3 || real) && dpl(Seg.SS) != 0)) return true;
  let weak = false;
  for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) {
    if (checkedData(i) && type(i) <= 11 && dpl(i) < rpl(i)) weak = true;
  }
  return fails(Check.G21, weak && !unrestricted());
}

/** Limit bits 11:0 not all 1 need byte granularity. */
function fineLimitWithG(index: u32): bool {
  return (limit(index) & 0xfff) != 0xfff && (access(index) & AccessRights.G) != 0;
}

/** Limit bits 31:20 not all 0 need page granularity. */
function wideLimitWithoutG(index: u32): bool {
  return limit(index) >> 20 != 0 && (access(index) & AccessRights.G) == 0;
}

function attributesFail(): bool {
  let allPresent = true;
  let reserved: u32 = 0;
  let fine = false;
  let coarse = false;
  for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) {
    if (!present(i)) continue;
    allPresent = allPresent && (access(i) & AccessRights.P) != 0;
    reserved |= access(i);
    fine = fine || fineLimitWithG(i);
    coarse = coarse || wideLimitWithoutG(i);
  }
  if (fails(Check.G22, !allPresent)) return true;
  if (fails(Check.G23, (reserved & RESERVED_LOW) != 0)) return true;
  const code = access(Seg.CS);
  const both = (code & AccessRights.L) != 0 && (code & AccessRights.DB) != 0;
  if (fails(Check.G24, longModeGuest() && both)) return true;
  if (fails(Check.G25, fine)) return true;
  if (fails(Check.G26, coarse)) return true;
  return fails(Check.G27, (reserved & RESERVED_HIGH) != 0);
}

function taskRegisterFails(): bool {
  const rights = access(Seg.TR);
  const kind = type(Seg.TR);
  const busy = kind == 11 || (kind == 3 && !longModeGuest());
  if (fails(Check.G28, !busy)) return true;
  if (fails(Check.G29, (rights & AccessRights.S) != 0)) return true;
  if (fails(Check.G30, (rights & AccessRights.P) == 0)) return true;
  if (fails(Check.G31, (rights & RESERVED_LOW) != 0)) return true;
  if (fails(Check.G32, fineLimitWithG(Seg.TR))) return true;
  if (fails(Check.G33, wideLimitWithoutG(Seg.TR))) return true;
  if (fails(Check.G34, !usable(Seg.TR))) return true;
  return fails(Check.G35, (rights & RESERVED_HIGH) != 0);
}

function ldtrFails(): bool {
  if (!usable(Seg.LDTR)) return false;
  const rights = access(Seg.LDTR);
  if (fails(Check.G36, type(Seg.LDTR) != 2)) return true;
  if (fails(Check.G37, (rights & AccessRights.S) != 0)) return true;
  if (fails(Check.G38, (rights & AccessRights.P) == 0)) return true;
  if (fails(Check.G39, (rights & RESERVED_LOW) != 0)) return true;
  if (fails(Check.G40, fineLimitWithG(Seg.LDTR))) return true;
  if (fails(Check.G41, wideLimitWithoutG(Seg.LDTR))) return true;
  return fails(Check.G42, (rights & RESERVED_HIGH) != 0);
}

/** Rules that come with CR4.FRED; newer than SDM 325384-059. */
function fredFails(): bool {
  if ((image64(V.GUEST_CR4) & Cr4.FRED) == 0) return false;
  const level = dpl(Seg.SS);
  const code64 = (access(Seg.CS) & AccessRights.L) != 0;
  const iopl = (image64(V.GUEST_RFLAGS) & Rflags.IOPL) != 0;
  if (fails(Check.G43, level == 1 || level == 2)) return true;
  if (fails(Check.G44, level == 0 && !code64)) return true;
  return fails(Check.G45, level == 3 && iopl);
}
