import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { CODE_32, CODE_64, DATA, DPL_3, FlatMachine } from '../support/flat-machine';

/** Bits of a page-fault error code. */
const P = 1;
const W = 2;
const U = 4;
const RSVD = 8;
const ID = 16;

const CR0_BASE = 0x80000011n;
const WP = 0x10000n;
const PSE = 0x10n;
const PAE = 0x20n;
const SMEP = 0x100000n;
const SMAP = 0x200000n;
const NXE = 0x800n;
const AC = 0x40000n;

const XD = 1n << 63n;
const DIRTY = 0x40n;
const ACCESSED = 0x20n;

const GDT = 0x1000;
const IDT = 0x2000;
const TSS = 0x3000;
const HANDLER = 0x4000;
const TABLES = 0x10000n;
/** Page under test, linear and physical. */
const PAGE = 0x400000;
const CODE = 0x5000;

type Kind = 'long' | 'pae' | '32';

interface Situation {
  kind?: Kind;
  cpl?: 0 | 3;
  cr0?: bigint;
  cr4?: bigint;
  efer?: bigint;
  rflags?: bigint;
  /** The leaf entry for PAGE without its address. */
  entry: bigint;
  /** Bits of the table above it, default 7. */
  upper?: bigint;
}

type Attempt = 'read' | 'write' | 'modify' | 'fetch';

/** Code that does the access through rBX (PAGE). */
const code: Record<Attempt, number[]> = {
  read: [0x8b, 0x03, 0xf4],
  write: [0x89, 0x03, 0xf4],
  modify: [0x01, 0x03, 0xf4],
  fetch: [0xff, 0xe3],
};

class PagedMachine {
  readonly machine = new FlatMachine(16 << 20);
  /** Physical address of the leaf entry of PAGE. */
  leaf = 0n;

  constructor(readonly situation: Situation) {
    const { cpu } = this.machine;
    const kind = situation.kind ?? 'long';
    this.tables(kind);
    const long = kind === 'long';
    cpu.set64(State.CR0, CR0_BASE | (situation.cr0 ?? WP));
    cpu.set64(State.CR4, (kind === '32' ? 0n : PAE) | (situation.cr4 ?? 0n));
    cpu.set64(State.EFER, (long ? 0x500n : 0n) | (situation.efer ?? NXE));
    this.handlers(long);
  }

  /** Identity below 4 MiB, and PAGE with the entry under test. */
  private tables(kind: Kind): void {
    const { physical } = this.machine.cpu;
    const { situation } = this;
    const upper = situation.upper ?? 7n;
    // The code's own pages belong to whom it runs as: SMEP and SMAP are about PAGE only.
    const around = situation.cpl === 3 ? 7n : 3n;
    const leafTable = TABLES + 0x3000n;
    if (kind === '32') {
      for (let i = 0n; i < 1024n; i++)
        physical.write32(leafTable + 0x1000n + i * 4n, Number((i << 12n) | around));
      physical.write32(TABLES, Number((leafTable + 0x1000n) | 7n));
      const large = (situation.entry & 0x80n) !== 0n;
      physical.write32(TABLES + 4n, Number(large ? BigInt(PAGE) | situation.entry : leafTable | upper));
      this.leaf = large ? TABLES + 4n : leafTable;
      if (!large) physical.write32(leafTable, Number(BigInt(PAGE) | situation.entry));
      this.machine.cpu.set64(State.CR3, TABLES);
      return;
    }
    const directory = TABLES + 0x2000n;
    for (let i = 0n; i < 2n; i++) physical.write64(directory + i * 8n, (i << 21n) | 0x80n | around);
    const large = (situation.entry & 0x80n) !== 0n;
    physical.write64(directory + 16n, large ? BigInt(PAGE) | situation.entry : leafTable | upper);
    if (!large) physical.write64(leafTable, BigInt(PAGE) | situation.entry);
    this.leaf = large ? directory + 16n : leafTable;
    physical.write64(TABLES + 0x1000n, directory | (kind === 'long' ? 7n : 1n));
    physical.write64(TABLES, (TABLES + 0x1000n) | 7n);
    this.machine.cpu.set64(State.CR3, kind === 'long' ? TABLES : TABLES + 0x1000n);
    this.machine.cpu.set64(State.PDPTE, directory | 1n);
  }

