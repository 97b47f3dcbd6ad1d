/** Addresses with their space: numbers that `BigInt()` parses, different for equal addresses of two levels. */
import assert from 'node:assert/strict';
import {
  memoryReference,
  parseMemoryReference,
  spaceByName,
  spaceName,
  spaceNames,
} from '../../src/debugger/memory-reference';

describe('debugger: memory references', () => {
  it('come back as they went, for every space', () => {
    for (const name of spaceNames) {
      const space = spaceByName(name)!;
      const text = memoryReference(space, 0xffffffff81000000n);
      assert.deepEqual(parseMemoryReference(text, 'L1'), { space, address: 0xffffffff81000000n });
      assert.deepEqual(parseMemoryReference(BigInt(text).toString(), 'L1'), {
        space,
        address: 0xffffffff81000000n,
      });
    }
  });

  it('are different numbers for equal addresses of different spaces', () => {
    const numbers = spaceNames.map((name) => BigInt(memoryReference(spaceByName(name)!, 0x1000n)));
    assert.equal(new Set(numbers).size, spaceNames.length);
  });

  it('keep the CPU of a strand that is named with one', () => {
    for (const kind of ['linear', 'physical'] as const)
      for (const level of ['L1', 'L1 CPU 0', 'L2 CPU 7'] as const) {
        const space = { kind, level };
        assert.deepEqual(parseMemoryReference(memoryReference(space, 0x1000n), 'L0'), {
          space,
          address: 0x1000n,
        });
        assert.deepEqual(spaceByName(spaceName(space)), space);
      }
    assert.equal(spaceName({ kind: 'physical', level: 'L2 CPU 1' }), 'L2gpacpu1');
  });

  it('mean the given level when they name no space', () => {
    assert.deepEqual(parseMemoryReference('0x1000', 'L2'), {
      space: { kind: 'linear', level: 'L2' },
      address: 0x1000n,
    });
  });

  it('are nothing when they are no number or name no space', () => {
    for (const text of ['', 'x', '-1', '0x', '0x1g', `0x8${'0'.repeat(16)}`, '1'.repeat(30)])
      assert.equal(parseMemoryReference(text, 'L1'), undefined, text);
  });
});
