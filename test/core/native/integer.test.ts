import assert from 'node:assert/strict';
import { CoreCpu } from './core-cpu';
import { families, Random } from './families';
import { CODE, nativeCpu, type NativeCpu, type Outcome } from './native-cpu';
import { describeCase, differences } from './outcomes';
import { randomCase } from './random-cases';
import { randomSequence, type Sequence } from './sequences';

/** Cases of each family, and sequences of each mode and length. */
const CASES = Number(process.env['NATIVE_CASES'] ?? 1000);

describe('user-mode instructions equal the host CPU', function () {
  this.timeout(120_000);
  let native: NativeCpu | undefined;
  let core: CoreCpu;

  before(function () {
    native = nativeCpu();
    if (!native) this.skip();
    core = new CoreCpu();
  });
  after(() => native?.close());

  families.forEach((family, index) => {
    it(`${family.title}: registers, flags, memory and faults, stepped and at full speed`, () => {
      const random = new Random(index + 1);
      const cases = Array.from({ length: CASES }, () => randomCase(random, family));
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
    });
  });

  for (const mode of [64, 32, 16] as const)
    for (const length of [1, 12]) {
      it(`${mode}-bit code, sequences of ${length}: the same state and instruction count in slices of 1, 3 and all`, () => {
        const random = new Random(mode + length);
        const cases = Array.from({ length: CASES }, () => randomSequence(random, mode, length));
        const expected = native!.run(cases);
        let completed = 0;
        cases.forEach((one, i) => {
          const host = expected[i]!;
          if (host.vector === 3) completed++;
          const retired = new Set<bigint>();
          for (const slice of [1_000_000, 1, 3]) {
            const mine = core.run(one, slice);
            retired.add(mine.retired);
            const defined = wrapsAtLimit(mine, host) ? { ...mine, ...exceptionOf(host) } : mine;
            const found = differences(one, defined, host, undefinedFlags(one, host));
            assert.deepEqual(found, [], `case ${i}, slices of ${slice}: ${describeCase(one)}`);
          }
          assert.equal(
            retired.size,
            1,
            `case ${i}, instructions ${[...retired].join()}: ${describeCase(one)}`,
          );
        });
        assert.ok(completed > CASES / 3, `${completed} of ${CASES} got to their end`);
      });
    }
});

const [STACK_FAULT, GENERAL_PROTECTION, PAGE_FAULT] = [12, 13, 14];
/** The widest access of an integer instruction, in bytes. */
const WIDEST = 16n;

/**
 * An access that wraps at 4 GBytes in a segment whose limit is FFFFFFFFH may or may not exceed the limit: SDM volume 3, 5.3
 * leaves it to the processor, and hosts differ. The core takes the limit seriously; such a host goes on to the page.
 */
function wrapsAtLimit(mine: Outcome, host: Outcome): boolean {
  const limitFault = mine.error === 0 && [STACK_FAULT, GENERAL_PROTECTION].includes(mine.vector);
  return limitFault && host.vector === PAGE_FAULT && host.cr2 < 1n << 32n && host.cr2 > (1n << 32n) - WIDEST;
}

function exceptionOf({ vector, error, cr2 }: Outcome): Pick<Outcome, 'vector' | 'error' | 'cr2'> {
  return { vector, error, cr2 };
}

/** Flags that nothing defines where the case ended. */
function undefinedFlags(one: Sequence, host: Outcome): bigint {
  // RIP of INT3 is behind its byte.
  const offset = Number(host.rip) - (one.mode === 16 ? 0 : CODE) - one.start - (host.vector === 3 ? 1 : 0);
  // Off the known instructions there is no telling.
  return BigInt(one.undefinedAt.get(offset) ?? 0xfff);
}
