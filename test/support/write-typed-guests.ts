// `node --import tsx write-typed-guests.ts FOLDER`: the guests as files, for tests that import no TypeScript.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ECHO, TYPEWRITER } from './typed-guests';

const folder = process.argv[2]!;
writeFileSync(join(folder, 'echo.bin'), Uint8Array.from(ECHO));
writeFileSync(join(folder, 'typewriter.bin'), Uint8Array.from(TYPEWRITER));
