/**
 * One VMCS field as a row: value, meaning in a line, and children down to the bit. The format named in the field's row of
 * isa decides how; control words also say which bits their owner may set.
 */
import { exceptions } from '../../isa/exceptions';
import { exitReasonByNumber } from '../../isa/exit-reasons';
import { instructionInformation, instructionInformationOf } from '../../isa/instruction-information';
import { interruptionFormats } from '../../isa/interruption-formats';
import { vmInstructionErrorByNumber } from '../../isa/vm-instruction-errors';
import { vmcsField, type FieldName } from '../../isa/vmcs-fields';
import { control, controlWords, vmxControls, type ControlWord } from '../../isa/vmx-controls';
import type { DecodedRow } from '../../protocol/decoded-row';
import { eventText, isValidEvent, type EventWord } from '../../decode/event-word';
import { controlWordOf, rangesOf } from '../../decode/field-format';
import { BASIC_REASON, exitReasonRows, exitReasonText, qualificationRows, qualificationText } from './exit';
import { hex, wordRows, wordSummary } from '../../decode/word';

/** What decoding a field needs of the VMCS around it. */
export interface FieldContext {
  read(name: FieldName): bigint;
  limits(word: ControlWord): { required: bigint; offered: bigint };
}

interface Decoded {
  meaning?: string;
  children?: DecodedRow[];
}

const EVENT_FORMATS: readonly string[] = ['entry-interruption', 'exit-interruption', 'idt-vectoring'];
/** The error code that goes with each event word. */
const errorField: Record<EventWord, FieldName> = {
  'entry-interruption': 'VM_ENTRY_EXCEPTION_ERROR_CODE',
  'exit-interruption': 'VM_EXIT_INTR_ERROR_CODE',
  'idt-vectoring': 'IDT_VECTORING_ERROR_CODE',
};

/** Bits of a field; natural width is 64 on this machine. */
export function fieldBits(name: FieldName): number {
  const { width } = vmcsField[name];
  return width === 'natural' ? 64 : width;
}

/** @param id identity of the row; stays the same between stops */
export function fieldRow(id: string, name: FieldName, context: FieldContext): DecodedRow {
  const row = vmcsField[name];
  const value = context.read(name);
  const decoded = decodeField(id, name, value, context);
  const encodings =
    row.high === undefined ? hex(row.encoding, 16) : `${hex(row.encoding, 16)}, high ${hex(row.high, 16)}`;
  const needs = row.enabledBy?.length ? `\n\nUsed with ${row.enabledBy.join(', ')}.` : '';
  return {
    id,
    label: name,
    value: hex(value, fieldBits(name)),
    kind: 'field',
    help: `**${row.title}**: ${row.summary}${needs}\n\nEncoding ${encodings}, ${fieldBits(name)} bits. SDM ${row.sdm}.`,
    ...(decoded.meaning && { meaning: decoded.meaning }),
    ...(decoded.children?.length && { children: decoded.children }),
  };
}

function decodeField(id: string, name: FieldName, value: bigint, context: FieldContext): Decoded {
  const { format } = vmcsField[name];
  if (format === undefined) return {};
  const word = controlWordOf[format];
  if (word) return decodeControls(id, word, value, context);
  const ranges = rangesOf[format];
  if (ranges) return { meaning: wordSummary(value, ranges), children: wordRows(id, value, ranges) };
  if (EVENT_FORMATS.includes(format)) return decodeEvent(id, format as EventWord, value, context);
  const reason = Number(context.read('VM_EXIT_REASON'));
  switch (format) {
    case 'exit-reason':
      return { meaning: exitReasonText(Number(value)), children: exitReasonRows(id, Number(value)) };
    case 'exit-qualification':
      return {
        meaning: qualificationText(reason, value, Number(context.read('VM_EXIT_INTR_INFO'))),
        children: qualificationRows(id, reason, value),
      };
    case 'vm-instruction-error':
      return { meaning: vmInstructionErrorByNumber.get(Number(value))?.title ?? '' };
    case 'exception-bitmap':
      return decodeExceptionBitmap(id, value);
    case 'instruction-info': {
      const exit = exitReasonByNumber.get(reason & BASIC_REASON)?.name;
      const layout = exit && instructionInformationOf[exit];
      return layout ? { children: wordRows(id, value, instructionInformation[layout].ranges) } : {};
    }
    case 'signed':
      return { meaning: BigInt.asIntN(64, value).toString() };
    default:
      return {};
  }
}

/** Every bit of a control word: on or off, and whether the VMCS's owner may set or clear it. */
function decodeControls(id: string, word: ControlWord, value: bigint, context: FieldContext): Decoded {
  const { required, offered } = context.limits(word);
  const rows = vmxControls.filter((row) => row.word === word);
  const children = rows.map((row): DecodedRow => {
    const mask = 1n << BigInt(row.bit);
    const on = (value & mask) !== 0n;
    const forced = (required & mask) !== 0n;
    const allowed = (offered & mask) !== 0n;
    const error =
      on && !allowed
        ? 'not offered: VM entry fails'
        : !on && forced
          ? 'must be 1: VM entry fails'
          : undefined;
    const missing = on ? (row.requires ?? []).filter((name) => !isOn(name, context)) : [];
    const note = forced ? 'must be 1' : allowed ? '' : 'not offered';
    return {
      id: `${id}/${row.name}`,
      label: row.name,
      value: on ? 'on' : 'off',
      on,
      bit: row.bit,
      kind: 'bit',
      meaning: note,
      help: `bit ${row.bit}: **${row.title}**. ${row.summary} SDM ${row.sdm}.`,
      ...(error && { error }),
      ...(missing.length > 0 && { error: `needs ${missing.join(', ')}` }),
    };
  });
  const set = rows.filter((row) => (value >> BigInt(row.bit)) & 1n && !((required >> BigInt(row.bit)) & 1n));
  return { meaning: set.map((row) => row.name).join(' '), children };
}

function isOn(name: string, context: FieldContext): boolean {
  const row = control[name as keyof typeof control];
  const field = controlWords[row.word].field as FieldName;
  return ((context.read(field) >> BigInt(row.bit)) & 1n) === 1n;
}

function decodeEvent(id: string, format: EventWord, value: bigint, context: FieldContext): Decoded {
  const error = Number(context.read(errorField[format]));
  const meaning = eventText(format, Number(value), error);
  // Without the valid bit the other bits mean nothing; showing them as if would mislead.
  if (!isValidEvent(format, Number(value))) return { meaning };
  return { meaning, children: wordRows(id, value, interruptionFormats[format].ranges) };
}

function decodeExceptionBitmap(id: string, value: bigint): Decoded {
  const set = exceptions.filter((row) => ((value >> BigInt(row.vector)) & 1n) === 1n);
  return {
    meaning: set.map((row) => row.name).join(' ') || 'no exception exits',
    children: exceptions.map((row) => {
      const on = ((value >> BigInt(row.vector)) & 1n) === 1n;
      return {
        id: `${id}/${row.vector}`,
        label: row.name,
        value: on ? 'on' : 'off',
        on,
        bit: row.vector,
        kind: 'bit',
        meaning: row.title,
      };
    }),
  };
}
