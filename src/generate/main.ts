// `npm run generate`: writes src/core/gen, the tables of isa in the language of the core. A file is written only when
// its text changes, so that builds that watch the folder stay still. Nothing here is committed.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreTables } from './core-tables';

const target = join(__dirname, '../core/gen');
mkdirSync(target, { recursive: true });
for (const [file, text] of Object.entries(coreTables())) {
  const path = join(target, file);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
