/**
 * What a sentence about a failed entry check is made from: the VMCS with what its owner may set, and the words most sentences share.
 * Bit positions come from isa's formats, by name.
 */
import type { CheckId } from '../../../isa/entry-checks';
import type { MsrName } from '../../../isa/msrs';
import { vmcsField, type FieldName } from '../../../isa/vmcs-fields';
import { control, controlWords, vmxControls, type ControlWord } from '../../../isa/vmx-controls';
import { rangesOf } from '../../../decode/field-format';
import { interruptionFormats } from '../../../isa/interruption-formats';
import { extract, hex, maskOf } from '../../../decode/word';

export interface CheckSubject {
  read(name: FieldName): bigint;
  limits(word: ControlWord): { required: bigint; offered: bigint };
  /** A VMX capability MSR as the owner of the VMCS reads it. */
  capability(name: MsrName): bigint;
  /** MAXPHYADDR. */
  readonly addressBits: number;
  isCanonical(linear: bigint): boolean;
}

/** The failure in a sentence: the value found, what is allowed, the bits that are wrong. */
export type Wording = (subject: CheckSubject) => string;
export type Wordings = Partial<Record<CheckId, Wording>>;

/** `GUEST_CR0 is 0x80000001`. */
export function valueText(subject: CheckSubject, name: FieldName): string {
  return `${name} is ${hex(subject.read(name))}`;
}

/** `bit 5`, `bits 5, 7`, `bits 63:32`. */
export function bitsText(mask: bigint): string {
  const runs: string[] = [];
  for (let bit = 63n; bit >= 0n; bit--) {
    if (((mask >> bit) & 1n) === 0n) continue;
    let low = bit;
    while (low > 0n && ((mask >> (low - 1n)) & 1n) === 1n) low--;
    runs.push(low === bit ? `${bit}` : `${bit}:${low}`);
    bit = low;
  }
  return `${runs.length === 1 && !runs[0]!.includes(':') ? 'bit' : 'bits'} ${runs.join(', ')}`;
}

/** A named part of a field, by its format's row in isa. */
export function part(subject: CheckSubject, name: FieldName, rangeName: string): bigint {
  return extract(subject.read(name), rangeOf(name, rangeName));
}

function rangeOf(name: FieldName, rangeName: string): { high: number; low: number } {
  const format = vmcsField[name].format!;
  const ranges =
    format in interruptionFormats
      ? interruptionFormats[format as keyof typeof interruptionFormats].ranges
      : rangesOf[format]!;
  return ranges.find((range) => range.name === rangeName)!;
}

/** The named single-bit parts that are set in a mask: ` (NE, PG)`; empty when none has a name. */
export function namedBits(name: FieldName, mask: bigint): string {
  const names = (rangesOf[vmcsField[name].format!] ?? [])
    .filter((range) => range.high === range.low && (mask & maskOf(range)) !== 0n)
    .map((range) => range.name);
  return names.length > 0 ? ` (${names.join(', ')})` : '';
}

/** Bits that must be 0 and are not. */
export function mustBe0(name: FieldName, mask: bigint | ((subject: CheckSubject) => bigint)): Wording {
  return (subject) => {
    const wrong = subject.read(name) & (typeof mask === 'bigint' ? mask : mask(subject));
    return `${valueText(subject, name)}: ${bitsText(wrong)}${namedBits(name, wrong)} must be 0.`;
  };
}

/** All bits of the ones from `high` down to `low`. */
export function ones(high: number, low: number): bigint {
  return maskOf({ high, low });
}

/** Bits that the processor's physical addresses do not have. */
export function beyond(subject: CheckSubject): bigint {
  return ones(63, subject.addressBits);
}

/** An address in memory with `low` bits of alignment, inside the physical-address width. */
export function aligned(name: FieldName, low: number): Wording {
  return (subject) => {
    const value = subject.read(name);
    const unaligned = low === 0 ? 0n : value & ones(low - 1, 0);
    const wide = value & beyond(subject);
    const said = [
      ...(unaligned === 0n ? [] : [`not ${1 << low}-byte aligned (${bitsText(unaligned)} must be 0)`]),
      ...(wide === 0n
        ? []
        : [`wider than the ${subject.addressBits} physical-address bits (${bitsText(wide)} must be 0)`]),
    ];
    return `${valueText(subject, name)}: ${said.join(', and ')}.`;
  };
}

