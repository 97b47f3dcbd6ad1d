/**
 * One architecture, one hand: the same random page tables and EPTs, asked by whoever asks: an instruction on the chip, the
 * embedder's walk of a space (as L0 and the debugger use it), and the debugger's look at the running program.
 */
import assert from 'node:assert/strict';
import { Region } from '../../src/abi/memory-map';
import { State } from '../../src/abi/state-block';
import { Stop } from '../../src/abi/stop-codes';
import { Access } from '../../src/abi/walk-space';
import type { Cpu } from '../../src/cpu/cpu';
import { registerMask } from '../../src/cpu/register-bits';
import { UNMARKED, type GuestWalk, type PagingRegisters, type WalkedSpace } from '../../src/cpu/walk-space';
import { drainTraceRing } from '../../src/machine/trace-ring';
import { Bench, CODE } from '../core/system/bench';
import { EPT_PAGES, GuestBench } from '../core/vmx/guest-bench';
import { Random } from '../support/random';

/** Linear address under test, not where an entry would lie if a table were its own page, and the tables that lead to it. */
const LINEAR = 0x40000800n;
const PAGE_FAULT = 14;
const TABLES = [0x2008, 0x300000, 0x301000] as const;
const LEAVES = [0x302000n, 0x400000n, 0x40000000n];

const WP = registerMask('cr0', 'WP');
const NXE = registerMask('efer', 'NXE');
const SMEP = registerMask('cr4', 'SMEP');
const SMAP = registerMask('cr4', 'SMAP');
const AC = registerMask('rflags', 'AC');

/** Bits worth setting or clearing in an entry that would else be good: rights, flags, size, reserved addresses, XD. */
const SPICE = [0, 1, 2, 5, 6, 7, 12, 13, 21, 39, 40, 45, 51, 52, 59, 63].map((bit) => 1n << BigInt(bit));

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}

function spiced(random: Random, entry: bigint): bigint {
  let value = entry;
  for (let n = random.below(4); n > 0; n--) value ^= pick(random, SPICE);
  return value;
}

interface Question {
  entries: readonly bigint[];
  access: 'read' | 'write' | 'fetch';
  user: boolean;
  cr0: bigint;
  cr4: bigint;
  efer: bigint;
  rflags: bigint;
}

function question(random: Random): Question {
  const large = random.below(3);
  const next = [0x300000n | 7n, 0x301000n | 7n, LEAVES[0]! | 7n];
  if (large > 0) next[2 - large] = LEAVES[large]! | 0x87n;
  const user = random.below(2) === 1;
  // The handlers share the pages of the user's program: they run without SMEP and SMAP.
  const protection = user ? 0n : (random.below(2) ? SMEP : 0n) | (random.below(2) ? SMAP : 0n);
  return {
    entries: next.map((entry) => spiced(random, entry)),
    access: pick(random, ['read', 'write', 'fetch'] as const),
    user,
    cr0: 0x80000031n | (random.below(2) ? WP : 0n),
    cr4: 0x20n | protection,
    efer: 0x500n | (random.below(2) ? NXE : 0n),
    rflags: 2n | (random.below(2) ? AC : 0n),
  };
}

const SOURCE = {
  read: `mov eax, ${LINEAR}; mov al, [rax]; hlt`,
  write: `mov eax, ${LINEAR}; mov [rax], al; hlt`,
  fetch: `mov eax, ${LINEAR}; jmp rax`,
};

/** A processor at ring 0 or 3 that can be asked again: its state block of the beginning is kept. */
class Asked {
  readonly bench: Bench;
  private readonly state: Uint8Array;
  private readonly begin: Uint8Array;

  constructor(user: boolean) {
    this.bench = Bench.long(user ? 3 : 0);
    // The code's own page belongs to whom it runs as, so that SMEP concerns only the page under test.
    if (!user) this.bench.write64(0x3000, 0x83n);
    this.state = new Uint8Array(this.bench.cpu.memory, Region.STATE, State.END);
    this.begin = this.state.slice();
  }

  /** The state of the beginning, so that time alone goes on. */
  again(): Bench {
    this.state.set(this.begin);
    // HLT of a user is a fault with a reason, which is traced; nobody reads it here.
    drainTraceRing(this.bench.cpu, () => undefined);
    return this.bench;
  }
}

