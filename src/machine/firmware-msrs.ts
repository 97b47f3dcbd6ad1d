/**
 * MSRs as firmware leaves them to an operating system: the local APIC is on, and whether VMX may be used is decided. Needed after
 * every reset of the chip.
 */
import { State } from '../abi/state-block';
import type { Cpu } from '../cpu/cpu';
import { msrBits } from '../cpu/msr-bits';
import type { Board } from '../platform/device';

/** What firmware has written to IA32_FEATURE_CONTROL (SDM 23.7). */
export const featureControls = {
  'locked-on': ['LOCK', 'VMX_OUTSIDE_SMX'],
  'locked-off': ['LOCK'],
  unlocked: [],
} as const;

export type FeatureControl = keyof typeof featureControls;

export function applyFirmwareMsrs(cpu: Cpu, board: Board, featureControl: FeatureControl): void {
  // The board has the APIC; the chip keeps a copy for CPUID.
  cpu.set64(State.MSR_APIC_BASE, board.localApics[cpu.number]!.apicBase);
  cpu.set64(State.MSR_FEATURE_CONTROL, msrBits('IA32_FEATURE_CONTROL', featureControls[featureControl]));
}
