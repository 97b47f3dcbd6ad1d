// Every claimed row of isa has a test that says it proves it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('npm run coverage:isa', function () {
  this.timeout(120_000);

  it('finds a test for every claimed row, and every such test runs', () => {
    const script = join(__dirname, 'isa.ts');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--require', 'tsx/cjs', script, '--missing'],
      { cwd: join(__dirname, '../..'), encoding: 'utf8' },
    );
    assert.equal(stderr, '');
    const [missing, counts] = [/^MISSING/, /proven/].map((what) =>
      stdout.split('\n').filter((line) => what.test(line)),
    );
    assert.deepEqual(missing, []);
    assert.equal(status, 0, stdout);
    assert.ok(counts!.length > 8, stdout);
  });
});
