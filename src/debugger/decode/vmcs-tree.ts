/**
 * All VMCSs as trees: groups, fields, bits. Marks what changed since the previous stop and what fails an entry check, and says where
 * each field of vmcs02 comes from.
 */
import { vmcsFields, type FieldName, type VmcsGroup } from '../../isa/vmcs-fields';
import type { DecodedRow, VmcsTree } from '../../protocol/decoded-row';
import { depthOf } from '../../machine/strand';
import type { Inspection, VmcsView } from '../inspection';
import { failureText } from './check-wording/wording';
import { fieldBits } from './field';
import { KeptRows } from './kept-rows';
import { provenance } from './provenance';
import { hex } from '../../decode/word';

const TITLES = {
  nested: {
    vmcs12: 'what L1 wrote for L2',
    vmcs02: 'what L0 made of it to run L2',
    vmcs01: 'what L0 runs L1 with',
  },
  bare: { vmcs12: '', vmcs02: '', vmcs01: 'the current VMCS' },
} as const;

/** The VMCS a thread is about: L2 runs on vmcs02, L1 fills in vmcs12, L0 works with vmcs01. */
const FOCUS = ['vmcs01', 'vmcs12', 'vmcs02'] as const;

/** Groups in reading order: what just happened, the guest it happened to, then what the hypervisor asked for. */
const GROUP_ORDER: Readonly<Record<VmcsGroup, number>> = {
  'Exit information': 0,
  'Guest registers': 1,
  'Guest non-register state': 2,
  'Guest segments': 3,
  'Guest MSRs': 4,
  'Execution controls': 5,
  'Execution addresses': 6,
  'EPT and VPID': 7,
  'CR masks and shadows': 8,
  'APIC virtualization': 9,
  'Entry controls': 10,
  'Exit controls': 11,
  'Host state': 12,
};

/** The words that say most first; what belongs to one segment stays together. */
const WIDTH_ORDER = [32, 'natural', 64, 16] as const;
const BY_NAME: readonly VmcsGroup[] = ['Guest segments', 'Host state'];
const readingOrder = [...vmcsFields].sort(
  (a, b) =>
    GROUP_ORDER[a.group] - GROUP_ORDER[b.group] ||
    (BY_NAME.includes(a.group) ? a.name.localeCompare(b.name) : 0) ||
    WIDTH_ORDER.indexOf(a.width) - WIDTH_ORDER.indexOf(b.width) ||
    a.encoding - b.encoding,
);

/**
 * @param filter words that must all stand in a row's name, value or meaning; empty shows everything
 * @param kept rows of earlier stops: those that say the same are the same objects
 */
export function vmcsTrees(inspection: Inspection, filter = '', kept = new KeptRows()): VmcsTree[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const failing = failingFields(inspection);
  return inspection.vmcss.map((vmcs) => ({
    vmcs: vmcs.name,
    title: `${vmcs.name}: ${TITLES[inspection.topology][vmcs.name]}`,
    summary: `${vmcs.launched ? 'launched' : 'clear'}, at ${hex(vmcs.pointer)}, revision ${hex(vmcs.revision)}`,
    focused: inspection.topology === 'bare' || FOCUS[depthOf(inspection.focused)] === vmcs.name,
    groups: groups(inspection, vmcs, vmcs.name === 'vmcs02' ? new Map() : failing, kept)
      .map((group) => filterRow(group, words))
      .filter((group) => group !== undefined),
  }));
}

/** Field -> rules it breaks, by a dry run of the entry checks on the VMCS the user's program fills in. */
function failingFields(inspection: Inspection): Map<FieldName, string> {
  const failing = new Map<FieldName, string>();
  const owned = inspection.vmcss[0];
  if (!owned) return failing;
  for (const check of inspection.failedEntryChecks() ?? [])
    for (const field of check.fields)
      failing.set(field, `${check.id}: ${failureText(check.id, owned)} SDM ${check.sdm}`);
  return failing;
}

function groups(
  inspection: Inspection,
  vmcs: VmcsView,
  failing: ReadonlyMap<FieldName, string>,
  kept: KeptRows,
): DecodedRow[] {
  const byGroup = new Map<VmcsGroup, DecodedRow[]>();
  const writable = vmcs.name === 'vmcs12' || inspection.topology === 'bare';
  for (const { name, group, type } of readingOrder) {
    if (!vmcs.has(name)) continue;
    const previous = inspection.previous(vmcs, name);
    const changed = previous !== undefined && previous !== vmcs.read(name);
    // Exit information is the past: no entry check is about it.
    const error = writable && type !== 'read-only' ? failing.get(name) : undefined;
    const row = kept.field(`${vmcs.name}/${name}`, name, vmcs, {
      ...(changed && { changed, previous: hex(previous, fieldBits(name)) }),
      ...(writable && { editable: vmcs.write !== undefined }),
      ...(error !== undefined && { error }),
      ...(vmcs.name === 'vmcs02' && { provenance: provenance(name) }),
    });
    byGroup.set(group, [...(byGroup.get(group) ?? []), row]);
  }
  return [...byGroup].map(([group, children]) =>
    kept.group({
      id: `${vmcs.name}/${group}`,
      label: group,
      value: '',
      kind: 'group',
      ...groupMarks(children),
      children,
    }),
  );
}

/** A closed group still says that something in it changed or fails. */
function groupMarks(children: readonly DecodedRow[]): Partial<DecodedRow> {
  const changed = children.filter((row) => row.changed).length;
  const failing = children.filter((row) => row.error !== undefined).length;
  return {
    ...(changed > 0 && { changed: true, meaning: `${changed} changed` }),
    ...(failing > 0 && { error: `${failing} fail${failing === 1 ? 's' : ''} an entry check` }),
  };
}

/** The row with the descendants that match; a match keeps all of its own children. */
function filterRow(row: DecodedRow, words: readonly string[]): DecodedRow | undefined {
  if (words.length === 0) return row;
  const text = `${row.label} ${row.value} ${row.meaning ?? ''}`.toLowerCase();
  if (row.kind !== 'group' && words.every((word) => text.includes(word))) return row;
  const children = (row.children ?? [])
    .map((child) => filterRow(child, words))
    .filter((child) => child !== undefined);
  return children.length > 0 ? { ...row, children } : undefined;
}
