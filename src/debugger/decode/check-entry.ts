/**
 * Why a VM entry fails, or would fail: every check of the manual that the VMCS does not pass, with the fields it is about.
 */
import { entryChecks, type EntryCheckRow } from '../../isa/entry-checks';
import { type vmcsField } from '../../isa/vmcs-fields';
import type { CheckFailure } from '../../protocol/custom-requests';
import type { Inspection, VmcsView } from '../inspection';
import { fieldBits, fieldRow } from './field';
import { controlWords, type ControlWord } from '../../isa/vmx-controls';
import { hex } from '../../decode/word';

export function checkEntry(inspection: Inspection): {
  failures: CheckFailure[];
  checked: number;
  empty?: string;
} {
  const failed = inspection.failedEntryChecks();
  const vmcs = inspection.vmcss[0];
  if (!failed || !vmcs)
    return { failures: [], checked: 0, empty: 'No current VMCS: nothing to check before VMPTRLD.' };
  return { failures: failed.map((check) => failure(check, vmcs)), checked: entryChecks.length };
}

function failure(check: EntryCheckRow, vmcs: VmcsView): CheckFailure {
  return {
    id: check.id,
    sdm: check.sdm,
    rule: check.rule,
    outcome: outcomeText(check),
    fields: check.fields
      .filter((name) => vmcs.has(name))
      .map((name) => {
        const allowed = allowedText(name, vmcs);
        return {
          name,
          actual: `${hex(vmcs.read(name), fieldBits(name))}${meaning(name, vmcs)}`,
          ...(allowed !== undefined && { allowed }),
        };
      }),
  };
}

function meaning(name: CheckedField, vmcs: VmcsView): string {
  const text = fieldRow('', name, vmcs).meaning;
  return text ? ` (${text})` : '';
}

type CheckedField = keyof typeof vmcsField;

/** For control words: which bits must and may be 1. Other fields are told by the rule itself. */
function allowedText(name: CheckedField, vmcs: VmcsView): string | undefined {
  const found = Object.entries(controlWords).find(([, word]) => word.field === name);
  if (!found) return undefined;
  const { required, offered } = vmcs.limits(found[0] as ControlWord);
  return `must be 1: ${hex(required, 32)}, may be 1: ${hex(offered, 32)}`;
}

function outcomeText(check: EntryCheckRow): string {
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
