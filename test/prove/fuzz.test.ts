// The short form of `npm run prove:fuzz`: one batch of each kind.
import assert from 'node:assert/strict';
import { fuzzKinds } from './fuzz-kinds';

describe('random input', function () {
  this.timeout(120_000);

  for (const { name, batch } of fuzzKinds)
    it(`${name}: nothing traps or throws, and every run comes back in time`, () => {
      const outcomes = batch(1);
      assert.ok(outcomes.length >= 20);
      assert.deepEqual(batch(1), outcomes);
    });
});
