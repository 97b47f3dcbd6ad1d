/**
 * Where the chip keeps MSRs in its state block, for TypeScript: what a profile resets, what L0 leaves in the chip, what a debugger
 * shows and watches. (The core gets the same from the rows of isa/msr-access; test/core/system/msr-rows holds the two together.)
 */
import { State } from '../abi/state-block';
import type { KeptMsrName } from '../isa/msr-access';

export const msrSlots: Readonly<Record<KeptMsrName, State>> = {
  IA32_APIC_BASE: State.MSR_APIC_BASE,
  IA32_FEATURE_CONTROL: State.MSR_FEATURE_CONTROL,
  IA32_TSC_ADJUST: State.MSR_TSC_ADJUST,
  IA32_SPEC_CTRL: State.MSR_SPEC_CTRL,
  IA32_BIOS_SIGN_ID: State.MSR_BIOS_SIGN_ID,
  IA32_SYSENTER_CS: State.MSR_SYSENTER_CS,
  IA32_SYSENTER_ESP: State.MSR_SYSENTER_ESP,
  IA32_SYSENTER_EIP: State.MSR_SYSENTER_EIP,
  IA32_MISC_ENABLE: State.MSR_MISC_ENABLE,
  IA32_DEBUGCTL: State.MSR_DEBUGCTL,
  IA32_PAT: State.MSR_PAT,
  IA32_XSS: State.MSR_XSS,
  IA32_EFER: State.EFER,
  IA32_STAR: State.MSR_STAR,
  IA32_LSTAR: State.MSR_LSTAR,
  IA32_CSTAR: State.MSR_CSTAR,
  IA32_FMASK: State.MSR_FMASK,
  IA32_KERNEL_GS_BASE: State.MSR_KERNEL_GS_BASE,
  IA32_TSC_AUX: State.MSR_TSC_AUX,
};

/** Where the chip keeps the MSR of this name; undefined for one that it computes or has not. */
export function msrSlot(name: string): State | undefined {
  return Object.hasOwn(msrSlots, name) ? msrSlots[name as KeptMsrName] : undefined;
}
