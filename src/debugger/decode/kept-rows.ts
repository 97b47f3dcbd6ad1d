/**
 * Rows of VMCSs from one stop to the next: most fields say the same, and their rows stay the same objects then, so that whoever showed
 * them knows without looking. A row is made anew when anything differs that was read for it.
 */
import type { ControlWord } from '../../isa/vmx-controls';
import type { FieldName } from '../../isa/vmcs-fields';
import type { DecodedRow } from '../../protocol/decoded-row';
import type { VmcsView } from '../inspection';
import { fieldRow } from './field';

/** What the tree knows of a row besides the field. */
type Marks = Pick<DecodedRow, 'changed' | 'previous' | 'editable' | 'error' | 'provenance'>;

const MARKS = ['changed', 'previous', 'editable', 'error', 'provenance'] as const satisfies (keyof Marks)[];

interface Kept {
  readonly row: DecodedRow;
  readonly reads: ReadonlyMap<FieldName, bigint>;
  readonly limits: ReadonlyMap<ControlWord, { required: bigint; offered: bigint }>;
}

export class KeptRows {
  private readonly fields = new Map<string, Kept>();
  private readonly groups = new Map<string, DecodedRow>();

  field(id: string, name: FieldName, vmcs: VmcsView, marks: Marks): DecodedRow {
    const kept = this.fields.get(id);
    if (kept && isSame(kept, vmcs) && MARKS.every((mark) => kept.row[mark] === marks[mark])) return kept.row;
    const reads = new Map<FieldName, bigint>();
    const limits = new Map<ControlWord, { required: bigint; offered: bigint }>();
    const row = fieldRow(id, name, {
      read: (field) => noted(reads, field, vmcs.read(field)),
      limits: (word) => noted(limits, word, vmcs.limits(word)),
    });
    Object.assign(row, Object.fromEntries(Object.entries(marks).filter(([, mark]) => mark !== undefined)));
    this.fields.set(id, { row, reads, limits });
    return row;
  }

  group(row: DecodedRow): DecodedRow {
    const kept = this.groups.get(row.id);
    const children = row.children ?? [];
    const same =
      kept?.children?.length === children.length &&
      children.every((child, at) => child === kept.children![at]);
    if (same) return kept;
    this.groups.set(row.id, row);
    return row;
  }
}

function noted<K, V>(notes: Map<K, V>, key: K, value: V): V {
  notes.set(key, value);
  return value;
}

function isSame({ reads, limits }: Kept, vmcs: VmcsView): boolean {
  for (const [field, value] of reads) if (vmcs.read(field) !== value) return false;
  for (const [word, { required, offered }] of limits) {
    const now = vmcs.limits(word);
    if (now.required !== required || now.offered !== offered) return false;
  }
  return true;
}
