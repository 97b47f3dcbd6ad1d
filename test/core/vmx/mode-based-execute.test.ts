// Mode-based execute control for EPT (SDM 28.2.1): X is for supervisor-mode linear addresses, bit 10 for user-mode ones, whoever
// executes there.
import assert from 'node:assert/strict';
import { CODE } from '../system/bench';
import { EPT_PAGES, GuestBench } from './guest-bench';
import { EPT_ROOT } from './valid-vmcs';

const USER = 0x400n;

/** A guest whose code page has these EPT rights (R 1, W 2, X 4, XU 400H); `mode`: U/S of its page-table entries. */
function executing(rights: bigint, mode: 'user' | 'supervisor'): GuestBench {
  const guest = new GuestBench((image) => image.enable('MODE_BASED_EXECUTE_CONTROL'), 'skylake-server');
  for (let table = Number(EPT_ROOT); table < EPT_PAGES; table += 0x1000)
    guest.bench.write64(table, guest.bench.read64(table) | USER);
  guest.page(CODE, BigInt(CODE) | 0x30n | rights);
  const root = guest.bench.read64(0x1000);
  guest.bench.write64(0x1000, mode === 'user' ? root | 4n : root & ~4n);
  return guest;
}

describe('mode-based execute control', () => {
  it('X alone serves supervisor-mode addresses', () => {
    assert.equal(executing(7n, 'supervisor').firstExit('hlt').reason, 'HLT');
    const exit = executing(7n, 'user').firstExit('hlt');
    assert.equal(exit.reason, 'EPT_VIOLATION');
    // Fetch; readable, writable, executable; linear address valid and translated.
    assert.equal(exit.qualification, 4n | (7n << 3n) | 0x180n);
  });

  it('bit 10 alone serves user-mode addresses, at CPL 0 too', () => {
    assert.equal(executing(3n | USER, 'user').firstExit('hlt').reason, 'HLT');
    const exit = executing(3n | USER, 'supervisor').firstExit('hlt');
    assert.equal(exit.reason, 'EPT_VIOLATION');
    assert.equal(exit.qualification, 4n | (3n << 3n) | 0x40n | 0x180n);
  });

  it('without the control bit 10 means nothing', () => {
    const guest = new GuestBench(undefined, 'skylake-server').page(CODE, BigInt(CODE) | 0x37n);
    assert.equal(guest.firstExit('hlt').reason, 'HLT');
    const none = new GuestBench(undefined, 'skylake-server').page(CODE, BigInt(CODE) | 0x30n | USER);
    assert.equal(none.firstExit('hlt').reason, 'EPT_VIOLATION');
  });

  it('addresses are user-mode ones while paging is off', () => {
    for (const [rights, reason] of [
      [3n | USER, 'HLT'],
      [7n, 'EPT_VIOLATION'],
    ] as const) {
      const guest = executing(rights, 'supervisor');
      guest.image.enable('UNRESTRICTED_GUEST');
      guest.image.disable('VM_ENTRY_IA32E_MODE_GUEST');
      guest.image.set('GUEST_CR0', 0x31n);
      guest.image.set('GUEST_IA32_EFER', 0n);
      guest.image.set('GUEST_CS_AR_BYTES', 0xc09b);
      assert.equal(guest.firstExit('hlt').reason, reason);
    }
  });

  it('an entry with write and no read right is misconfigured whatever it says about execution', () => {
    assert.equal(executing(2n | USER, 'user').firstExit('hlt').reason, 'EPT_MISCONFIG');
  });

  it('B43: it needs EPT', () => {
    const guest = executing(7n, 'supervisor');
    guest.image.disable('ENABLE_EPT');
    assert.ok(guest.fixture.failing().includes('B43'));
  });
});
