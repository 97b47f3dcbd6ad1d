import assert from 'node:assert/strict';
import { BlockWalk, type LineWalk, type Walked } from '../../../src/language/text/block-walk';
import { Randomness } from '../server/random-documents';

/** Gives each line its number and the depth of brackets in front of it; a bar may not end a block. */
class Depths implements LineWalk<number, string[]> {
  readonly initial = 0;
  walked = 0;

  constructor(readonly lines: string[]) {}

  same(a: number, b: number): boolean {
    return a === b;
  }

  walk(first: number, enter: number, mayEnd: (line: number) => boolean): Walked<number, string[]> {
    const result: string[] = [];
    let depth = enter;
    let line = first;
    do {
      this.walked++;
      const text = this.lines[line]!;
      result.push(`${line} ${depth} ${text}`);
      depth += text === '(' ? 1 : text === ')' ? -1 : 0;
      line++;
    } while (line < this.lines.length && !(this.lines[line] !== '|' && mayEnd(line)));
    return { next: line, leave: depth, result };
  }
}

class MovableDepths extends Depths {
  moved(block: string[], by: number): string[] {
    return block.map((line) => line.replace(/^\d+/, (number) => String(Number(number) + by)));
  }
}

function replace(
  walk: BlockWalk<number, string[]>,
  lines: string[],
  first: number,
  removed: number,
  added: string[],
): void {
  lines.splice(first, removed, ...added);
  walk.changed({ first, removed, added: added.length });
}

function fresh(lines: string[]): string[] {
  return new BlockWalk(new Depths(lines), lines.length).results().flat();
}

const plain = (count: number): string[] => Array.from({ length: count }, () => '-');

describe('language: walks in blocks', () => {
  it('an edit that leaves the same state behind walks over one block', () => {
    const lines = plain(1000);
    const depths = new Depths(lines);
    const walk = new BlockWalk(depths, lines.length, 10);
    const before = walk.results();
    assert.equal(before.length, 100);
    depths.walked = 0;
    replace(walk, lines, 505, 1, ['x']);
    const after = walk.results();
    assert.equal(depths.walked, 10);
    assert.deepEqual(
      after.map((block, index) => block === before[index]),
      before.map((_, index) => index !== 50),
    );
  });

  it('another state goes on as far as it makes a difference', () => {
    const lines = plain(100);
    lines[70] = ')';
    const depths = new Depths(lines);
    const walk = new BlockWalk(depths, lines.length, 10);
    walk.results();
    depths.walked = 0;
    replace(walk, lines, 35, 1, ['(']);
    assert.deepEqual(walk.results().flat(), fresh(lines));
    assert.equal(depths.walked, 70);
  });

  it('walks no further than it is asked for', () => {
    const lines = plain(1000);
    const depths = new Depths(lines);
    const walk = new BlockWalk(depths, lines.length, 10);
    assert.deepEqual(walk.results(25, 31), [fresh(lines).slice(20, 30), fresh(lines).slice(30, 40)]);
    assert.equal(depths.walked, 40);
  });

  it('blocks that moved are walked again only when they are asked for', () => {
    const lines = plain(1000);
    const depths = new Depths(lines);
    const walk = new BlockWalk(depths, lines.length, 10);
    walk.results();
    depths.walked = 0;
    replace(walk, lines, 5, 0, ['x']);
    assert.deepEqual(walk.results(0, 3).flat(), fresh(lines).slice(0, 11));
    assert.deepEqual(walk.results(991, 991).flat(), fresh(lines).slice(991));
    assert.equal(depths.walked, 21);
  });

  it('a walk that can move its result does not walk again', () => {
    const lines = plain(1000);
    const depths = new MovableDepths(lines);
    const walk = new BlockWalk(depths, lines.length, 10);
    walk.results();
    depths.walked = 0;
    replace(walk, lines, 5, 0, ['x']);
    assert.deepEqual(walk.results().flat(), fresh(lines));
    assert.equal(depths.walked, 11);
  });

  it('where a block may end depends on the line behind it', () => {
    const lines = plain(100);
    const depths = new Depths(lines);
    const walk = new BlockWalk(depths, lines.length, 10);
    walk.results();
    replace(walk, lines, 50, 1, ['|']);
    assert.deepEqual(
      walk.results().map(([first]) => first!.split(' ')[0]),
      ['0', '10', '20', '30', '40', '60', '70', '80', '90'],
    );
  });

  it('what was forgotten is walked again', () => {
    const lines = plain(100);
    const depths = new Depths(lines);
    const walk = new BlockWalk(depths, lines.length, 10);
    walk.results();
    depths.walked = 0;
    walk.forget();
    assert.deepEqual(walk.results().flat(), fresh(lines));
    assert.equal(depths.walked, 100);
  });

  it('after random edits it gives what a fresh walk gives, wherever it is asked', () => {
    const words = ['-', '(', ')', '|', 'x'];
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Randomness(seed);
      const some = (most: number): string[] =>
        Array.from({ length: random.below(most) }, () => random.one(words));
      const lines = ['-', ...some(40)];
      const Walk = seed % 2 === 0 ? Depths : MovableDepths;
      const walk = new BlockWalk(new Walk(lines), lines.length, 1 + random.below(6));
      for (let edit = 0; edit < 30; edit++) {
        const first = random.below(lines.length);
        const removed = random.below(Math.min(8, lines.length - first) + 1);
        const added = some(8);
        if (lines.length - removed + added.length === 0) continue;
        replace(walk, lines, first, removed, added);
        if (random.below(3) === 0) continue;
        const from = random.below(lines.length);
        const to = from + random.below(lines.length - from);
        const part = walk.results(from, to).flat();
        const whole = fresh(lines);
        const start = Number(part[0]!.split(' ')[0]);
        assert.ok(start <= from && start + part.length > to, `seed ${seed}`);
        assert.deepEqual(part, whole.slice(start, start + part.length), `seed ${seed}`);
      }
    }
  });
});
