// Extended page tables: exact qualifications of EPT violations (SDM Table 27-7), misconfigurations (28.2.3.1), accessed and
// dirty flags (28.2.4), large pages.
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { CODE, DATA } from '../system/bench';
import { EPT_ALL, EPT_PAGES, GuestBench } from './guest-bench';
import { EPT_ROOT } from './valid-vmcs';
import { proves } from '../../support/proves';

const FETCH_PAGE = 0xd0000;

interface Violation {
  title: string;
  /** Rights bits (R 1, W 2, X 4) of the page at DATA, or of FETCH_PAGE. */
  rights: bigint;
  source: string;
  qualification: bigint;
}

const LINEAR_TRANSLATED = 0x180n;
const read = `mov al, [${DATA}]`;
const write = `mov byte ptr [${DATA}], 1`;
const modify = `inc byte ptr [${DATA}]`;
const jump = `mov eax, ${FETCH_PAGE}; jmp rax`;

const violations: Violation[] = [
  { title: 'read of a page without rights', rights: 0n, source: read, qualification: 0x1n },
  { title: 'write to a page without rights', rights: 0n, source: write, qualification: 0x2n },
  { title: 'fetch from a page without rights', rights: 0n, source: jump, qualification: 0x4n },
  { title: 'read of an execute-only page', rights: 4n, source: read, qualification: 0x1n | (4n << 3n) },
  { title: 'write to a read-only page', rights: 1n, source: write, qualification: 0x2n | (1n << 3n) },
  { title: 'write to a read-execute page', rights: 5n, source: write, qualification: 0x2n | (5n << 3n) },
  { title: 'fetch from a read-write page', rights: 3n, source: jump, qualification: 0x4n | (3n << 3n) },
  {
    title: 'read-modify-write of a read-only page',
    rights: 1n,
    source: modify,
    qualification: 0x3n | (1n << 3n),
  },
];

describe('EPT violations', () => {
  for (const { title, rights, source, qualification } of violations)
    it(proves('exit-reasons', 'EPT_VIOLATION', title), () => {
      const at = source === jump ? FETCH_PAGE : DATA;
      const guest = new GuestBench();
      guest.page(at, rights === 0n ? 0n : BigInt(at) | 0x30n | rights);
      const exit = guest.firstExit(source);
      assert.deepEqual(
        [exit.reason, exit.qualification],
        ['EPT_VIOLATION', qualification | LINEAR_TRANSLATED],
      );
      assert.equal(guest.get('GUEST_PHYSICAL_ADDRESS'), BigInt(at));
      assert.equal(guest.get('GUEST_LINEAR_ADDRESS'), BigInt(at));
      // The access did not complete: RF is set in the image.
      assert.equal(guest.get('GUEST_RFLAGS') & 0x10000n, 0x10000n);
    });

  it('a read that is not aligned names the first byte of the page it misses', () => {
    const guest = new GuestBench().page(DATA + 0x1000, 0n);
    guest.firstExit(`mov rax, [${DATA + 0xffc}]`);
    assert.equal(guest.get('GUEST_PHYSICAL_ADDRESS'), BigInt(DATA + 0x1000));
  });

  it('a repeated comparison that exits has the guest flags of before and leaves the host its own', () => {
    const guest = new GuestBench().page(DATA + 0x1000, 0n);
    const source = `mov esi, ${DATA + 0xff0}; lea rdi, [rsi]; mov ecx, 64; stc; repe cmpsb`;
    assert.equal(guest.firstExit(source).reason, 'EPT_VIOLATION');
    assert.equal(guest.bench.reg(Gpr.RCX), 48n);
    assert.equal(guest.get('GUEST_RFLAGS') & 0x8d5n, 1n);
    assert.equal(guest.bench.cpu.get64(State.RFLAGS), 2n);
  });

  it('rights are the AND of all levels', () => {
    const guest = new GuestBench();
    // Accessed and dirty flags are set beforehand, so that the walk itself has nothing to write.
    for (const at of [0x1000, 0x2000, 0x3000]) guest.bench.write64(at, guest.bench.read64(at) | 0x60n);
    guest.bench.write64(Number(EPT_ROOT) + 0x2000, BigInt(EPT_PAGES) | 5n);
    const exit = guest.firstExit(write);
    assert.equal(exit.qualification, 0x2n | (5n << 3n) | LINEAR_TRANSLATED);
  });

  it('a missing guest page table is an access to a paging structure', () => {
    const guest = new GuestBench().page(0x3000, 0n);
    guest.bench.load('nop', 64);
    const exit = guest.firstExit('nop');
    assert.equal(exit.qualification, 0x81n);
    assert.equal(guest.get('GUEST_PHYSICAL_ADDRESS'), 0x3000n);
    assert.equal(guest.get('GUEST_LINEAR_ADDRESS'), BigInt(CODE));
  });

  it('with A/D flags an access to a paging structure counts as read and write', () => {
    const guest = new GuestBench((image) => image.or('EPT_POINTER', 0x40n)).page(0x3000, 0x3000n | 0x31n);
    const exit = guest.firstExit('nop');
    assert.equal(exit.qualification, 0x83n | (1n << 3n));
  });

  it('setting an accessed flag of the guest needs write rights', () => {
    const guest = new GuestBench().page(0x1000, 0x1000n | 0x31n);
    const exit = guest.firstExit('nop');
    assert.equal(exit.qualification, 0x83n | (1n << 3n));
    assert.equal(guest.get('GUEST_PHYSICAL_ADDRESS'), 0x1000n);
  });

  it('an address above 48 bits of translation is not mapped', () => {
    const guest = new GuestBench();
    // Guest page 40000000H maps to guest-physical 2^38, where the EPT has no entry.
    guest.bench.write64(0x2008, (1n << 38n) | 0x87n);
    const exit = guest.firstExit('mov rax, [0x40000008]');
    assert.equal(exit.qualification, 0x181n);
    assert.equal(guest.get('GUEST_PHYSICAL_ADDRESS'), (1n << 38n) + 8n);
  });

  it('the guest goes on when the missing page is mapped and the VMCS resumed', () => {
    const guest = new GuestBench().page(DATA, 0n);
    guest.bench.write32(DATA, 0x1234);
    guest.firstExit(`mov eax, [${DATA}]; hlt`);
    guest.page(DATA, BigInt(DATA) | EPT_ALL);
    guest.bench.cpu.invept();
    assert.deepEqual(guest.bench.cpu.enter(false), { kind: 'entered' });
    assert.equal(guest.exit().reason, 'HLT');
    assert.equal(guest.bench.reg(Gpr.RAX), 0x1234n);
  });
});

