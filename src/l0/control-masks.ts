/**
 * Masks of the VMX control bits by their manual names, one object a control word, made from the rows of
 * isa. L0 writes `primary.HLT_EXITING` where KVM writes CPU_BASED_HLT_EXITING. Immutable; no policy.
 */
import { vmxControls, type Control, type ControlWord } from '../isa/vmx-controls';

/** The control names of one word. */
export type ControlOf<W extends ControlWord> = Extract<Control, { word: W }>['name'];
type Masks<W extends ControlWord> = Readonly<Record<ControlOf<W>, number>>;

const entries = vmxControls.map((row): [ControlWord, string, number] => [
  row.word,
  row.name,
  (1 << row.bit) >>> 0,
]);

export const pin = Object.fromEntries(
  entries.filter((e) => e[0] === 'pin').map((e) => [e[1], e[2]]),
) as Masks<'pin'>;
export const primary = Object.fromEntries(
  entries.filter((e) => e[0] === 'primary').map((e) => [e[1], e[2]]),
) as Masks<'primary'>;
export const secondary = Object.fromEntries(
  entries.filter((e) => e[0] === 'secondary').map((e) => [e[1], e[2]]),
) as Masks<'secondary'>;
export const exit_controls = Object.fromEntries(
  entries.filter((e) => e[0] === 'exit').map((e) => [e[1], e[2]]),
) as Masks<'exit'>;
export const entry_controls = Object.fromEntries(
  entries.filter((e) => e[0] === 'entry').map((e) => [e[1], e[2]]),
) as Masks<'entry'>;
