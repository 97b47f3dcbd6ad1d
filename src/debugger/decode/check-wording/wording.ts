/** Each entry check as a failure: value found, values allowed, wrong bits. A check without a sentence does not compile. */
import type { CheckId } from '../../../isa/entry-checks';
import { executionWordings } from './controls';
import { entryControlWordings } from './events';
import { guestWordings } from './guest';
import { hostWordings } from './host';
import { segmentWordings } from './segments';
import { basicWordings, stateWordings } from './state';
import type { CheckSubject, Wording } from './subject';

const wordings = {
  ...basicWordings,
  ...executionWordings,
  ...entryControlWordings,
  ...hostWordings,
  ...guestWordings,
  ...segmentWordings,
  ...stateWordings,
} satisfies Record<CheckId, Wording>;

export function failureText(check: CheckId, subject: CheckSubject): string {
  return wordings[check](subject);
}
