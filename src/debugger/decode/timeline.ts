/**
 * The exit timeline: records as items a list can show, and one of them in full.
 */
import type { DecodedRow } from '../../protocol/decoded-row';
import type { TimelineItem, TimelineKind } from '../../protocol/timeline';
import type { Inspection, MachineRecord } from '../inspection';
import { describeRecord } from './exit-text';
import { exitReasonRows, exitReasonText, qualificationRows, qualificationText } from './exit';
import { walkOffer } from './walk-offer';
import { chainLines } from '../../decode/fault-text';
import { hex } from '../../decode/word';

const DEFAULT_LIMIT = 500;

const KINDS: Record<MachineRecord['kind'], TimelineKind> = {
  entry: 'entry',
  exit: 'exit',
  verdict: 'other',
  handled: 'other',
  'nested-exit': 'reflected',
  'nested-entry': 'entry',
  'entry-failure': 'entry-failure',
  'vmx-instruction': 'other',
  'vm-fail': 'vm-fail',
  fault: 'vm-fail',
  injection: 'injection',
  requeued: 'injection',
  'nested-event': 'injection',
  halt: 'other',
  shutdown: 'triple-fault',
};

/** Records the list leaves out: they are told together with the exit they belong to. */
function isDetail(record: MachineRecord): boolean {
  return record.kind === 'verdict' || record.kind === 'handled' || isSuccess(record);
}

function isSuccess(record: MachineRecord): boolean {
  return record.kind === 'vmx-instruction' && record.outcome === 'VMsucceed';
}

export function recordKind(record: MachineRecord): TimelineKind {
  return record.kind === 'vmx-instruction' && record.outcome !== 'VMsucceed' ? 'vm-fail' : KINDS[record.kind];
}

/** Which part of the timeline is asked for; see `turtlescope/timeline`. */
export interface TimelineRange {
  after?: number | undefined;
  before?: number | undefined;
  limit?: number | undefined;
  filter?: string | undefined;
}

/** The newest items of a range, newest last. Anything that is not a number in a range counts as left out. */
export function timelineItems(inspection: Inspection, range: TimelineRange = {}): TimelineItem[] {
  const { log } = inspection;
  const matches = timelineFilter(range.filter ?? '');
  const limit = range.limit ?? DEFAULT_LIMIT;
  const oldest = Math.max(log.oldest, (range.after ?? -1) + 1);
  const items: TimelineItem[] = [];
  for (
    let index = Math.min(log.total, range.before ?? log.total) - 1;
    index >= oldest && items.length < limit;
    index--
  ) {
    const record = log.at(index);
    if (!record || isDetail(record)) continue;
    const item = timelineEntry(inspection, index, record);
    if (matches(item)) items.push(item);
  }
  return items.reverse();
}

/** `level:L2 ept` -> a test: every word must stand in the item's text, or in the property it names. */
function timelineFilter(filter: string): (item: TimelineItem) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return (item) => {
    const text = [item.level, item.title, item.detail, item.rule, item.rip].join(' ').toLowerCase();
    return words.every((word) => {
      const [, key, value] = /^(level|cpu|verdict|kind):(.+)$/.exec(word) ?? [];
      if (key === undefined) return text.includes(word);
      return String(item[key as 'level' | 'cpu' | 'verdict' | 'kind'] ?? '').toLowerCase() === value;
    });
  };
}

function timelineEntry(inspection: Inspection, index: number, record: MachineRecord): TimelineItem {
  const { title, detail } = describeRecord(record, inspection.topology);
  const decision = verdictOf(inspection, index, record);
  const walk = walkOffer(record, inspection.cpus);
  const rip = 'rip' in record ? record.rip : 'guestRip' in record ? record.guestRip : undefined;
  return {
    index,
    count: String(record.count),
    kind: recordKind(record),
    level: record.level,
    ...(inspection.cpus > 1 && { cpu: cpuOf(record) }),
    title,
    ...(detail !== '' && { detail }),
    ...decision,
    ...(rip !== undefined && { rip: hex(rip) }),
    ...(walk && { walk }),
  };
}

