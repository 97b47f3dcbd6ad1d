/** The Screen page: 80 x 25 characters in the theme's terminal colours, and a keyboard. Builds elements only, never HTML from text. */
import type { Screen, ScreenRun } from '../../../protocol/people';
import type { ScreenViewRequest, ScreenViewState } from '../../screen-message';
import { element } from '../element';
import { Keyboard } from './keyboard';

declare function acquireVsCodeApi(): { postMessage(message: ScreenViewRequest): void };

const api = acquireVsCodeApi();
const content = document.getElementById('content')!;
const note = element('p', 'note', 'Nothing stands on the screen.');
const screen = element('div', 'screen');
screen.tabIndex = 0;
screen.setAttribute('role', 'application');
screen.setAttribute('aria-label', 'VGA text screen; keys go to the guest');
content.append(note, screen);

/** Attribute of a screen nobody coloured: grey on black, for which the theme has its own two colours. */
const PLAIN = 0x07;
const FOREGROUND = 0x0f;
const BACKGROUND_SHIFT = 4;
const BACKGROUND = 0x07;
const BLINK = 0x80;

function show(shown: Screen): void {
  note.hidden = true;
  screen.hidden = false;
  screen.replaceChildren(
    ...shown.rows.map((runs, row) => {
      const cursor = shown.cursor?.row === row ? shown.cursor.column : undefined;
      return element('div', 'row', ...drawRow(runs, cursor));
    }),
  );
}

function drawRow(runs: readonly ScreenRun[], cursor: number | undefined): HTMLElement[] {
  let column = 0;
  return runs.flatMap((run) => {
    const at = cursor === undefined ? -1 : cursor - column;
    column += run.text.length;
    if (at < 0 || at >= run.text.length) return [drawRun(run)];
    const part = (from: number, to?: number) => ({ ...run, text: run.text.slice(from, to) });
    return [drawRun(part(0, at)), drawRun(part(at, at + 1), 'cursor'), drawRun(part(at + 1))];
  });
}

function drawRun({ text, attribute }: ScreenRun, also = ''): HTMLElement {
  const background = (attribute >> BACKGROUND_SHIFT) & BACKGROUND;
  const classes = [
    (attribute & ~BLINK) !== PLAIN && `f${attribute & FOREGROUND}`,
    background !== 0 && `b${background}`,
    (attribute & BLINK) !== 0 && 'blink',
    also,
  ];
  return element('span', classes.filter(Boolean).join(' '), text);
}

// --- keys ------------------------------------------------------------------------------------------------------------

const keyboard = new Keyboard((bytes) => api.postMessage({ kind: 'keys', bytes }));
// Before VS Code's own listener, which would take what the guest gets for a key of its own.
const guestsKey = (event: KeyboardEvent, taken: boolean) => {
  if (!taken) return;
  event.preventDefault();
  event.stopImmediatePropagation();
};
window.addEventListener('keydown', (event) => guestsKey(event, keyboard.down(event)), { capture: true });
window.addEventListener('keyup', (event) => guestsKey(event, keyboard.up(event)), { capture: true });
window.addEventListener('blur', () => keyboard.releaseAll());

window.addEventListener('message', ({ data }: MessageEvent<ScreenViewState>) => {
  if (data.kind === 'stands') keyboard.guestStands = data.stands;
  else if (data.kind === 'screen') show(data.screen);
  else {
    note.hidden = false;
    screen.hidden = true;
  }
});
screen.hidden = true;
api.postMessage({ kind: 'ready' });
