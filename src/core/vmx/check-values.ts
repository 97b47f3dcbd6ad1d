// Which values of a register are valid, where host and guest checks ask the same: fixed bits of CR0 and CR4, EFER, CET,
// FRED and speculation control. SDM 23.8, 26.2.2, 26.3.1.1. No fields are read here.
import { Cr0, Efer } from '../gen/constants';
import { isCanonical } from '../mode';
import { CAP_CR0_FIXED0, CAP_CR0_FIXED1, CAP_CR4_FIXED0, CAP_CR4_FIXED1 } from './capabilities';
import { offered } from './check-context';

export const EFER_KNOWN: u64 = <u64>(Efer.SCE | Efer.LME | Efer.LMA | Efer.NXE);

/** NW and CD are never checked; PE and PG not for an unrestricted guest. */
export function badCr0(value: u64, unrestrictedGuest: bool): bool {
  const free: u64 = <u64>(Cr0.NW | Cr0.CD);
  const paging: u64 = unrestrictedGuest ? 0x80000001 : 0;
  const must = offered(CAP_CR0_FIXED0) & ~paging;
  const may = offered(CAP_CR0_FIXED1) | free;
  return (value & must) != must || (value & ~may) != 0;
}

export function badCr4(value: u64): bool {
  const must = offered(CAP_CR4_FIXED0);
  return (value & must) != must || (value & ~offered(CAP_CR4_FIXED1)) != 0;
}

/** Two general and three fixed counters at most: what the oldest processors with the MSR have. */
export function badPerfGlobalCtrl(value: u64): bool {
  return (value & ~(<u64>0x700000003)) != 0;
}

/** IA32_S_CET: bits 9:6 reserved, SUPPRESS and TRACKER (11:10) not both set, the rest a legacy-bitmap address. */
export function badShadowStackControl(value: u64, wide: bool): bool {
  if ((value & 0x3c0) != 0 || (value & 0xc00) == 0xc00) return true;
  return wide ? !isCanonical(value) : value >> 32 != 0;
}

export function badFredConfig(value: u64): bool {
  return (value & 0x834) != 0 || !isCanonical(value);
}

/** IBRS, STIBP and SSBD exist. */
export function badSpecCtrl(value: u64): bool {
  return value >> 3 != 0;
}
