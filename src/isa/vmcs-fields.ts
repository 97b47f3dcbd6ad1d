// Every VMCS field, one row each, in the order in which the hardware VMCS page of this machine lays them out (the
// place of a row is its slot: append nothing in between without rebuilding snapshots). Intel SDM volume 3, appendix B.
// Rows and lookups by name and encoding only; what a field means to L0 stands in L0, what it does stands in the core.

import { fields16 } from './vmcs-fields/width-16';
import { fields32 } from './vmcs-fields/width-32';
import { fields64 } from './vmcs-fields/width-64';
import { fieldsNatural } from './vmcs-fields/width-natural';
import type { VmcsFieldRow } from './vmcs-fields/row';

export type { VmcsFieldRow, VmcsFormat, VmcsGroup } from './vmcs-fields/row';

const rows = [...fields16, ...fields64, ...fields32, ...fieldsNatural] as const;

export type FieldName = (typeof rows)[number]['name'];
/** A row with its name, width and type as literals, so that `Extract<VmcsField, { width: 16 }>` selects by them. */
export type VmcsField = (typeof rows)[number] & VmcsFieldRow;

export const vmcsFields: readonly VmcsField[] = rows;

/** The row of each field by its name. */
export const vmcsField = Object.fromEntries(vmcsFields.map((row) => [row.name, row])) as Record<
  FieldName,
  VmcsField
>;

/** The row of each field by its full encoding; high halves are not in here. */
export const vmcsFieldByEncoding: ReadonlyMap<number, VmcsField> = new Map(
  vmcsFields.map((row) => [row.encoding, row]),
);
