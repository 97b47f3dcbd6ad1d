/** The log of records, and their form in a trace file. */
import assert from 'node:assert/strict';
import type { MachineRecord } from '../../src/machine/machine-record';
import { RecordLog } from '../../src/machine/record-log';
import { recordLine } from '../../src/machine/record-json';

const record = (count: number): MachineRecord => ({ kind: 'halt', count, level: 'L1' });

describe('record log', () => {
  it('numbers records from the start and keeps the newest', () => {
    const log = new RecordLog(4);
    for (let i = 0; i < 11; i++) log.push(record(i));
    assert.equal(log.total, 11);
    assert.ok(log.oldest > 0 && log.total - log.oldest >= 4);
    assert.equal(log.at(10)?.count, 10);
    assert.equal(log.at(log.oldest - 1), undefined);
    assert.equal(log.at(11), undefined);
  });

  it('gives a range, beginning with the oldest one still there', () => {
    const log = new RecordLog(4);
    for (let i = 0; i < 11; i++) log.push(record(i));
    assert.deepEqual(
      log.slice(0, 2).map((made) => made.count),
      [log.oldest, log.oldest + 1],
    );
    assert.deepEqual(
      log.slice(9, 100).map((made) => made.count),
      [9, 10],
    );
  });
});

describe('record line', () => {
  it('writes 64-bit values and event words as hex strings, and counts as numbers', () => {
    const line = recordLine({
      kind: 'entry',
      count: 1000,
      level: 'L2',
      vmcs: 'vmcs02',
      rip: 0x100000n,
      interruption: 0x80000b0e,
      interruptionError: 2,
      instructionLength: 3,
    });
    assert.deepEqual(JSON.parse(line), {
      kind: 'entry',
      count: 1000,
      level: 'L2',
      vmcs: 'vmcs02',
      rip: '0x100000',
      interruption: '0x80000b0e',
      interruptionError: '0x2',
      instructionLength: 3,
    });
  });
});
