// The samples in the machine, both topologies. The golden texts are what the same images print on Bochs, an
// independent x86-64 with VMX: that run is the truth, the machine has to match it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runImage } from '../support/run-image';

const root = join(__dirname, '../..');
const image = (sample: string) => join(root, 'samples', sample, `${sample}.elf`);
const golden = (sample: string) => readFileSync(join(root, 'test/golden', `${sample}.serial.txt`), 'latin1');

for (const topology of ['nested', 'bare'] as const) {
  describe(`samples in ${topology} topology`, () => {
    it('hello-nested handles its ten exits and succeeds', () => {
      const { stop, serial } = runImage({ path: image('hello-nested'), topology });
      assert.equal(serial, golden('hello-nested'));
      assert.equal(stop, 'exited 1');
    });

    it('broken-entry reports the failed VM entry and fails', () => {
      const { stop, serial } = runImage({ path: image('broken-entry'), topology });
      assert.equal(serial, golden('broken-entry'));
      assert.equal(stop, 'exited 3');
    });

    it('lost-event sleeps after five of its eight requests', () => {
      const { stop, serial } = runImage({ path: image('lost-event'), topology });
      const requests = [1, 2, 3, 4, 5].map((request) => `L1: request ${request}`);
      assert.deepEqual(serial.trimEnd().split('\n'), [
        'L1: entering L2',
        ...requests,
        'L1: L2 sleeps, and no request of it is open',
      ]);
      assert.match(stop, /^halted/);
    });

    it('hello-nested leaves the same trace in two runs, byte for byte', () => {
      const first = runImage({ path: image('hello-nested'), topology });
      const second = runImage({ path: image('hello-nested'), topology });
      assert.ok(first.trace.length > 0);
      assert.equal(first.trace, second.trace);
      assert.equal(first.instructions, second.instructions);
    });
  });
}
