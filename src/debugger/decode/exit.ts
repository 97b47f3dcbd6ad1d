/**
 * Exit reasons and qualifications as text and rows. SDM 27.2.1, appendix C.
 */
import { exitQualifications } from '../../isa/exit-qualifications';
import { exitReasonByNumber, exitReasonFlags } from '../../isa/exit-reasons';
import type { DecodedRow } from '../../protocol/decoded-row';
import { hex, wordRows, wordSummary } from '../../decode/word';

/** Bits 15:0 of the exit-reason word. */
export const BASIC_REASON = 0xffff;

/** `EPT_VIOLATION`, with what the upper bits of the word add: `INVALID_GUEST_STATE (VM-entry failure)`. */
export function exitReasonText(word: number): string {
  const basic = exitReasonByNumber.get(word & BASIC_REASON);
  const flags = exitReasonFlags.filter((flag) => ((word >>> flag.bit) & 1) === 1).map((flag) => flag.title);
  return (
    (basic?.name ?? `reason ${word & BASIC_REASON}`) + (flags.length > 0 ? ` (${flags.join(', ')})` : '')
  );
}

/** What a qualification says, one line; empty when it says nothing. */
export function qualificationText(reasonWord: number, qualification: bigint, interruption = 0): string {
  const reason = exitReasonByNumber.get(reasonWord & BASIC_REASON);
  if (!reason) return hex(qualification);
  const format = exitQualifications[reason.qualification];
  if (reason.qualification === 'debug-or-pf') return exceptionText(qualification, interruption);
  const values: Readonly<Record<number, string>> | undefined = 'values' in format ? format.values : undefined;
  const named = values?.[Number(qualification)];
  if (named !== undefined) return named;
  if (format.ranges.length > 0) return wordSummary(qualification, format.ranges, true);
  const show = 'show' in format ? format.show : undefined;
  if (show === 'none') return '';
  return show === 'signed' ? BigInt.asIntN(64, qualification).toString() : hex(qualification);
}

const PAGE_FAULT_VECTOR = 14;
const DEBUG_VECTOR = 1;

/** For #PF the whole word is the address, for #DB the debug bits, for all else nothing. */
function exceptionText(qualification: bigint, interruption: number): string {
  const vector = interruption & 0xff;
  if (vector === PAGE_FAULT_VECTOR) return `address ${hex(qualification)}`;
  if (vector === DEBUG_VECTOR) return wordSummary(qualification, exitQualifications['debug-or-pf'].ranges);
  return '';
}

/** The qualification as rows. */
export function qualificationRows(id: string, reasonWord: number, qualification: bigint): DecodedRow[] {
  const reason = exitReasonByNumber.get(reasonWord & BASIC_REASON);
  return reason ? wordRows(id, qualification, exitQualifications[reason.qualification].ranges) : [];
}

/** The exit-reason word as rows: basic reason first, then the flags that are set. */
export function exitReasonRows(id: string, word: number): DecodedRow[] {
  const basic = exitReasonByNumber.get(word & BASIC_REASON);
  return [
    {
      id: `${id}/basic`,
      label: 'basic reason',
      value: basic?.name ?? String(word & BASIC_REASON),
      kind: 'part',
      ...(basic && { meaning: basic.summary, help: `${basic.title}. ${basic.summary} SDM ${basic.sdm}.` }),
    },
    ...exitReasonFlags.map((flag) => ({
      id: `${id}/${flag.name}`,
      label: flag.name,
      value: ((word >>> flag.bit) & 1) === 1 ? 'on' : 'off',
      on: ((word >>> flag.bit) & 1) === 1,
      kind: 'bit' as const,
      meaning: flag.title,
    })),
  ];
}
