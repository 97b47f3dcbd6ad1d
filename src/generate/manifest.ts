// `npm run generate:manifest`: writes the schema of launch configurations into package.json. It lies there because VS Code reads
// it without running anything; its one source is protocol/launch-attributes, with names of controls and CPUs from isa.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuProfiles, defaultCpuProfile } from '../isa/cpu-profiles';
import { cpuidFeatures, type CpuidFeatureName } from '../isa/cpuid-features';
import { control, type ControlName } from '../isa/vmx-controls';
import { launchAttributes, ownKeys } from '../protocol/launch-attributes';
import { DEBUG_TYPE } from '../protocol/launch-configuration';

interface Manifest {
  contributes: { debuggers: { type: string; configurationAttributes: { launch: unknown } }[] };
}

const profiles = Object.entries(cpuProfiles);

/** Controls that some CPU has: the ones that completion offers under `l0.features`. */
function featureProperties(): Record<string, unknown> {
  const names = new Set(
    profiles.flatMap(([, { vmx }]) => Object.values<readonly ControlName[]>(vmx.controls).flat()),
  );
  return Object.fromEntries(
    [...names].map((name) => [name, { type: 'boolean', markdownDescription: control[name].summary }]),
  );
}

/** Features that some CPU has: the ones that completion offers under `cpuFeatures`. */
function cpuFeatureProperties(): Record<string, unknown> {
  const names = new Set<CpuidFeatureName>([
    ...profiles.flatMap(([, { features }]): readonly CpuidFeatureName[] => features),
  ]);
  return Object.fromEntries(
    cpuidFeatures
      .filter(({ name }) => names.has(name))
      .map(({ name, title }) => [name.toLowerCase(), { type: 'boolean', markdownDescription: title }]),
  );
}

/** `configurationAttributes.launch` of package.json. */
export function launchSchema(): Record<string, unknown> {
  const { l0, cpu, cpuFeatures } = launchAttributes;
  const { profile, features } = l0.properties;
  return {
    required: ['program'],
    properties: {
      ...launchAttributes,
      cpu: {
        ...cpu,
        enum: profiles.map(([name]) => name),
        markdownEnumDescriptions: profiles.map(([, row]) => row.summary),
        default: defaultCpuProfile,
      },
      cpuFeatures: { ...cpuFeatures, properties: cpuFeatureProperties() },
      l0: {
        ...l0,
        properties: { profile, features: { ...features, properties: featureProperties() } },
      },
    },
  };
}

function schemaOnly(schema: object): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (ownKeys.some((own) => own === key) ? undefined : value)),
  );
}

const path = join(__dirname, '../../package.json');

/** package.json's text with the schema in its place; everything else stays. */
export function manifestText(): string {
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  for (const entry of manifest.contributes.debuggers)
    if (entry.type === DEBUG_TYPE) entry.configurationAttributes = { launch: schemaOnly(launchSchema()) };
  return JSON.stringify(manifest, null, 2) + '\n';
}

if (require.main === module) writeFileSync(path, manifestText());
