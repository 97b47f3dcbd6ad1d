/**
 * What VMX has at a stop, as lines of a standard scope, so that every client of the protocol shows it: the VMCSs with all their
 * fields decoded, the exits, the event in flight, and which entry checks fail. Everything is decoded when it is opened.
 */
import { hex } from '../../decode/word';
import type { FieldName } from '../../isa/vmcs-fields';
import type { StrandName } from '../../machine/strand';
import type { VmcsView } from '../../machine/vmcs-view';
import type { CheckedField } from '../../protocol/custom-requests';
import type { DecodedRow } from '../../protocol/decoded-row';
import { checkEntry, ownerOf } from '../decode/check-entry';
import { eventInFlight } from '../decode/event-in-flight';
import { timelineItems } from '../decode/timeline';
import { vmcsTrees } from '../decode/vmcs-tree';
import type { DebugSession } from '../session';
import { l0Node } from './l0-values';
import { groupNode, portion, rowNode, type VariableNode } from './node';

/** The newest records are what a stop is about. */
const EXITS = 50;

export function vmxNodes(session: DebugSession, level: StrandName): VariableNode[] {
  const { machine } = session;
  return [
    ...machine.driver.vmcss(level).map((vmcs) => vmcsNode(session, level, vmcs)),
    lazyNode('exits', `${machine.log.total} records`, () => exitNodes(session)),
    lazyNode('event in flight', '', () => eventNodes(session, level)),
    // Each time it is opened the chip makes all its entry checks.
    { ...lazyNode('entry check', 'of the VMCS as it stands', () => checkNodes(session)), lazy: true },
    { name: 'instructions retired', value: machine.cpu.retired.toString() },
    l0Node('time (ticks)', machine.ticks()),
  ];
}

/** A line whose children are worked out when somebody opens it. */
function lazyNode(name: string, value: string, make: () => VariableNode[]): VariableNode {
  return { name, value, children: (start, count) => portion(make(), start, count) };
}

function vmcsNode(session: DebugSession, level: StrandName, vmcs: VmcsView): VariableNode {
  const state = vmcs.launched ? 'launched' : 'clear';
  return lazyNode(vmcs.name, `${state}, at ${hex(vmcs.pointer)}`, () => {
    const tree = vmcsTrees(session.inspect(level)).find((candidate) => candidate.vmcs === vmcs.name);
    return [
      { name: 'pointer', value: hex(vmcs.pointer) },
      { name: 'launch state', value: state },
      fieldNode(vmcs, 'GUEST_RIP'),
      fieldNode(vmcs, 'VM_EXIT_REASON'),
      ...(tree?.groups ?? []).map((group) => treeNode(vmcs, group)),
    ];
  });
}

function fieldNode(vmcs: VmcsView, field: FieldName): VariableNode {
  return {
    name: field,
    value: hex(vmcs.read(field)),
    evaluateName: `${vmcs.name}.${field}`,
    watch: { kind: 'field', vmcs: vmcs.name, field },
  };
}

/** A group or field of the tree; fields can be watched. */
function treeNode(vmcs: VmcsView, row: DecodedRow): VariableNode {
  const node = rowNode(row);
  if (row.kind === 'field')
    return {
      ...node,
      evaluateName: `${vmcs.name}.${row.label}`,
      watch: { kind: 'field', vmcs: vmcs.name, field: row.label as FieldName },
    };
  if (!row.children) return node;
  return groupNode(
    row.label,
    node.value,
    row.children.map((child) => treeNode(vmcs, child)),
  );
}

function exitNodes(session: DebugSession): VariableNode[] {
  const items = timelineItems(session.inspect(session.currentLevel), { limit: EXITS });
  return items.map(({ index, level, title, detail, verdict, rip }) => ({
    name: `#${index}`,
    value: [`${level} ${title}`, detail, verdict && `handled by ${verdict}`, rip && `at ${rip}`]
      .filter(Boolean)
      .join(', '),
  }));
}

function eventNodes(session: DebugSession, level: StrandName): VariableNode[] {
  const { columns, history, empty } = eventInFlight(session.inspect(level));
  if (empty !== undefined) return [{ name: 'none', value: empty }];
  return [
    ...columns.map(({ title, rows }) => groupNode(title, '', rows.map(rowNode))),
    ...history.map((text, index) => ({ name: `what L0 did, ${index + 1}`, value: text })),
  ];
}

/** One line, as the protocol wants it of what is lazy. */
function checkNodes(session: DebugSession): VariableNode[] {
  const inspection = session.inspect(session.currentLevel);
  const { failures, empty } = checkEntry(inspection);
  if (empty !== undefined) return [{ name: 'none', value: empty }];
  if (failures.length === 0) return [{ name: 'passes', value: 'every check' }];
  const owner = ownerOf(inspection);
  const nodes = failures.map(({ id, text, rule, outcome, sdm, fields }) =>
    groupNode(id, `${outcome}: ${text}`, [
      ...fields.flatMap((field) => checkedNodes(field, owner)),
      { name: 'rule', value: rule },
      { name: 'SDM', value: sdm },
    ]),
  );
  return [groupNode('fails', nodes.length === 1 ? '1 check' : `${nodes.length} checks`, nodes)];
}

/** The field, and who wrote it: a line that leads to the source. */
function checkedNodes(
  { name, actual, allowed, from, writer }: CheckedField,
  owner: StrandName,
): VariableNode[] {
  const value = [actual, allowed && `allowed: ${allowed}`, from].filter(Boolean).join(', ');
  if (!writer) return [{ name, value }];
  const code = writer.address === undefined ? undefined : { level: owner, address: BigInt(writer.address) };
  return [
    { name, value },
    { name: `${name}, by`, value: writer.text, ...(code && { code }) },
  ];
}