/** Records name no CPU where it is the first. */
function cpuOf({ vcpu = 0 }: MachineRecord): number {
  return vcpu;
}

/** Who handles this exit, from the verdict that follows it; exits of L1 are always L0's. */
function verdictOf(
  inspection: Inspection,
  index: number,
  record: MachineRecord,
): { verdict?: 'L0' | 'L1'; rule?: string } {
  if (record.kind === 'nested-exit') return { verdict: 'L1', rule: record.rule.text };
  if (record.kind === 'verdict') return { verdict: record.verdict, rule: record.rule.text };
  if (record.kind === 'entry-failure') return { rule: record.rule.text };
  if (record.kind !== 'exit' || inspection.topology === 'bare') return {};
  const handled: string[] = [];
  for (let next = index + 1; next < inspection.log.total; next++) {
    const later = inspection.log.at(next);
    // Another CPU had its turn in between.
    if (later && cpuOf(later) !== cpuOf(record)) continue;
    if (later === undefined || later.kind === 'exit' || later.kind === 'entry') break;
    if (later.kind === 'verdict') return { verdict: later.verdict, rule: later.rule.text };
    if (later.kind === 'handled') handled.push(later.text);
  }
  return { verdict: 'L0', rule: handled.join('; ') || 'an exit of L1 is L0\u2019s' };
}

/** One record with everything it knows. */
export function timelineItem(
  inspection: Inspection,
  index: number,
): { title: string; rows: DecodedRow[] } | undefined {
  const record = inspection.log.at(index);
  if (!record) return undefined;
  const item = timelineEntry(inspection, index, record);
  const rows: DecodedRow[] = [];
  if ('reasonWord' in record && record.reasonWord !== 0) rows.push(...exitRows(record));
  if (item.verdict) rows.push(plain('verdict', 'handled by', item.verdict));
  if (item.rule) rows.push(plain('rule', 'rule', item.rule));
  if (item.detail && item.detail !== item.rule) rows.push(plain('detail', 'detail', item.detail));
  rows.push(...chainRows(record));
  if (item.walk) rows.push(plain('walk', 'console', `walk ${item.walk.expression} ${item.walk.access}`));
  rows.push(plain('level', 'level', item.level));
  if (item.cpu !== undefined) rows.push(plain('cpu', 'CPU', String(item.cpu)));
  if (item.rip) rows.push(plain('rip', 'RIP', item.rip));
  rows.push(plain('count', 'instructions retired', item.count));
  return { title: item.title, rows };
}

function exitRows(record: Extract<MachineRecord, { reasonWord: number }>): DecodedRow[] {
  const interruption = 'interruption' in record ? record.interruption : 0;
  const meaning = qualificationText(record.reasonWord, record.qualification, interruption);
  return [
    {
      id: 'reason',
      label: 'VM_EXIT_REASON',
      value: hex(record.reasonWord, 32),
      meaning: exitReasonText(record.reasonWord),
      kind: 'field',
      children: exitReasonRows('reason', record.reasonWord),
    },
    {
      id: 'qualification',
      label: 'EXIT_QUALIFICATION',
      value: hex(record.qualification, 64),
      kind: 'field',
      ...(meaning !== '' && { meaning }),
      children: qualificationRows('qualification', record.reasonWord, record.qualification),
    },
    ...('guestPhysical' in record && record.guestPhysical !== 0n
      ? [plain('physical', 'GUEST_PHYSICAL_ADDRESS', hex(record.guestPhysical, 64))]
      : []),
  ];
}

/** The exceptions that led to a triple fault, one a row. */
function chainRows(record: MachineRecord): DecodedRow[] {
  if (!('faults' in record) || !record.faults) return [];
  return chainLines(record.faults, record.level).map((line, index) =>
    plain(`exception/${index}`, `exception ${index + 1}`, line),
  );
}

function plain(id: string, label: string, value: string): DecodedRow {
  return { id, label, value, kind: 'part' };
}
