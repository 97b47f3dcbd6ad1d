/** Where things stand on the Levels over Time page, and how one moves along the run. */
import assert from 'node:assert/strict';
import type { LevelMark, LevelPicture } from '../../src/protocol/levels';
import { GUTTER, Scene } from '../../src/views/webview/levels/scene';
import { Viewport } from '../../src/views/webview/levels/viewport';

const known = { from: 0, to: 1000 };
const whole = Viewport.whole(known, 500);

describe('the part of the run that is shown', () => {
  it('comes closer around the mouse', () => {
    const { span } = whole.zoom(0.5, 100);
    assert.deepEqual(span, { from: 100, to: 600 });
    assert.equal(whole.zoom(0.5, 100).place(200), 100, 'the position under the mouse stays');
  });

  it('never leaves the run, however far one moves or draws back', () => {
    const close = whole.zoom(0.1, 0);
    assert.deepEqual(close.pan(-10_000).span, { from: 0, to: 100 });
    assert.deepEqual(close.pan(100_000).span, { from: 900, to: 1000 });
    assert.deepEqual(close.zoom(1e9, 250).span, known);
  });

  it('does not come closer than a few records', () => {
    assert.equal(whole.zoom(1e-9, 250).length, 4);
    assert.equal(Viewport.whole({ from: 0, to: 2 }, 500).zoom(1e-9, 10).length, 2);
  });

  it('stays at the end when the run grows there, and where it is otherwise', () => {
    const grown = { from: 0, to: 2000 };
    const end = whole.zoom(0.1, 500);
    assert.deepEqual(end.within(grown, 500).span, { from: 1900, to: 2000 });
    const middle = whole.zoom(0.1, 250);
    assert.deepEqual(middle.within(grown, 500).span, middle.span);
    assert.deepEqual(whole.within(grown, 500).span, grown);
  });

  it('moves to a record only when it is out of sight', () => {
    const close = whole.zoom(0.1, 250);
    assert.equal(close.reveal(500), close);
    assert.deepEqual(close.reveal(100).span, { from: 90, to: 190 });
  });
});

describe('the scene', () => {
  const mark = (at: number, title: string, rest: Partial<LevelMark> = {}): LevelMark => ({
    index: at,
    at,
    kind: 'exit',
    level: 'L2',
    to: 'L0',
    title,
    ...rest,
  });
  const picture = (marks: LevelMark[]): LevelPicture => ({
    ...known,
    lanes: [{ level: 'L2' }, { level: 'L1' }, { level: 'L0' }],
    scale: 'events',
    known,
    records: marks.length,
    runs: [],
    marks,
  });
  const scene = (marks: LevelMark[]): Scene => new Scene(picture(marks), whole, (text) => text.length * 6);

  it('finds the record that the mouse is on, between the lanes of its arrow', () => {
    const drawn = scene([mark(100, 'CPUID'), mark(110, 'HLT')]);
    const y = drawn.top({ level: 'L1' });
    assert.equal(drawn.near(GUTTER + 51, y)?.mark.title, 'CPUID');
    assert.equal(drawn.near(GUTTER + 54, y)?.mark.title, 'HLT');
    assert.equal(drawn.near(GUTTER + 200, y), undefined);
    const point = scene([{ index: 1, at: 100, kind: 'other', level: 'L0', title: 'VMREAD' }]);
    assert.equal(point.near(GUTTER + 50, point.top({ level: 'L2' })), undefined, 'another lane');
  });

  it('arrows of a CPU stand in the lanes of that CPU', () => {
    const lanes = [0, 1].flatMap((cpu) => (['L2', 'L1', 'L0'] as const).map((level) => ({ level, cpu })));
    const { marks } = new Scene({ ...picture([mark(100, 'HLT', { cpu: 1 })]), lanes }, whole, () => 0);
    const [{ y, toY } = assert.fail('no mark')] = marks;
    const drawn = new Scene({ ...picture([]), lanes }, whole, () => 0);
    assert.ok(y > drawn.top({ level: 'L2', cpu: 1 }) && y < drawn.top({ level: 'L1', cpu: 1 }));
    assert.ok(toY! > drawn.top({ level: 'L0', cpu: 1 }));
  });

  it('writes the words that have room, and none over another', () => {
    const { labels } = scene([mark(100, 'EPT_VIOLATION'), mark(120, 'CPUID'), mark(400, 'HLT')]);
    assert.deepEqual(
      labels.map(({ text }) => text),
      ['EPT_VIOLATION', 'HLT'],
    );
  });

  it('words at the edge would be cut: they are left out', () => {
    assert.deepEqual(scene([mark(995, 'EPT_VIOLATION')]).labels, []);
  });
});
