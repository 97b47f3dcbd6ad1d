import assert from 'node:assert/strict';
import { CoreCpu } from './core-cpu';
import { families } from './families';
import { nativeCpu, type NativeCpu, type Outcome } from './native-cpu';
import {
  BREAKPOINT,
  describeCase,
  differences,
  exceptionOf,
  RESUME,
  undefinedFlags,
  wrapsAtLimit,
} from './outcomes';
import { randomCase } from './random-cases';
import { differencesFromRecorded, notTheseCases, recordedSet } from './recorded';
import { sequences, singleStep, type Sequence, type SequenceSet } from './sequences';
import { rowsOfCases } from './case-rows';
import { proves } from '../../support/proves';
import { Random } from '../../support/random';

/** Cases of each family, and sequences of each mode and length. */
const CASES = Number(process.env['NATIVE_CASES'] ?? 1000);
/** Another value is another set of cases: none of them is recorded. */
const SEED = Number(process.env['NATIVE_SEED'] ?? 0);

describe('user-mode instructions equal the host CPU', function () {
  this.timeout(0);
  let native: NativeCpu | undefined;
  let core: CoreCpu;

  before(function () {
    core = new CoreCpu();
    native = nativeCpu();
    if (native) return;
    this.test!.parent!.title += ': left out, they need Linux on x86-64 and gcc';
    this.skip();
  });
  after(() => native?.close());

  families.forEach((family, index) => {
    const casesOf = () => {
      const random = new Random(1000 * SEED + index + 1);
      return Array.from({ length: CASES }, () => randomCase(random, family));
    };
    const title = `${family.title}: registers, flags, memory and faults, stepped and at full speed`;
    it(
      proves('instructions', () => rowsOfCases(casesOf()), title),
      () => {
        const cases = casesOf();
        const expected = native!.run(cases);
        cases.forEach((one, i) => {
          const host = expected[i]!;
          // PUSHF stores flags that the host's user mode and the core's differ in: IF and what is undefined.
          const ignored = family.title === 'stack' ? { stack: host.stack } : {};
          for (const slice of [1000, 1]) {
            const found = differences(
              one,
              { ...core.run(one, slice), ...ignored },
              host,
              family.undefinedFlags,
            );
            assert.deepEqual(found, [], `case ${i}, slices of ${slice}: ${describeCase(one)}`);
          }
        });
      },
    );
  });

  for (const mode of [64, 32, 16] as const)
    for (const length of [1, 12]) {
      const title = `${mode}-bit code, sequences of ${length}`;
      const rows = () => rowsOfCases(sequences({ mode, length }, CASES));
      it(
        proves(
          'instructions',
          rows,
          `${title}: the same state and instruction count in slices of 1, 3 and all`,
        ),
        function () {
          if (!native!.runs(mode)) {
            this.test!.title += `, by recorded answers, as this host runs no ${mode}-bit code`;
            return equalsRecorded({ mode, length });
          }
          equalsHost({ mode, length });
        },
      );

      if (mode === 64) continue;
      it(`${title}: the host CPU answers as recorded`, function () {
        if (!native!.runs(mode)) {
          this.test!.title += `: left out, this host runs no ${mode}-bit code`;
          this.skip();
        }
        const set = recordedSet({ mode, length });
        const cases = sequences({ mode, length }, set.count);
        assert.equal(notTheseCases(set, cases), undefined);
        native!.run(cases).forEach((outcome, i) => {
          const found = differencesFromRecorded(set, i, cases[i]!, outcome);
          assert.deepEqual(found, [], `case ${i}: ${describeCase(cases[i]!)}`);
        });
      });
    }

  it('operands that are registers of their own address', () => {
    equalsHost({ mode: 64, length: 1, overlap: true });
  });

  it('TF: the first iteration of a string instruction is a step', () => {
    const random = new Random(1000 * SEED + 8);
    const cases = Array.from({ length: CASES }, () => singleStep(random));
    const expected = native!.run(cases);
    const steps = expected.filter(({ vector }) => vector === 1).length;
    assert.ok(steps > CASES / 2, `${steps} of ${CASES} took a step`);
    cases.forEach((one, i) => {
      for (const slice of [1_000_000, 1]) {
        const mine = core.run(one, slice);
        const found = differences(one, withoutRfOfTraps(mine), withoutRfOfTraps(expected[i]!), 0n);
        assert.deepEqual(found, [], `case ${i}, slices of ${slice}: ${describeCase(one)}`);
      }
    });
  });

  function equalsHost(which: SequenceSet): void {
    const cases = sequences(which, CASES, SEED);
    const expected = native!.run(cases);
    everySlice(cases, (one, mine, i) => {
      const other = expected[i]!;
      const defined = wrapsAtLimit(mine, other) ? { ...mine, ...exceptionOf(other) } : mine;
      return differences(one, defined, other, undefinedFlags(one, other));
    });
  }

  function equalsRecorded(which: SequenceSet): void {
    const set = recordedSet(which);
    const cases = sequences(which, set.count);
    assert.equal(notTheseCases(set, cases), undefined);
    everySlice(cases, (one, mine, i) => differencesFromRecorded(set, i, one, mine));
  }

  /** Runs cases at full speed and in small slices; `compare` says what is wrong with an outcome. */
  function everySlice(
    cases: readonly Sequence[],
    compare: (one: Sequence, mine: Outcome, index: number) => string[],
  ): void {
    let completed = 0;
    cases.forEach((one, i) => {
      const retired = new Set<bigint>();
      for (const slice of [1_000_000, 1, 3]) {
        const mine = core.run(one, slice);
        retired.add(mine.retired);
        const found = compare(one, mine, i);
        assert.deepEqual(found, [], `case ${i}, slices of ${slice}: ${describeCase(one)}`);
        if (slice === 1 && mine.vector === BREAKPOINT) completed++;
      }
      const counts = [...retired].join();
      assert.equal(retired.size, 1, `case ${i}, instructions ${counts}: ${describeCase(one)}`);
    });
    assert.ok(completed > cases.length / 3, `${completed} of ${cases.length} got to their end`);
  }
});

/** Between two iterations RF is in the image (SDM 17.3.1.1), but not on AMD's processors. */
function withoutRfOfTraps(outcome: Outcome): Outcome {
  return outcome.vector === 1 ? { ...outcome, flags: outcome.flags & ~RESUME } : outcome;
}
