/** What a hover says of an instruction: what it does and needs, and above all when it leaves the guest. */
import { exitReason } from '../../isa/exit-reasons';
import type { InstructionExit, InstructionFault } from '../../isa/instructions';
import { control, controlWords } from '../../isa/vmx-controls';
import { vmInstructionErrors } from '../../isa/vm-instruction-errors';
import { instructionFacts, type InstructionFacts } from '../knowledge/instruction-facts';
import { findInstruction } from '../knowledge/mnemonics';
import type { AssemblyDialect } from '../source/language-id';
import { bullets, heading, listed, manual, page } from './markdown';

/** Operand forms that are shown; vector instructions have dozens. */
const MOST_FORMS = 6;

/** `operands` is what stands behind the mnemonic: it tells MOVSD from MOVSD. `subject` is what this one reads or writes. */
export function instructionText(
  mnemonic: string,
  dialect: AssemblyDialect,
  operands: string,
  subject: string | undefined,
): string | undefined {
  const row = findInstruction(mnemonic, dialect, operands);
  const facts = row && instructionFacts(row.name, row.family);
  if (!row || !facts) return undefined;
  const faults = (row.faults ?? []).map(faultText);
  const exits = (row.exits ?? []).map(exitText);
  return page(
    heading(row.name, row.title, row.newer && 'newer than 2016'),
    subject && `Here: **${subject}**`,
    row.summary,
    bullets([
      formsText(facts),
      flagsText(facts),
      facts.cpuidFeatures.length > 0 ? `CPUID: ${listed(facts.cpuidFeatures, 'or')}` : undefined,
      row.undefinedIn ? `Not in ${listed(row.undefinedIn, 'or')} mode` : undefined,
      row.privileged
        ? `CPL 0 only: #${row.privileged}${row.privileged === 'GP' ? '(0)' : ''} otherwise`
        : undefined,
    ]),
    faults.length > 0 ? `Faults:\n\n${bullets(faults)}` : undefined,
    row.errors ? `VMfailValid:\n\n${bullets(row.errors.map(errorText))}` : undefined,
    exits.length > 0 || row.enabledBy
      ? `In VMX non-root operation:\n\n${bullets([...exits, row.enabledBy && `#UD unless ${controlPlace(row.enabledBy)} is 1`])}`
      : undefined,
    manual(row.sdm),
  );
}

function formsText({ operandForms, row }: InstructionFacts): string | undefined {
  const forms = operandForms.map((form) => `\`${form === '' ? row.name : form}\``);
  if (forms.length === 0 || operandForms.join('') === '') return undefined;
  return `Operands: ${forms.slice(0, MOST_FORMS).join(' or ')}${forms.length > MOST_FORMS ? ` and ${forms.length - MOST_FORMS} more forms` : ''}`;
}

function flagsText(facts: InstructionFacts): string | undefined {
  const parts = [
    ['reads', facts.flagsRead],
    ['writes', facts.flagsWritten],
    ['clears', facts.flagsCleared],
    ['sets', facts.flagsSet],
    ['leaves undefined', facts.flagsUndefined],
  ].filter(([, flags]) => flags !== '');
  return parts.length > 0
    ? `Flags: ${parts.map(([what, flags]) => `${what} ${flags}`).join('; ')}`
    : undefined;
}

function faultText(fault: InstructionFault): string {
  const code = fault.code === undefined ? '' : `(${fault.code})`;
  return `#${fault.exception}${code}: ${fault.when}`;
}

function exitText(exit: InstructionExit): string {
  const conditions = [
    ...(exit.controls ?? []).map((name) => `${controlPlace(name)} is 1`),
    ...(exit.when === undefined ? [] : [exit.when]),
  ];
  const { number } = exitReason[exit.reason];
  return `exits ${conditions.length > 0 ? `when ${listed(conditions)}` : 'always'}: reason ${number}, ${exit.reason}`;
}

function controlPlace(name: keyof typeof control): string {
  const row = control[name];
  return `${name} (bit ${row.bit} of ${controlWords[row.word].field})`;
}

function errorText(name: string): string {
  const row = vmInstructionErrors.find((error) => error.name === name);
  return row === undefined ? name : `${row.number}: ${row.title}`;
}
