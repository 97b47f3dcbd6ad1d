/**
 * What L0 and the processor make fields of, by L0's own rules: how a field of vmcs02 is merged, what L1 is told of its guest, and which
 * registers the processor saves and loads.
 */
import { vmcsField, type FieldName } from '../../isa/vmcs-fields';
import type { Machine } from '../../machine/machine';
import { strandNamed } from '../../machine/strand';
import type { WatchTarget } from '../../machine/watch-request';
import { provenance } from '../decode/provenance';
import { merge_rules, type MergeRule } from '../inspection';
import { wordTarget } from '../level-registers';
import { field } from './values';

interface Made {
  readonly text: string;
  readonly inputs: readonly WatchTarget[];
}

/** A field's name in a rule's words. */
const WORD = /[A-Z][A-Z0-9_]{3,}/g;

export function mergedFrom(name: FieldName): Made {
  const rule: MergeRule = merge_rules[name];
  const text = `L0 merged it: ${provenance(name)}`;
  switch (rule.from) {
    case 'vmcs12':
    case 'translated':
      return { text, inputs: [field('vmcs12', name)] };
    case 'or':
      return { text, inputs: [field('vmcs12', name), field('vmcs01', name)] };
    case 'computed': {
      const words: readonly string[] = rule.text?.match(WORD) ?? [];
      const named = words.filter((word): word is FieldName => Object.hasOwn(vmcsField, word));
      return { text, inputs: [...new Set([name, ...named])].map((each) => field('vmcs12', each)) };
    }
    default:
      return { text, inputs: [] };
  }
}

/** The field of vmcs02 that L0 puts into vmcs12 when L2 exits; undefined where it is none. */
export function syncedFrom(name: FieldName): WatchTarget | undefined {
  const rule: MergeRule = merge_rules[name];
  return rule.from === 'not-in-vmcs12' ? undefined : field('vmcs02', name);
}

/** What the processor moved between a VMCS and a register at a VM entry or exit. */
export function savedFrom(machine: Machine, target: WatchTarget): Made {
  if (target.kind === 'memory') return { text: 'the processor wrote it', inputs: [] };
  if (target.kind === 'word') {
    const name = `GUEST_${target.name.toUpperCase()}`;
    const vmcs = strandNamed(target.level).depth === machine.driver.innermost ? 'vmcs02' : 'vmcs01';
    const known = machine.driver.vmcss(target.level).some((view) => view.name === vmcs);
    const from = known && Object.hasOwn(vmcsField, name) ? [field(vmcs, name as FieldName)] : [];
    return { text: 'loaded at the VM entry, or by L0', inputs: from };
  }
  const register = target.field.startsWith('GUEST_') ? target.field.slice('GUEST_'.length).toLowerCase() : '';
  const guest = machine.driver.strands.find(
    ({ depth, vcpu }) =>
      vcpu === strandNamed(machine.driver.currentStrand()).vcpu &&
      depth === (target.vmcs === 'vmcs02' ? machine.driver.innermost : machine.driver.outermost),
  );
  const input = guest && wordTarget(guest.name, register);
  return { text: 'the processor wrote it at a VM exit', inputs: input ? [input] : [] };
}
