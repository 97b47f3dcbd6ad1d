/**
 * Masks of the fields of exit qualifications and of the VM-exit instruction information, made from the rows
 * of isa; `field_of` reads a field by its mask. Immutable; what a value means to L0 stands where L0 uses it.
 */
import { exitQualifications, type QualificationFormat } from '../isa/exit-qualifications';
import { instructionInformation } from '../isa/instruction-information';
import { wide } from './register-bits';

type Fields<F extends QualificationFormat> = Readonly<
  Record<(typeof exitQualifications)[F]['ranges'][number]['name'], bigint>
>;

export const cr_qualification = Object.fromEntries(exitQualifications.cr.ranges.map(wide)) as Fields<'cr'>;
export const dr_qualification = Object.fromEntries(exitQualifications.dr.ranges.map(wide)) as Fields<'dr'>;
export const io_qualification = Object.fromEntries(exitQualifications.io.ranges.map(wide)) as Fields<'io'>;
export const ept_qualification = Object.fromEntries(
  exitQualifications['ept-violation'].ranges.map(wide),
) as Fields<'ept-violation'>;

/** VMREAD and VMWRITE; the other VMX instructions have some of these fields, at the same places. */
export const field_information = Object.fromEntries(
  instructionInformation.field.ranges.map(wide),
) as Readonly<Record<(typeof instructionInformation)['field']['ranges'][number]['name'], bigint>>;
