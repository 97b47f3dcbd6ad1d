// Numbered rows that stand alone: MSRs, exceptions, VM-instruction errors.

import assert from 'node:assert/strict';
import { exceptions } from '../../src/isa/exceptions';
import { msr, msrByNumber, msrs } from '../../src/isa/msrs';
import { vmInstructionErrors, vmxAborts } from '../../src/isa/vm-instruction-errors';
import { assertOneSentence, assertUnique } from './sentence';

describe('isa: numbered rows', () => {
  it('give each MSR a number and a name of its own, in order', () => {
    const numbers = msrs.map((row) => row.number);
    assertUnique(
      msrs.map((row) => row.name),
      'MSR',
    );
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    );
    for (const row of msrs) assertOneSentence(row.summary, row.name);
  });

  it('have all twenty VMX capability MSRs', () => {
    for (let number = 0x480; number <= 0x493; number++)
      assert.match(msrByNumber.get(number)?.name ?? 'none', /^IA32_VMX_/);
    assert.equal(msr.IA32_EFER.number, 0xc0000080);
  });

  it('have the exceptions with an error code that the manual lists', () => {
    assert.deepEqual(
      exceptions.filter((row) => row.errorCode).map((row) => row.vector),
      [8, 10, 11, 12, 13, 14, 17, 21],
    );
    assert.deepEqual(
      exceptions.filter((row) => row.class === 'contributory').map((row) => row.vector),
      [0, 10, 11, 12, 13, 21],
    );
  });

  it('have VM-instruction errors 1 to 28 without the three reserved ones', () => {
    assert.deepEqual(
      vmInstructionErrors.map((row) => row.number),
      Array.from({ length: 28 }, (_, place) => place + 1).filter((number) => ![14, 21, 27].includes(number)),
    );
    for (const row of vmInstructionErrors) assertOneSentence(row.summary, row.name);
  });

  it('have VMX aborts 1 to 6', () => {
    assert.deepEqual(
      vmxAborts.map((row) => row.number),
      [1, 2, 3, 4, 5, 6],
    );
  });
});
