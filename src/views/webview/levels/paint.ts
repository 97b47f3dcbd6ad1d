/**
 * A scene on a canvas, in the theme's colours.
 */
import type { LevelLane } from '../../../protocol/levels';
import { failedKinds } from '../../../protocol/timeline';
import { GUTTER, type PlacedMark, type Scene } from './scene';

const variables = {
  L0: '--vscode-turtlescope-level0Foreground',
  L1: '--vscode-turtlescope-level1Foreground',
  L2: '--vscode-turtlescope-level2Foreground',
  failed: '--vscode-turtlescope-failedForeground',
  text: '--vscode-foreground',
  focus: '--vscode-focusBorder',
  background: '--vscode-panel-background',
} as const;

export type Colors = Readonly<Record<keyof typeof variables, string>>;

/** The theme's colours as they are now. */
export function themeColors(): Colors {
  const style = getComputedStyle(document.body);
  const fallback = style.color;
  return Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, style.getPropertyValue(variable) || fallback]),
  ) as Record<keyof typeof variables, string>;
}

/**
 * @param chosen number of the record that is chosen, here or in VM Exits
 * @param now where the machine stands, when that is not the end
 */
export function paint(
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  colors: Colors,
  chosen: number | undefined,
  now: number | undefined,
): void {
  const { width } = scene.view;
  canvas.save();
  for (const each of scene.picture.lanes) lane(canvas, scene, colors, each);
  canvas.beginPath();
  canvas.rect(GUTTER, 0, width, canvas.canvas.height);
  canvas.clip();
  bars(canvas, scene, colors);
  columns(canvas, scene, colors);
  for (const placed of scene.marks) mark(canvas, placed, colors, placed.mark.index === chosen);
  words(canvas, scene, colors);
  if (now !== undefined) moment(canvas, scene, colors, now);
  canvas.restore();
}

/** A line through all lanes; what is right of it lies ahead. */
function moment(canvas: CanvasRenderingContext2D, scene: Scene, colors: Colors, now: number): void {
  const x = scene.x(now);
  canvas.fillStyle = colors.background;
  canvas.globalAlpha = 0.5;
  canvas.fillRect(x, 0, canvas.canvas.width, canvas.canvas.height);
  canvas.globalAlpha = 1;
  canvas.fillStyle = colors.focus;
  canvas.fillRect(x - 1, 0, 2, canvas.canvas.height);
}

/** On a rim of the background: arrows run behind them. */
function words(canvas: CanvasRenderingContext2D, { labels }: Scene, colors: Colors): void {
  canvas.fillStyle = colors.text;
  canvas.strokeStyle = colors.background;
  canvas.lineWidth = 4;
  canvas.lineJoin = 'round';
  canvas.textBaseline = 'middle';
  for (const { text, x, y } of labels) {
    canvas.strokeText(text, x, y);
    canvas.fillText(text, x, y);
  }
}

function lane(canvas: CanvasRenderingContext2D, scene: Scene, colors: Colors, each: LevelLane): void {
  const top = scene.top(each);
  canvas.fillStyle = colors[each.level];
  canvas.textBaseline = 'middle';
  canvas.fillText(
    each.cpu === undefined ? each.level : `${each.level} CPU ${each.cpu}`,
    8,
    top + scene.laneHeight / 2,
  );
  canvas.globalAlpha = 0.12;
  canvas.fillRect(GUTTER, top, scene.view.width, scene.laneHeight);
  canvas.globalAlpha = 1;
}

function bars(canvas: CanvasRenderingContext2D, scene: Scene, colors: Colors): void {
  canvas.globalAlpha = 0.75;
  for (const run of scene.picture.runs) {
    const { level, from, to } = run;
    const left = scene.x(from);
    canvas.fillStyle = colors[level];
    canvas.fillRect(left, scene.top(run), Math.max(1, scene.x(to) - left), scene.laneHeight);
  }
  canvas.globalAlpha = 1;
}

/** The dense picture: how much of each column a level ran is how high its bar stands in its lane. */
function columns(canvas: CanvasRenderingContext2D, scene: Scene, colors: Colors): void {
  const { picture } = scene;
  if (!picture.columns) return;
  const { shares, exits, failures } = picture.columns;
  const x = (column: number): number =>
    scene.x(picture.from + (column / exits.length) * (picture.to - picture.from));
  picture.lanes.forEach((each, row) => {
    canvas.fillStyle = colors[each.level];
    canvas.globalAlpha = 0.75;
    const bottom = scene.top(each) + scene.laneHeight;
    shares[row]!.forEach((share, column) => {
      // What ran at all is seen, however short.
      if (share === 0) return;
      const height = Math.max(1, (share / 100) * scene.laneHeight);
      canvas.fillRect(x(column), bottom - height, Math.max(1, x(column + 1) - x(column)), height);
    });
  });
  canvas.globalAlpha = 1;
  canvas.fillStyle = colors.failed;
  for (const column of failures) canvas.fillRect(x(column) - 1, 4, 2, 10);
}

function mark(canvas: CanvasRenderingContext2D, placed: PlacedMark, colors: Colors, chosen: boolean): void {
  const { x, y, toY } = placed;
  const failed = failedKinds.includes(placed.mark.kind);
  const color = failed
    ? colors.failed
    : colors[placed.mark.to === 'L0' ? placed.mark.level : (placed.mark.to ?? placed.mark.level)];
  canvas.strokeStyle = canvas.fillStyle = chosen ? colors.focus : color;
  canvas.lineWidth = chosen ? 2.5 : 1.25;
  if (toY === undefined) {
    point(canvas, placed, failed, chosen);
    return;
  }
  canvas.setLineDash(placed.mark.nested ? [4, 3] : []);
  canvas.beginPath();
  canvas.moveTo(x, y);
  canvas.lineTo(x, toY);
  canvas.stroke();
  canvas.setLineDash([]);
  const back = toY > y ? -6 : 6;
  canvas.beginPath();
  canvas.moveTo(x, toY);
  canvas.lineTo(x - 3.5, toY + back);
  canvas.lineTo(x + 3.5, toY + back);
  canvas.fill();
}

/** Failures are crosses, injected events diamonds, everything else dots: shapes, for those who do not tell the colours apart. */
function point(
  canvas: CanvasRenderingContext2D,
  { mark: { kind }, x, y }: PlacedMark,
  failed: boolean,
  chosen: boolean,
): void {
  const size = failed || kind === 'injection' || chosen ? 4 : 2;
  canvas.beginPath();
  if (failed) {
    canvas.moveTo(x - size, y - size);
    canvas.lineTo(x + size, y + size);
    canvas.moveTo(x + size, y - size);
    canvas.lineTo(x - size, y + size);
    canvas.stroke();
  } else if (kind === 'injection') {
    canvas.moveTo(x, y - size);
    canvas.lineTo(x + size, y);
    canvas.lineTo(x, y + size);
    canvas.lineTo(x - size, y);
    canvas.fill();
  } else {
    canvas.arc(x, y, size, 0, 2 * Math.PI);
    canvas.fill();
  }
}
