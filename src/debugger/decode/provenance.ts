/** Where L0 takes each field of vmcs02 from, in words. The rules are L0's own. */
import type { FieldName } from '../../isa/vmcs-fields';
import { merge_rules } from '../inspection';

const SOURCES = {
  vmcs12: 'from vmcs12',
  L0: 'from L0',
  or: 'vmcs01 OR vmcs12',
  computed: 'computed by L0',
  translated: 'vmcs12, address translated',
  unused: 'not used',
  'exit-information': 'written by the processor',
  'not-in-vmcs12': 'no such field in vmcs12',
} as const;

export function provenance(name: FieldName): string {
  const rule: { from: keyof typeof SOURCES; text?: string } = merge_rules[name];
  return rule.text === undefined ? SOURCES[rule.from] : `${SOURCES[rule.from]}: ${rule.text}`;
}
