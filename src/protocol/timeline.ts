/**
 * The exit timeline as it crosses the session: what happened, when, at which level, who decided and by which rule.
 */
import type { WalkAccess } from './address-walk';

export type Level = 'L0' | 'L1' | 'L2';

export const timelineKinds = [
  'entry',
  'exit',
  'reflected',
  'entry-failure',
  'vm-fail',
  'injection',
  'triple-fault',
  'other',
] as const;

export type TimelineKind = (typeof timelineKinds)[number];

/** Something went wrong there: every view marks these. */
export const failedKinds: readonly TimelineKind[] = ['entry-failure', 'vm-fail', 'triple-fault'];

/** One line of the timeline. */
export interface TimelineItem {
  /** Number of the record since the start; stable. */
  index: number;
  /** Instructions retired when it happened. */
  count: string;
  kind: TimelineKind;
  /** Level that exited, or that was entered. */
  level: Level;
  /** CPU it happened on, where there are several. */
  cpu?: number;
  /** Exit reason by name, VM-instruction error text, or the event injected. */
  title: string;
  /** Decoded qualification or event, one line. */
  detail?: string;
  /** Who handles it: L0 itself, or L1 by reflection. */
  verdict?: 'L0' | 'L1';
  /** The rule that decided, with the bit it looked at. */
  rule?: string;
  /** Guest RIP, hex. */
  rip?: string;
  /** An EPT violation or misconfiguration: the access that "Walk Address" explains. */
  walk?: { expression: string; access: WalkAccess };
}
