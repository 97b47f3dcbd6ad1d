// The MSR rows: numbers, and the blocks of numbers around them.

import assert from 'node:assert/strict';
import { msrBlocks, msrs, reservedMsrs } from '../../src/isa/msrs';
import { assertOneSentence, assertUnique } from './sentence';

type Block = { readonly first: number; readonly last: number };
const holds = (block: Block, number: number): boolean => number >= block.first && number <= block.last;

describe('isa: MSRs', () => {
  it('have a number and a name of their own, and a summary of one sentence', () => {
    assertUnique(
      msrs.map((row) => row.number),
      'number',
    );
    assertUnique(
      msrs.map((row) => row.name),
      'name',
    );
    for (const row of msrs) assertOneSentence(row.summary, row.name);
  });

  it('lie in a block of MSRs and not among the reserved numbers', () => {
    for (const row of msrs) {
      assert.ok(
        msrBlocks.some((block) => holds(block, row.number)),
        row.name,
      );
      assert.ok(!reservedMsrs.some((block) => holds(block, row.number)), row.name);
    }
  });

  it('blocks rise and do not overlap', () => {
    for (const blocks of [msrBlocks, reservedMsrs] as readonly (readonly Block[])[])
      for (const [place, block] of blocks.entries()) {
        assert.ok(block.first <= block.last);
        const before = blocks[place - 1];
        assert.ok(before === undefined || before.last < block.first);
      }
  });
});
