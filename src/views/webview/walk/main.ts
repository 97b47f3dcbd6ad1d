/**
 * The Walk Address page: a column for each table behind the address, a row for each level. Builds elements only, never HTML from text.
 */
import {
  walkAccesses,
  type AddressWalk,
  type WalkAccess,
  type WalkEntry,
} from '../../../protocol/address-walk';
import type { WalkRequest, WalkState } from '../../walk-message';
import { element } from '../element';
import { walkTable } from './table';

declare function acquireVsCodeApi(): { postMessage(message: WalkRequest): void };

const api = acquireVsCodeApi();
const content = document.getElementById('content')!;

const address = document.createElement('input');
address.type = 'text';
address.setAttribute('aria-label', 'Address');
address.spellcheck = false;
const access = document.createElement('select');
access.setAttribute('aria-label', 'Access');
for (const name of walkAccesses) access.append(new Option(name, name));
const button = element('button', '', 'Walk');
const bar = element('form', 'bar', address, access, button);
const body = element('div', 'body');
content.append(bar, body);

bar.addEventListener('submit', (event) => {
  event.preventDefault();
  ask();
});
access.addEventListener('change', ask);

function ask(): void {
  api.postMessage({ kind: 'walk', expression: address.value, access: access.value as WalkAccess });
}

function draw(walk: AddressWalk): void {
  const summary = element('p', walk.failed ? 'summary failed' : 'summary', walk.summary);
  summary.setAttribute('role', 'status');
  body.replaceChildren(summary, ...(walk.stages.length === 0 ? [] : [drawTable(walk)]));
}

function drawTable(walk: AddressWalk): HTMLElement {
  const { columns, rows } = walkTable(walk);
  const heads = columns.map(({ title, from, to, note }) => {
    const head = element(
      'th',
      '',
      element('div', 'title', title),
      element('div', 'route', `${from} \u2192 ${to ?? 'refused'}`),
      ...(note === undefined ? [] : [element('div', 'note', note)]),
    );
    head.setAttribute('scope', 'col');
    return head;
  });
  const lines = rows.map((cells) => element('tr', '', ...cells.map((entry) => drawCell(entry))));
  return element(
    'table',
    '',
    element('thead', '', element('tr', '', ...heads)),
    element('tbody', '', ...lines),
  );
}

function drawCell(entry: WalkEntry | undefined): HTMLElement {
  if (!entry) return element('td', 'absent');
  const { row } = entry;
  const bits = (row.children ?? []).map((bit) =>
    element(
      'tr',
      bit.on === false ? 'off' : '',
      element('td', '', bit.label),
      element('td', '', bit.value),
      element('td', '', bit.meaning ?? ''),
    ),
  );
  return element(
    'td',
    row.error === undefined ? '' : 'failed',
    element('div', 'name', row.label, element('span', 'place', ` at ${entry.address}`)),
    ...(row.error === undefined ? [] : [element('div', 'error', row.error)]),
    element(
      'details',
      '',
      element(
        'summary',
        '',
        element('code', '', row.value),
        ' ',
        element('span', 'meaning', row.meaning ?? ''),
      ),
      element('table', 'bits', ...bits),
    ),
  );
}

window.addEventListener('message', ({ data }: MessageEvent<WalkState>) => {
  // What the user types meanwhile stays.
  if (document.activeElement !== address) address.value = data.asked.expression;
  access.value = data.asked.access;
  if (data.kind === 'walk') return draw(data.walk);
  body.replaceChildren(element('p', 'summary', data.text));
});
api.postMessage({ kind: 'ready' });
