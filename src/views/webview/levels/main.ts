/**
 * The Levels over Time page: a canvas of lanes that one zooms with the wheel and moves with the mouse or the keys. It asks for the part
 * it shows, a little more on both sides, and draws what it has until the answer comes.
 */
import type { LevelPicture, LevelScale } from '../../../protocol/levels';
import type { Past, PlaceOfRun } from '../../../protocol/past';
import type { LevelsViewRequest, LevelsViewState } from '../../levels-message';
import { element } from '../element';
import { paint, themeColors } from './paint';
import { GUTTER, Scene, type PlacedMark } from './scene';
import { Slider } from './slider';
import { Tip } from './tip';
import { Viewport } from './viewport';

declare function acquireVsCodeApi(): { postMessage(message: LevelsViewRequest): void };

const api = acquireVsCodeApi();
const content = document.getElementById('content')!;
const canvas = document.createElement('canvas');
canvas.tabIndex = 0;
const status = element('span', 'status');
status.setAttribute('role', 'status');
const note = element('p', 'note', 'No debug session.');
const tip = new Tip();

let scale: LevelScale = 'events';
let picture: LevelPicture | undefined;
let view: Viewport | undefined;
let scene: Scene | undefined;
let chosen: number | undefined;
let past: Past | undefined;
let colors = themeColors();

const scaleButton = button('', () => {
  scale = scale === 'events' ? 'instructions' : 'events';
  view = undefined;
  ask();
});
const wholeButton = button('Whole Run', () => {
  if (!view) return;
  show(Viewport.whole(view.known, view.width));
});
const bar = element('div', 'bar', wholeButton, scaleButton, status);
const go = (where: (LevelsViewRequest & { kind: 'go' })['where']): void =>
  api.postMessage({ kind: 'go', where });
const slider = new Slider({
  // So many records have been made when the last of them has.
  goTo: (position, unit) =>
    go(unit === 'events' && position > 0 ? { record: position - 1 } : { instructions: position }),
  toBookmark: (bookmark) => go({ bookmark }),
  toPresent: () => go({}),
});
content.append(bar, canvas, slider.element, note, tip.element);

function button(text: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}

/** Asks for the part shown and half of its length on both sides, so that small moves have something to show. */
function ask(): void {
  const columns = Math.max(1, Math.round(laneWidth()));
  if (!view || view.isWhole) return api.postMessage({ kind: 'show', scale, columns });
  const more = view.length / 2;
  const from = Math.max(0, Math.floor(view.span.from - more));
  api.postMessage({ kind: 'show', scale, from, to: Math.ceil(view.span.to + more), columns: columns * 2 });
}

function laneWidth(): number {
  return content.clientWidth - GUTTER - 8;
}

function show(next: Viewport): void {
  view = next;
  draw();
  ask();
}

function draw(): void {
  const empty = !picture || !view || picture.known.from === picture.known.to;
  canvas.hidden = bar.hidden = empty;
  slider.show(empty ? undefined : past, scale, picture);
  note.hidden = !empty;
  if (!picture || !view || empty) return;
  const height = Scene.height(picture.lanes.length);
  const ratio = window.devicePixelRatio;
  canvas.width = content.clientWidth * ratio;
  canvas.height = height * ratio;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  scene = new Scene(picture, view, (text) => context.measureText(text).width);
  paint(context, scene, colors, chosen, past?.inPast ? positionOf(past.now) : undefined);
  tell(picture, view);
}

function positionOf({ records, instructions }: PlaceOfRun): number {
  return scale === 'events' ? records : instructions;
}

function tell({ records, known, columns }: LevelPicture, { span, isWhole }: Viewport): void {
  const unit = scale === 'events' ? 'records' : 'instructions';
  const number = (value: number): string => Math.round(value).toLocaleString('en');
  const text = isWhole
    ? `${number(known.to - known.from)} ${unit}${scale === 'events' ? '' : `, ${number(records)} records`}`
    : `${unit} ${number(span.from)} to ${number(span.to)} of ${number(known.to)}`;
  status.textContent = columns ? `${text}; zoom in to see each` : text;
  scaleButton.textContent = scale === 'events' ? 'Scale: Events' : 'Scale: Instructions';
  scaleButton.title =
    scale === 'events'
      ? 'Every record is as wide as the next: the work of L0 has room'
      : 'Widths are retired instructions: L0 takes none';
  wholeButton.disabled = isWhole;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `Levels over time, ${text}`);
}

