/**
 * Rows of knowledge as the views show them: already decoded by the debugger, so that a view only draws. Types only.
 */
export type VmcsName = 'vmcs12' | 'vmcs02' | 'vmcs01';

/** One row of a tree: a field, a control bit, a part of a qualification. */
export interface DecodedRow {
  /** Stable between stops: the view keeps expansion and selection by it. */
  id: string;
  /** Hardware name as in the manual, or a bit's name. */
  label: string;
  /** Short value: hex for fields, on/off for bits, words where a number means a word. */
  value: string;
  /** What the value means, one line ("EPT_VIOLATION: write to a page that is not present"). */
  meaning?: string;
  /** Longer explanation, markdown: summary, SDM section, allowed values. */
  help?: string;
  /** The value differs from the one at the previous stop. */
  changed?: boolean;
  /** Value at the previous stop, when `changed`. */
  previous?: string;
  /** Bits of a 'bit' row: set or clear. */
  kind?: 'group' | 'field' | 'bit' | 'part';
  on?: boolean;
  /** Place of a 'bit' row in the field above it; missing where the bit cannot be flipped by writing that field. */
  bit?: number;
  /** Field can be written with `turtlescope/setVmcsField`. */
  editable?: boolean;
  /** A failing entry check concerns this row. */
  error?: string;
  /** Where L0 takes it from when it prepares vmcs02 ("vmcs12", "L0", "vmcs01 OR vmcs12" ...). */
  provenance?: string;
  children?: DecodedRow[];
}

/** A row that is as it was in an answer the client has. */
export interface KnownRow {
  id: string;
  known: true;
}

/** One VMCS with all its groups. */
export interface VmcsTree {
  vmcs: VmcsName;
  /** "vmcs12: what L1 wrote for L2" */
  title: string;
  /** Pointer, launch state, revision: one line. */
  summary: string;
  /** True for the VMCS of the focused thread. */
  focused: boolean;
  groups: DecodedRow[];
}
