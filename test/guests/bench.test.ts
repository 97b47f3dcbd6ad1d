// The benchmark guest's kernels: whatever level they run in, they must reach the checksum that the same C code
// reaches as a program of this computer. Needs gcc; without it there is neither guest nor native program.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runImage } from '../support/run-image';
import { hasCompiler } from '../support/smp-guest';

/** Rounds that make a few million instructions of each. */
const ROUNDS = { sieve: 2, crc32: 4, fib: 8, mix64: 200, bytecode: 20, quicksort: 1 };

if (hasCompiler) {
  describe('the benchmark guest', () => {
    let out = '';
    before(() => {
      out = mkdtempSync(join(tmpdir(), 'turtlescope-bench-'));
      const folder = join(__dirname, 'bench');
      const make = spawnSync('make', ['-s', '-C', folder, `OUT=${out}`], { encoding: 'utf8' });
      assert.equal(make.status, 0, make.stderr);
    });
    after(() => rmSync(out, { recursive: true, force: true }));

    for (const [kernel, rounds] of Object.entries(ROUNDS)) {
      it(`${kernel}: L1 and L2 reach the native checksum`, () => {
        const native = spawnSync(join(out, 'bench-native'), [kernel, String(rounds)], { encoding: 'utf8' });
        const path = join(out, 'bench.elf');
        for (const level of ['l1', 'l2']) {
          const cmdline = `${level} ${kernel} ${rounds}`;
          const { stop, serial } = runImage({ path, topology: 'nested', cmdline });
          assert.equal(serial, `begin\n${cmdline} checksum ${native.stdout}`);
          assert.equal(stop, 'exited 1');
        }
      });
    }

    // Under L0 an exit that reaches L1 is a record of its own; bare, the hardware exit is all there is.
    for (const [topology, kind] of [
      ['nested', 'nested-exit'],
      ['bare', 'exit'],
    ] as const) {
      it(`every CPUID of L2 reaches L1 in ${topology} topology`, () => {
        const { serial, trace } = runImage({
          path: join(out, 'bench.elf'),
          topology,
          cmdline: 'l2 exits 50',
        });
        assert.equal(serial, 'begin\nl2 exits 50 checksum 0x32\n');
        const records = trace
          .split('\n')
          .map((line) => JSON.parse(line) as { kind: string; reason?: string });
        assert.equal(
          records.filter((record) => record.kind === kind && record.reason === 'CPUID').length,
          50,
        );
      });
    }
  });
}
