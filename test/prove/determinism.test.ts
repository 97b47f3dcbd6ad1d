// The short form of `npm run prove:determinism`: one guest of one CPU and one of four. Needs gcc for its guests.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCompiler } from '../support/smp-guest';
import { compareRuns } from './two-machines';
import { buildWorks, type Works } from './works';

(hasCompiler ? describe : describe.skip)(
  'a run twice, at once and in pieces (needs gcc and make)',
  function () {
    this.timeout(120_000);
    let folder: string;
    let works: Works;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'turtlescope-prove-'));
      works = buildWorks(folder);
    });
    after(() => {
      works.remove();
      rmSync(folder, { recursive: true });
    });

    for (const [title, choose] of [
      ['one CPU, nested', () => works.one[1]!],
      ['four CPUs, nested', () => works.four[0]!],
    ] as const)
      it(`${title}: all state and RAM are equal at every comparison`, () => {
        const { instructions, difference, hash } = compareRuns(choose(), 50_000n, 150_000n);
        assert.equal(difference, undefined);
        assert.ok(instructions >= 150_000n, `${instructions} instructions`);
        assert.match(hash, /^[0-9a-f]{64}$/);
      });
  },
);
