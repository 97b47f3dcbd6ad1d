/**
 * Which rows of isa this machine implements, by asking those who know: the chip for its entry checks, exits and errors, the CPU profile for
 * controls, L0 for its handlers. Printed by `turtlescope rows`; nothing here is written down twice.
 */
import { cpuProfiles, defaultCpuProfile } from '../isa/cpu-profiles';
import { entryChecks } from '../isa/entry-checks';
import { exitReasons } from '../isa/exit-reasons';
import { vmInstructionErrors } from '../isa/vm-instruction-errors';
import { vmcsFields } from '../isa/vmcs-fields';
import { vmxControls } from '../isa/vmx-controls';
import { implementedChecks, implementedErrors, implementedExits } from '../machine/implemented-checks';
import { offeredControls } from '../machine/offered-controls';

export interface ImplementedRow {
  readonly table:
    | 'entry-checks'
    | 'exit-reasons'
    | 'vm-instruction-errors'
    | 'vmx-controls'
    | 'vmcs-fields'
    | 'l0-controls';
  readonly row: string;
  readonly implemented: boolean;
  readonly why?: string;
}

const PROFILE = defaultCpuProfile;

/** Every row of the tables with a verdict, in the order of isa. */
export function implementedRows(): ImplementedRow[] {
  return [...checkRows(), ...exitRows(), ...errorRows(), ...controlRows(), ...l0Rows(), ...fieldRows()];
}

/** Ids of the entry checks the chip does not make. */
export function missingChecks(): string[] {
  return checkRows()
    .filter(({ implemented }) => !implemented)
    .map(({ row }) => row);
}

function checkRows(): ImplementedRow[] {
  const made = new Set(implementedChecks());
  return entryChecks.map(({ id, rule }, index) =>
    made.has(index)
      ? { table: 'entry-checks', row: id, implemented: true }
      : { table: 'entry-checks', row: id, implemented: false, why: rule },
  );
}

function exitRows(): ImplementedRow[] {
  const made = new Set(implementedExits());
  return exitReasons.map(({ name, number }) => ({
    table: 'exit-reasons',
    row: name,
    implemented: made.has(number),
    ...(!made.has(number) && { why: 'the chip does not have what exits so' }),
  }));
}

function errorRows(): ImplementedRow[] {
  const made = new Set(implementedErrors());
  return vmInstructionErrors.map(({ name, number, title }) => ({
    table: 'vm-instruction-errors',
    row: name,
    implemented: made.has(number),
    ...(!made.has(number) && { why: title }),
  }));
}

/** Controls the profile lets a hypervisor set. */
function chipControls(): ReadonlySet<string> {
  const words: Readonly<Record<string, readonly string[]>> = cpuProfiles[PROFILE].vmx.controls;
  return new Set(Object.values(words).flat());
}

function controlRows(): ImplementedRow[] {
  const offered = chipControls();
  return vmxControls.map(({ name, default1 }) => ({
    table: 'vmx-controls',
    row: name,
    implemented: default1 || offered.has(name),
    ...(!default1 && !offered.has(name) && { why: `profile ${PROFILE} does not offer it` }),
  }));
}

function l0Rows(): ImplementedRow[] {
  const offered = offeredControls(PROFILE);
  return vmxControls.map(({ name }) => ({
    table: 'l0-controls',
    row: name,
    implemented: offered.has(name),
    ...(!offered.has(name) && { why: 'L0 does not offer it to L1' }),
  }));
}

/** A field has an effect when one of the controls that enable it can be set; a field without any always has. */
function fieldRows(): ImplementedRow[] {
  const offered = chipControls();
  return vmcsFields.map(({ name, enabledBy }) => {
    const implemented = !enabledBy || enabledBy.some((control) => offered.has(control));
    const why = implemented ? {} : { why: `only with ${enabledBy.join(' or ')}` };
    return { table: 'vmcs-fields', row: name, implemented, ...why };
  });
}
