import assert from 'node:assert/strict';
import { LexedLines, type LineLexer } from '../../../src/language/text/lexed-lines';
import type { Range } from '../../../src/language/text/position';

/** Counts open block comments: a state that a line passes on. */
class Comments implements LineLexer<boolean, string> {
  readonly initial = false;
  read = 0;

  lex(text: string, state: boolean): { line: string; next: boolean } {
    this.read++;
    let open = state;
    for (const mark of text.match(/\/\*|\*\//g) ?? []) open = mark === '/*';
    return { line: `${state ? 'in' : 'out'}: ${text}`, next: open };
  }
}

function range(line: number, start: number, endLine: number, end: number): Range {
  return { start: { line, character: start }, end: { line: endLine, character: end } };
}

function all(lines: LexedLines<boolean, string>): string[] {
  return Array.from({ length: lines.count }, (_, line) => lines.at(line)!);
}

describe('language: lines under edits', () => {
  it('knows all three line breaks, and an empty text is one line', () => {
    assert.deepEqual(all(new LexedLines('a\r\nb\nc\rd', new Comments())), [
      'out: a',
      'out: b',
      'out: c',
      'out: d',
    ]);
    assert.deepEqual(all(new LexedLines('', new Comments())), ['out: ']);
  });

  it('typing in one line reads one line', () => {
    const lexer = new Comments();
    const lines = new LexedLines('x\n'.repeat(1000), lexer);
    lexer.read = 0;
    lines.replace(range(500, 1, 500, 1), 'y');
    assert.equal(lines.text(500), 'xy');
    assert.equal(lexer.read, 1);
  });

  it('an opened comment reaches the lines behind it, and closing it takes that back', () => {
    const lines = new LexedLines('a\nb\nc */\nd', new Comments());
    lines.replace(range(0, 0, 0, 0), '/* ');
    assert.deepEqual(all(lines), ['out: /* a', 'in: b', 'in: c */', 'out: d']);
    lines.replace(range(0, 0, 0, 3), '');
    assert.deepEqual(all(lines), ['out: a', 'out: b', 'out: c */', 'out: d']);
  });

  it('places outside the text are its nearest ones', () => {
    const lines = new LexedLines('a\nb', new Comments());
    lines.replace(range(7, 3, 9, 1), 'c');
    assert.deepEqual(all(lines), ['out: a', 'out: bc']);
    lines.replace(range(0, 0, 99, 99), 'd\n');
    assert.deepEqual(all(lines), ['out: d', 'out: ']);
  });

  it('a large paste goes in as a whole', () => {
    const lines = new LexedLines('a\nb', new Comments());
    lines.replace(range(0, 1, 0, 1), '\nx'.repeat(200_000));
    assert.equal(lines.count, 200_002);
    assert.equal(lines.text(200_001), 'b');
  });

  it('after random edits every line is what a fresh reading gives', () => {
    let seed = 1;
    const below = (limit: number) => (seed = (seed * 48271) % 2147483647) % limit;
    const pieces = ['/*', '*/', '\n', 'x', '\r\n', ' ', 'y\n/* z', ''];
    let text = 'a\nb\nc';
    const lines = new LexedLines(text, new Comments());
    for (let i = 0; i < 2000; i++) {
      const now = text.split('\n');
      const from = below(now.length);
      const to = from + below(now.length - from);
      const start = below(now[from]!.length + 1);
      const end = from === to ? start + below(now[to]!.length - start + 1) : below(now[to]!.length + 1);
      // Line breaks are normalised, so that the plain copy of the text can be cut by lines.
      const piece = pieces[below(pieces.length)]!.replace('\r', '');
      lines.replace(range(from, start, to, end), piece);
      const head = [...now.slice(0, from), now[from]!.slice(0, start)].join('\n');
      const tail = [now[to]!.slice(end), ...now.slice(to + 1)].join('\n');
      text = head + piece + tail;
      assert.deepEqual(all(lines), all(new LexedLines(text, new Comments())), `edit ${i}`);
    }
  });
});
