/**
 * Where an event is: about to be injected, just taken out by an exit, or interrupted in its delivery. The three words side by side, and what
 * L0 did with the event. SDM 24.8.3, 24.9.2, 24.9.3; facts of IDT-vectoring: SDM 27.2.3.
 */
import type { FieldName } from '../../isa/vmcs-fields';
import type { EventInFlight } from '../../protocol/custom-requests';
import type { DecodedRow } from '../../protocol/decoded-row';
import type { Inspection, MachineRecord, VmcsView } from '../inspection';
import { droppedEvent } from './dropped-event';
import { describeRecord } from './exit-text';
import { fieldRow } from './field';

const COLUMNS: readonly { title: string; fields: readonly FieldName[] }[] = [
  {
    title: 'VM-entry interruption',
    fields: ['VM_ENTRY_INTR_INFO_FIELD', 'VM_ENTRY_EXCEPTION_ERROR_CODE', 'VM_ENTRY_INSTRUCTION_LEN'],
  },
  {
    title: 'VM-exit interruption',
    fields: ['VM_EXIT_INTR_INFO', 'VM_EXIT_INTR_ERROR_CODE'],
  },
  {
    title: 'IDT-vectoring',
    fields: ['IDT_VECTORING_INFO_FIELD', 'IDT_VECTORING_ERROR_CODE', 'VM_EXIT_INSTRUCTION_LEN'],
  },
];

/** Records that tell an event's story. */
const STORY: readonly MachineRecord['kind'][] = ['injection', 'requeued', 'nested-event'];
const HISTORY = 8;
/** How far back a story may have begun; older ones are over. */
const LOOK_BACK = 200;

export function eventInFlight(inspection: Inspection): EventInFlight {
  if (inspection.vmcss.length === 0)
    return {
      columns: [],
      history: [],
      empty: 'No VMCS yet: events appear here once a hypervisor has loaded one.',
    };
  return {
    columns: COLUMNS.map(({ title, fields }) => ({
      title,
      rows: inspection.vmcss.flatMap((vmcs) => columnRows(vmcs, fields)),
    })),
    history: history(inspection),
  };
}

function columnRows(vmcs: VmcsView, fields: readonly FieldName[]): DecodedRow[] {
  return fields
    .filter((field) => vmcs.has(field))
    .map((field, index) => {
      const row = fieldRow(`${vmcs.name}/${field}`, field, vmcs);
      return { ...row, label: index === 0 ? vmcs.name : field };
    });
}

function history({ log }: Inspection): string[] {
  const lines: string[] = [];
  for (let index = log.total - 1; index >= Math.max(log.oldest, log.total - LOOK_BACK); index--) {
    const record = log.at(index);
    if (!record || !tellsOfEvent(record)) continue;
    const { title, detail } = describeRecord(record);
    lines.push(`${record.count}: ${record.level} ${title}${detail === '' ? '' : ` (${detail})`}`);
    if (lines.length === HISTORY) break;
  }
  return lines.reverse();
}

function tellsOfEvent(record: MachineRecord): boolean {
  if (STORY.includes(record.kind)) return true;
  switch (record.kind) {
    case 'entry':
    case 'nested-entry':
      return isValid(record.interruption) || droppedEvent(record) !== undefined;
    case 'exit':
    case 'nested-exit':
      return isValid(record.idtVectoring);
    default:
      return false;
  }
}

/** The sign bit of an event word is its valid bit. */
function isValid(word: number): boolean {
  return word >>> 31 === 1;
}
