// The exit reasons and the layouts they name.

import assert from 'node:assert/strict';
import { exitQualifications } from '../../src/isa/exit-qualifications';
import { exitReason, exitReasonByNumber, exitReasonFlags, exitReasons } from '../../src/isa/exit-reasons';
import { instructionInformationOf } from '../../src/isa/instruction-information';
import { assertOneSentence, assertUnique } from './sentence';

describe('isa: exit reasons', () => {
  it('are 80, numbered 0 to 85 without the six unused numbers', () => {
    const unused = [35, 38, 42, 71, 82, 83];
    assert.deepEqual(
      exitReasons.map((row) => row.number),
      Array.from({ length: 86 }, (_, number) => number).filter((number) => !unused.includes(number)),
    );
    assertUnique(
      exitReasons.map((row) => row.name),
      'name',
    );
  });

  it('name a qualification layout, and every layout is used', () => {
    const used = new Set(exitReasons.map((row) => row.qualification));
    assert.deepEqual([...used].sort(), Object.keys(exitQualifications).sort());
  });

  it('mark entry failures and trap-like exits as the manual does', () => {
    const numbers = (which: 'entryFailure' | 'trapLike') =>
      exitReasons.filter((row) => row[which]).map((row) => row.number);
    assert.deepEqual(numbers('entryFailure'), [33, 34, 41]);
    assert.deepEqual(numbers('trapLike'), [43, 45, 56, 74]);
  });

  it('have instruction information only where an operand is described', () => {
    for (const name of Object.keys(instructionInformationOf)) assert.ok(name in exitReason, name);
    assert.equal(instructionInformationOf.VMREAD, 'field');
    assert.equal(instructionInformationOf.CPUID, undefined);
  });

  it('are found by number', () => {
    assert.equal(exitReasonByNumber.get(48)?.name, 'EPT_VIOLATION');
    assert.equal(exitReasonByNumber.get(35), undefined);
  });

  it('keep the flags above the basic reason', () => {
    assertUnique(
      exitReasonFlags.map((flag) => flag.bit),
      'bit',
    );
    for (const flag of exitReasonFlags) assert.ok(flag.bit > 15 && flag.bit < 32, flag.name);
  });

  it('have a summary of one sentence', () => {
    for (const row of exitReasons) assertOneSentence(row.summary, row.name);
  });
});
