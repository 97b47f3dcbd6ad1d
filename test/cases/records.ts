// A small hypervisor that breaks something, and what the debugger says about it: records in the words of stops, views and console.
import { describeRecord } from '../../src/debugger/decode/exit-text';
import type { MachineRecord } from '../../src/machine/machine-record';
import {
  runHypervisor,
  type HypervisorProgram,
  type HypervisorRun,
  type TopologyName,
} from '../guests/vmx/small-hypervisor';

export interface ToldRun {
  readonly run: HypervisorRun;
  /** Title, detail and stop of each record of the kind, in order. */
  readonly told: (kind: MachineRecord['kind']) => string[];
}

export function tellHypervisor(program: HypervisorProgram, topology: TopologyName): ToldRun {
  const records: MachineRecord[] = [];
  const run = runHypervisor(
    {
      ...program,
      prepare: (made) => made.observe((record) => records.push(record)),
    },
    topology,
  );
  const told = (kind: MachineRecord['kind']) =>
    records
      .filter((record) => record.kind === kind)
      .map((record) => {
        const { title, detail, stop } = describeRecord(record, topology);
        return [title, detail, stop].join(' | ');
      });
  return { run, told };
}
