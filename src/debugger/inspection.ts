/**
 * What decoding may see of a session: VMCSs, records, the levels. Read-only, and complete: `decode/` needs nothing else, and a
 * test can make one by hand. Only meaningful while the machine is stopped.
 */
import type { EntryCheck } from '../isa/entry-checks';
import type { FieldName } from '../isa/vmcs-fields';
import type { StrandName } from '../machine/strand';
import type { RecordLog } from '../machine/record-log';
import type { Topology } from '../machine/machine-config';
import type { VmcsView } from '../machine/vmcs-view';

export type { MachineRecord } from '../machine/machine-record';
export type { ControlLimits, VmcsName, VmcsView } from '../machine/vmcs-view';
export { merge_rules, type MergeRule } from '../machine/vmcs-view';

/** An instruction in words, `main.c:31` where there is a source line, and that line. */
export interface Place {
  readonly text: string;
  readonly source?: { readonly path: string; readonly line: number };
}

export interface Inspection {
  readonly topology: Topology;
  /** How many CPUs the machine has. */
  readonly cpus: number;
  /** Strand of the thread the user looks at. */
  readonly focused: StrandName;
  /** Strand whose instructions run, or run next. */
  readonly current: StrandName;
  /**
   * The VMCSs there are now. Nested: vmcs12 (once L1 has a current VMCS), vmcs02 (once L2 was entered), vmcs01. Bare: the
   * current VMCS of the user's program, as `vmcs01`. Empty when there is none.
   */
  readonly vmcss: readonly VmcsView[];
  /** Everything that happened between the levels, numbered. */
  readonly log: Pick<RecordLog, 'total' | 'oldest' | 'at' | 'slice' | 'forks'>;
  /** Value at the previous stop; undefined when that VMCS was not there, or was another one, then. */
  previous(vmcs: Pick<VmcsView, 'name' | 'pointer'>, field: FieldName): bigint | undefined;
  /** Dry run of the entry checks on the VMCS the user's program has filled in, or on vmcs02; undefined without one. */
  failedEntryChecks(vmcs?: 'vmcs02'): readonly EntryCheck[] | undefined;
  /** Where an instruction of a level stands. */
  place(level: StrandName, address: bigint): Place;
}
