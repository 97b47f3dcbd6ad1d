/**
 * Which rows of isa a VMCS field's value is read by: bit ranges for most formats, control bits for control words. Whoever decodes
 * a value, of a running machine or of a constant in a source, starts here.
 */
import type { BitRange } from '../isa/bit-ranges';
import { interruptionFormats } from '../isa/interruption-formats';
import { registerFormats } from '../isa/registers';
import type { VmcsFormat } from '../isa/vmcs-fields';
import type { ControlWord } from '../isa/vmx-controls';

/** Formats that are plain bit ranges, by their rows. */
export const rangesOf: Partial<Record<VmcsFormat, readonly BitRange[]>> = {
  rflags: registerFormats.rflags.ranges,
  cr0: registerFormats.cr0.ranges,
  cr3: registerFormats.cr3.ranges,
  cr4: registerFormats.cr4.ranges,
  dr7: registerFormats.dr7.ranges,
  efer: registerFormats.efer.ranges,
  debugctl: registerFormats.debugctl.ranges,
  pat: registerFormats.pat.ranges,
  eptp: registerFormats.eptp.ranges,
  pdpte: registerFormats.pdpte.ranges,
  selector: registerFormats.selector.ranges,
  'access-rights': registerFormats['access-rights'].ranges,
  'page-fault-error-code': registerFormats['page-fault-error-code'].ranges,
  'vm-function-controls': registerFormats['vm-function-controls'].ranges,
  interruptibility: interruptionFormats.interruptibility.ranges,
  activity: interruptionFormats.activity.ranges,
  'pending-debug': interruptionFormats['pending-debug'].ranges,
  'guest-interrupt-status': interruptionFormats['guest-interrupt-status'].ranges,
};

/** Control words by the format name of the field that holds them. */
export const controlWordOf: Partial<Record<VmcsFormat, ControlWord>> = {
  'pin-controls': 'pin',
  'primary-controls': 'primary',
  'secondary-controls': 'secondary',
  'tertiary-controls': 'tertiary',
  'exit-controls': 'exit',
  'secondary-exit-controls': 'secondary-exit',
  'entry-controls': 'entry',
};
