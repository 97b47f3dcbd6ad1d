/**
 * The walk of an address through all tables behind it, as the adapter answers and a page shows it. Types, and the kinds of access.
 */
import type { DecodedRow } from './decoded-row';

export const walkAccesses = ['read', 'write', 'fetch'] as const;
export type WalkAccess = (typeof walkAccesses)[number];

export interface AddressWalk {
  /** "L2:0x187000". */
  asked: string;
  access: WalkAccess;
  /** Where it leads, or who refuses it and by which rule. */
  summary: string;
  failed: boolean;
  /** The tables in the order they are walked, side by side. */
  stages: WalkStage[];
}

export interface WalkStage {
  /** "Page tables of L2", "ept12". */
  title: string;
  /** The address that comes in, and the one behind it; without `to` an entry refuses. */
  from: string;
  to?: string;
  /** From the highest level down. */
  entries: WalkEntry[];
  /** What else is to be said: paging is off, L0 has not filled this table yet. */
  note?: string;
}

export interface WalkEntry {
  /** 4 for a PML4 entry to 1 for a page table's. */
  level: number;
  /** Its address in the space of the tables' owner: "L1gpa:0x216c38". */
  address: string;
  /** The same as DAP's memory requests take it. */
  memoryReference: string;
  /** Name, value, meaning; `error` when it refuses; its bits are the children. */
  row: DecodedRow;
}
