// Alignment checks of data (SDM 3A 6.15, #AC) where the address is not simply an operand's, and faults of misaligned operands that
// come whatever CR0.AM says.
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { Bench, DATA, STACK3, TSS } from './bench';

/** Ring 3 with CR0.AM and EFLAGS.AC set. */
function checking(): Bench {
  const bench = Bench.long(3);
  bench.cpu.set64(State.CR0, 0x80050031n);
  bench.cpu.set64(State.RFLAGS, 0x40002n);
  bench.cpu.stateReplaced();
  return bench;
}

describe('alignment', () => {
  it('ENTER to a misaligned stack is #AC before anything changes', () => {
    const bench = checking().execute('enter 4, 0');
    assert.equal(bench.outcome, '#AC(0) at +0');
    assert.equal(bench.trap?.rsp, BigInt(STACK3));
    assert.equal(checking().execute('enter 8, 0; ud2').outcome, '#UD at +4');
  });

  it('INS to a misaligned place is #AC before the port is read', () => {
    const bench = checking();
    let reads = 0;
    const original = bench.ports.get.bind(bench.ports);
    bench.ports.get = (port) => (reads++, original(port));
    bench.cpu.set64(State.RFLAGS, 0x43002n);
    bench.cpu.setGpr(Gpr.RDI, BigInt(DATA + 1));
    bench.execute('insd');
    assert.equal(bench.outcome, '#AC(0) at +0');
    assert.equal(reads, 0);
  });

  it('CMPXCHG16B of a misaligned operand is #GP(0), through SS too and without alignment checks', () => {
    for (const operand of ['[rsp + 8]', `[0x${(DATA + 8).toString(16)}]`])
      assert.equal(Bench.long().execute(`cmpxchg16b ${operand}`).outcome, '#GP(0) at +0');
  });

  it('what the processor reads of the TSS for itself is not checked', () => {
    const bench = checking();
    bench.write64(TSS + 4, 0x90000n);
    assert.equal(bench.execute('ud2').outcome, '#UD at +0');
  });
});
