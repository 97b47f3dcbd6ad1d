/**
 * The Compare VMCSs page: a table with a column for each VMCS. Builds elements only, never HTML from text. Keys: up and down walk the
 * fields, right and left open and close one, `/` goes to the filter.
 */
import type { DecodedRow } from '../../../protocol/decoded-row';
import type { CompareReady, CompareState } from '../../compare-message';
import { element } from '../element';
import { compareTable, filtered, type CompareRow, type CompareTable } from './table';

interface Remembered {
  readonly words: string;
  readonly onlyDifferences: boolean;
  readonly onlyChanged: boolean;
  readonly open: readonly string[];
}

declare function acquireVsCodeApi(): {
  postMessage(message: CompareReady): void;
  getState(): Remembered | undefined;
  setState(state: Remembered): void;
};

const api = acquireVsCodeApi();
const content = document.getElementById('content')!;
const before = api.getState();
const open = new Set(before?.open);

const words = document.createElement('input');
words.type = 'search';
words.placeholder = 'Filter by name, value or origin';
words.setAttribute('aria-label', 'Filter');
words.value = before?.words ?? '';
const onlyDifferences = checkbox('Only where vmcs02 differs from vmcs12', before?.onlyDifferences ?? false);
const onlyChanged = checkbox('Only changed since the last stop', before?.onlyChanged ?? false);
const count = element('span', 'count');
count.setAttribute('role', 'status');
const bar = element('div', 'bar', words, onlyDifferences.label, onlyChanged.label, count);
const body = element('div', 'body');
content.append(bar, body);

let table: CompareTable | undefined;

function checkbox(text: string, checked: boolean): { label: HTMLElement; input: HTMLInputElement } {
  const input = document.createElement('input');
  input.type = 'checkbox';
  input.checked = checked;
  input.addEventListener('change', draw);
  return { label: element('label', '', input, text), input };
}

function draw(): void {
  const filter = {
    words: words.value,
    onlyDifferences: onlyDifferences.input.checked,
    onlyChanged: onlyChanged.input.checked,
  };
  api.setState({ ...filter, open: [...open] });
  if (!table) return;
  const groups = filtered(table, filter);
  const fields = groups.flatMap(({ children }) => children);
  const differing = fields.filter(({ differences }) => differences > 0).length;
  count.textContent = `${fields.length} fields, vmcs02 differs from vmcs12 in ${differing}`;
  const focused = document.activeElement?.closest('tr')?.dataset['id'];
  body.replaceChildren(
    fields.length === 0 ? element('p', 'note', 'No field matches.') : drawTable(table, groups),
  );
  if (focused !== undefined)
    rows()
      .find(({ dataset }) => dataset['id'] === focused)
      ?.focus();
}

function drawTable({ columns }: CompareTable, groups: readonly CompareRow[]): HTMLElement {
  const origin = columns.includes('vmcs02') ? ['where vmcs02 has it from'] : [];
  const heads = ['field', ...columns, ...origin].map((text) => {
    const head = element('th', '', text);
    head.setAttribute('scope', 'col');
    return head;
  });
  const sections = groups.map((group) => {
    const heading = element('th', 'group', group.label);
    heading.setAttribute('colspan', String(heads.length));
    heading.setAttribute('scope', 'rowgroup');
    return element(
      'tbody',
      '',
      element('tr', '', heading),
      ...group.children.flatMap((row) => drawRow(row, origin, 0)),
    );
  });
  return element('table', '', element('thead', '', element('tr', '', ...heads)), ...sections);
}

function drawRow(row: CompareRow, origin: readonly string[], depth: number): HTMLElement[] {
  const isOpen = open.has(row.id);
  const name = element(
    'th',
    'name',
    element('span', 'twistie', row.children.length === 0 ? '' : isOpen ? '\u2304' : '\u203a'),
    row.label,
  );
  name.setAttribute('scope', 'row');
  name.style.setProperty('--depth', String(depth));
  const cells = row.cells.map((cell) => drawCell(cell));
  const made = element('tr', row.differences > 0 ? 'differs' : '', name, ...cells);
  if (origin.length > 0) made.append(element('td', 'origin', row.provenance ?? ''));
  made.tabIndex = -1;
  made.dataset['id'] = row.id;
  if (row.children.length > 0) {
    made.setAttribute('aria-expanded', String(isOpen));
    made.addEventListener('click', () => toggle(row.id));
  }
  return [made, ...(isOpen ? row.children.flatMap((child) => drawRow(child, origin, depth + 1)) : [])];
}

function drawCell(cell: DecodedRow | undefined): HTMLElement {
  if (!cell) return element('td', 'absent', '\u2013');
  const classes = [
    cell.changed && 'changed',
    cell.error !== undefined && 'failed',
    cell.on === false && 'off',
  ];
  const made = element('td', classes.filter(Boolean).join(' '), element('code', '', cell.value));
  if (cell.meaning !== undefined && cell.kind !== 'bit')
    made.append(element('span', 'meaning', cell.meaning));
  const hints = [
    cell.error,
    cell.previous !== undefined && `was ${cell.previous}`,
    cell.kind === 'bit' && cell.meaning,
  ];
  made.title = hints.filter(Boolean).join('\n');
  return made;
}

function toggle(id: string): void {
  if (!open.delete(id)) open.add(id);
  draw();
  rows()
    .find(({ dataset }) => dataset['id'] === id)
    ?.focus();
}

// --- keys ------------------------------------------------------------------------------------------------------------

function rows(): HTMLElement[] {
  return [...body.querySelectorAll<HTMLElement>('tr[data-id]')];
}

document.addEventListener('keydown', (event) => {
  if (event.target === words) {
    if (event.key === 'ArrowDown') rows()[0]?.focus();
    return;
  }
  if (event.key === '/') {
    event.preventDefault();
    return words.focus();
  }
  const all = rows();
  const at = all.findIndex((row) => row === document.activeElement);
  const row = all[at];
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => all[Math.min(all.length - 1, at + 1)]?.focus(),
    ArrowUp: () => (at <= 0 ? words : all[at - 1])?.focus(),
    Home: () => all[0]?.focus(),
    End: () => all.at(-1)?.focus(),
    ArrowRight: () => row?.ariaExpanded === 'false' && toggle(row.dataset['id']!),
    ArrowLeft: () => row?.ariaExpanded === 'true' && toggle(row.dataset['id']!),
    Enter: () => row?.ariaExpanded !== null && row && toggle(row.dataset['id']!),
  };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  move();
});
words.addEventListener('input', draw);

window.addEventListener('message', ({ data }: MessageEvent<CompareState>) => {
  if (data.kind === 'trees') {
    table = compareTable(data.trees);
    bar.hidden = false;
    return draw();
  }
  table = undefined;
  bar.hidden = true;
  body.replaceChildren(element('p', 'note', data.text));
});
bar.hidden = true;
api.postMessage({ kind: 'ready' });