  /** Exceptions go to HLTs with a stack of their own: IST 1, or the ring 0 stack of a 32-bit TSS. */
  private handlers(long: boolean): void {
    const { cpu } = this.machine;
    const { physical } = cpu;
    physical.write64(BigInt(GDT + 8), long ? 0x00af9b000000ffffn : 0x00cf9b000000ffffn);
    physical.write64(BigInt(GDT + 16), 0x00cf93000000ffffn);
    for (let vector = 0; vector < 32; vector++) {
      const handler = BigInt(HANDLER + vector * 16);
      const low = (handler & 0xffffn) | (8n << 16n) | ((long ? 1n : 0n) << 32n) | (0x8en << 40n);
      physical.write64(BigInt(IDT + vector * (long ? 16 : 8)), low);
      if (long) physical.write64(BigInt(IDT + vector * 16 + 8), 0n);
      this.machine.load(HANDLER + vector * 16, [0xf4]);
    }
    if (long) physical.write64(BigInt(TSS + 36), 0x7000n);
    physical.write32(BigInt(TSS + 4), 0x7000);
    if (!long) physical.write32(BigInt(TSS + 8), 0x10);
    cpu.set64(State.GDTR_BASE, BigInt(GDT));
    cpu.set32(State.GDTR_LIMIT, 0xff);
    cpu.set64(State.IDTR_BASE, BigInt(IDT));
    cpu.set32(State.IDTR_LIMIT, 0x1ff);
    cpu.setSegment(Seg.TR, { selector: 0x18, base: BigInt(TSS), limit: 0x67, access: 0x8b });
  }

  /** The segments of the privilege level under test; a handler leaves its own. */
  private enterRing(): void {
    const { cpu } = this.machine;
    const { situation } = this;
    const long = (situation.kind ?? 'long') === 'long';
    const ring = situation.cpl === 3 ? DPL_3 : 0;
    for (let i = Seg.ES; i <= Seg.GS; i++) {
      const row = i === Seg.CS ? (long ? CODE_64 : CODE_32) : DATA;
      cpu.setSegment(i, { ...row, selector: row.selector | (situation.cpl ?? 0), access: row.access | ring });
    }
    cpu.set64(State.RFLAGS, 2n | (situation.rflags ?? 0n));
    cpu.stateReplaced();
  }

  /** The page-fault error code, or undefined when the access was done. */
  attempt(kind: Attempt): number | undefined {
    const { cpu } = this.machine;
    this.machine.load(CODE, code[kind]);
    this.machine.load(PAGE, [0xf4]);
    cpu.set32(State.ACTIVITY, 0);
    cpu.setGpr(Gpr.RBX, BigInt(PAGE));
    cpu.setGpr(Gpr.RSP, 0x6800n);
    this.machine.jumpTo(CODE);
    this.enterRing();
    const stop = this.machine.step(10);
    assert.equal(stop, Stop.HALT, `stop ${stop} at ${cpu.rip.toString(16)}`);
    const vector = (Number(cpu.rip) - HANDLER) >> 4;
    // HLT at CPL 3 is #GP: the instruction before it was done.
    if (vector !== 14) return undefined;
    assert.equal(cpu.get64(State.CR2), BigInt(PAGE));
    return Number(cpu.physical.read32(cpu.gpr(Gpr.RSP) & 0xffffffffn));
  }

  get entry(): bigint {
    return this.machine.cpu.physical.read64(this.leaf)!;
  }
}

interface Row extends Situation {
  title: string;
  /** Expected error codes; absent: the access is allowed. */
  read?: number;
  write?: number;
  modify?: number;
  fetch?: number;
}

const kinds: readonly Kind[] = ['long', 'pae', '32'];
const user = { cpl: 3 } as const;

/** SDM Vol. 3, 4.6 and 4.7, a row for each rule. */
const rights: readonly Row[] = [
  { title: 'present, writable, user', entry: 7n },
  { title: 'not present', entry: 6n, read: 0, write: W, modify: W, fetch: ID },
  { title: 'supervisor writes a read-only page with CR0.WP', entry: 5n, write: P | W, modify: P | W },
  { title: 'supervisor writes a read-only page without CR0.WP', entry: 5n, cr0: 0n },
  { title: 'supervisor uses a supervisor page', entry: 3n },
  { title: 'user uses a user page', ...user, entry: 7n },
  {
    title: 'user uses a supervisor page',
    ...user,
    entry: 3n,
    read: P | U,
    write: P | W | U,
    modify: P | W | U,
    fetch: P | U | ID,
  },
  { title: 'user writes a read-only page', ...user, entry: 5n, write: P | W | U, modify: P | W | U },
  {
    title: 'user writes a read-only page without CR0.WP',
    ...user,
    cr0: 0n,
    entry: 5n,
    write: P | W | U,
    modify: P | W | U,
  },
  { title: 'user, not present', ...user, entry: 6n, read: U, write: W | U, modify: W | U, fetch: U | ID },
  { title: 'the upper entry is read-only', entry: 7n, upper: 5n, write: P | W, modify: P | W },
  {
    title: 'the upper entry is supervisor',
    ...user,
    entry: 7n,
    upper: 3n,
    read: P | U,
    write: P | W | U,
    modify: P | W | U,
    fetch: P | U | ID,
  },
  { title: 'SMEP: supervisor fetches from a user page', entry: 7n, cr4: SMEP, fetch: P | ID },
  { title: 'SMEP: supervisor fetches from a supervisor page', entry: 3n, cr4: SMEP },
  { title: 'SMAP: supervisor uses a user page', entry: 7n, cr4: SMAP, read: P, write: P | W, modify: P | W },
  { title: 'SMAP with EFLAGS.AC: supervisor uses a user page', entry: 7n, cr4: SMAP, rflags: AC },
];

