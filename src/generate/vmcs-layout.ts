// The chip's VMCS page for the core: byte offset of each field, and the table that finds a field by its encoding.

import { VmcsPage } from '../abi/vmcs-page';
import { vmcsFields } from '../isa/vmcs-fields';
import { constEnum, header } from './assembly-script';

/** Entries of the lookup table for each of the 16 pairs of width and type (encoding bits 14:13 and 11:10). */
const INDEXES = 64;

/** Place in the lookup table: width and type above, index (encoding bits 9:1) below. */
function dense(encoding: number): number {
  const index = (encoding >> 1) & 0x1ff;
  if (index >= INDEXES) throw new Error(`VMCS field index ${index} does not fit the lookup table`);
  const widthAndType = (((encoding >> 13) & 3) << 2) | ((encoding >> 10) & 3);
  return widthAndType * INDEXES + index;
}

export function vmcsLayout(): string {
  const offsets = vmcsFields.map((field, row): [string, number] => [
    field.name,
    VmcsPage.FIELDS + row * VmcsPage.SLOT,
  ]);
  const table = new Array<number>(16 * INDEXES).fill(0);
  vmcsFields.forEach((field, row) => {
    table[dense(field.encoding)] = VmcsPage.FIELDS + row * VmcsPage.SLOT;
  });
  const maxIndex = Math.max(...vmcsFields.map((field) => field.index));
  return `${header('Byte offset of each VMCS field in the page of the chip, and the way there from an encoding.')}
${constEnum('V', offsets)}
/** Number of fields. */
export const V_COUNT: i32 = ${offsets.length};
/** Highest index (bits 9:1) of any encoding, for IA32_VMX_VMCS_ENUM. */
export const VMCS_MAX_INDEX: i32 = ${maxIndex};

const LOOKUP = memory.data<u16>([${table.join(', ')}]);

/**
 * Byte offset of the field that \`encoding\` names, 0 when there is none. The high half of a 64-bit field (bit 0 set) has
 * the offset of the field; other fields have no high half. Bits 14:13 of the encoding are the width (0: 16, 1: 64, 2: 32,
 * 3: natural), bits 11:10 the type (1: read-only).
 */
export function vmcsOffset(encoding: u32): u32 {
  if (encoding & ~(0x6fff as u32)) return 0;
  const index: u32 = (encoding >> 1) & 0x1ff;
  if (index >= ${INDEXES}) return 0;
  const width: u32 = (encoding >> 13) & 3;
  if ((encoding & 1) != 0 && width != 1) return 0;
  const place: u32 = ((width << 2) | ((encoding >> 10) & 3)) * ${INDEXES} + index;
  return <u32>load<u16>(LOOKUP + (<usize>place << 1));
}
`;
}
