import assert from 'node:assert/strict';
import { avxExtend } from '../../../src/isa/opcodes/avx-extend';
import { avxInteger } from '../../../src/isa/opcodes/avx-integer';
import { avxMemory } from '../../../src/isa/opcodes/avx-memory';
import { avxMove } from '../../../src/isa/opcodes/avx-move';
import { avxShift } from '../../../src/isa/opcodes/avx-shift';
import { avxShuffle } from '../../../src/isa/opcodes/avx-shuffle';
import { avxString } from '../../../src/isa/opcodes/avx-string';
import { bitManipulation } from '../../../src/isa/opcodes/bit-manipulation';
import { crypto } from '../../../src/isa/opcodes/crypto';
import { mmx } from '../../../src/isa/opcodes/mmx';
import type { OpcodeFamily } from '../../../src/isa/opcodes/row';
import { sseExtend } from '../../../src/isa/opcodes/sse-extend';
import { sseInteger } from '../../../src/isa/opcodes/sse-integer';
import { sseMove } from '../../../src/isa/opcodes/sse-move';
import { sseShift } from '../../../src/isa/opcodes/sse-shift';
import { sseShuffle } from '../../../src/isa/opcodes/sse-shuffle';
import { sseString } from '../../../src/isa/opcodes/sse-string';
import { CoreCpu } from './core-cpu';
import { claimEverything } from './everything';
import { hostClaims } from './host-claims';
import { imageDifferences } from './image';
import { nativeCpu, type NativeCpu } from './native-cpu';
import { describeCase, differences } from './outcomes';
import { rowCase } from './row-cases';
import { instructionId } from '../../coverage/tables';
import { proves } from '../../support/proves';
import { Random } from '../../support/random';

/** Cases a row: a family is tested with as many for each of its rows. */
const CASES = Number(process.env['VECTOR_CASES'] ?? 40);
/** Another value is another set of cases. */
const SEED = Number(process.env['NATIVE_SEED'] ?? 0);
/** Most instructions of a case; one where they read flags that others leave undefined. */
const LENGTH = Number(process.env['VECTOR_LENGTH'] ?? 4);
const CHUNK = 2000;

const families: Record<string, OpcodeFamily> = {
  mmx,
  'moves of SSE': sseMove,
  'shuffles of SSE': sseShuffle,
  'integers of SSE': sseInteger,
  'shifts of SSE': sseShift,
  'extensions of SSE': sseExtend,
  'strings of SSE4.2': sseString,
  'moves of AVX': avxMove,
  'memory of AVX': avxMemory,
  'shuffles of AVX': avxShuffle,
  'integers of AVX': avxInteger,
  'shifts of AVX': avxShift,
  'extensions of AVX': avxExtend,
  'strings of AVX': avxString,
  'AES, SHA and carry-less multiplication': crypto,
  'bits of general registers': bitManipulation,
};

const [PF, AF, SF, OF] = [4n, 0x10n, 0x80n, 0x800n];

/** RFLAGS bits that the manual leaves undefined. */
function undefinedFlags(names: readonly string[]): bigint {
  return names.reduce((bits, name) => {
    if (/^(TZCNT|LZCNT)$/.test(name)) return bits | OF | SF | AF | PF;
    if (name === 'BEXTR') return bits | AF | SF | PF;
    return /^(ANDN|BLS.*|BZHI)$/.test(name) ? bits | AF | PF : bits;
  }, 0n);
}

describe('vector and bit instructions equal the host CPU', function () {
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

  Object.entries(families).forEach(([title, family], index) => {
    it(
      proves('instructions', family.rows.map(instructionId), `${title}: registers, flags, memory and faults`),
      function () {
        const rows = family.rows.filter(hostClaims);
        if (rows.length === 0) {
          this.test!.title += ': left out, this host has none of these instructions';
          this.skip();
        }
        const random = new Random(1000 * SEED + index + 1);
        let left = rows.length * CASES;
        while (left > 0) {
          const cases = Array.from({ length: Math.min(left, CHUNK) }, () =>
            rowCase(random, rows, family === bitManipulation ? 1 : LENGTH),
          );
          left -= cases.length;
          const expected = native!.run(cases);
          cases.forEach((one, i) => {
            const mine = core.run(one, 1000);
            const host = expected[i]!;
            const ignored = undefinedFlags(one.text.split(' [')[0]!.split('; '));
            const found = [
              ...differences(one, mine, host, ignored),
              ...imageDifferences(mine.image, host.image),
            ];
            assert.deepEqual(found, [], describeCase(one));
          });
        }
      },
    );
  });
});
