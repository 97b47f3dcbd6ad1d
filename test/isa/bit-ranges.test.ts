// Every decoded word: its ranges lie inside it, apart from each other, and list values that fit.

import assert from 'node:assert/strict';
import type { BitRange } from '../../src/isa/bit-ranges';
import { exitQualifications } from '../../src/isa/exit-qualifications';
import { instructionInformation } from '../../src/isa/instruction-information';
import { interruptionFormats } from '../../src/isa/interruption-formats';
import { msrs } from '../../src/isa/msrs';
import { registerFormats } from '../../src/isa/registers';
import { vmcsField } from '../../src/isa/vmcs-fields';
import { assertUnique } from './sentence';

interface Word {
  name: string;
  ranges: readonly BitRange[];
}

const named = (rows: Record<string, { ranges: readonly BitRange[] }>): Word[] =>
  Object.entries(rows).map(([name, row]) => ({ name, ranges: row.ranges }));

const words: Word[] = [
  ...named(registerFormats),
  ...named(interruptionFormats),
  ...named(exitQualifications),
  ...named(instructionInformation),
  ...msrs.flatMap((row) => (row.ranges ? [{ name: row.name, ranges: row.ranges }] : [])),
];

describe('isa: bit ranges', () => {
  it('lie inside 64 bits, in order and apart', () => {
    for (const { name, ranges } of words) {
      let next = 0;
      for (const range of ranges) {
        assert.ok(range.low >= next, `${name}.${range.name} overlaps or is out of order`);
        assert.ok(range.high >= range.low && range.high < 64, `${name}.${range.name}`);
        next = range.high + 1;
      }
    }
  });

  it('have names of their own inside a word', () => {
    for (const { name, ranges } of words)
      assertUnique(
        ranges.map((range) => range.name),
        `${name}: range`,
      );
  });

  it('list only values that fit the range', () => {
    for (const { name, ranges } of words)
      for (const range of ranges)
        for (const value of Object.keys(range.values ?? {}))
          assert.ok(Number(value) < 2 ** (range.high - range.low + 1), `${name}.${range.name}: ${value}`);
  });

  it('depend only on ranges of the same word', () => {
    for (const { name, ranges } of words)
      for (const range of ranges)
        if (range.when)
          assert.ok(
            ranges.some((other) => other.name === range.when?.range),
            `${name}.${range.name}`,
          );
  });

  it('describe event words inside the width of their field', () => {
    for (const row of Object.values(interruptionFormats)) {
      const { width } = vmcsField[row.field];
      const bits = width === 'natural' ? 64 : width;
      for (const range of row.ranges) assert.ok(range.high < bits, `${row.field}.${range.name}`);
    }
  });
});
