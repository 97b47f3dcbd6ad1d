/**
 * The Event in Flight page: three columns of interruption words and the story of the event, drawn from what the extension sends. Runs
 * in the webview; builds elements only, never HTML from text.
 */
import type { DecodedRow } from '../../protocol/decoded-row';
import type { EventInFlight } from '../../protocol/custom-requests';
import { element } from './element';
import type { EventViewReady, EventViewState } from '../event-message';

interface WebviewApi {
  postMessage(message: EventViewReady): void;
  getState(): EventViewState | undefined;
  setState(state: EventViewState): void;
}
declare function acquireVsCodeApi(): WebviewApi;

const api = acquireVsCodeApi();
const content = document.getElementById('content')!;
/** Words the user opened, by row id: a new stop keeps them open. */
const open = new Set<string>();

/** How long a run may take before the page says so. */
const RUNNING_NOTE_MS = 500;
let runningNote: number | undefined;

function draw(state: EventViewState): void {
  clearTimeout(runningNote);
  if (state.kind === 'running') {
    // The last stop stays readable, dimmed, until the next one replaces it.
    runningNote = window.setTimeout(() => {
      content.classList.add('old');
      if (content.childElementCount === 0) note('The machine is running. Pause it to see its events.');
    }, RUNNING_NOTE_MS);
    return;
  }
  content.classList.remove('old');
  if (state.kind === 'none') note('No debug session.');
  else if (state.kind === 'failed') note(state.error);
  else if (state.event.empty !== undefined) note(state.event.empty);
  else drawEvent(state.event);
}

function note(text: string): void {
  content.replaceChildren(element('p', 'note', text));
}

function drawEvent(event: EventInFlight): void {
  const columns = event.columns.map((column, index) => {
    const heading = element('h2', '', column.title);
    heading.id = `column-${index}`;
    const section = element('section', 'column', heading, ...rowsToShow(column.rows).map(drawWord));
    section.setAttribute('aria-labelledby', heading.id);
    return section;
  });
  content.replaceChildren(element('div', 'columns', ...columns), drawHistory(event.history));
}

/** The words themselves: they tell error codes and lengths already. */
function rowsToShow(rows: readonly DecodedRow[]): DecodedRow[] {
  return rows.filter((row) => row.meaning !== undefined);
}

function isZero(row: DecodedRow): boolean {
  return /^0x0*$/.test(row.value);
}

/** A word in words; its bits open below it. */
function drawWord(row: DecodedRow): HTMLElement {
  const none = row.meaning === 'none';
  const head = [element('span', 'name', row.label)];
  if (row.meaning !== undefined) head.push(element('span', none ? 'idle' : 'words', row.meaning));
  if (!none && !isZero(row)) head.push(element('code', row.changed ? 'changed' : '', row.value));
  if (!row.children?.length) return element('div', 'word', ...head);
  const details = document.createElement('details');
  details.className = 'word';
  details.open = open.has(row.id);
  details.addEventListener('toggle', () => {
    if (details.open) open.add(row.id);
    else open.delete(row.id);
  });
  details.append(element('summary', '', ...head), drawParts(row.children));
  return details;
}

function drawParts(rows: readonly DecodedRow[]): HTMLElement {
  const list = element('dl', 'parts');
  for (const row of rows) {
    const name = element('dt', '', row.label);
    if (row.meaning !== undefined) name.title = row.meaning;
    list.append(name, element('dd', row.on === false ? 'idle' : '', row.value));
  }
  return list;
}

function drawHistory(history: readonly string[]): HTMLElement {
  const heading = element('h2', '', 'What happened to it');
  heading.id = 'history';
  // Newest first: that is the line that explains what the columns show.
  const lines = [...history].reverse().map((line) => {
    const [, count, text] = /^(\d+): (.*)$/.exec(line) ?? [];
    if (count === undefined || text === undefined) return element('li', '', line);
    const place = element('span', 'count', Number(count).toLocaleString('en'));
    place.title = 'instructions retired';
    return element('li', '', place, text);
  });
  const list =
    lines.length === 0
      ? element('p', 'note', 'No event was interrupted, queued again or injected lately.')
      : element('ol', 'history', ...lines);
  const section = element('section', 'story', heading, list);
  section.setAttribute('aria-labelledby', heading.id);
  return section;
}

window.addEventListener('message', ({ data }: MessageEvent<EventViewState>) => {
  if (data.kind !== 'running') api.setState(data);
  draw(data);
});
const before = api.getState();
if (before) draw(before);
api.postMessage({ kind: 'ready' });
