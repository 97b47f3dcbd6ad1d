// Bits of registers, descriptors, paging entries, event words and exit qualifications for the core.

import { exitQualifications, type QualificationRow } from '../isa/exit-qualifications';
import { instructionInformation } from '../isa/instruction-information';
import { interruptionFormats, type InterruptionFormat } from '../isa/interruption-formats';
import { registerFormats, type RegisterFormat } from '../isa/registers';
import { header, pascalCase } from './assembly-script';
import { bitMasks } from './bit-masks';

/** Words of 32 bits; all others are 64 bits wide in the core. */
const narrow: ReadonlySet<RegisterFormat | InterruptionFormat> = new Set([
  'access-rights',
  'selector',
  'page-fault-error-code',
  'pkru',
  'error-code',
  'entry-interruption',
  'exit-interruption',
  'idt-vectoring',
  'interruptibility',
  'mxcsr',
  'fpu-control',
  'fpu-status',
] as const);

export function registerMasks(): string {
  const words = Object.entries({ ...registerFormats, ...interruptionFormats })
    // The activity state is an enumeration, not bits: see `Activity`.
    .filter(([name]) => name !== 'activity')
    .map(([name, row]) =>
      bitMasks(
        pascalCase(name),
        narrow.has(name as RegisterFormat | InterruptionFormat) ? 'u32' : 'u64',
        row.ranges,
      ),
    );
  return [header('Bits of registers, descriptors, paging entries and event words.'), ...words].join('\n');
}

export function qualificationMasks(): string {
  const words = Object.entries<QualificationRow>(exitQualifications)
    .filter(([, row]) => row.ranges.length > 0)
    .map(([name, row]) => bitMasks(`${pascalCase(name)}Qualification`, 'u64', row.ranges));
  const operands = Object.entries(instructionInformation).map(([name, row]) =>
    bitMasks(`${pascalCase(name)}Information`, 'u32', row.ranges),
  );
  return [
    header('Bits of the exit qualifications and of the instruction information.'),
    ...words,
    ...operands,
  ].join('\n');
}
