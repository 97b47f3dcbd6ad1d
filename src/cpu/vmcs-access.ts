/**
 * Fields of a hardware VMCS page, by name. The chip's own format (abi/vmcs-page.ts): one 8-byte slot a field, in the
 * order of the rows of isa. 16- and 32-bit fields are numbers, 64-bit and natural-width fields are bigints, so that an
 * arithmetic mix of the two does not compile.
 */
import { VmcsPage } from '../abi/vmcs-page';
import { vmcsFields, type FieldName } from '../isa/vmcs-fields';

type Row = (typeof vmcsFields)[number];
/** The names of fields of 16 or 32 bits. */
export type NarrowField = Extract<Row, { width: 16 | 32 }>['name'];
export type FieldValue<N extends FieldName> = N extends NarrowField ? number : bigint;

interface Slot {
  readonly offset: number;
  readonly width: Row['width'];
}

const slots = Object.fromEntries(
  vmcsFields.map((field, row): [string, Slot] => [
    field.name,
    { offset: VmcsPage.FIELDS + row * VmcsPage.SLOT, width: field.width },
  ]),
) as Record<FieldName, Slot>;

/** Byte offset of a field in a hardware VMCS page. */
export function vmcsOffset(name: FieldName): number {
  return slots[name].offset;
}

/** Reads `name` from the VMCS page that starts at `page` in `view`. */
export function readField<N extends FieldName>(view: DataView, page: number, name: N): FieldValue<N> {
  const slot = slots[name];
  const at = page + slot.offset;
  const value =
    slot.width === 16
      ? view.getUint16(at, true)
      : slot.width === 32
        ? view.getUint32(at, true)
        : view.getBigUint64(at, true);
  return value as FieldValue<N>;
}

/** RIP of the VMWRITE that wrote a field last; undefined when none has, since the region was cleared. */
export function readWriter(view: DataView, page: number, name: FieldName): bigint | undefined {
  if (view.getUint32(page + VmcsPage.WRITERS_MARK, true) !== (VmcsPage.WRITERS_VALID as number))
    return undefined;
  const at = page + VmcsPage.WRITERS + slots[name].offset - VmcsPage.FIELDS;
  const writer = view.getBigUint64(at, true);
  return writer === 0n ? undefined : writer;
}

/** Writes `name`; a number is truncated to the field's width. */
export function writeField<N extends FieldName>(
  view: DataView,
  page: number,
  name: N,
  value: FieldValue<N>,
): void {
  const slot = slots[name];
  const at = page + slot.offset;
  if (slot.width === 16) view.setUint16(at, value as number, true);
  else if (slot.width === 32) view.setUint32(at, (value as number) >>> 0, true);
  else view.setBigUint64(at, value as bigint, true);
}
