import assert from 'node:assert/strict';
import { extendedState } from '../../../src/isa/opcodes/extended-state';
import { CoreCpu } from './core-cpu';
import { claimEverything } from './everything';
import { imageDifferences } from './image';
import { DATA, DATA_BYTES, nativeCpu, type Case, type NativeCpu, type Outcome } from './native-cpu';
import { describeCase, differences } from './outcomes';
import { rowCase } from './row-cases';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';
import { Random } from '../../support/random';

const CASES = Number(process.env['VECTOR_CASES'] ?? 40) * 25;
/** Another value is another set of cases. */
const SEED = Number(process.env['NATIVE_SEED'] ?? 0);
const COMPACTED = 1n << 63n;

/** Address of the operand: RBX without displacement, so that tests can lay an area there. */
function area(random: Random): number {
  const kind = random.below(16);
  if (kind === 0) return DATA + 0x800 + random.pick([1, 4, 8, 16, 32]);
  if (kind === 1) return DATA + DATA_BYTES - random.pick([64, 448, 512]);
  if (kind < 5) return DATA + 0x1000 - random.pick([64, 128, 320, 448, 512, 576, 704]);
  return DATA + 0x800;
}

/** A header that XRSTOR takes, mostly. */
function header(random: Random, view: DataView, at: number): void {
  const present = BigInt(random.below(8));
  const compacted = random.below(2) === 0;
  const broken = random.below(10);
  view.setBigUint64(at, broken === 0 ? present | 8n : present, true);
  const layout = compacted ? COMPACTED | (broken === 1 ? BigInt(random.below(16)) : 7n) : 0n;
  view.setBigUint64(at + 8, broken === 2 ? layout | 1n : layout, true);
  for (let i = 16; i < 64; i += 8) view.setBigUint64(at + i, broken === 3 && i === 24 ? 1n : 0n, true);
}

/** Other vendors save and load them only while an x87 exception is pending. */
const POINTERS = ['FOP', 'FIP', 'FDP'];

/** The manual does not say which byte of an area is touched first: the host's, if it is in the core's page. */
function samePage(mine: bigint, host: bigint): bigint {
  return mine >> 12n === host >> 12n ? host : mine;
}

/** MXCSR_MASK tells the vendors apart: takes the core's in the host's memory, where one was stored. */
function maskAsHost(mine: Outcome, host: Outcome, at: number): Uint8Array {
  const data = mine.data.slice();
  const offset = at - DATA + 28;
  if (data[offset] === 0xff && data[offset + 1] === 0xff)
    data.set(host.data.subarray(offset, offset + 4), offset);
  return data;
}

/** Instructions with their operand at RBX, and an area there that is nearly valid. */
function saveCase(random: Random, rows: readonly { code: string; name: string }[]): Case {
  const one = rowCase(random, [], 0);
  const at = area(random);
  one.registers[3] = BigInt(at);
  one.registers[0] = BigInt(random.below(8));
  one.registers[2] = random.bits(random.pick([0, 16]));
  const view = new DataView(one.data.buffer);
  const offset = at - DATA;
  if (offset + 32 <= DATA_BYTES) {
    // Bit 17 of MXCSR exists in processors of another vendor: bit 16 is reserved everywhere.
    const reserved = random.below(8) ? 0 : 0x10000;
    view.setUint32(offset + 24, reserved | random.below(0x10000), true);
    // Processors differ in what they make of pointers that are not canonical.
    for (const pointer of [8, 16]) view.setBigUint64(offset + pointer, random.bits(47), true);
    if (random.below(2)) view.setUint16(offset + 2, random.below(0x10000), true);
  }
  if (offset + 576 <= DATA_BYTES) header(random, view, offset + 512);
  const chosen = Array.from({ length: 1 + random.below(2) }, () => random.pick(rows));
  const code = chosen.flatMap((row) => {
    const words = row.code.replace(/^NP /, '').split(' ');
    const wide = words[0] === 'REX.W' ? (words.shift(), [0x48]) : [];
    const digit = Number(words.pop()!.slice(1));
    return [...wide, ...words.map((word) => parseInt(word, 16)), (digit << 3) | 3];
  });
  const hex = Buffer.from(code).toString('hex');
  const text = `${chosen.map(({ name }) => name).join('; ')} at ${at.toString(16)} [${hex}]`;
  return { ...one, code: Uint8Array.from(code), text };
}

describe('saving and loading of state equals the host CPU', function () {
  this.timeout(0);
  let native: NativeCpu | undefined;
  let core: CoreCpu;

  before(function () {
    native = nativeCpu();
    if (!native) this.skip();
    core = new CoreCpu();
    claimEverything(core.machine.cpu);
  });
  after(() => native?.close());

  const user = extendedState.rows.filter(
    ({ name, code }) => !/^(X.*S(64)?|.*PKRU)$/.test(name) && !code.startsWith('VEX'),
  );
  for (const name of new Set(user.map((row) => row.name.replace(/64$/, '')))) {
    const rows = user.filter((row) => row.name.replace(/64$/, '') === name);
    it(
      proves(
        'instructions',
        instructionsNamed(...rows.map((row) => row.name)),
        `${name}: areas, registers, MXCSR and faults`,
      ),
      () => {
        const random = new Random(1000 * SEED + name.length);
        const cases = Array.from({ length: CASES }, () => saveCase(random, rows));
        const expected = native!.run(cases);
        cases.forEach((one, i) => {
          const mine = core.run(one, 1000);
          const host = expected[i]!;
          const data = maskAsHost(mine, host, Number(one.registers[3]));
          const found = [
            ...differences(one, { ...mine, data, cr2: samePage(mine.cr2, host.cr2) }, host, 0n),
            ...imageDifferences(mine.image, host.image, 0, POINTERS),
          ];
          assert.deepEqual(found, [], describeCase(one));
        });
      },
    );
  }
});
