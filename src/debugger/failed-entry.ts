/**
 * What a run without a debugger says at its end, when the last attempt to enter the guest failed: every failing check, of the VMCS as
 * it stood then.
 */
import { host } from '../host/host';
import { lastFailedEntry } from '../machine/failed-entry';
import type { Machine } from '../machine/machine';
import { frozenVmcs } from '../machine/vmcs-view';
import { checkEntry, failureLines, ownerOf } from './decode/check-entry';
import { describeRecord } from './decode/exit-text';
import { inspectMachine } from './inspect-machine';
import type { Inspection } from './inspection';
import { loadProgram } from './load-program';
import { Programs } from './programs';
import { SourcePaths } from './source-paths';

export class FailedEntry {
  /** The VMCSs at the last failure and what they failed. */
  private last: Pick<Inspection, 'vmcss' | 'failedEntryChecks'> | undefined;

  constructor(private readonly machine: Machine) {
    machine.onFailedEntry(() => this.keep());
  }

  /** Without symbols, and only what is gone later: a test program fails many thousand entries. */
  private keep(): void {
    const { driver } = this.machine;
    const look = inspectMachine(
      { machine: this.machine, programs: new Programs([]), paths: new SourcePaths({}, '') },
      driver.currentStrand(),
    );
    const own = look.failedEntryChecks();
    const made = own?.length === 0 ? look.failedEntryChecks('vmcs02') : [];
    this.last = {
      vmcss: look.vmcss.map(frozenVmcs),
      failedEntryChecks: (vmcs) => (vmcs ? made : own),
    };
  }

  /** No line when the last entry was good, or there was none. */
  lines(path: string, bytes: Uint8Array): string[] {
    const { machine } = this;
    const record = lastFailedEntry(machine.log, machine.config.topology);
    if (!record || !this.last) return [];
    const level = ownerOf(machine.config);
    const name = host().path.basename(path);
    const program = loadProgram({ bytes, name, path, level, bias: 0n, sharedDownwards: true });
    const programs = new Programs('problem' in program ? [] : [program]);
    const look = inspectMachine({ machine, programs, paths: new SourcePaths({}, path) }, level);
    const { failures } = checkEntry({ ...look, ...this.last });
    // What no check says stands in the record's own sentence already.
    const checks = failures.filter(({ fields }) => fields.length > 0);
    return [describeRecord(record, machine.config.topology).stop, ...checks.flatMap(failureLines)];
  }
}
