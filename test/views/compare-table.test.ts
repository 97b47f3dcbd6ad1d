/** Compare VMCSs: three trees as one table. */
import assert from 'node:assert/strict';
import type { DecodedRow, VmcsName, VmcsTree } from '../../src/protocol/decoded-row';
import { compareTable, filtered, type TableFilter } from '../../src/views/webview/compare/table';

const everything: TableFilter = { words: '', onlyDifferences: false, onlyChanged: false };

function field(vmcs: VmcsName, label: string, value: string, rest: Partial<DecodedRow> = {}): DecodedRow {
  return { id: `${vmcs}/${label}`, label, value, kind: 'field', ...rest };
}

function tree(vmcs: VmcsName, ...children: DecodedRow[]): VmcsTree {
  const group: DecodedRow = {
    id: `${vmcs}/Entry controls`,
    label: 'Entry controls',
    value: '',
    kind: 'group',
    children,
  };
  return { vmcs, title: vmcs, summary: '', focused: false, groups: [group] };
}

const bit = (vmcs: VmcsName, on: boolean): DecodedRow => ({
  id: `${vmcs}/VM_ENTRY_CONTROLS/2`,
  label: 'LOAD_DEBUG_CONTROLS',
  value: on ? 'on' : 'off',
  kind: 'bit',
  on,
});

const table = compareTable([
  tree(
    'vmcs12',
    field('vmcs12', 'VM_ENTRY_CONTROLS', '0x3', { children: [bit('vmcs12', false)] }),
    field('vmcs12', 'TSC', '0x0'),
  ),
  tree(
    'vmcs02',
    field('vmcs02', 'VM_ENTRY_CONTROLS', '0x7', {
      provenance: 'computed by L0',
      changed: true,
      children: [bit('vmcs02', true)],
    }),
    field('vmcs02', 'TSC', '0x0'),
  ),
  tree('vmcs01', field('vmcs01', 'TSC', '0x5'), field('vmcs01', 'ONLY_HERE', '0x1')),
]);
const fields = (filter: Partial<TableFilter>): string[] =>
  filtered(table, { ...everything, ...filter }).flatMap(({ children }) => children.map(({ label }) => label));

describe('three VMCSs as a table', () => {
  it('has a row for every field that any of them has, and a gap where one lacks it', () => {
    assert.deepEqual(table.columns, ['vmcs12', 'vmcs02', 'vmcs01']);
    const [group] = table.groups;
    assert.deepEqual(
      group?.children.map(({ label, cells }) => [label, ...cells.map((cell) => cell?.value)]),
      [
        ['VM_ENTRY_CONTROLS', '0x3', '0x7', undefined],
        ['TSC', '0x0', '0x0', '0x5'],
        ['ONLY_HERE', undefined, undefined, '0x1'],
      ],
    );
  });

  it('marks where vmcs02 is not what L1 asked for, down to the bit', () => {
    const [group] = table.groups;
    assert.equal(group?.differences, 1);
    assert.deepEqual(
      group.children.map(({ differences }) => differences),
      [1, 0, 0],
    );
    assert.equal(group.children[0]?.children[0]?.differences, 1);
    assert.equal(group.children[0]?.provenance, 'computed by L0');
  });

  it('filters by name, value and origin, by difference and by change', () => {
    assert.deepEqual(fields({}), ['VM_ENTRY_CONTROLS', 'TSC', 'ONLY_HERE']);
    assert.deepEqual(fields({ words: 'tsc 0x5' }), ['TSC']);
    assert.deepEqual(fields({ words: 'by L0' }), ['VM_ENTRY_CONTROLS']);
    assert.deepEqual(fields({ onlyDifferences: true }), ['VM_ENTRY_CONTROLS']);
    assert.deepEqual(fields({ onlyChanged: true }), ['VM_ENTRY_CONTROLS']);
    assert.deepEqual(fields({ words: 'nothing like it' }), []);
  });
});
