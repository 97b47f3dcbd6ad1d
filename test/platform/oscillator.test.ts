/** Crystals of other frequencies: exact at any distance from reset. */
import assert from 'node:assert/strict';
import { Oscillator } from '../../src/platform/oscillator';

describe('oscillator', () => {
  const pit = new Oscillator(1_193_182);

  it('has counted its frequency after each second, without drift after ten days', () => {
    assert.equal(pit.counts(1_000_000_000), 1_193_182);
    assert.equal(pit.counts(864_000 * 1_000_000_000), 864_000 * 1_193_182);
  });

  it('gives as tick of a count the first tick that shows the count', () => {
    for (const count of [1, 2, 3, 1000, 65536, 1_193_181, 1_193_182, 7_777_777_777]) {
      const tick = pit.tickOf(count);
      assert.equal(pit.counts(tick), count);
      assert.equal(pit.counts(tick - 1), count - 1);
    }
  });
});
