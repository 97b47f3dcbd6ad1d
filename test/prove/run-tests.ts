/** Runs test files with other numbers than the suite's, in a process of their own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

export interface TestRun {
  passed: boolean;
  output: string;
}

export function runTests(
  globs: readonly string[],
  env: Record<string, string>,
  requires: string[] = [],
): TestRun {
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const options = requires.flatMap((file) => ['--require', file]);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [mocha, '--reporter', 'dot', '--bail', ...options, ...globs],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
  );
  return { passed: status === 0, output: `${stdout}${stderr}` };
}
