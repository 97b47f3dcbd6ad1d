/**
 * From what a user writes about the processor to the profile the machine gets: `skylake-server`, `skylake-server,-avx2`, or a
 * profile and a map of features. Every mistake is a sentence that says what to write.
 */
import { needsOf, supported, withFeatures } from '../cpu/narrow';
import { cpuProfiles, defaultCpuProfile, type CpuProfileName, type CpuProfileRow } from '../isa/cpu-profiles';
import { cpuidFeatures, type CpuidFeatureName } from '../isa/cpuid-features';
import { closest } from '../protocol/closest-name';

/** What is wrong with the user's choice. */
export class CpuChoiceError extends Error {}

const names = cpuidFeatures.map(({ name }) => name);
/** All that the core has: what some profile claims. */
const available = new Set<CpuidFeatureName>([
  ...Object.values<CpuProfileRow>(cpuProfiles).flatMap(({ features }) => features),
]);

/**
 * @param written a profile's name, `,-feature` and `,+feature` behind it; undefined: the default profile
 * @param features `false` takes a feature away, `true` adds it
 * @throws CpuChoiceError
 */
export function chooseCpu(
  written: string | undefined,
  features: Readonly<Record<string, boolean>> = {},
): CpuProfileRow {
  const [name = '', ...changes] = (written ?? defaultCpuProfile).split(',').map((part) => part.trim());
  const profile: CpuProfileRow = cpuProfiles[profileName(name)];
  const wanted = new Map<CpuidFeatureName, boolean>();
  for (const change of changes) {
    if (!/^[-+]./.test(change))
      throw new CpuChoiceError(
        `"${change}" behind the CPU profile: write -feature to take one away, +feature to add one`,
      );
    wanted.set(featureName(change.slice(1)), change.startsWith('+'));
  }
  for (const [feature, on] of Object.entries(features)) wanted.set(featureName(feature), on);
  if (wanted.size === 0) return profile;
  return withFeatures(profile, changed(profile, wanted));
}

function profileName(given: string): CpuProfileName {
  const known = Object.keys(cpuProfiles) as CpuProfileName[];
  const found = known.find((name) => name === given);
  if (found === undefined)
    throw new CpuChoiceError(
      `unknown CPU profile "${given}": choose ${known.map((name) => `"${name}"`).join(' or ')}`,
    );
  return found;
}

/** `avx2`, `sse4.2` and `SSE4_2` alike. */
function featureName(given: string): CpuidFeatureName {
  const spelled = given.toUpperCase().replaceAll(/[.-]/g, '_');
  const found = names.find((name) => name === spelled);
  if (found !== undefined) return found;
  const near = closest(spelled, names);
  const advice =
    near === undefined
      ? 'use a name that CPUID has for it, such as "avx2"'
      : `did you mean "${near.toLowerCase()}"?`;
  throw new CpuChoiceError(`unknown CPU feature "${given}": ${advice}`);
}

function changed(
  profile: CpuProfileRow,
  wanted: ReadonlyMap<CpuidFeatureName, boolean>,
): ReadonlySet<CpuidFeatureName> {
  const claimed = new Set<CpuidFeatureName>(profile.features);
  for (const [feature, on] of wanted) {
    if (!on) claimed.delete(feature);
    else if (!available.has(feature))
      throw new CpuChoiceError(
        `this machine has no ${feature.toLowerCase()}: no CPU profile can claim it; take it out of the CPU features`,
      );
    else claimed.add(feature);
  }
  const left = supported(claimed);
  for (const [feature, on] of wanted)
    if (on && !left.has(feature)) throw new CpuChoiceError(missingNeed(feature, left));
  return left;
}

function missingNeed(feature: CpuidFeatureName, left: ReadonlySet<CpuidFeatureName>): string {
  const missing = needsOf(feature).filter((need) => !left.has(need));
  const needs = missing.map((need) => need.toLowerCase()).join(' and ');
  return `CPU feature "${feature.toLowerCase()}" needs ${needs}, which this profile has not or is told not to have: claim both or neither`;
}
