// `npm run generate`: writes src/core/gen, the tables of isa in the language of the core, and src/language/gen, what the decoder
// adds to isa. A file is written only when its text changes, so that builds that watch the folders stay
// still. Nothing here is committed.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreTables } from './core-tables';
import { decoderFactsFile } from './decoder-facts';
import { decoderRegistersFile } from './decoder-registers';

function write(room: string, files: Record<string, string>): void {
  const target = join(__dirname, '..', room, 'gen');
  mkdirSync(target, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    const path = join(target, file);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}

write('core', coreTables());
write('language', {
  'decoder-facts.ts': decoderFactsFile(),
  'decoder-registers.ts': decoderRegistersFile(),
});
