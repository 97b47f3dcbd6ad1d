// `npm run test:workbench`: the built extension, packed and installed, in the real workbench. Installs the workbench when it is missing.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installWorkbench } from './install.mjs';
import { root } from './vsix.mjs';

try {
  installWorkbench(console.log);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const here = join(root, 'test/workbench');
let failed = false;
// A process for each file: a failed step ends its own file, because the next ones stand on it, and no other.
for (const spec of readdirSync(here).filter((name) => name.endsWith('.spec.mjs'))) {
  // Minutes, not seconds: a loaded machine starts a workbench slowly, and no time is asserted.
  const args = [mocha, '--no-config', '--timeout', '300000', join(here, spec), ...process.argv.slice(2)];
  failed = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0 || failed;
}
process.exit(failed ? 1 : 0);
