// Page-modification logging (SDM 28.2.5): what is written to the log, when it is full, and what an exit by it leaves undone.
import assert from 'node:assert/strict';
import { DATA } from '../system/bench';
import { EPT_PAGES, GuestBench } from './guest-bench';
import { EPT_ROOT } from './valid-vmcs';
import { proves } from '../../support/proves';

const LOG = 0x240000;
const DIRTY = 0x200n;
const ACCESSED = 0x100n;

/** A guest under EPT with accessed and dirty flags whose pages are logged from `index` down. */
function logging(index: number, flags = 0x40n): GuestBench {
  return new GuestBench((image) => {
    image.enable('ENABLE_PML');
    image.or('EPT_POINTER', flags);
    image.set('PML_ADDRESS', LOG);
    image.set('GUEST_PML_INDEX', index);
  }, 'skylake-server');
}

/** The same with a full log, and every flag set already but those of DATA. */
function full(): GuestBench {
  const guest = logging(0xffff);
  for (let page = 0; page < 512; page++) {
    const flags = page === DATA >> 12 ? 0n : ACCESSED | DIRTY;
    guest.bench.write64(EPT_PAGES + page * 8, guest.bench.read64(EPT_PAGES + page * 8) | flags);
  }
  for (let table = 0; table < 0x3000; table += 0x1000)
    guest.bench.write64(Number(EPT_ROOT) + table, guest.bench.read64(Number(EPT_ROOT) + table) | ACCESSED);
  return guest;
}

const entryOf = (guest: GuestBench, address: number) => guest.bench.read64(EPT_PAGES + (address >> 12) * 8);
const logged = (guest: GuestBench, from: number) => {
  const last = Number(guest.get('GUEST_PML_INDEX'));
  const pages: bigint[] = [];
  for (let index = from; index !== last && index >= 0; index--)
    pages.push(guest.bench.read64(LOG + index * 8));
  return pages;
};

describe('page-modification log', () => {
  it('takes each page whose dirty flag gets set, paging structures first, once', () => {
    const guest = logging(511);
    const source = `mov byte ptr [${DATA + 5}], 1; mov byte ptr [${DATA + 6}], 1; inc dword ptr [${DATA + 0x1ff0}]; hlt`;
    assert.equal(guest.firstExit(source).reason, 'HLT');
    const pages = logged(guest, 511);
    // An access to a paging structure counts as a write where the EPT has dirty flags.
    assert.deepEqual(pages, [0x1000n, 0x2000n, 0x3000n, BigInt(DATA), BigInt(DATA + 0x1000)]);
    assert.equal(entryOf(guest, DATA) & DIRTY, DIRTY);
  });

  it('takes nothing for reads, nor without dirty flags', () => {
    const reads = logging(511);
    reads.firstExit(`mov al, [${DATA}]; hlt`);
    assert.equal(logged(reads, 511).includes(BigInt(DATA)), false);
    const plain = logging(511, 0n);
    plain.firstExit(`mov byte ptr [${DATA}], 1; hlt`);
    assert.equal(plain.get('GUEST_PML_INDEX'), 511n);
  });

  it('its last entry leaves index FFFFH', () => {
    const guest = logging(3);
    assert.equal(guest.firstExit(`mov byte ptr [${DATA}], 1; hlt`).reason, 'HLT');
    assert.equal(guest.get('GUEST_PML_INDEX'), 0xffffn);
    assert.equal(guest.bench.read64(LOG), BigInt(DATA));
  });

  it(
    proves('exit-reasons', 'PML_FULL', 'full: the access that would set a flag exits instead, and sets none'),
    () => {
      const guest = full();
      const exit = guest.firstExit(`mov byte ptr [${DATA}], 1; hlt`);
      assert.deepEqual([exit.reason, exit.qualification], ['PML_FULL', 0n]);
      assert.equal(entryOf(guest, DATA) & (ACCESSED | DIRTY), 0n);
      assert.equal(guest.bench.read32(DATA), 0);
      assert.equal(guest.get('GUEST_RFLAGS') & 0x10000n, 0x10000n);
      guest.image.set('GUEST_PML_INDEX', 511);
      guest.bench.cpu.enter(false);
      assert.equal(guest.exit().reason, 'HLT');
      assert.deepEqual(logged(guest, 511), [BigInt(DATA)]);
    },
  );

  it('full: an accessed flag to be set exits too, and a page with its flags does not', () => {
    assert.equal(full().firstExit(`mov al, [${DATA}]; hlt`).reason, 'PML_FULL');
    const marked = full();
    marked.page(DATA, marked.bench.read64(EPT_PAGES + (DATA >> 12) * 8) | ACCESSED | DIRTY);
    assert.equal(marked.firstExit(`mov byte ptr [${DATA}], 1; hlt`).reason, 'HLT');
  });

  it('full while an event is delivered: IDT-vectoring has the event', () => {
    const guest = full();
    guest.image.set('GUEST_RSP', BigInt(DATA + 0x800));
    assert.equal(guest.firstExit('ud2').reason, 'PML_FULL');
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0x80000306n);
  });

  it('full in the IRET that unblocked NMIs: the qualification says so', () => {
    const guest = full();
    guest.image.set('GUEST_INTERRUPTIBILITY_INFO', 8);
    const exit = guest.firstExit(`mov rsp, ${DATA}; iretq`);
    assert.equal(exit.reason, 'PML_FULL');
    assert.equal(exit.qualification, 0x1000n);
  });

  it('B14: the log is on a page boundary inside the physical-address width', () => {
    const guest = logging(511);
    for (const bad of [LOG + 8, 2 ** 41]) {
      guest.image.set('PML_ADDRESS', BigInt(bad));
      assert.deepEqual(guest.fixture.failing(), ['B14']);
    }
  });

  it('B41: PML needs EPT', () => {
    const guest = logging(511);
    guest.image.disable('ENABLE_EPT');
    assert.ok(guest.fixture.failing().includes('B41'));
  });
});
