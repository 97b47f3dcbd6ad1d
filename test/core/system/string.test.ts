// String instructions that are left in the middle (SDM Vol. 2, REP).
import assert from 'node:assert/strict';
import { Gpr } from '../../../src/abi/state-block';
import { Bench } from './bench';

/** The first byte that `Bench.long` does not map. */
const UNMAPPED = 0x1000000n;

describe('repeated string instructions that fault', () => {
  for (const [text, flags] of [
    ['repne scasb', 0x93n],
    ['repe cmpsb', 0x93n],
  ] as const)
    it(`${text}: the registers tell how far it came, the flags are as if it had not begun`, () => {
      const bench = Bench.long();
      bench.execute(
        `mov edi, ${UNMAPPED - 8n}; mov esi, ${UNMAPPED - 64n}; mov ecx, 16; mov ah, 0x93; sahf; mov al, 1; ${text}; hlt`,
      );
      assert.equal(bench.trap?.vector, 14);
      assert.equal(bench.reg(Gpr.RDI), UNMAPPED);
      assert.equal(bench.reg(Gpr.RCX), 8n);
      assert.equal(bench.trap.rflags & 0xffn, flags);
    });
});