// --- the mouse and the keys ------------------------------------------------------------------------------------------

let dragged: number | undefined;
let moved = false;

function under(event: MouseEvent): PlacedMark | undefined {
  return scene?.near(event.offsetX, event.offsetY);
}

canvas.addEventListener(
  'wheel',
  (event) => {
    if (!view) return;
    event.preventDefault();
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (sideways) return show(view.pan(event.deltaX || event.deltaY));
    show(view.zoom(Math.exp(event.deltaY / 300), Math.max(0, event.offsetX - GUTTER)));
  },
  { passive: false },
);
canvas.addEventListener('pointerdown', (event) => {
  dragged = event.offsetX;
  moved = false;
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener('pointermove', (event) => {
  if (dragged !== undefined && view) {
    if (Math.abs(event.offsetX - dragged) > 3) moved = true;
    if (!moved) return;
    tip.hide();
    view = view.pan(dragged - event.offsetX);
    dragged = event.offsetX;
    return draw();
  }
  const found = under(event);
  canvas.style.cursor = found ? 'pointer' : '';
  if (!found) return tip.hide();
  if (tip.show(found.mark, event.offsetX, canvas.offsetTop + event.offsetY))
    api.postMessage({ kind: 'ask', index: found.mark.index });
});
canvas.addEventListener('pointerup', (event) => {
  dragged = undefined;
  if (moved) return ask();
  const found = under(event);
  if (found) choose(found.mark.index, true);
});
canvas.addEventListener('pointerleave', () => tip.hide());
canvas.addEventListener('dblclick', (event) => {
  if (view) show(view.zoom(0.25, Math.max(0, event.offsetX - GUTTER)));
});

const keys: Readonly<Record<string, (from: Viewport) => Viewport>> = {
  ArrowLeft: (from) => from.pan(-from.width / 8),
  ArrowRight: (from) => from.pan(from.width / 8),
  ArrowUp: (from) => from.zoom(0.5, from.width / 2),
  ArrowDown: (from) => from.zoom(2, from.width / 2),
  '+': (from) => from.zoom(0.5, from.width / 2),
  '-': (from) => from.zoom(2, from.width / 2),
  Home: (from) => from.reveal(from.known.from),
  End: (from) => from.reveal(from.known.to),
  '0': (from) => Viewport.whole(from.known, from.width),
};
canvas.addEventListener('keydown', (event) => {
  const move = keys[event.key];
  if (!move || !view) return;
  event.preventDefault();
  show(move(view));
});

function choose(index: number, tellOthers: boolean): void {
  chosen = index;
  if (tellOthers) api.postMessage({ kind: 'choose', index });
  else if (view && scale === 'events' && !view.isWhole) view = view.reveal(index);
  draw();
}

// --- what the extension says -----------------------------------------------------------------------------------------

window.addEventListener('message', ({ data }: MessageEvent<LevelsViewState>) => {
  switch (data.kind) {
    case 'none':
      picture = view = scene = chosen = past = undefined;
      note.textContent = 'No debug session.';
      return draw();
    case 'failed':
      note.textContent = data.error;
      picture = undefined;
      return draw();
    case 'moved':
      return ask();
    case 'picture': {
      const { known } = data.picture;
      // An answer to a question that is no longer asked.
      if (data.picture.scale !== scale) return;
      const follows = view?.atEnd === true && known.to > view.known.to;
      picture = data.picture;
      note.textContent = 'Nothing has happened between the levels yet.';
      view = view ? view.within(known, laneWidth()) : Viewport.whole(known, laneWidth());
      draw();
      if (follows && !view.isWhole) ask();
      return;
    }
    case 'record':
      return tip.fill(data.index, data.title, data.rows);
    case 'past':
      past = data.past;
      return draw();
    case 'chosen':
      return choose(data.index, false);
  }
});

new ResizeObserver(() => {
  if (!picture || !view) return;
  view = view.within(view.known, laneWidth());
  draw();
  ask();
}).observe(content);
// VS Code changes the body's class with the theme.
new MutationObserver(() => {
  colors = themeColors();
  draw();
}).observe(document.body, { attributes: true, attributeFilter: ['class'] });
draw();
api.postMessage({ kind: 'ready' });
