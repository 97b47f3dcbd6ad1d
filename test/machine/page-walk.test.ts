/** Translations from outside, against page tables built by hand. */
import assert from 'node:assert/strict';
import { registerMask } from '../../src/cpu/register-bits';
import { walkEpt, walkLinear } from '../../src/machine/page-walk';

const PG = registerMask('cr0', 'PG');
const PAE = registerMask('cr4', 'PAE');
const PSE = registerMask('cr4', 'PSE');
const LMA = registerMask('efer', 'LMA');
const LARGE = 0x80n;

/** Physical memory of table entries. */
function tables(entries: Record<string, bigint>) {
  return (address: bigint) => entries[`0x${address.toString(16)}`] ?? 0n;
}

const off = { cr0: 0n, cr3: 0n, cr4: 0n, efer: 0n };
const long = { cr0: PG, cr3: 0x1000n, cr4: PAE, efer: LMA };

describe('page walk', () => {
  it('without paging a linear address is the physical one, cut to 32 bits', () => {
    assert.equal(walkLinear(off, 0x1_2345_6789n, tables({})), 0x23456789n);
  });

  it('4-level paging: walks four tables and keeps the offset', () => {
    const read = tables({ '0x1008': 0x2003n, '0x2010': 0x3003n, '0x3018': 0x4003n, '0x4020': 0xabc003n });
    const linear = (1n << 39n) | (2n << 30n) | (3n << 21n) | (4n << 12n) | 0x123n;
    assert.equal(walkLinear(long, linear, read), 0xabc123n);
  });

  it('4-level paging: 2-MB and 1-GB pages end the walk early', () => {
    const two = tables({ '0x1000': 0x2003n, '0x2000': 0x3003n, '0x3008': 0x600003n | LARGE });
    assert.equal(walkLinear(long, 0x234567n, two), 0x634567n);
    const one = tables({ '0x1000': 0x2003n, '0x2008': 0xc0000003n | LARGE });
    assert.equal(walkLinear(long, 0x40001234n, one), 0xc0001234n);
  });

  it('an entry that is not present, or not in memory, is not mapped', () => {
    assert.equal(walkLinear(long, 0n, tables({ '0x1000': 0x2002n })), undefined);
    assert.equal(
      walkLinear(long, 0n, () => undefined),
      undefined,
    );
  });

  it('the no-execute and available bits are not part of the address', () => {
    const read = tables({
      '0x1000': 0x8000000000002003n,
      '0x2000': 0x3003n,
      '0x3000': 0x4003n,
      '0x4000': 0xfff0000000abc003n,
    });
    assert.equal(walkLinear(long, 5n, read), 0xabc005n);
  });

  it('PAE paging: four pointers, 2 MB pages', () => {
    const registers = { cr0: PG, cr3: 0x1000n, cr4: PAE, efer: 0n };
    const read = tables({ '0x1010': 0x2001n, '0x2008': 0x400003n | LARGE, '0x1018': 0x3001n, '0x3000': 0n });
    assert.equal(walkLinear(registers, (2n << 30n) | 0x212345n, read), 0x412345n);
    assert.equal(walkLinear(registers, 3n << 30n, read), undefined);
  });

  it('32-bit paging: 4-KB pages, and 4-MB pages with PSE-36 only when CR4.PSE is set', () => {
    const registers = { cr0: PG, cr3: 0x1000n, cr4: PSE, efer: 0n };
    const read = tables({ '0x1004': 0x2003n, '0x2008': 0x5003n, '0x1008': 0x00c02003n | LARGE });
    assert.equal(walkLinear(registers, 0x402abcn, read), 0x5abcn);
    assert.equal(walkLinear(registers, 0x800010n, read), 0x1_00c0_0010n);
    assert.equal(walkLinear({ ...registers, cr4: 0n }, 0x800010n, read), undefined);
  });

  it('EPT: an execute-only entry is present, an empty one is not', () => {
    const read = tables({ '0x1000': 0x2007n, '0x2000': 0x3007n, '0x3000': 0x4007n, '0x4000': 0x9004n });
    assert.equal(walkEpt(0x101en, 0x10n, read), 0x9010n);
    assert.equal(walkEpt(0x101en, 0x1000n, read), undefined);
  });
});
