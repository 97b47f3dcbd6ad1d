// EPT entries that no processor accepts or that withhold a right: the exit names the table, its level, the entry's address and value, and
// the bit at fault, in L1's ept12 (nested) or the chip's EPT (bare).
import assert from 'node:assert/strict';
import { topologies } from '../guests/vmx/small-hypervisor';
import { tellHypervisor } from './records';

/** The page L2 reads, its EPT entry, and the entry of the 2 MByte around it. */
const PAGE = 0x187000;
const ENTRY = 0x216000 + (PAGE >> 12) * 8;
const SECOND = 0x400000;
const DIRECTORY_ENTRY = 0x212000 + (SECOND >> 21) * 8;

const hex = (value: number | bigint) => `0x${value.toString(16)}`;

interface Broken {
  name: string;
  at: number;
  value: bigint;
  touches: number;
  reason: 'EPT_VIOLATION' | 'EPT_MISCONFIG';
  says: RegExp;
}

const leaf = (name: string, value: bigint, reason: Broken['reason'], says: RegExp): Broken => ({
  name,
  at: ENTRY,
  value,
  touches: PAGE,
  reason,
  says,
});

const broken: readonly Broken[] = [
  leaf('write-only', 0x187032n, 'EPT_MISCONFIG', /W \(bit 1\) is 1 and R \(bit 0\) is 0/),
  leaf('write and execute', 0x187036n, 'EPT_MISCONFIG', /W \(bit 1\) is 1 and R \(bit 0\) is 0/),
  leaf('memory type 2', 0x187017n, 'EPT_MISCONFIG', /memory type in bits 5:3 is 2, 3 or 7/),
  leaf('memory type 7', 0x18703fn, 'EPT_MISCONFIG', /memory type in bits 5:3 is 2, 3 or 7/),
  leaf('bit 51', 0x8_0000_0018_7037n, 'EPT_MISCONFIG', /beyond the physical-address width/),
  leaf('not present', 0n, 'EPT_VIOLATION', /not present: R, W and X \(bits 2:0\) are 0/),
  {
    name: 'a 2-MByte page with address bit 12',
    at: DIRECTORY_ENTRY,
    value: BigInt(SECOND) | 0x10b7n,
    touches: SECOND,
    reason: 'EPT_MISCONFIG',
    says: /large page, and address bits below the page size/,
  },
  {
    name: 'a table whose entry still has the bits of a page',
    at: DIRECTORY_ENTRY,
    value: 0x216037n,
    touches: SECOND,
    reason: 'EPT_MISCONFIG',
    says: /points to a table: bits 6:3 must be 0/,
  },
];

for (const topology of topologies)
  describe(`EPT entries that are wrong, ${topology}`, () => {
    for (const { name, at, value, touches, reason, says } of broken)
      it(`${name}: table, level, address, value and bit`, () => {
        const { run, told } = tellHypervisor(
          {
            setup: `mov rax, ${hex(value)}; mov [${hex(at)}], rax`,
            guest: `mov rax, [${hex(touches)}]; vmcall`,
            handler: 'finish',
          },
          topology,
        );
        assert.deepEqual(
          run.exits.map((exit) => exit.reason),
          [reason],
        );
        const text = told(topology === 'nested' ? 'nested-exit' : 'exit').at(-1)!;
        const level = at === ENTRY ? 'PTE' : 'PDE';
        const whose = topology === 'nested' ? 'ept12' : 'EPT';
        assert.ok(text.includes(`${whose}: The EPT ${level} at ${hex(at)} is ${hex(value)}`), text);
        assert.match(text, says);
      });
  });
