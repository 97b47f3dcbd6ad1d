// What counts as a summary: one sentence of one line. Used by the tests of the rows.

import assert from 'node:assert/strict';

/** Fails unless `text` starts with a capital or digit, ends in one full stop and holds no second sentence. */
export function assertOneSentence(text: string, of: string): void {
  assert.match(text, /^[A-Z0-9].*[^.]\.$/, `${of}: "${text}" is not a sentence`);
  assert.doesNotMatch(text, /[a-z]\. [A-Z]/, `${of}: "${text}" is more than one sentence`);
}

/** Fails unless the values are all different. */
export function assertUnique(values: readonly (string | number)[], what: string): void {
  const seen = new Set<string | number>();
  for (const value of values) {
    assert.ok(!seen.has(value), `${what} ${value} stands twice`);
    seen.add(value);
  }
}
