// The type field of descriptors and access rights: its bits for code and data segments (Intel SDM volume 3, table 3-1), the
// types of system segments and gates (table 3-2). Rows only.

export interface SegmentTypeBitRow {
  name: string;
  /** Bit of the type field. */
  bit: number;
  title: string;
}

/** Bits of the type of a code or data segment. */
export const segmentTypeBits = [
  { name: 'ACCESSED', bit: 0, title: 'Accessed' },
  { name: 'WRITABLE', bit: 1, title: 'Data: writable; code: readable' },
  { name: 'CONFORMING', bit: 2, title: 'Data: expand-down; code: conforming' },
  { name: 'CODE', bit: 3, title: 'Code (0: data)' },
] as const satisfies readonly SegmentTypeBitRow[];

/** Bits of the type of a system segment or gate that have a meaning of their own. */
export const systemTypeBits = [
  { name: 'BUSY', bit: 1, title: 'Task-state segments: busy' },
  { name: 'WIDE', bit: 3, title: '32-bit, or 64-bit in IA-32e mode (0: 16-bit)' },
] as const satisfies readonly SegmentTypeBitRow[];

export interface SystemTypeRow {
  name: string;
  number: number;
  title: string;
}

export const systemTypes = [
  { name: 'TSS16', number: 1, title: '16-bit TSS, available' },
  { name: 'LDT', number: 2, title: 'LDT' },
  { name: 'TSS16_BUSY', number: 3, title: '16-bit TSS, busy' },
  { name: 'CALL_GATE16', number: 4, title: '16-bit call gate' },
  { name: 'TASK_GATE', number: 5, title: 'Task gate' },
  { name: 'INTERRUPT_GATE16', number: 6, title: '16-bit interrupt gate' },
  { name: 'TRAP_GATE16', number: 7, title: '16-bit trap gate' },
  { name: 'TSS32', number: 9, title: '32-bit or 64-bit TSS, available' },
  { name: 'TSS32_BUSY', number: 11, title: '32-bit or 64-bit TSS, busy' },
  { name: 'CALL_GATE32', number: 12, title: '32-bit or 64-bit call gate' },
  { name: 'INTERRUPT_GATE32', number: 14, title: '32-bit or 64-bit interrupt gate' },
  { name: 'TRAP_GATE32', number: 15, title: '32-bit or 64-bit trap gate' },
] as const satisfies readonly SystemTypeRow[];
