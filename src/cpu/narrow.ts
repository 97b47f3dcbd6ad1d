/**
 * A CPU profile with features taken away or added: what rests on a missing one goes too, down to the VMX controls. Pure; which
 * features a user may name is the caller's matter.
 */
import { controlNeeds, featureNeeds } from '../isa/cpu-feature-needs';
import type { CpuProfileRow } from '../isa/cpu-profiles';
import type { CpuidFeatureName } from '../isa/cpuid-features';
import type { ControlName } from '../isa/vmx-controls';

/** The features that a feature needs, as far as they are written down. */
export function needsOf(feature: CpuidFeatureName): readonly CpuidFeatureName[] {
  return Object.hasOwn(featureNeeds, feature) ? featureNeeds[feature as keyof typeof featureNeeds] : [];
}

/** `features` without those that need, at any remove, what is not among them. */
export function supported(features: Iterable<CpuidFeatureName>): Set<CpuidFeatureName> {
  const left = new Set(features);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const feature of left) if (!needsOf(feature).every((need) => left.has(need))) left.delete(feature);
  }
  return left;
}

/** The profile, claiming `features` instead of its own. */
export function withFeatures(profile: CpuProfileRow, features: ReadonlySet<CpuidFeatureName>): CpuProfileRow {
  const kept = (name: ControlName): boolean => {
    const need = Object.hasOwn(controlNeeds, name)
      ? controlNeeds[name as keyof typeof controlNeeds]
      : undefined;
    return need === undefined || features.has(need);
  };
  const controls = Object.fromEntries(
    Object.entries(profile.vmx.controls).map(([word, names]) => [word, names.filter(kept)]),
  ) as unknown as CpuProfileRow['vmx']['controls'];
  return { ...profile, features: [...features], vmx: { ...profile.vmx, controls } };
}
