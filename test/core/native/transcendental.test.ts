import assert from 'node:assert/strict';
import { registerMask } from '../../../src/cpu/register-bits';
import { x87Transcendental } from '../../../src/isa/opcodes/x87-transcendental';
import { CoreCpu } from './core-cpu';
import { claimEverything } from './everything';
import { FloatCases } from './float-cases';
import { imageDifferences } from './image';
import { nativeCpu, type Case, type NativeCpu } from './native-cpu';
import { describeCase } from './outcomes';
import { instructionId } from '../../coverage/tables';
import { proves } from '../../support/proves';
import { Random } from '../../support/random';

/** Cases an instruction. */
const CASES = Number(process.env['FLOAT_CASES'] ?? 1000);
/** Another value is another set of cases. */
const SEED = Number(process.env['NATIVE_SEED'] ?? 0);
const CHUNK = 2000;

const FSW = (name: string) => Number(registerMask('fpu-status', name));

interface Domain {
  /** Magnitudes of ST(0) for which the manual defines the result: below or at this, as head and significand. */
  largest?: readonly [head: number, significand: bigint];
}

const domains: Record<string, Domain> = {
  F2XM1: { largest: [0x3fff, 1n << 63n] },
  // 1 - sqrt(2) / 2
  FYL2XP1: { largest: [0x3ffd, 0x95f619980c4336f7n] },
};

/** ST(0) as magnitude: head without sign above the significand. */
function magnitude(image: Uint8Array): bigint {
  const view = new DataView(image.buffer, image.byteOffset);
  return (BigInt(view.getUint16(40, true) & 0x7fff) << 64n) | view.getBigUint64(32, true);
}

function defined(name: string, one: Case & { image: Uint8Array }): boolean {
  const largest = domains[name]?.largest;
  const value = magnitude(one.image);
  return !largest || value >> 64n === 0x7fffn || value <= ((BigInt(largest[0]) << 64n) | largest[1]);
}

/** Distance of two numbers in units of the last place; numbers of the same sign only. */
function distance(a: string, b: string): bigint {
  const order = (text: string) => {
    const value = BigInt(`0x${text}`);
    const fraction = value & ((1n << 63n) - 1n);
    return ((value >> 64n) << 63n) | fraction;
  };
  const result = order(a) - order(b);
  return result < 0n ? -result : result;
}

describe('transcendental x87 instructions and the host CPU', function () {
  this.timeout(0);
  let native: NativeCpu | undefined;
  let core: CoreCpu;

  before(function () {
    native = nativeCpu();
    if (!native) {
      this.test!.parent!.title += ': left out, it needs Linux on x86-64 and gcc';
      this.skip();
    }
    core = new CoreCpu();
    claimEverything(core.machine.cpu);
  });
  after(() => native?.close());

  x87Transcendental.rows.forEach((row, index) => {
    it(
      proves(
        'instructions',
        instructionId(row),
        `${row.name}: at most one unit of the last place apart, stack, exceptions and C2 equal`,
      ),
      () => {
        const cases = new FloatCases(new Random(1000 * SEED + index + 1));
        let equal = 0;
        let compared = 0;
        for (let left = CASES; left > 0; left -= CHUNK) {
          const chunk = Array.from({ length: Math.min(left, CHUNK) }, () =>
            cases.next([row], 1, 'all'),
          ).filter((one) => defined(row.name, one));
          const expected = native!.run(chunk);
          chunk.forEach((one, i) => {
            // C1, and whether a result that is exact is reported as inexact, processors do as they like; underflow goes with it.
            const open = FSW('C1') | FSW('PE') | FSW('UE');
            const image = core.run(one, 1000).image;
            const found = imageDifferences(image, expected[i]!.image, open, ['FOP', 'FIP', 'FDP']);
            const beyond = found.filter((text) => {
              const result = /^ST\d: core (\w+) host (\w+)$/.exec(text);
              return !result || distance(result[1]!, result[2]!) > 1n;
            });
            assert.deepEqual(beyond, [], describeCase(one));
            compared++;
            if (found.length === 0) equal++;
          });
        }
        assert.ok(equal > compared * 0.8, `${equal} of ${compared} have all bits equal`);
      },
    );
  });
});