describe('EPT misconfigurations', () => {
  const bad: [string, bigint][] = [
    ['write without read', BigInt(DATA) | 0x32n],
    ['write and execute without read', BigInt(DATA) | 0x36n],
    ['memory type 2', BigInt(DATA) | 0x17n],
    ['memory type 3', BigInt(DATA) | 0x1fn],
    ['memory type 7', BigInt(DATA) | 0x3fn],
    ['an address beyond the physical-address width', (1n << 41n) | EPT_ALL],
  ];
  for (const [title, entry] of bad)
    it(proves('exit-reasons', 'EPT_MISCONFIG', title), () => {
      const guest = new GuestBench().page(DATA, entry);
      assert.deepEqual(guest.firstExit(read), { reason: 'EPT_MISCONFIG', qualification: 0n, length: 0 });
      assert.equal(guest.get('GUEST_PHYSICAL_ADDRESS'), BigInt(DATA));
    });

  const tables: [string, number, bigint][] = [
    ['reserved bits in a level-4 entry', Number(EPT_ROOT), 0x80n],
    ['reserved bits in a level-3 entry', Number(EPT_ROOT) + 0x1000, 0x8n],
    ['reserved bits in a level-2 entry', Number(EPT_ROOT) + 0x2000, 0x40n],
  ];
  for (const [title, at, bits] of tables)
    it(title, () => {
      const guest = new GuestBench();
      guest.bench.write64(at, guest.bench.read64(at) | bits);
      assert.equal(guest.firstExit('nop').reason, 'EPT_MISCONFIG');
    });

  it('a 2-MB page with address bits below 2 MB', () => {
    const guest = new GuestBench();
    guest.bench.write64(Number(EPT_ROOT) + 0x2008, 0x201000n | EPT_ALL | 0x80n);
    assert.equal(guest.firstExit('mov al, [0x200000]').reason, 'EPT_MISCONFIG');
  });
});

describe('EPT translations', () => {
  it('execute-only pages run', () => {
    const guest = new GuestBench().page(FETCH_PAGE, BigInt(FETCH_PAGE) | 0x34n);
    guest.bench.write(FETCH_PAGE, [0xf4]);
    assert.equal(guest.firstExit(jump).reason, 'HLT');
  });

  it('a guest-physical page can lie anywhere in host memory', () => {
    const guest = new GuestBench().page(DATA, 0x300000n | EPT_ALL);
    guest.bench.write32(0x300010, 0xabcd);
    guest.firstExit(`mov eax, [${DATA + 16}]; mov dword ptr [${DATA + 20}], 7; hlt`);
    assert.equal(guest.bench.reg(Gpr.RAX), 0xabcdn);
    assert.equal(guest.bench.read32(0x300014), 7);
  });

  it('1-GB pages translate', () => {
    const guest = new GuestBench();
    guest.bench.write64(Number(EPT_ROOT) + 0x1000, EPT_ALL | 0x80n);
    assert.equal(guest.firstExit(`mov eax, [${DATA}]; hlt`).reason, 'HLT');
  });

  it('accessed and dirty flags are set when the EPT pointer asks for them', () => {
    const guest = new GuestBench((image) => image.or('EPT_POINTER', 0x40n));
    guest.firstExit(`mov al, [${DATA}]; mov byte ptr [${DATA + 0x1000}], 1; hlt`);
    const flags = (at: number) => guest.bench.read64(EPT_PAGES + (at >> 12) * 8) & 0x300n;
    assert.equal(flags(DATA), 0x100n);
    assert.equal(flags(DATA + 0x1000), 0x300n);
    assert.equal(flags(DATA + 0x2000), 0n);
    assert.equal(guest.bench.read64(Number(EPT_ROOT)) & 0x100n, 0x100n);
  });

  it('without A/D flags the entries stay as they are', () => {
    const guest = new GuestBench();
    guest.firstExit(`mov byte ptr [${DATA}], 1; hlt`);
    assert.equal(guest.bench.read64(EPT_PAGES + (DATA >> 12) * 8), BigInt(DATA) | EPT_ALL);
  });
});
