import assert from 'node:assert/strict';
import { CoreCpu } from './core-cpu';
import { families, Random, type Family } from './families';
import { nativeCpu, type Case, type NativeCpu, type Outcome } from './native-cpu';
import { randomCase } from './random-cases';

const CASES = Number(process.env['NATIVE_CASES'] ?? 400);
/** Arithmetic flags and DF. */
const FLAGS = 0xcd5n;

function differences(mine: Outcome, host: Outcome, family: Family): string[] {
  const found: string[] = [];
  const compare = (what: string, a: bigint | number, b: bigint | number) => {
    if (a !== b) found.push(`${what}: core ${a.toString(16)} host ${b.toString(16)}`);
  };
  compare('vector', mine.vector, host.vector);
  compare('rip', mine.rip, host.rip);
  mine.registers.forEach((value, i) => compare(`r${i}`, value, host.registers[i]!));
  const mask = FLAGS & ~family.undefinedFlags;
  compare('flags', mine.flags & mask, host.flags & mask);
  for (const area of ['data', 'stack'] as const) {
    if (area === 'stack' && family.title === 'stack') continue;
    const at = mine[area].findIndex((byte, i) => byte !== host[area][i]);
    if (at >= 0) found.push(`${area}[${at.toString(16)}]: core ${mine[area][at]} host ${host[area][at]}`);
  }
  return found;
}

function describeCase(one: Case): string {
  const registers = one.registers.map((value, i) => `r${i}=${value.toString(16)}`).join(' ');
  return `${one.text}\n  ${registers} flags=${one.flags.toString(16)}`;
}

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
        for (const slice of [1000, 1]) {
          const found = differences(core.run(one, slice), expected[i]!, family);
          assert.deepEqual(found, [], `case ${i}, slices of ${slice}: ${describeCase(one)}`);
        }
      });
    });
  });
});
