/** A short form of `npm run prove:dap`: nonsense in every state, and each message held against the protocol's declarations. */
import assert from 'node:assert/strict';
import { Fuzzer } from './fuzz';
import { states } from './states';
import type { Wire } from './wire';

describe('adapter: nonsense in every state is answered as the protocol says', () => {
  let wire: Wire | undefined;
  afterEach(() => void wire?.process.kill());

  for (const [name, reach] of Object.entries(states))
    it(name, async () => {
      wire = await reach();
      const fuzzer = new Fuzzer(wire, 1);
      await fuzzer.send(100);
      await fuzzer.send(60, true);
      wire.process.stdin!.end();
      await wire.ended;
      assert.deepEqual(wire.faults, []);
      assert.equal(wire.errors, '');
    });
});