/** Rows that need entries of 64 bits. */
const rights64: readonly Row[] = [
  { title: 'execute-disable', entry: 7n | XD, fetch: P | ID },
  { title: 'execute-disable, user', ...user, entry: 7n | XD, fetch: P | U | ID },
  { title: 'execute-disable in the upper entry', entry: 7n, upper: 7n | XD, fetch: P | ID },
  {
    title: 'execute-disable without EFER.NXE is a reserved bit',
    entry: 7n | XD,
    efer: 0n,
    read: P | RSVD,
    write: P | RSVD | W,
    modify: P | RSVD | W,
    fetch: P | RSVD,
  },
  {
    title: 'an address beyond MAXPHYADDR is a reserved bit',
    entry: 7n | (1n << 45n),
    read: P | RSVD,
    write: P | RSVD | W,
    modify: P | RSVD | W,
    fetch: P | RSVD | ID,
  },
  { title: 'a large page', entry: 0x87n },
  { title: 'a large page, read-only', entry: 0x85n, write: P | W, modify: P | W },
  {
    title: 'a large page with a reserved address bit',
    entry: 0x87n | 0x2000n,
    read: P | RSVD,
    write: P | RSVD | W,
    modify: P | RSVD | W,
    fetch: P | RSVD | ID,
  },
];

const attempts: readonly Attempt[] = ['read', 'write', 'modify', 'fetch'];

function hex(value: number | undefined): string {
  return value === undefined ? 'done' : `#PF(${value.toString(16)})`;
}

/** Without execute-disable and SMEP the I/D bit is never reported. */
function expected(row: Row, attempt: Attempt, kind: Kind): number | undefined {
  const error = row[attempt];
  if (error === undefined) return undefined;
  const reports = (kind !== '32' && (row.efer ?? NXE) !== 0n) || ((row.cr4 ?? 0n) & SMEP) !== 0n;
  return reports ? error : error & ~ID;
}

for (const kind of kinds) {
  describe(`paging, ${kind === 'long' ? '4-level' : kind === 'pae' ? 'PAE' : '32-bit'}`, () => {
    for (const row of kind === '32' ? rights : [...rights, ...rights64]) {
      it(row.title, () => {
        for (const attempt of attempts) {
          const machine = new PagedMachine({ ...row, kind });
          // Twice: with fresh entries, and with the accessed and dirty bits the first round left.
          for (let round = 0; round < 2; round++)
            assert.equal(
              hex(machine.attempt(attempt)),
              hex(expected(row, attempt, kind)),
              `${attempt}, round ${round}`,
            );
        }
      });
    }

    it('sets the accessed bit on a read, the dirty bit on the first write only', () => {
      const machine = new PagedMachine({ kind, entry: 7n });
      machine.attempt('read');
      assert.equal(machine.entry & 0x60n, ACCESSED);
      machine.attempt('write');
      assert.equal(machine.entry & 0x60n, ACCESSED | DIRTY);
    });

    it('sets no dirty bit when the write faults', () => {
      const machine = new PagedMachine({ kind, entry: 5n });
      machine.attempt('write');
      assert.equal(machine.entry & DIRTY, 0n);
    });
  });
}

describe('paging, 32-bit with 4-MiB pages', () => {
  it('maps 4 MiB when CR4.PSE is set', () => {
    const machine = new PagedMachine({ kind: '32', cr4: PSE, entry: 0x87n });
    assert.equal(machine.attempt('write'), undefined);
    assert.equal(machine.machine.cpu.physical.read32(machine.leaf)! & 0x60, 0x60);
  });

  it('faults on its reserved bit 21', () => {
    const machine = new PagedMachine({ kind: '32', cr4: PSE, entry: 0x87n | 0x200000n });
    assert.equal(machine.attempt('read'), P | RSVD);
  });
});

describe('translations the debugger asks for', () => {
  it('find a page whatever its rights, and set no accessed bit', () => {
    const machine = new PagedMachine({ cpl: 3, entry: 3n, cr4: SMAP });
    assert.equal(machine.machine.cpu.translateLinear(BigInt(PAGE) + 5n), BigInt(PAGE) + 5n);
    assert.equal(machine.entry & 0x60n, 0n);
  });

  it('answer undefined where nothing is mapped, and leave no fault behind', () => {
    const machine = new PagedMachine({ entry: 6n });
    assert.equal(machine.machine.cpu.translateLinear(BigInt(PAGE)), undefined);
    assert.equal(machine.attempt('read'), 0);
  });
});
