// Memory types by their encoding, and which words may hold them (Intel SDM volume 3, 11.3, tables 11-8 and 11-10, and 28.2.6).
// Rows only.

export interface MemoryTypeRow {
  name: string;
  number: number;
  title: string;
  /** Allowed in a range register (MTRR), in an entry of IA32_PAT, in an EPT entry that maps a page. */
  mtrr: boolean;
  pat: boolean;
  ept: boolean;
}

/** The encodings that are not listed are reserved. */
export const memoryTypes = [
  { name: 'UC', number: 0, title: 'Uncacheable', mtrr: true, pat: true, ept: true },
  { name: 'WC', number: 1, title: 'Write-combining', mtrr: true, pat: true, ept: true },
  { name: 'WT', number: 4, title: 'Write-through', mtrr: true, pat: true, ept: true },
  { name: 'WP', number: 5, title: 'Write-protected', mtrr: true, pat: true, ept: true },
  { name: 'WB', number: 6, title: 'Write-back', mtrr: true, pat: true, ept: true },
  {
    name: 'UC_MINUS',
    number: 7,
    title: 'Uncacheable, unless a range register says write-combining',
    mtrr: false,
    pat: true,
    ept: false,
  },
] as const satisfies readonly MemoryTypeRow[];