/** The last byte of an MSR list lies beyond the physical-address width. */
export function listEnd(address: FieldName, count: FieldName): Wording {
  return (subject) => {
    const last = subject.read(address) + subject.read(count) * 16n - 1n;
    return `${valueText(subject, address)} and ${valueText(subject, count)}: the list ends at ${hex(last)}, beyond the ${subject.addressBits} physical-address bits.`;
  };
}

/** Fields that must hold canonical addresses; those that do not are named. */
export function canonical(...names: readonly FieldName[]): Wording {
  return (subject) => {
    const wrong = names.filter((name) => !subject.isCanonical(subject.read(name)));
    return each(
      wrong,
      (name) => `${valueText(subject, name)}, not canonical`,
      'bits 63:47 must all be alike',
    );
  };
}

/** `A is 1, not so; B is 2, not so: the rule.` */
export function each(names: readonly FieldName[], say: (name: FieldName) => string, rule: string): string {
  return `${names.map(say).join('; ')}: ${rule}.`;
}

/** The state of a control in the VMCS. */
export function isOn(subject: CheckSubject, name: keyof typeof control): boolean {
  const { word, bit } = control[name];
  return ((subject.read(controlWords[word].field) >> BigInt(bit)) & 1n) === 1n;
}

/** `UNRESTRICTED_GUEST is 1, ENABLE_EPT is 0: unrestricted guests need EPT.` */
export function controls(names: readonly (keyof typeof control)[], rule: string): Wording {
  return (subject) =>
    `${names.map((name) => `${name} is ${isOn(subject, name) ? 1 : 0}`).join(', ')}: ${rule}.`;
}

/** The same, behind the values of fields. */
export function controlsAnd(
  names: readonly (keyof typeof control)[],
  fields: readonly FieldName[],
  rule: string,
): Wording {
  return (subject) => {
    const states = names.map((name) => `${name} is ${isOn(subject, name) ? 1 : 0}`);
    return `${[...fields.map((name) => valueText(subject, name)), ...states].join(', ')}: ${rule}.`;
  };
}

/** Plain: the fields' values, then what is wrong with them together. */
export function values(fields: readonly FieldName[], rule: string): Wording {
  return controlsAnd([], fields, rule);
}

/** Controls that the processor needs and the word lacks. */
export function needed(word: ControlWord): Wording {
  return (subject) => {
    const { field, value } = wordOf(subject, word);
    const { required } = subject.limits(word);
    const missing = required & ~value;
    return `${field} is ${hex(value)}: ${controlBits(word, missing)} must be 1 on this processor, which needs ${hex(required)}.`;
  };
}

/** Controls that the word has and the processor does not offer. */
export function notOffered(word: ControlWord): Wording {
  return (subject) => {
    const { field, value } = wordOf(subject, word);
    const { offered } = subject.limits(word);
    const excess = value & ~offered;
    return `${field} is ${hex(value)}: ${controlBits(word, excess)} must be 0 on this processor, which offers ${hex(offered)}.`;
  };
}

function wordOf(subject: CheckSubject, word: ControlWord): { field: FieldName; value: bigint } {
  const field = controlWords[word].field as FieldName;
  return { field, value: subject.read(field) };
}

/** `bits 1, 7 (HLT_EXITING)`. */
function controlBits(word: ControlWord, mask: bigint): string {
  const names = vmxControls
    .filter((row) => row.word === word && ((mask >> BigInt(row.bit)) & 1n) === 1n)
    .map((row) => row.name);
  return `${bitsText(mask)}${names.length > 0 ? ` (${names.join(', ')})` : ''}`;
}

/** A control register against the bits that VMX operation fixes. `free`: bits that are not checked. */
export function fixedBits(
  name: FieldName,
  register: 'CR0' | 'CR4',
  free: (subject: CheckSubject) => { may: bigint; must: bigint },
): Wording {
  return (subject) => {
    const value = subject.read(name);
    const fixed0 = subject.capability(`IA32_VMX_${register}_FIXED0`);
    const fixed1 = subject.capability(`IA32_VMX_${register}_FIXED1`);
    const { may, must } = free(subject);
    const missing = fixed0 & ~value & ~must;
    const excess = value & ~fixed1 & ~may;
    const said = [
      ...(missing === 0n
        ? []
        : [
            `${bitsText(missing)}${namedBits(name, missing)} must be 1 (IA32_VMX_${register}_FIXED0 is ${hex(fixed0)})`,
          ]),
      ...(excess === 0n
        ? []
        : [
            `${bitsText(excess)}${namedBits(name, excess)} must be 0 (IA32_VMX_${register}_FIXED1 is ${hex(fixed1)})`,
          ]),
    ];
    return `${valueText(subject, name)}: ${said.join(', and ')}.`;
  };
}
