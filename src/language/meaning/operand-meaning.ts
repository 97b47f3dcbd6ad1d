/**
 * What the constants in the operations of a source mean: the fact a number stands for, or the named bits of a word. Hints,
 * actions and completion read it; only what the operation makes certain is answered.
 */
import type { BitRange } from '../../isa/bit-ranges';
import { exceptions } from '../../isa/exceptions';
import { exitReasonFlags } from '../../isa/exit-reasons';
import { interruptionFormats, type InterruptionFormat } from '../../isa/interruption-formats';
import { msrByNumber } from '../../isa/msrs';
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import { vmcsFieldByEncoding, type VmcsField } from '../../isa/vmcs-fields';
import { default1, vmxControls, type ControlWord } from '../../isa/vmx-controls';
import { controlWordOf, rangesOf } from '../../decode/field-format';
import { extract, rangeText } from '../../decode/word';
import type { Fact } from '../knowledge/fact';
import { factNumbered } from '../knowledge/lookup';
import type { Operand, Operation } from '../source/operation';

/** One bit, or one part of several bits, that is not zero. */
export interface NamedPart {
  readonly text: string;
  readonly title: string;
  readonly mask: bigint;
  /** Of a single bit. */
  readonly fact?: Fact;
}

export interface Meaning {
  readonly operand: Operand;
  readonly fact?: Fact;
  /** Parts of the word in the order of what matters; bits that no part names are left out. */
  readonly parts?: readonly NamedPart[];
}

export function meaningsOf(operation: Operation): Meaning[] {
  switch (operation.kind) {
    case 'vmread':
    case 'vmwrite':
      return [...numbered('field', operation.field), ...fieldValue(operation.field, operation.value)];
    case 'rdmsr':
    case 'wrmsr':
      return [...numbered('msr', operation.msr), ...msrValue(operation.msr, operation.value)];
    case 'cpuid':
      return numbered('cpuid-leaf', operation.leaf);
    case 'comparison':
      return comparison(operation.with, operation.value);
    case 'register-write':
      return inBits(operation.value, (word) =>
        rangeParts(word, registerFormats[operation.register].ranges, registerBit(operation.register)),
      );
  }
}

function numbered(kind: Fact['kind'], operand: Operand): Meaning[] {
  const fact = operand.value === undefined ? undefined : factNumbered(kind, operand.value);
  return fact ? [{ operand, fact }] : [];
}

function comparison(
  subject: Extract<Operation, { kind: 'comparison' }>['with'],
  operand: Operand,
): Meaning[] {
  if (subject === 'vmcs-field') return numbered('field', operand);
  const whole = numbered(subject, operand);
  if (whole.length > 0 || subject !== 'exit-reason' || operand.value === undefined) return whole;
  // The reason of a failed entry has a flag above it.
  const flags = exitReasonFlags.reduce((mask, flag) => mask | (1n << BigInt(flag.bit)), 0n);
  const fact = factNumbered('exit-reason', operand.value & ~flags);
  return fact ? [{ operand, fact }] : [];
}

function inBits(operand: Operand | undefined, parts: (word: bigint) => readonly NamedPart[]): Meaning[] {
  if (operand?.value === undefined) return [];
  const found = parts(operand.value);
  return found.length > 0 ? [{ operand, parts: found }] : [];
}

function fieldValue(field: Operand, value: Operand | undefined): Meaning[] {
  const row = field.value === undefined ? undefined : vmcsFieldByEncoding.get(Number(field.value));
  return row ? inBits(value, (word) => partsOfField(row, word)) : [];
}

function msrValue(number: Operand, value: Operand | undefined): Meaning[] {
  const row = number.value === undefined ? undefined : msrByNumber.get(Number(number.value));
  if (!row) return [];
  const { format } = row;
  if (format)
    return inBits(value, (word) => rangeParts(word, registerFormats[format].ranges, registerBit(format)));
  return inBits(value, (word) =>
    rangeParts(word, row.ranges ?? [], (range) => ({ kind: 'msr-bit', row, range })),
  );
}

/** Formats whose parts say no more than the number. */
const PLAIN = new Set(['selector', 'address', 'vector', 'bitmap', 'cr3', 'signed']);

export function partsOfField({ format }: VmcsField, word: bigint): NamedPart[] {
  if (format === undefined || PLAIN.has(format)) return [];
  const controls = controlWordOf[format];
  if (controls) return controlParts(controls, word);
  if (format === 'exception-bitmap') return exceptionParts(word);
  if (format in interruptionFormats) {
    const event = format as InterruptionFormat;
    return rangeParts(word, interruptionFormats[event].ranges, (range) => ({
      kind: 'event-bit',
      places: [{ format: event, range }],
    }));
  }
  const ranges = rangesOf[format];
  return ranges && format in registerFormats
    ? rangeParts(word, ranges, registerBit(format as RegisterFormat))
    : [];
}

/** Controls that software chooses come before those that are 1 by default. */
function controlParts(word: ControlWord, value: bigint): NamedPart[] {
  const set = vmxControls.filter((row) => row.word === word && isSet(value, row.bit));
  const byDefault = (bit: number): number => (isSet(BigInt(default1[word].plain), bit) ? 1 : 0);
  return set
    .sort((a, b) => byDefault(a.bit) - byDefault(b.bit))
    .map((row) => ({
      text: row.name.replace(/^VM_(EXIT|ENTRY)_/, ''),
      title: row.title,
      mask: 1n << BigInt(row.bit),
      fact: { kind: 'control', row },
    }));
}

function exceptionParts(word: bigint): NamedPart[] {
  return exceptions
    .filter((row) => row.kind !== 'interrupt' && isSet(word, row.vector))
    .map((row) => ({
      text: `#${row.name}`,
      title: row.title,
      mask: 1n << BigInt(row.vector),
      fact: { kind: 'exception', row },
    }));
}

const registerBit =
  (format: RegisterFormat) =>
  (range: BitRange): Fact => ({ kind: 'register-bit', format, range });

function rangeParts(
  word: bigint,
  ranges: readonly BitRange[],
  factOf: (range: BitRange) => Fact,
): NamedPart[] {
  const parts = ranges.flatMap((range): NamedPart[] => {
    const value = extract(word, range);
    const single = range.high === range.low;
    // A zero says something where it is the only thing the word has to say.
    const only = ranges.length === 1 && range.values !== undefined;
    if (value === 0n && !only) return [];
    const shown = rangeText(range, value);
    return [
      {
        text: single ? range.name : only ? shown : `${range.name}=${shown}`,
        title: single ? range.title : `${range.title}: ${shown}`,
        mask: ((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low),
        ...(single && { fact: factOf(range) }),
      },
    ];
  });
  // One number in the place of another explains nothing.
  const [only] = parts;
  return parts.length === 1 && only?.text.endsWith(`=0x${word.toString(16)}`) ? [] : parts;
}

function isSet(word: bigint, bit: number): boolean {
  return ((word >> BigInt(bit)) & 1n) === 1n;
}
