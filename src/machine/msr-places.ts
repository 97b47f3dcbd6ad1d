/**
 * The MSRs that the chip keeps in its state block for the level that runs, by name: what a debugger can show and watch.
 */
import { State } from '../abi/state-block';
import type { MsrName } from '../isa/msrs';

export const msrPlaces = {
  IA32_STAR: State.MSR_STAR,
  IA32_LSTAR: State.MSR_LSTAR,
  IA32_CSTAR: State.MSR_CSTAR,
  IA32_FMASK: State.MSR_SFMASK,
  IA32_KERNEL_GS_BASE: State.MSR_KERNEL_GS_BASE,
  IA32_SYSENTER_CS: State.MSR_SYSENTER_CS,
  IA32_SYSENTER_ESP: State.MSR_SYSENTER_ESP,
  IA32_SYSENTER_EIP: State.MSR_SYSENTER_EIP,
  IA32_PAT: State.MSR_PAT,
  IA32_DEBUGCTL: State.MSR_DEBUGCTL,
  IA32_TSC_AUX: State.MSR_TSC_AUX,
  IA32_APIC_BASE: State.MSR_APIC_BASE,
  IA32_FEATURE_CONTROL: State.MSR_FEATURE_CONTROL,
  IA32_EFER: State.EFER,
} satisfies Partial<Record<MsrName, State>>;

export type PlacedMsr = keyof typeof msrPlaces;

/** The MSR with this name in the state block; undefined for another word. */
export function msrPlace(name: string): State | undefined {
  return Object.hasOwn(msrPlaces, name) ? msrPlaces[name as PlacedMsr] : undefined;
}