function prepare(asked: Asked, { entries, cr0, cr4, efer, rflags, access }: Question): Bench {
  const bench = asked.again();
  TABLES.forEach((at, index) => bench.write64(at, entries[index]!));
  bench.load(SOURCE[access]);
  bench.cpu.set64(State.CR0, cr0);
  bench.cpu.set64(State.CR4, cr4);
  bench.cpu.set64(State.EFER, efer);
  bench.cpu.set64(State.RFLAGS, rflags);
  bench.cpu.stateReplaced();
  return bench;
}

function registersOf(cpu: Cpu): PagingRegisters {
  return {
    cr0: cpu.get64(State.CR0),
    cr3: cpu.get64(State.CR3),
    cr4: cpu.get64(State.CR4),
    efer: cpu.get64(State.EFER),
    rflags: cpu.get64(State.RFLAGS),
  };
}

const ACCESS = { read: Access.READ, write: Access.WRITE, fetch: Access.FETCH } as const;
const own = (cpu: Cpu): WalkedSpace => ({ base: 0n, size: BigInt(cpu.ramBytes) });
const marks = (bench: Bench): bigint[] => TABLES.map((at) => bench.read64(at));
const answer = (walk: GuestWalk): string =>
  walk.kind === 'page-fault' ? `#PF(${walk.errorCode})` : walk.kind === 'mapped' ? 'mapped' : walk.kind;

/** What the instruction on the chip met. */
function onChip(bench: Bench): string {
  assert.equal(bench.run(), Stop.HALT);
  const { trap } = bench;
  if (trap?.vector === PAGE_FAULT) {
    assert.equal(bench.cpu.get64(State.CR2), LINEAR);
    return `#PF(${trap.error})`;
  }
  return 'mapped';
}

