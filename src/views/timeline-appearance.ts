/**
 * How a record of the timeline looks in its tree. Pure and without `vscode`.
 */
import { failedKinds, type Level, type TimelineItem, type TimelineKind } from '../protocol/timeline';
import { compactHex, escapeMarkdown, type RowAppearance } from './row-appearance';

/** The colours of the levels, the same in every view. */
export const levelColors: Readonly<Record<Level, string>> = {
  L0: 'turtlescope.level0Foreground',
  L1: 'turtlescope.level1Foreground',
  L2: 'turtlescope.level2Foreground',
};

const icons: Readonly<Record<TimelineKind, string>> = {
  entry: 'debug-step-into',
  exit: 'debug-step-out',
  reflected: 'reply',
  'entry-failure': 'error',
  'vm-fail': 'warning',
  injection: 'zap',
  'triple-fault': 'flame',
  other: 'circle-small-filled',
};

const kindWords: Readonly<Record<TimelineKind, string>> = {
  entry: 'VM entry',
  exit: 'VM exit',
  reflected: 'reflected to L1',
  'entry-failure': 'failed VM entry',
  'vm-fail': 'VMX instruction failed',
  injection: 'event',
  'triple-fault': 'shutdown',
  other: '',
};

/** `1234567` -> `1,234,567`. */
export function grouped(count: string): string {
  return count.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `L2 → L1`: who left, and who handles it; where there are several CPUs, on which. */
export function route(item: TimelineItem): string {
  const cpu = item.cpu === undefined ? '' : `CPU ${item.cpu}: `;
  if (item.kind === 'entry') return `${cpu}\u2192 ${item.level}`;
  return item.verdict === undefined || item.verdict === item.level
    ? cpu + item.level
    : `${cpu}${item.level} \u2192 ${item.verdict}`;
}

/** @param ahead it lies after the moment at which the machine stands */
export function timelineAppearance(item: TimelineItem, ahead = false): RowAppearance {
  const failed = failedKinds.includes(item.kind);
  const detail = compactHex(item.detail ?? '');
  const lines = [
    `**${escapeMarkdown(item.title)}** ${kindWords[item.kind]}`,
    `${route(item)}, after ${grouped(item.count)} instructions${item.rip ? `, RIP \`${item.rip}\`` : ''}`,
  ];
  if (item.detail) lines.push(escapeMarkdown(item.detail));
  if (item.verdict) lines.push(`Handled by **${item.verdict}**`);
  if (item.rule) lines.push(`because ${escapeMarkdown(item.rule)}`);
  return {
    label: item.title,
    description: [route(item), grouped(item.count), detail].filter(Boolean).join(' \u00b7 '),
    tooltip: lines.join('\n\n'),
    icon: {
      name: icons[item.kind],
      color: ahead ? 'disabledForeground' : failed ? 'turtlescope.failedForeground' : levelColors[item.level],
    },
    ...(failed && { mark: 'failed' as const }),
    context: item.walk ? 'record walk' : 'record',
    spoken: [
      ahead ? 'not yet' : '',
      kindWords[item.kind],
      item.title,
      route(item),
      `instruction ${item.count}`,
      item.detail,
      item.rule,
    ]
      .filter(Boolean)
      .join(', '),
  };
}

/** The record as one line of text, for the clipboard. */
export function timelineLine(item: TimelineItem): string {
  return [item.count, route(item), item.title, item.detail, item.rule].filter(Boolean).join('  ');
}

/** Filters worth a click, beside the ones a user types. */
export const timelineFilters: readonly { label: string; filter: string }[] = [
  { label: 'Exits of L2', filter: 'kind:exit level:L2' },
  { label: 'Exits of L2 that L0 keeps', filter: 'kind:exit level:L2 verdict:L0' },
  { label: 'Exits reflected to L1', filter: 'kind:reflected' },
  { label: 'Exits of L1', filter: 'kind:exit level:L1' },
  { label: 'VM entries', filter: 'kind:entry' },
  { label: 'Events: injected, queued again', filter: 'kind:injection' },
  { label: 'Failed VM entries', filter: 'kind:entry-failure' },
  { label: 'Failed VMX instructions', filter: 'kind:vm-fail' },
];
