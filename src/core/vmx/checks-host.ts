// Entry checks E: host-state area and address-space size (SDM 26.2.2 to 26.2.4). Each failure is VMfailValid(8). Returns
// true when the run ends at a failing check.
import { isCanonical } from '../mode';
import { State } from '../../abi/state-block';
import { Check, Cr0, Cr4, Efer, EntryCtl, ExitCtl, ExitCtl2, V } from '../gen/constants';
import { get64 } from '../state';
import { physicalMask } from '../physical-width';
import { badPat, entryControls, exit2Controls, exitControls, fails, image16, image64 } from './check-context';
import {
  badCr0,
  badCr4,
  badFredConfig,
  badPerfGlobalCtrl,
  badShadowStackControl,
  badSpecCtrl,
  EFER_KNOWN,
} from './check-values';

export function hostStateFails(): bool {
  return (
    hostRegistersFail() || hostMsrsFail() || hostNewerMsrsFail() || hostSegmentsFail() || hostSizeFails()
  );
}

function hostRegistersFail(): bool {
  const cr0 = image64(V.HOST_CR0);
  const cr4 = image64(V.HOST_CR4);
  if (fails(Check.E01, badCr0(cr0, false))) return true;
  if (fails(Check.E02, badCr4(cr4))) return true;
  if (fails(Check.E03, (image64(V.HOST_CR3) & ~physicalMask()) != 0)) return true;
  if (fails(Check.E04, (cr4 & Cr4.CET) != 0 && (cr0 & Cr0.WP) == 0)) return true;
  if (fails(Check.E05, !isCanonical(image64(V.HOST_IA32_SYSENTER_ESP)))) return true;
  return fails(Check.E06, !isCanonical(image64(V.HOST_IA32_SYSENTER_EIP)));
}

function hostMsrsFail(): bool {
  const controls = exitControls();
  const perf = (controls & ExitCtl.VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL) != 0;
  if (fails(Check.E07, perf && badPerfGlobalCtrl(image64(V.HOST_IA32_PERF_GLOBAL_CTRL)))) return true;
  const pat = (controls & ExitCtl.VM_EXIT_LOAD_IA32_PAT) != 0;
  if (fails(Check.E08, pat && badPat(image64(V.HOST_IA32_PAT)))) return true;
  if (!(controls & ExitCtl.VM_EXIT_LOAD_IA32_EFER)) return false;
  const efer = image64(V.HOST_IA32_EFER);
  if (fails(Check.E09, (efer & ~EFER_KNOWN) != 0)) return true;
  const wide = (controls & ExitCtl.VM_EXIT_HOST_ADDRESS_SPACE_SIZE) != 0;
  const lma = (efer & Efer.LMA) != 0;
  const lme = (efer & Efer.LME) != 0;
  return fails(Check.E10, lma != wide || lme != wide);
}

/** State of CET, protection keys, FRED and speculation control: newer than SDM 325384-059. */
function hostNewerMsrsFail(): bool {
  const controls = exitControls();
  const controls2 = exit2Controls();
  const wide = (controls & ExitCtl.VM_EXIT_HOST_ADDRESS_SPACE_SIZE) != 0;
  if (controls & ExitCtl.VM_EXIT_LOAD_CET_STATE) {
    if (fails(Check.E11, badShadowStackControl(image64(V.HOST_S_CET), wide))) return true;
    const ssp = image64(V.HOST_SSP);
    if (fails(Check.E12, (ssp & 3) != 0 || !isCanonical(ssp))) return true;
    if (fails(Check.E13, !isCanonical(image64(V.HOST_INTR_SSP_TABLE)))) return true;
  }
  const keys = (controls & ExitCtl.VM_EXIT_LOAD_PKRS) != 0;
  if (fails(Check.E14, keys && image64(V.HOST_IA32_PKRS) >> 32 != 0)) return true;
  if (controls2 & ExitCtl2.VM_EXIT_LOAD_HOST_FRED) {
    if (fails(Check.E15, badFredConfig(image64(V.HOST_IA32_FRED_CONFIG)))) return true;
    for (let i: usize = 0; i < 24; i += 8) {
      const rsp = image64(V.HOST_IA32_FRED_RSP1 + i);
      if (fails(Check.E16, (rsp & 0x3f) != 0 || !isCanonical(rsp))) return true;
    }
    for (let i: usize = 0; i < 24; i += 8) {
      const ssp = image64(V.HOST_IA32_FRED_SSP1 + i);
      if (fails(Check.E17, (ssp & 7) != 0 || !isCanonical(ssp))) return true;
    }
  }
  const speculation = (controls2 & ExitCtl2.VM_EXIT_LOAD_HOST_IA32_SPEC_CTRL) != 0;
  return fails(Check.E18, speculation && badSpecCtrl(image64(V.HOST_IA32_SPEC_CTRL)));
}

function hostSegmentsFail(): bool {
  let selectors: u32 = 0;
  // ES to GS are six adjacent slots, TR is the seventh: there is no host LDTR.
  for (let i: usize = 0; i < 7; i++) selectors |= image16(V.HOST_ES_SELECTOR + i * 8);
  if (fails(Check.E19, (selectors & 7) != 0)) return true;
  if (fails(Check.E20, image16(V.HOST_CS_SELECTOR) == 0)) return true;
  if (fails(Check.E21, image16(V.HOST_TR_SELECTOR) == 0)) return true;
  const wide = (exitControls() & ExitCtl.VM_EXIT_HOST_ADDRESS_SPACE_SIZE) != 0;
  if (fails(Check.E22, !wide && image16(V.HOST_SS_SELECTOR) == 0)) return true;
  const bases =
    isCanonical(image64(V.HOST_FS_BASE)) &&
    isCanonical(image64(V.HOST_GS_BASE)) &&
    isCanonical(image64(V.HOST_GDTR_BASE)) &&
    isCanonical(image64(V.HOST_IDTR_BASE)) &&
    isCanonical(image64(V.HOST_TR_BASE));
  return fails(Check.E23, !bases);
}

function hostSizeFails(): bool {
  const wide = (exitControls() & ExitCtl.VM_EXIT_HOST_ADDRESS_SPACE_SIZE) != 0;
  const longGuest = (entryControls() & EntryCtl.VM_ENTRY_IA32E_MODE_GUEST) != 0;
  const longHost = (get64(State.EFER) & Efer.LMA) != 0;
  const cr4 = image64(V.HOST_CR4);
  const rip = image64(V.HOST_RIP);
  if (fails(Check.E24, !longHost && longGuest)) return true;
  if (fails(Check.E25, !longHost && wide)) return true;
  if (fails(Check.E26, longHost && !wide)) return true;
  if (fails(Check.E27, !wide && longGuest)) return true;
  if (fails(Check.E28, !wide && (cr4 & Cr4.PCIDE) != 0)) return true;
  if (fails(Check.E29, !wide && rip >> 32 != 0)) return true;
  if (fails(Check.E30, wide && (cr4 & Cr4.PAE) == 0)) return true;
  if (fails(Check.E31, wide && !isCanonical(rip))) return true;
  return fails(Check.E32, !wide && (cr4 & Cr4.FRED) != 0);
}
