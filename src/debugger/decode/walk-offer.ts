/**
 * What "Walk Address" shows of an exit: the access that an EPT violation or misconfiguration refused.
 */
import { exitQualifications } from '../../isa/exit-qualifications';
import { exitReasonByNumber } from '../../isa/exit-reasons';
import { depthOf, strandAt } from '../../machine/strand';
import { extract, hex } from '../../decode/word';
import type { TimelineItem } from '../../protocol/timeline';
import type { MachineRecord } from '../inspection';
import { spaceName } from '../memory-reference';
import { BASIC_REASON } from './exit';

/** @param cpus how many the machine has */
export function walkOffer(record: MachineRecord, cpus: number): TimelineItem['walk'] {
  if (record.kind !== 'exit' && record.kind !== 'nested-exit') return undefined;
  const reason = exitReasonByNumber.get(record.reasonWord & BASIC_REASON)?.name;
  if (reason !== 'EPT_VIOLATION' && reason !== 'EPT_MISCONFIG') return undefined;
  const { vcpu = 0, level, qualification, guestPhysical } = record;
  const strand = cpus > 1 ? strandAt(vcpu, depthOf(level), cpus).name : level;
  const access = reason === 'EPT_VIOLATION' ? accessOf(qualification) : 'read';
  return {
    expression: `${spaceName({ kind: 'physical', level: strand })}:${hex(guestPhysical)}`,
    access,
  };
}

function accessOf(qualification: bigint): 'read' | 'write' | 'fetch' {
  const on = (name: string) =>
    exitQualifications['ept-violation'].ranges.some(
      (range) => range.name === name && extract(qualification, range) === 1n,
    );
  if (on('FETCH')) return 'fetch';
  return on('WRITE') ? 'write' : 'read';
}
