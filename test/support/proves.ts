/**
 * Which rows of isa a test proves, said where the test is: `it(proves('exit-reasons', 'CPUID', 'CPUID exits'), ...)`. A row
 * that no table has does not load. `npm run coverage:isa` loads the tests, runs none and prints what they said.
 */
import { isaTables, type IsaTable } from '../coverage/tables';

export interface Proof {
  table: IsaTable;
  /** Asked for only when coverage is. */
  rows: () => readonly string[];
  title: string;
}

/** What the files loaded so far say. */
export const proofs: Proof[] = [];

/**
 * @param rows ids, or what finds them where that takes a while
 * @returns `title`: that of a test, which fails when the core is wrong about any of `rows`.
 */
export function proves(
  table: IsaTable,
  rows: string | readonly string[] | (() => readonly string[]),
  title: string,
): string {
  const list = typeof rows === 'function' ? rows : () => checked(table, [rows].flat(), title);
  if (typeof rows !== 'function') list();
  proofs.push({ table, rows: list, title });
  return title;
}

function checked(table: IsaTable, rows: readonly string[], title: string): readonly string[] {
  for (const row of rows)
    if (!isaTables[table].has(row)) throw new Error(`"${title}" proves row "${row}", which ${table} has not`);
  return rows;
}
