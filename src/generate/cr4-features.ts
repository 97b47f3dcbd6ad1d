/** The CR4 bits that the claimed features bring, for the core, from the rows of isa/cr4-features. Pure: writes nothing. */
import { cr4Features as rows } from '../isa/cr4-features';
import { header } from './assembly-script';

/** `src/core/gen/cr4-features.ts`. */
export function cr4Features(): string {
  const lines = Object.entries(rows).map(([bit, features]) => {
    const claimed = features.map((feature) => `claimsFeature(Feature.${feature})`).join(' || ');
    return `  if (${claimed}) bits |= Cr4.${bit};`;
  });
  return [
    header('CR4 bits by the CPUID features that bring them.'),
    "import { claimsFeature } from '../claims';",
    "import { Cr4 } from './constants';",
    "import { Feature } from './features';",
    '',
    '/** Bits that may be set, by the features the profile claims. */',
    'export function claimedCr4Features(): u64 {',
    '  let bits: u64 = 0;',
    ...lines,
    '  return bits;',
    '}',
    '',
  ].join('\n');
}
