/** Sentences about the VM-entry controls: the word itself, the event it injects, the MSR list (SDM 26.2.1.3). */
import { eventText } from '../../../decode/event-word';
import {
  aligned,
  controls,
  listEnd,
  mustBe0,
  needed,
  notOffered,
  ones,
  values,
  valueText,
  type Wording,
  type Wordings,
} from './subject';

/** The injected event in words, and what is wrong with it. */
export function injected(rule: string): Wording {
  return (subject) => {
    const word = Number(subject.read('VM_ENTRY_INTR_INFO_FIELD'));
    return `${valueText(subject, 'VM_ENTRY_INTR_INFO_FIELD')} (${eventText('entry-interruption', word)}): ${rule}.`;
  };
}

export const entryControlWordings = {
  D01: needed('entry'),
  D02: notOffered('entry'),
  D03: injected('type 1 (bits 10:8) is reserved'),
  D04: injected('type 7 (bits 10:8) needs the monitor trap flag, which this processor does not offer'),
  D05: injected('an NMI has vector 2'),
  D06: injected('a hardware exception has a vector of at most 31'),
  D07: injected('an event of type 7 (bits 10:8) has vector 0'),
  D08: (subject) => {
    const cr0 = valueText(subject, 'GUEST_CR0');
    return `${injected('DELIVER_ERROR_CODE (bit 11) must be 1 for hardware exceptions 8, 10 to 14 and 17 of a protected-mode guest, and 0 for all else')(subject).slice(0, -1)}; ${cr0}.`;
  },
  D09: injected('bits 30:12 must be 0'),
  D10: mustBe0('VM_ENTRY_EXCEPTION_ERROR_CODE', ones(31, 15)),
  D11: values(
    ['VM_ENTRY_INSTRUCTION_LEN'],
    'an injected software interrupt or exception has at most 15 bytes',
  ),
  D12: values(
    ['VM_ENTRY_INSTRUCTION_LEN'],
    'an injected software interrupt or exception needs its length; this processor does not allow 0 (IA32_VMX_MISC bit 30 is 0)',
  ),
  D13: aligned('VM_ENTRY_MSR_LOAD_ADDR', 4),
  D14: listEnd('VM_ENTRY_MSR_LOAD_ADDR', 'VM_ENTRY_MSR_LOAD_COUNT'),
  D15: controls(
    ['VM_ENTRY_ENTRY_TO_SMM', 'VM_ENTRY_DEACTIVATE_DUAL_MONITOR'],
    'both must be 0 outside system-management mode',
  ),
  D16: controls(['VM_ENTRY_ENTRY_TO_SMM', 'VM_ENTRY_DEACTIVATE_DUAL_MONITOR'], 'they exclude each other'),
  D17: injected('NESTED (bit 13) is for hardware exceptions (type 3)'),
} as const satisfies Wordings;
