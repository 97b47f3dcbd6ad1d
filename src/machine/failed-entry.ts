/**
 * Which records say that an attempt of the user's program to enter its guest failed, and which that one succeeded.
 */
import type { EntryFailureRecord, VmxInstructionRecord } from '../l0/records';
import type { Topology } from './machine-config';
import type { MachineRecord } from './machine-record';
import type { RecordLog } from './record-log';

export type FailedEntryRecord = EntryFailureRecord | VmxInstructionRecord;

/** Also VMLAUNCH and VMRESUME that failed before any check: no current VMCS, launch state, MOV SS. */
export function isFailedEntry(record: MachineRecord): record is FailedEntryRecord {
  if (record.kind === 'entry-failure') return true;
  // What failed by a check has a record of its own before this one; what failed before them has a cause.
  return (
    record.kind === 'vmx-instruction' &&
    (record.instruction === 'VMLAUNCH' || record.instruction === 'VMRESUME') &&
    record.outcome.startsWith('VMfail') &&
    record.cause !== undefined
  );
}

function isEntry(record: MachineRecord, topology: Topology): boolean {
  return record.kind === 'nested-entry' || (record.kind === 'entry' && topology === 'bare');
}

/** The last attempt, when it failed. */
export function lastFailedEntry(
  log: Pick<RecordLog, 'total' | 'oldest' | 'at'>,
  topology: Topology,
): FailedEntryRecord | undefined {
  for (let index = log.total - 1; index >= log.oldest; index--) {
    const record = log.at(index);
    if (!record) continue;
    if (isFailedEntry(record)) return record;
    if (isEntry(record, topology)) return undefined;
  }
  return undefined;
}
