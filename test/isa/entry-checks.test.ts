// The entry checks: ids, and that each outcome carries what belongs to it.

import assert from 'node:assert/strict';
import { entryCheck, entryChecks } from '../../src/isa/entry-checks';
import { exitReason } from '../../src/isa/exit-reasons';
import { msrs } from '../../src/isa/msrs';
import { vmcsField, vmcsFields } from '../../src/isa/vmcs-fields';
import { vmInstructionErrorByNumber } from '../../src/isa/vm-instruction-errors';
import { vmxControls } from '../../src/isa/vmx-controls';
import { assertOneSentence, assertUnique } from './sentence';

describe('isa: entry checks', () => {
  it('are 240, in the order of their ids, without a gap in a group', () => {
    assert.equal(entryChecks.length, 240);
    const ids = entryChecks.map((row) => row.id);
    assertUnique(ids, 'id');
    assert.deepEqual(ids, [...ids].sort());
    for (const [place, id] of ids.entries()) {
      const before = ids[place - 1];
      const sameGroup = before?.[0] === id[0];
      assert.equal(Number(id.slice(1)), sameGroup ? Number(before?.slice(1)) + 1 : 1, id);
    }
  });

  it('name fields that exist', () => {
    for (const row of entryChecks)
      for (const field of row.fields) assert.ok(vmcsField[field], `${row.id}: ${field}`);
  });

  it('have conditions that go on from "if" and name rows that exist', () => {
    const known: ReadonlySet<string> = new Set(
      [...vmcsFields, ...vmxControls, ...msrs].map((row) => row.name),
    );
    for (const { id, condition } of entryChecks) {
      if (condition === undefined) continue;
      assert.doesNotMatch(condition, /[.=]$|^[A-Z][a-z]|^if /, id);
      for (const name of condition.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [])
        assert.ok(known.has(name), `${id}: ${name}`);
    }
  });

  it('carry an error number exactly for VMfailValid', () => {
    for (const row of entryChecks) {
      assert.equal(row.errors !== undefined, row.outcome === 'vmfail-valid', row.id);
      for (const error of row.errors ?? []) assert.ok(vmInstructionErrorByNumber.has(error), row.id);
    }
  });

  it('carry a failed-entry exit reason exactly for entry failures', () => {
    for (const row of entryChecks) {
      assert.equal(row.exitReason !== undefined, row.outcome === 'entry-failure', row.id);
      if (row.exitReason) assert.ok(exitReason[row.exitReason].entryFailure, row.id);
    }
  });

  it('give a qualification for invalid guest state and MSR loading', () => {
    for (const row of entryChecks) {
      const qualified = row.exitReason === 'INVALID_STATE' || row.exitReason === 'MSR_LOAD_FAIL';
      assert.equal(row.qualification !== undefined, qualified, row.id);
    }
    assert.equal(entryCheck.J25.qualification, 4);
    assert.equal(entryCheck.K02.qualification, 2);
  });

  it('have constant rules about their own fields, with one kind of values and parts inside the field', () => {
    for (const row of entryChecks)
      for (const rule of row.constant ?? []) {
        assert.notEqual(rule.oneOf === undefined, rule.noneOf === undefined, row.id);
        for (const name of rule.of ?? row.fields) {
          assert.ok(row.fields.includes(name), `${row.id}: ${name}`);
          const { width } = vmcsField[name];
          for (const { high, low } of [...rule.parts, ...(rule.when ?? [])])
            assert.ok(low <= high && high < (width === 'natural' ? 64 : width), `${row.id}: ${high}:${low}`);
        }
      }
  });

  it('state their rule in one sentence', () => {
    for (const row of entryChecks) assertOneSentence(row.rule, row.id);
  });
});
