/** The rule `field-value`: constants that a check of VM entry refuses whatever the other fields hold. The checks say which. */
import { entryChecks, type ConstantRule, type EntryCheck } from '../../isa/entry-checks';
import type { FieldName, VmcsField } from '../../isa/vmcs-fields';
import { vmInstructionErrorByNumber } from '../../isa/vm-instruction-errors';
import { extract, hex } from '../../decode/word';
import type { VmcsAccess } from '../source/operation';
import { bits, inWords, maskOf } from './bit-words';
import { accessedField, fieldBits, writtenConstant } from './field-operand';
import { found, type Finding } from './finding';

interface FieldCheck {
  readonly check: EntryCheck;
  readonly rule: ConstantRule;
}

/** The checks that a constant can fail, by field. */
const checksOf: ReadonlyMap<FieldName, readonly FieldCheck[]> = (() => {
  const found = new Map<FieldName, FieldCheck[]>();
  for (const check of entryChecks)
    for (const rule of check.constant ?? [])
      for (const field of rule.of ?? check.fields)
        found.set(field, [...(found.get(field) ?? []), { check, rule }]);
  return found;
})();

/**
 * @param splitFields encodings of high halves that the source writes: there a value of at most 32 bits is only the low half
 */
export function fieldValueFindings(access: VmcsAccess, splitFields: ReadonlySet<number>): Finding[] {
  const row = accessedField(access);
  if (!row || !access.value) return [];
  const value = writtenConstant(access, row);
  if (value === undefined) return [];
  if (row.high !== undefined && splitFields.has(row.high) && value >> 32n === 0n) return [];
  return (checksOf.get(row.name) ?? []).flatMap((candidate) =>
    finding(candidate, row, value, access.value!.range),
  );
}

function finding(
  { check, rule }: FieldCheck,
  row: VmcsField,
  value: bigint,
  range: Finding['range'],
): Finding[] {
  // Zero and all ones are how software fills a field that a control switches off.
  const conditional = check.condition !== undefined && !rule.decided;
  if ((conditional && (value === 0n || value === allOnes(row))) || !applies(rule, row, value)) return [];
  const wrong = rule.parts.filter((part) => !allowed(rule, extract(value, part)));
  if (wrong.length === 0) return [];
  const parts = wrong.map(
    (part) => `${bits(maskOf(part))} ${isAre(part)} ${numberText(Number(extract(value, part)))}`,
  );
  const when = conditional ? ` The check is made if ${check.condition}.` : '';
  const only = rule.oneOf?.length === 1 ? BigInt(rule.oneOf[0]!) : undefined;
  const right =
    rule.unless === 'all-ones'
      ? allOnes(row)
      : wrong.reduce((word, part) => (word & ~maskOf(part)) | ((only ?? 0n) << BigInt(part.low)), value);
  return [
    found(
      'field-value',
      range,
      `${row.name} ${hex(value)}: ${inWords(parts, 'and')}, must ${allowedText(rule)}. ${outcomeText(check)} Check ${check.id}: ${check.rule}${when}`,
      {
        sdm: check.sdm,
        ...(conditional && { severity: 'warning' }),
        ...(only !== undefined && {
          remedy: { title: `Make it ${hex(right)}, as check ${check.id} wants`, range, value: right },
        }),
      },
    ),
  ];
}

const allOnes = (row: VmcsField): bigint => (1n << BigInt(fieldBits(row))) - 1n;

function applies(rule: ConstantRule, row: VmcsField, value: bigint): boolean {
  if (rule.unless === 'all-ones' && value === allOnes(row)) return false;
  return (rule.when ?? []).every((part) => part.is.includes(Number(extract(value, part))));
}

function allowed(rule: ConstantRule, part: bigint): boolean {
  const value = Number(part);
  return (rule.oneOf?.includes(value) ?? true) && !rule.noneOf?.includes(value);
}

function allowedText(rule: ConstantRule): string {
  if (rule.noneOf) return `not be ${inWords(rule.noneOf.map(numberText), 'or')}`;
  return `be ${inWords((rule.oneOf ?? []).map(numberText), 'or')}`;
}

const numberText = (value: number): string => (value > 9 ? hex(value) : `${value}`);
const isAre = (part: { high: number; low: number }): string => (part.high === part.low ? 'is' : 'are');

function outcomeText(check: EntryCheck): string {
  const error = check.errors?.[0];
  if (error !== undefined)
    return `VM entry fails with error ${error} (${vmInstructionErrorByNumber.get(error)?.title}).`;
  return `VM entry fails and exits with ${check.exitReason}.`;
}
