/** What a rule found in a source. Rules make findings with `found`, so that all messages end in the section of the manual. */
import type { Range } from '../text/position';
import { rules, type RuleId, type Severity } from './rules';

/** A number that would be right in the place of the one that is there. */
export interface Remedy {
  readonly title: string;
  readonly range: Range;
  readonly value: bigint;
}

export interface Finding {
  readonly range: Range;
  readonly severity: Severity;
  readonly rule: RuleId;
  /** What is wrong, what the manual says, what to do. */
  readonly message: string;
  /** Section of the manual; of volume 3 unless it says otherwise. */
  readonly sdm?: string;
  readonly remedy?: Remedy;
}

export function found(
  rule: RuleId,
  range: Range,
  message: string,
  more: { readonly sdm?: string; readonly remedy?: Remedy; readonly severity?: Severity } = {},
): Finding {
  return {
    range,
    severity: more.severity ?? rules[rule].severity,
    rule,
    message: more.sdm === undefined ? message : `${message} SDM ${more.sdm}.`,
    ...(more.sdm !== undefined && { sdm: more.sdm }),
    ...(more.remedy && { remedy: more.remedy }),
  };
}
