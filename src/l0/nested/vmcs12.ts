/**
 * vmcs12: the VMCS that L1 writes for L2, in KVM's layout (struct vmcs12 of Linux 6.12: revision, abort,
 * launch state, then fields; the offsets are rows of kvm/6.12). L0 works on a cached copy, an object with one
 * property a field, and flushes it to L1's memory when L1 lets go of the VMCS. This file knows the layout
 * only: no policy.
 */
import type { fields16 } from '../../isa/vmcs-fields/width-16';
import type { fields32 } from '../../isa/vmcs-fields/width-32';
import { vmcsFieldByEncoding, vmcsFields, type FieldName, type VmcsField } from '../../isa/vmcs-fields';
import { vmcs12 as places } from '../../kvm/6.12/vmcs12';

/** KVM's revision identifier; it never changes. */
export const VMCS12_REVISION = 0x11e57ed0;
export const VMCS12_SIZE = 4096;
/** Byte offsets of the header. */
const REVISION_AT = 0;
const ABORT_AT = 4;
export const LAUNCH_STATE_AT = 8;
const SHADOW_BIT = 0x80000000;

/** A field that struct vmcs12 has. */
export type Vmcs12Field = keyof typeof places;
type NarrowName = (typeof fields16)[number]['name'] | (typeof fields32)[number]['name'];
/** 16- and 32-bit fields are numbers (unsigned), 64-bit and natural-width fields are bigints. */
export type Vmcs12Value<N extends FieldName> = N extends NarrowName ? number : bigint;

/** The cached vmcs12. */
export type Vmcs12 = {
  revision_id: number;
  shadow_vmcs: boolean;
  abort: number;
  launch_state: number;
} & { [N in Vmcs12Field]: Vmcs12Value<N> };

/** Rows of isa that have a place in vmcs12, with that place. */
const layout = vmcsFields.flatMap((row) =>
  has_place(row.name) ? [{ row, name: row.name, offset: places[row.name].offset }] : [],
);

function has_place(name: FieldName): name is Vmcs12Field {
  return Object.hasOwn(places, name);
}

const offsets = new Map<string, number>(layout.map((entry) => [entry.name, entry.offset]));

/** Byte offset of a field in the vmcs12 page; undefined for fields KVM 6.12 does not have. */
export function vmcs12_offset(name: FieldName): number | undefined {
  return offsets.get(name);
}

/** Names of all vmcs12 fields, in the order of isa's rows. */
export const vmcs12_fields: readonly Vmcs12Field[] = layout.map((entry) => entry.name);

/**
 * The vmcs12 field an encoding names, and whether it names the high half; undefined when KVM has no such
 * field.
 */
export function vmcs12_field_of(
  encoding: bigint,
): { name: Vmcs12Field; row: VmcsField; high: boolean } | undefined {
  if (encoding >> 15n) return undefined;
  const number = Number(encoding);
  const row = vmcsFieldByEncoding.get(number & ~1);
  const is_high = (number & 1) !== 0;
  if (!row || !offsets.has(row.name)) return undefined;
  if (is_high && row.width !== 64) return undefined;
  return { name: row.name as Vmcs12Field, row, high: is_high };
}

/** A vmcs12 with every field zero. */
export function new_vmcs12(): Vmcs12 {
  return parse_vmcs12(new Uint8Array(VMCS12_SIZE));
}

/** Reads a vmcs12 page. */
export function parse_vmcs12(page: Uint8Array): Vmcs12 {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const header = view.getUint32(REVISION_AT, true);
  const vmcs12: Record<string, number | bigint | boolean> = {
    revision_id: header & ~SHADOW_BIT,
    shadow_vmcs: (header & SHADOW_BIT) !== 0,
    abort: view.getUint32(ABORT_AT, true),
    launch_state: view.getUint32(LAUNCH_STATE_AT, true),
  };
  for (const { row, name, offset } of layout) {
    if (row.width === 16) vmcs12[name] = view.getUint16(offset, true);
    else if (row.width === 32) vmcs12[name] = view.getUint32(offset, true);
    else vmcs12[name] = view.getBigUint64(offset, true);
  }
  return vmcs12 as unknown as Vmcs12;
}

/** Writes `vmcs12` over a page image. Bytes that belong to no field stay. */
export function serialize_vmcs12(vmcs12: Vmcs12, page: Uint8Array): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  view.setUint32(REVISION_AT, (vmcs12.revision_id | (vmcs12.shadow_vmcs ? SHADOW_BIT : 0)) >>> 0, true);
  view.setUint32(ABORT_AT, vmcs12.abort, true);
  view.setUint32(LAUNCH_STATE_AT, vmcs12.launch_state, true);
  for (const { row, name, offset } of layout) {
    if (row.width === 16) view.setUint16(offset, vmcs12[name] as number, true);
    else if (row.width === 32) view.setUint32(offset, vmcs12[name] as number, true);
    else view.setBigUint64(offset, vmcs12[name] as bigint, true);
  }
}

/** KVM: vmcs12_read_any, zero-extended to 64 bits. */
export function vmcs12_read_any(vmcs12: Vmcs12, name: Vmcs12Field, high: boolean): bigint {
  const value = BigInt(vmcs12[name]);
  return high ? value >> 32n : value;
}

/** KVM: vmcs12_write_any; `value` is truncated to the field's width. */
export function vmcs12_write_any(
  vmcs12: Vmcs12,
  row: VmcsField,
  name: Vmcs12Field,
  high: boolean,
  value: bigint,
): void {
  const fields = vmcs12 as Record<Vmcs12Field, number | bigint>;
  if (high) {
    const low_half = (fields[name] as bigint) & 0xffffffffn;
    fields[name] = ((value & 0xffffffffn) << 32n) | low_half;
  } else if (row.width === 16) fields[name] = Number(value & 0xffffn);
  else if (row.width === 32) fields[name] = Number(value & 0xffffffffn);
  else fields[name] = BigInt.asUintN(64, value);
}
