/**
 * How a decoded row looks in a tree: texts, icon, colour. Pure and without `vscode`, so that tests can hold it to its words; decides
 * nothing about hardware, that has happened in the debugger.
 */
import type { DecodedRow } from '../protocol/decoded-row';

/** Marks a row can carry; each has a theme colour and a badge. */
export type RowMark = 'changed' | 'failed';

export interface RowAppearance {
  readonly label: string;
  readonly description: string;
  /** Markdown. */
  readonly tooltip: string;
  /** Codicon and the theme colour it is drawn in. */
  readonly icon?: { readonly name: string; readonly color?: string };
  readonly mark?: RowMark;
  /** Words for `viewItem =~ /.../` in menus. */
  readonly context: string;
  /** One sentence for screen readers: it also says what icon and colour say. */
  readonly spoken: string;
}

export const markColors: Readonly<Record<RowMark, string>> = {
  changed: 'turtlescope.changedForeground',
  failed: 'turtlescope.failedForeground',
};

/** `0x000000000010a000` -> `0x10a000`: a side bar is narrow, and the tooltip has all digits. */
export function compactHex(text: string): string {
  return text.replace(/\b0x0+(?=[0-9a-f])/gi, '0x');
}

export function markOf(row: DecodedRow): RowMark | undefined {
  if (row.error !== undefined) return 'failed';
  return row.changed ? 'changed' : undefined;
}

/** @param toggle the bit may be flipped by writing the field it stands in */
export function rowAppearance(row: DecodedRow, toggle = false): RowAppearance {
  const mark = markOf(row);
  const icon = iconOf(row, mark);
  return {
    label: row.label,
    description: descriptionOf(row),
    tooltip: tooltipOf(row),
    ...(icon && { icon }),
    ...(mark && { mark }),
    context: contextOf(row, toggle),
    spoken: spokenText(row),
  };
}

function descriptionOf(row: DecodedRow): string {
  // A bit's icon says on or off already.
  const value = row.kind === 'bit' ? '' : compactHex(row.value);
  const before = row.changed && row.previous !== undefined ? `was ${compactHex(row.previous)}` : '';
  const error = row.kind === 'group' ? row.error : undefined;
  return [value, before, error, row.meaning, row.provenance].filter(Boolean).join(' \u00b7 ');
}

function iconOf(row: DecodedRow, mark: RowMark | undefined): RowAppearance['icon'] {
  if (mark === 'failed') return { name: 'error', color: markColors.failed };
  if (row.kind === 'bit')
    return row.on
      ? { name: 'circle-filled', color: mark ? markColors[mark] : 'charts.green' }
      : { name: 'circle-outline', color: mark ? markColors[mark] : 'disabledForeground' };
  if (row.kind === 'group') return mark && { name: 'diff-modified', color: markColors[mark] };
  if (row.kind === 'part') return { name: 'symbol-constant' };
  return mark ? { name: 'diff-modified', color: markColors[mark] } : { name: 'symbol-field' };
}

function tooltipOf(row: DecodedRow): string {
  const value = row.value === '' ? '' : ` = \`${row.value}\``;
  const lines = [`**${row.label}**${value}`];
  if (row.meaning) lines.push(escapeMarkdown(row.meaning));
  if (row.changed && row.previous !== undefined) lines.push(`$(diff-modified) was \`${row.previous}\``);
  if (row.error !== undefined) lines.push(`$(error) ${escapeMarkdown(row.error)}`);
  if (row.provenance !== undefined) lines.push(`$(git-merge) ${escapeMarkdown(row.provenance)}`);
  if (row.help !== undefined) lines.push(row.help);
  return lines.join('\n\n');
}

/** Hardware names are full of underscores, which Markdown would take for emphasis. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}

function contextOf(row: DecodedRow, toggle: boolean): string {
  const words: string[] = [row.kind ?? 'field'];
  if (row.value !== '') words.push('value');
  if (row.editable) words.push('editable');
  if (toggle && row.bit !== undefined) words.push('toggle');
  return words.join(' ');
}

function spokenText(row: DecodedRow): string {
  const parts = [`${row.label} ${row.value}`.trim(), row.meaning];
  if (row.changed) parts.push(row.previous === undefined ? 'changed' : `changed, was ${row.previous}`);
  if (row.error !== undefined) parts.push(row.error);
  parts.push(row.provenance);
  return parts.filter(Boolean).join(', ');
}

/** The row as one line of text, for the clipboard. */
export function rowLine(row: DecodedRow): string {
  return [row.label, row.value && `= ${row.value}`, row.meaning && `(${row.meaning})`]
    .filter(Boolean)
    .join(' ');
}

/** The rows that changed, with the groups and fields above them. */
export function changedRows(rows: readonly DecodedRow[]): DecodedRow[] {
  return rows
    .filter((row) => row.changed)
    .map((row) =>
      row.kind === 'group' && row.children ? { ...row, children: changedRows(row.children) } : row,
    );
}
