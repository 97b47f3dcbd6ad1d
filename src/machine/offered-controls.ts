/** The VMX controls L0 offers to L1 on a processor: what L1 reads as "may be 1" in its capability MSRs. */
import { capabilityValues, cpuidRows } from '../cpu/profile';
import type { CpuProfileName } from '../isa/cpu-profiles';
import { vmxControls, type ControlWord } from '../isa/vmx-controls';
import { nested_vmx_setup_ctls_msrs } from '../l0/nested/capability-msrs';

export function offeredControls(profile: CpuProfileName): ReadonlySet<string> {
  const msrs = nested_vmx_setup_ctls_msrs(
    {
      profile: 'kvm-6.12',
      l1Base: 0n,
      l1RamBytes: 0,
      cpuid: cpuidRows(profile),
      capabilities: capabilityValues(profile),
    },
    0,
  );
  const words: Partial<Record<ControlWord, { high: number }>> = {
    pin: msrs.pinbased,
    primary: msrs.procbased,
    secondary: msrs.secondary,
    exit: msrs.exit,
    entry: msrs.entry,
  };
  const offered = vmxControls.filter(({ word, bit }) => (((words[word]?.high ?? 0) >>> bit) & 1) === 1);
  return new Set(offered.map(({ name }) => name));
}
