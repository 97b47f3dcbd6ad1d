/**
 * Events that a VM entry drops: an exit interrupted their delivery, IDT-vectoring information says so, and the entry neither injects
 * them nor anything else of that vector. SDM 26.5, 27.2.4; a hypervisor that loses interrupts does this.
 */
import { eventTypes, interruptionFormats } from '../../isa/interruption-formats';
import { eventText, isValidEvent } from '../../decode/event-word';
import { extract } from '../../decode/word';
import type { MachineRecord } from '../inspection';

const ranges = interruptionFormats['idt-vectoring'].ranges;
const VECTOR = ranges.find(({ name }) => name === 'VECTOR')!;
const TYPE = ranges.find(({ name }) => name === 'TYPE')!;
const typeNumber = (name: (typeof eventTypes)[number]['name']): bigint =>
  BigInt(eventTypes.find((row) => row.name === name)!.number);
/** Events from outside: nothing makes them come again. Exceptions and INT n may recur when the instruction runs again. */
const FROM_OUTSIDE = [typeNumber('EXTERNAL_INTERRUPT'), typeNumber('NMI')];

/** "0x60, external interrupt"; undefined when the record is no entry that drops an event from outside. */
export function droppedEvent(record: MachineRecord): string | undefined {
  if (record.kind !== 'nested-entry' && record.kind !== 'entry') return undefined;
  const { idtVectoring, interruption } = record;
  if (idtVectoring === undefined || !isValidEvent('idt-vectoring', idtVectoring)) return undefined;
  const vectoring = BigInt(idtVectoring >>> 0);
  if (!FROM_OUTSIDE.includes(extract(vectoring, TYPE))) return undefined;
  const injected = isValidEvent('entry-interruption', interruption);
  if (injected && extract(BigInt(interruption >>> 0), VECTOR) === extract(vectoring, VECTOR))
    return undefined;
  return eventText('idt-vectoring', idtVectoring);
}

/** The remark at such an entry; empty for all other records. */
export function droppedText(record: MachineRecord): string {
  const event = droppedEvent(record);
  return event === undefined ? '' : `dropped: ${event} was being delivered and is not injected again`;
}
