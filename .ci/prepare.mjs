// Makes a fresh clone ready: `npm ci` when node_modules is missing or older than the lock file, and with --build the build.
// Uses nothing but Node, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const time = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

// A link leads to another checkout's packages, which are not ours to remove.
const linked =
  existsSync(join(root, 'node_modules')) && lstatSync(join(root, 'node_modules')).isSymbolicLink();
// npm writes this file last, so it tells a finished install from one that was cut off.
if (!linked && time('node_modules/.package-lock.json') < time('package-lock.json'))
  run('npm', ['ci', '--no-audit', '--no-fund']);
if (process.argv.includes('--build')) run(process.execPath, ['esbuild.js']);
