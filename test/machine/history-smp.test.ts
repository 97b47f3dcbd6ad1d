// The past of a run of several CPUs: whose turn it was, and what each CPU's L0 did, is gone to as well. Needs gcc for its guest.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createMachine } from '../../src/machine/create';
import { History } from '../../src/machine/history';
import { differenceOf } from '../../src/machine/snapshot';
import { buildSmpGuest, hasCompiler, type SmpGuest } from '../support/smp-guest';

const CPUS = 4;
const STEP = 4_001n;
/** Longer than any of the tests takes. */
const LIMIT = 20_000_000n;

if (hasCompiler) {
  describe('history of several CPUs', function () {
    this.timeout(120_000);
    let guest: SmpGuest;
    before(() => void (guest = buildSmpGuest()));
    after(() => guest.remove());

    for (const topology of ['nested', 'bare'] as const) {
      for (const test of ['lock', 'vmx', 'pingpong']) {
        it(`${topology}, ${CPUS} CPUs: ${test}`, () => {
          const machine = createMachine({
            image: readFileSync(guest.path),
            imageName: 'smp',
            memoryMiB: 32,
            topology,
            cpus: CPUS,
            cmdline: `${test} ${CPUS}`,
            epoch: 10_000n,
            serial: () => undefined,
          });
          const history = new History(machine, 64);
          const seen = [];
          let stop;
          do {
            stop = machine.run(STEP);
            history.noteStop();
            if (stop.kind === 'budget') seen.push({ moment: machine.now(), state: machine.save() });
          } while (stop.kind === 'budget' && machine.cpu.retired < LIMIT);
          assert.equal(stop.kind, 'exited');
          assert.ok(seen.length > 10, `${seen.length} moments`);
          // From the end to the start, and some from the start: each from the nearest snapshot.
          const some = seen.filter((_, index) => index % Math.ceil(seen.length / 12) === 0);
          for (const { moment, state } of [...some.toReversed(), ...some]) {
            assert.equal(history.goTo(moment), true);
            assert.equal(differenceOf(state, machine.save()), undefined);
          }
        });
      }
    }
  });
}
