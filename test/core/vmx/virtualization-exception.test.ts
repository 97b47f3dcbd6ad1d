// Virtualization exceptions (SDM 25.5.6): which EPT violations become #VE, what the information area says, and which exit.
import assert from 'node:assert/strict';
import { CODE, DATA, HANDLERS } from '../system/bench';
import { EPT_PAGES, GuestBench } from './guest-bench';

const AREA = 0x240000;
const SUPPRESS = 1n << 63n;

/** A guest with "EPT-violation #VE" whose page at DATA has this EPT entry; its IDT has a HLT for each vector. */
function virtualizing(entry = 0n): GuestBench {
  const guest = new GuestBench((image) => {
    image.enable('EPT_VIOLATION_VE');
    image.set('VE_INFORMATION_ADDRESS', AREA);
    image.set('EPTP_INDEX', 7);
  }, 'skylake-server');
  return guest.page(DATA, entry);
}

const read = `mov al, [${DATA + 0x123}]`;
const inHandler = (guest: GuestBench) => guest.get('GUEST_RIP') === BigInt(HANDLERS + 20 * 16);

describe('virtualization exceptions', () => {
  it('a convertible violation is #VE, and the area has its facts', () => {
    const guest = virtualizing();
    assert.equal(guest.firstExit(read).reason, 'HLT');
    assert.ok(inHandler(guest));
    const { bench } = guest;
    assert.equal(bench.read64(AREA), (0xffffffffn << 32n) | 48n);
    assert.equal(bench.read64(AREA + 8), 0x181n);
    assert.equal(bench.read64(AREA + 16), BigInt(DATA + 0x123));
    assert.equal(bench.read64(AREA + 24), BigInt(DATA + 0x123));
    assert.equal(bench.read64(AREA + 32) & 0xffffn, 7n);
    // No error code: the return address lies on top.
    assert.equal(bench.read64(Number(guest.get('GUEST_RSP'))), BigInt(CODE));
  });

  it('a right that a present leaf lacks is convertible too', () => {
    const guest = virtualizing(BigInt(DATA) | 0x31n);
    assert.equal(guest.firstExit(`mov byte ptr [${DATA}], 1`).reason, 'HLT');
    assert.ok(inHandler(guest));
    assert.equal(guest.bench.read64(AREA + 8), 0x18an);
  });

  it('bit 63 of the entry that ends the walk suppresses it', () => {
    assert.equal(virtualizing(SUPPRESS).firstExit(read).reason, 'EPT_VIOLATION');
    const present = virtualizing(SUPPRESS | BigInt(DATA) | 0x31n);
    assert.equal(present.firstExit(`mov byte ptr [${DATA}], 1`).reason, 'EPT_VIOLATION');
    const above = virtualizing();
    above.bench.write64(0x212000, above.bench.read64(0x212000) | SUPPRESS);
    above.firstExit(read);
    assert.ok(inHandler(above), 'of an entry that points to a table it means nothing');
  });

  it('a taken area makes it exit, until software frees the area', () => {
    const guest = virtualizing();
    guest.bench.write32(AREA + 4, 1);
    assert.equal(guest.firstExit(read).reason, 'EPT_VIOLATION');
    assert.equal(guest.bench.read64(AREA + 8), 0n);
    guest.bench.write32(AREA + 4, 0);
    guest.bench.cpu.enter(false);
    assert.equal(guest.exit().reason, 'HLT');
    assert.ok(inHandler(guest));
  });

  it('while an event is delivered it exits, with the event in IDT-vectoring', () => {
    const guest = virtualizing();
    guest.image.set('GUEST_RSP', BigInt(DATA + 0x800));
    assert.equal(guest.firstExit('ud2').reason, 'EPT_VIOLATION');
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0x80000306n);
    // The delivery of #VE itself is such an event: the area stays taken.
    const itself = virtualizing();
    itself.image.set('GUEST_RSP', BigInt(DATA + 0x800));
    assert.equal(itself.firstExit('push rax').reason, 'EPT_VIOLATION');
    assert.equal(itself.get('IDT_VECTORING_INFO_FIELD'), 0x80000314n);
    assert.equal(itself.bench.read32(AREA + 4), 0xffffffff);
  });

  it('bit 20 of the exception bitmap makes the #VE exit', () => {
    const guest = virtualizing();
    guest.image.set('EXCEPTION_BITMAP', 1 << 20);
    assert.equal(guest.firstExit(read).reason, 'EXCEPTION_NMI');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000314n);
    assert.equal(guest.bench.read32(AREA), 48);
  });

  it('a misconfiguration is never converted', () => {
    assert.equal(virtualizing(2n).firstExit(read).reason, 'EPT_MISCONFIG');
  });

  it('B18: the area is on a page boundary', () => {
    const guest = virtualizing();
    guest.image.set('VE_INFORMATION_ADDRESS', BigInt(AREA + 4));
    assert.deepEqual(guest.fixture.failing(), ['B18']);
  });

  it('without the control the same violation exits', () => {
    const guest = new GuestBench(undefined, 'skylake-server');
    guest.bench.write64(EPT_PAGES + (DATA >> 12) * 8, 0n);
    assert.equal(guest.firstExit(read).reason, 'EPT_VIOLATION');
  });
});
