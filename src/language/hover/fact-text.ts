/** Any fact as Markdown: the text of hovers, completions and tooltips of hints. */
import type { Fact } from '../knowledge/fact';
import {
  cpuidFeatureText,
  cpuidLeafText,
  exceptionText,
  msrBitText,
  msrText,
  registerBitText,
  registerFormatText,
  vmInstructionErrorText,
} from './bits-text';
import { controlText } from './control-text';
import { activityStateText, eventBitText, eventTypeText } from './event-text';
import { exitReasonText, qualificationText } from './exit-text';
import { fieldText } from './field-text';

export function factMarkdown(fact: Fact): string {
  switch (fact.kind) {
    case 'field':
      return fieldText(fact.row, fact.high);
    case 'exit-reason':
      return exitReasonText(fact.row);
    case 'qualification':
      return qualificationText(fact.format);
    case 'control':
      return controlText(fact.row);
    case 'msr':
      return msrText(fact.row);
    case 'vm-instruction-error':
      return vmInstructionErrorText(fact.row);
    case 'cpuid-leaf':
      return cpuidLeafText(fact.leaf);
    case 'cpuid-feature':
      return cpuidFeatureText(fact.row);
    case 'register':
      return registerFormatText(fact.format);
    case 'register-bit':
      return registerBitText(fact.format, fact.range);
    case 'msr-bit':
      return msrBitText(fact.row, fact.range);
    case 'event-bit':
      return eventBitText(fact.places);
    case 'event-type':
      return eventTypeText(fact.row);
    case 'activity-state':
      return activityStateText(fact.row);
    case 'exception':
      return exceptionText(fact.row);
  }
}
