// Texts that are known to be right, in test/golden. UPDATE_GOLDEN=1 writes them instead of comparing: read what git shows then.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function assertGolden(name: string, text: string): void {
  const path = join(__dirname, '..', 'golden', name);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
}
