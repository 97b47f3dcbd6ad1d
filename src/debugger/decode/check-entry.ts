/**
 * Why a VM entry fails, or would fail: every check of the manual that the VMCS does not pass, in words, with the fields it is about
 * and who wrote them. What vmcs12 passes can fail in vmcs02, which L0 makes of it: then that one's checks are told. An entry that
 * failed is never without an answer: where no check fails as things stand, the record's own rule is it.
 */
import { causeText } from '../../decode/fault-text';
import { hex } from '../../decode/word';
import { entryCheck, entryChecks, type CheckId, type EntryCheck } from '../../isa/entry-checks';
import type { FieldName } from '../../isa/vmcs-fields';
import { controlWords, type ControlWord } from '../../isa/vmx-controls';
import { lastFailedEntry, type FailedEntryRecord } from '../../machine/failed-entry';
import type { CheckedField, CheckFailure, FieldWriter } from '../../protocol/custom-requests';
import type { Level } from '../../machine/strand';
import type { Inspection, VmcsView } from '../inspection';
import { failureText } from './check-wording/wording';
import { vmErrorText } from './exit-text';
import { exitReasonText } from './exit';
import { fieldBits, fieldRow } from './field';
import { provenance } from './provenance';

export function checkEntry(inspection: Inspection): {
  failures: CheckFailure[];
  checked: number;
  empty?: string;
} {
  const failed = inspection.failedEntryChecks();
  const vmcs = inspection.vmcss[0];
  const last = lastFailedEntry(inspection.log, inspection.topology);
  if (!failed || !vmcs) {
    if (last) return { failures: [byRecord(last, 'vmcs12')], checked: 0 };
    return { failures: [], checked: 0, empty: 'No current VMCS: nothing to check before VMPTRLD.' };
  }
  const failures = failed.map((check) => failure(inspection, check, vmcs));
  if (failures.length > 0 || !last) return { failures, checked: entryChecks.length };
  const made = inspection.vmcss.find(({ name }) => name === 'vmcs02');
  const failedMade = made && last.kind === 'entry-failure' ? inspection.failedEntryChecks('vmcs02') : [];
  const told = (failedMade ?? []).map((check) => failure(inspection, check, made!));
  return { failures: told.length > 0 ? told : [byRecord(last, vmcs.name)], checked: entryChecks.length };
}

/** What the record itself says, for what is no check of a field, or no longer fails. */
function byRecord(record: FailedEntryRecord, vmcs: VmcsView['name']): CheckFailure {
  const rule = record.kind === 'entry-failure' ? record.rule : undefined;
  const row = rule && entryCheck[rule.id.replace(/^check\./, '') as CheckId];
  const text = record.cause ? causeText(record.cause) : rule!.text;
  const how =
    record.kind === 'entry-failure' && record.reasonWord !== 0
      ? `VM exit ${exitReasonText(record.reasonWord)}, qualification ${record.qualification}`
      : vmErrorText(record.error);
  return {
    id: row?.id ?? (record.cause?.reason as string | undefined) ?? rule!.id,
    sdm: row?.sdm ?? '26.1',
    rule: row?.rule ?? text,
    text,
    vmcs,
    outcome: how,
    fields: [],
  };
}

function failure(inspection: Inspection, check: EntryCheck, vmcs: VmcsView): CheckFailure {
  return {
    id: check.id,
    sdm: check.sdm,
    rule: check.rule,
    text: failureText(check.id, vmcs),
    vmcs: vmcs.name,
    outcome: outcomeText(check),
    fields: check.fields.filter((name) => vmcs.has(name)).map((name) => checkedField(inspection, name, vmcs)),
  };
}

function checkedField(inspection: Inspection, name: FieldName, vmcs: VmcsView): CheckedField {
  const allowed = allowedText(name, vmcs);
  return {
    name,
    actual: `${hex(vmcs.read(name), fieldBits(name))}${meaning(name, vmcs)}`,
    ...(allowed !== undefined && { allowed }),
    ...(vmcs.name === 'vmcs02' && { from: provenance(name) }),
    ...(vmcs.writersKnown && { writer: writerOf(inspection, name, vmcs) }),
  };
}

/** The level that fills in the VMCS of the user's program. */
export function ownerOf(inspection: Pick<Inspection, 'topology'>): Level {
  return inspection.topology === 'bare' ? 'L0' : 'L1';
}

function writerOf(inspection: Inspection, name: FieldName, vmcs: VmcsView): FieldWriter {
  const address = vmcs.writer(name);
  if (address === undefined) return { text: 'never written' };
  const { text, source } = inspection.place(ownerOf(inspection), address);
  return { text: `last written at ${text}`, address: hex(address), ...(source && { source }) };
}

function meaning(name: FieldName, vmcs: VmcsView): string {
  const text = fieldRow('', name, vmcs).meaning;
  return text ? ` (${text})` : '';
}

/** For control words: which bits must and may be 1. Other fields are told by the sentence itself. */
function allowedText(name: FieldName, vmcs: VmcsView): string | undefined {
  const found = Object.entries(controlWords).find(([, word]) => word.field === name);
  if (!found) return undefined;
  const { required, offered } = vmcs.limits(found[0] as ControlWord);
  return `must be 1: ${hex(required, 32)}, may be 1: ${hex(offered, 32)}`;
}

function outcomeText(check: EntryCheck): string {
  switch (check.outcome) {
    case 'undefined-opcode':
      return '#UD';
    case 'general-protection':
      return '#GP(0)';
    case 'exit-to-parent':
      return 'VM exit';
    case 'vmfail-invalid':
      return 'VMfailInvalid';
    case 'vmfail-valid':
      return `VMfailValid, error ${check.errors?.join(' or ') ?? ''}`;
    case 'entry-failure':
      return `VM exit ${check.exitReason ?? ''}, qualification ${check.qualification ?? 0}`;
  }
}

/** The failing checks as lines of text: the sentence, then each field with who wrote it. */
export function failureLines({ id, sdm, text, outcome, vmcs, fields }: CheckFailure): string[] {
  const whose = vmcs === 'vmcs02' ? 'vmcs02, ' : '';
  return [
    `${id} (${whose}SDM ${sdm}): ${text}`,
    `  outcome: ${outcome}`,
    ...fields.map(({ name, actual, allowed, from, writer }) =>
      [`  ${name} = ${actual}`, allowed && `allowed: ${allowed}`, from, writer && writerText(writer)]
        .filter(Boolean)
        .join(', '),
    ),
  ];
}

/** With the whole path, so that whoever shows it can make a link of it. */
function writerText({ text, source }: FieldWriter): string {
  return source ? `last written at ${source.path}:${source.line}` : text;
}
