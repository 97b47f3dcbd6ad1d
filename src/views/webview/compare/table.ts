/**
 * Three VMCSs as one table: a row for each field that any of them has, its bits below it. Pure.
 */
import type { DecodedRow, VmcsName, VmcsTree } from '../../../protocol/decoded-row';

export interface CompareRow {
  readonly id: string;
  readonly label: string;
  /** One for each column, missing where that VMCS has no such field. */
  readonly cells: readonly (DecodedRow | undefined)[];
  /** vmcs02 is not what L1 asked for; of a group: how many rows are so. */
  readonly differences: number;
  readonly changed: boolean;
  /** Where vmcs02's value comes from. */
  readonly provenance?: string;
  readonly children: readonly CompareRow[];
}

export interface CompareTable {
  readonly columns: readonly VmcsName[];
  readonly groups: readonly CompareRow[];
}

export interface TableFilter {
  /** Words that must all stand in a field's name, values or provenance. */
  readonly words: string;
  readonly onlyDifferences: boolean;
  readonly onlyChanged: boolean;
}

export function compareTable(trees: readonly VmcsTree[]): CompareTable {
  const columns = trees.map(({ vmcs }) => vmcs);
  return {
    columns,
    groups: joined(
      trees.map(({ groups }) => groups),
      columns,
    ),
  };
}

/** Rows of several trees that are about the same thing, by the part of their id behind the VMCS. */
function joined(
  columns: readonly (readonly DecodedRow[] | undefined)[],
  names: readonly VmcsName[],
): CompareRow[] {
  const keys = new Set<string>();
  const byKey = columns.map(
    (rows) => new Map((rows ?? []).map((row) => [row.id.slice(row.id.indexOf('/') + 1), row])),
  );
  for (const rows of byKey) for (const key of rows.keys()) keys.add(key);
  return [...keys].map((key) =>
    row(
      key,
      byKey.map((rows) => rows.get(key)),
      names,
    ),
  );
}

function row(id: string, cells: readonly (DecodedRow | undefined)[], names: readonly VmcsName[]): CompareRow {
  const present = cells.find((cell) => cell !== undefined)!;
  const children = joined(
    cells.map((cell) => cell?.children),
    names,
  );
  const provenance = cells[names.indexOf('vmcs02')]?.provenance;
  const isGroup = present.kind === 'group';
  return {
    id,
    label: present.label,
    cells,
    differences: isGroup
      ? children.filter(({ differences }) => differences > 0).length
      : Number(differs(cells[names.indexOf('vmcs12')], cells[names.indexOf('vmcs02')])),
    changed: cells.some((cell) => cell?.changed === true),
    ...(provenance !== undefined && { provenance }),
    children,
  };
}

function differs(asked: DecodedRow | undefined, used: DecodedRow | undefined): boolean {
  return asked !== undefined && used !== undefined && (asked.value !== used.value || asked.on !== used.on);
}

/** Groups with the fields that are wanted; groups without any are left out. */
export function filtered({ groups }: CompareTable, filter: TableFilter): CompareRow[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map((group) => ({ ...group, children: group.children.filter((field) => wanted(field, words, filter)) }))
    .filter(({ children }) => children.length > 0);
}

function wanted(field: CompareRow, words: readonly string[], filter: TableFilter): boolean {
  if (filter.onlyDifferences && field.differences === 0) return false;
  if (filter.onlyChanged && !field.changed) return false;
  const text = [
    field.label,
    field.provenance ?? '',
    ...field.cells.map((cell) => `${cell?.value} ${cell?.meaning}`),
  ]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