describe('walks', () => {
  it('page tables: the chip, the embedder and the debugger give one answer to 3,000 random questions', () => {
    const random = new Random(20161);
    const kinds = new Map<string, number>();
    const [supervisor, user] = [new Asked(false), new Asked(true)];
    for (let n = 0; n < 3000; n++) {
      const asked = question(random);
      const bench = prepare(asked.user ? user : supervisor, asked);
      const { cpu } = bench;
      const registers = registersOf(cpu);
      const access = ACCESS[asked.access] | (asked.user ? Access.USER : 0);
      const looked = cpu.walk(own(cpu), registers, LINEAR, Access.READ | Access.PROBE);
      assert.deepEqual(marks(bench), asked.entries, 'a look sets no flag');
      assert.equal(cpu.translateLinear(LINEAR), looked.kind === 'mapped' ? looked.physical : undefined);
      const checked = cpu.walk(own(cpu), registers, LINEAR, access | Access.PROBE | Access.CHECK);
      assert.deepEqual(marks(bench), asked.entries, 'rights are checked without a flag');
      const walked = cpu.walk(own(cpu), registers, LINEAR, access);
      assert.equal(answer(checked), answer(walked));
      if (checked.kind === 'page-fault' && walked.kind === 'page-fault')
        assert.deepEqual([checked.cause.reason, checked.cause.a], [walked.cause.reason, walked.cause.a]);
      const marked = marks(bench);
      const chip = prepare(asked.user ? user : supervisor, asked);
      const title = `question ${n}: ${asked.access} ${asked.entries.map((e) => e.toString(16)).join(' ')}`;
      if (asked.access === 'fetch' && answer(walked) === 'mapped') continue;
      assert.equal(answer(walked), onChip(chip), title);
      assert.deepEqual(marks(chip), marked, title);
      kinds.set(answer(walked), (kinds.get(answer(walked)) ?? 0) + 1);
    }
    // The questions are worth asking: several ways to fail, and many that succeed.
    assert.ok(kinds.size > 8 && kinds.get('mapped')! > 300, [...kinds].join(' '));
  });

  it('an address bit beyond MAXPHYADDR is a reserved bit, for the width that the space has', () => {
    const bench = Bench.long();
    const entry = (1n << 45n) | 0x302007n;
    [0x300007n, 0x301007n, entry].forEach((value, index) => bench.write64(TABLES[index]!, value));
    const ask = (width?: { physicalBits: number }) =>
      answer(bench.cpu.walk({ ...own(bench.cpu), ...width }, registersOf(bench.cpu), LINEAR, Access.READ));
    assert.equal(ask({ physicalBits: 40 }), '#PF(9)');
    assert.equal(ask({ physicalBits: 46 }), 'mapped');
    assert.equal(ask(), '#PF(9)');
  });

  it('a space without memory at a table is not present, and reads no device', () => {
    const bench = Bench.long();
    bench.write64(TABLES[0], 0x7f0000007n);
    assert.equal(
      answer(bench.cpu.walk(own(bench.cpu), registersOf(bench.cpu), LINEAR, Access.READ)),
      '#PF(0)',
    );
  });

  it('EPT: the chip and the embedder give one answer to 1,500 random entries', () => {
    const random = new Random(28);
    const kinds = new Set<string>();
    const page = 0xd0000;
    const at = EPT_PAGES + (page >> 12) * 8;
    const guest = new GuestBench();
    const { cpu } = guest.bench;
    const plain = guest.get('EPT_POINTER');
    for (let n = 0; n < 1500; n++) {
      const pointer = random.below(2) ? plain | 0x40n : plain;
      const low = random.below(3) === 0 ? BigInt(random.below(64)) : 0n;
      const entry = spiced(random, BigInt(page) | 0x37n) ^ low;
      const reads = random.below(2) === 0;
      guest.image.set('EPT_POINTER', pointer);
      guest.image.set('GUEST_RIP', BigInt(CODE));
      guest.image.set('GUEST_ACTIVITY_STATE', 0);
      guest.image.set('GUEST_RFLAGS', 2n);
      guest.page(page, entry);
      const checked = cpu.walkEpt(
        { ...own(cpu), ept: { pointer } },
        BigInt(page),
        (reads ? 1 : 2) | UNMARKED,
      );
      assert.equal(guest.bench.read64(at), entry, 'rights are checked without a flag');
      const walk = cpu.walkEpt({ ...own(cpu), ept: { pointer } }, BigInt(page), reads ? 1 : 2);
      assert.deepEqual(checked, walk);
      const marked = guest.bench.read64(at);
      guest.page(page, entry);
      cpu.invept();
      cpu.set32(State.TRACE_TAIL, cpu.get32(State.TRACE_HEAD));
      guest.enter(reads ? `mov al, [${page}]; hlt` : `mov [${page}], al; hlt`, n === 0);
      const exit = guest.exit();
      const expected =
        walk.kind === 'mapped' ? 'HLT' : walk.kind === 'violation' ? 'EPT_VIOLATION' : 'EPT_MISCONFIG';
      assert.equal(exit.reason, expected, `${n}: ${entry.toString(16)}`);
      if (walk.kind === 'violation') assert.equal((exit.qualification >> 3n) & 7n, BigInt(walk.rights));
      assert.equal(guest.bench.read64(at), marked, `flags of ${entry.toString(16)}`);
      kinds.add(exit.reason);
    }
    assert.deepEqual([...kinds].sort(), ['EPT_MISCONFIG', 'EPT_VIOLATION', 'HLT']);
  });

  it('names the entries it read', () => {
    const bench = Bench.long();
    [0x300007n, 0x301007n, 0x302007n].forEach((value, index) => bench.write64(TABLES[index]!, value));
    bench.cpu.walk(own(bench.cpu), registersOf(bench.cpu), LINEAR, Access.READ | Access.PROBE);
    const entries = [0x1000n, 0x2008n, 0x300000n, 0x301000n];
    assert.deepEqual(
      bench.cpu.walkedEntries,
      entries.map((at) => ({ table: 'paging', at, host: at })),
    );
  });

  it('PAE paging reads an entry that is not loaded through CR3, and refuses bad ones', () => {
    const bench = Bench.long();
    bench.write64(0x300000, 0x301001n);
    bench.write64(0x301000, 0x400087n);
    const registers = { ...registersOf(bench.cpu), cr3: 0x300000n, efer: 0n };
    const walk = bench.cpu.walk(own(bench.cpu), registers, 0x1234n, Access.READ);
    assert.deepEqual(walk, { kind: 'mapped', physical: 0x401234n });
    assert.deepEqual(bench.cpu.loadPdptes(own(bench.cpu), 0x300000n)?.[0], 0x301001n);
    bench.write64(0x300008, 0x301003n);
    assert.equal(bench.cpu.loadPdptes(own(bench.cpu), 0x300000n), undefined);
    bench.write64(0x300008, (1n << 45n) | 1n);
    assert.equal(bench.cpu.loadPdptes(own(bench.cpu), 0x300000n), undefined);
    assert.notEqual(bench.cpu.loadPdptes({ ...own(bench.cpu), physicalBits: 46 }, 0x300000n), undefined);
  });
});
