// Every row of isa/entry-checks: a valid VMCS with one thing broken fails exactly that check, both when all failures are
// collected and when VM entry stops at the first.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Region } from '../../../src/abi/memory-map';
import { State } from '../../../src/abi/state-block';
import { TraceKind, TraceRecord, TraceRing } from '../../../src/abi/trace-records';
import { entryCheck, entryChecks, type CheckId, type EntryCheck } from '../../../src/isa/entry-checks';
import { exitReason } from '../../../src/isa/exit-reasons';
import { brokenControls, brokenGuest, brokenHost, brokenState, type Breakage } from './broken-rules';
import { Capabilities, Fixture } from './valid-vmcs';
import { proves } from '../../support/proves';

const breakages: Partial<Record<CheckId, Breakage>> = {
  ...brokenControls,
  ...brokenHost,
  ...brokenGuest,
  ...brokenState,
};

/** Rows tested where the instruction is (A), and rows about system-management mode and machine checks. */
const ELSEWHERE = new Set(['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'A07', 'A08']);
const ABSENT = new Set(['J30', 'M01', 'M02']);

function brokenFixture(breakage: Breakage): Fixture {
  const capabilities = breakage.ownCapabilities ? new Capabilities() : Capabilities.generous();
  breakage.capabilities?.(capabilities);
  const fixture = new Fixture(capabilities);
  breakage.image(fixture.image);
  breakage.processor?.(fixture);
  return fixture;
}

/** Row id in the last trace record, which must be an entry failure. */
function failureRecord(fixture: Fixture): { code: number; id: string } {
  const view = new DataView(fixture.cpu.memory);
  const last = (fixture.cpu.get32(State.TRACE_HEAD) - 1) % TraceRing.RECORDS;
  const at = Region.TRACE + last * TraceRing.RECORD_SIZE;
  assert.equal(view.getUint32(at + TraceRecord.KIND, true), TraceKind.ENTRY_FAILURE);
  const row = view.getUint32(at + TraceRecord.CHECK, true);
  return { code: view.getUint32(at + TraceRecord.CODE, true), id: entryChecks[row]?.id ?? '?' };
}

function assertOutcome(row: EntryCheck, fixture: Fixture): void {
  const outcome = fixture.cpu.enter(true);
  if (row.outcome === 'vmfail-valid') {
    assert.deepEqual(outcome, { kind: 'vmfail', error: row.errors?.[0] });
    return;
  }
  assert.equal(row.outcome, 'entry-failure');
  assert.deepEqual(outcome, { kind: 'exit' });
  assert.ok(row.exitReason);
  assert.equal(fixture.image.get('VM_EXIT_REASON'), BigInt(exitReason[row.exitReason].number) | 0x80000000n);
  const qualification = row.qualification === 'entry-index' ? 1 : (row.qualification ?? 0);
  assert.equal(fixture.image.get('EXIT_QUALIFICATION'), BigInt(qualification));
}

describe('VM-entry checks', () => {
  it('a valid VMCS passes every check and enters', () => {
    const fixture = new Fixture();
    assert.deepEqual(fixture.failing(), []);
    assert.deepEqual(fixture.cpu.enter(true), { kind: 'entered' });
  });

  for (const row of entryChecks) {
    if (ELSEWHERE.has(row.id) || ABSENT.has(row.id)) continue;
    const breakage = breakages[row.id];
    it(proves('entry-checks', row.id, `${row.id} fails alone: ${row.rule}`), () => {
      assert.ok(breakage, 'no test breaks this row');
      const failing = brokenFixture(breakage).failing();
      assert.deepEqual(failing, [...(breakage.also ?? []), row.id].sort());
    });
    // SDM 26.4 leaves a list that is too long undefined: this chip loads it.
    if (row.id === 'L07') continue;
    it(proves('exit-reasons', row.exitReason ?? [], `${row.id} ends VM entry with ${row.outcome}`), () => {
      assert.ok(breakage, 'no test breaks this row');
      const first = [...(breakage.also ?? []), row.id].sort()[0] as CheckId;
      const fixture = brokenFixture(breakage);
      assertOutcome(entryCheck[first], fixture);
      assert.equal(failureRecord(fixture).id, first);
    });
  }

  it('the list of implemented checks is what the sources can raise', () => {
    const folder = join(__dirname, '../../../src/core/vmx');
    const raised = new Set<string>(['A01', 'A02', 'A03']);
    for (const file of readdirSync(folder)) {
      if (file === 'implemented-checks.ts') continue;
      const source = readFileSync(join(folder, file), 'utf8');
      for (const match of source.matchAll(/(?:fails|refuse|pageFails)\(\s*Check\.([A-M]\d\d)/g))
        raised.add(match[1] ?? '');
      for (const match of source.matchAll(/fails\(Check\.([A-M]\d\d)/g)) raised.add(match[1] ?? '');
    }
    assert.deepEqual(new Fixture().implemented(), [...raised].sort());
  });
});
