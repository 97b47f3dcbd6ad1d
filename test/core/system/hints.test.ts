// NOPs, prefetches, fences and cache lines: what they leave alone, and which of them touch memory. SDM volume 2 under each name.
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { proves } from '../../support/proves';
import { claimEverything } from '../native/everything';
import { Bench, CODE, DATA, STACK } from './bench';

/** A memory operand at RAX, or the register form. */
const hints: [row: string, bytes: string][] = [
  ['NOP: 0F 0D /r', '0f 0d 10'],
  ['NOP: 0F 18 /r', '0f 18 20'],
  ...[0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f].map((byte): [string, string] => {
    const hex = byte.toString(16);
    return [`NOP: 0F ${hex.toUpperCase()} /r`, `0f ${hex} 08`];
  }),
  ['NOP: 0F 1F /0', '0f 1f 00'],
  ['PREFETCHW: 0F 0D /1', '0f 0d 08'],
  ['PREFETCHNTA: 0F 18 /0', '0f 18 00'],
  ['PREFETCHT0: 0F 18 /1', '0f 18 08'],
  ['PREFETCHT1: 0F 18 /2', '0f 18 10'],
  ['PREFETCHT2: 0F 18 /3', '0f 18 18'],
  ['LFENCE: NP 0F AE E8+i', '0f ae e8'],
  ['MFENCE: NP 0F AE F0+i', '0f ae f0'],
  ['SFENCE: NP 0F AE F8+i', '0f ae f8'],
  ['PAUSE: F3 NB 90', 'f3 90'],
  ['INVD: 0F 08', '0f 08'],
  ['WBINVD: 0F 09', '0f 09'],
];
const cacheLines: [row: string, bytes: string][] = [
  ['CLFLUSH: NP 0F AE /7', '0f ae 38'],
  ['CLWB: 66 0F AE /6', '66 0f ae 30'],
  ['CLFLUSHOPT: 66 0F AE /7', '66 0f ae 38'],
];
const UNMAPPED = 0x1000000;
const FLAGS = 0x8d7n;
const HLT = 0xf4;

function run(bytes: string, address: number): Bench {
  const bench = Bench.long();
  claimEverything(bench.cpu);
  bench.cpu.set64(State.RFLAGS, FLAGS);
  for (let register = 0; register < 16; register++)
    if (register !== Gpr.RSP) bench.cpu.setGpr(register, BigInt(address));
  bench.write(CODE, [...bytes.split(' ').map((byte) => parseInt(byte, 16)), HLT]);
  bench.run();
  return bench;
}

describe('instructions that change nothing here', () => {
  for (const [row, bytes] of [...hints, ...cacheLines])
    it(proves('instructions', row, `${row} leaves registers, flags and memory`), () => {
      const bench = run(bytes, DATA);
      assert.equal(bench.outcome, `halted at +${bytes.split(' ').length + 1}`);
      for (let register = 0; register < 16; register++)
        assert.equal(bench.reg(register), BigInt(register === Gpr.RSP ? STACK : DATA));
      assert.equal(bench.cpu.get64(State.RFLAGS), FLAGS);
      assert.deepEqual([...bench.cpu.physical.read(BigInt(DATA), 64)!], new Array<number>(64).fill(0));
    });

  it('hints do not fault where no page is', () => {
    for (const [row, bytes] of hints) assert.match(run(bytes, UNMAPPED).outcome, /^halted/, row);
  });

  it('cache lines fault as a read does', () => {
    for (const [row, bytes] of cacheLines) assert.equal(run(bytes, UNMAPPED).outcome, '#PF(0) at +0', row);
  });
});
