/**
 * A core with RAM and nothing else, put into a mode by hand: what the tests of the instruction set, the MMU and the run
 * loop start from. Page tables are identity maps below 1 GiB unless a test writes its own.
 */
import { Gpr, type Mode, Seg, State } from '../../../src/abi/state-block';
import type { Bus } from '../../../src/cpu/bus';
import { Cpu } from '../../../src/cpu/cpu';
import { applyProfile } from '../../../src/cpu/profile';

/** A bus without devices: reads float, writes vanish, no MSR answers. */
export const emptyBus: Bus = {
  portRead: () => 0xffffffff,
  portWrite: () => undefined,
  memoryRead: () => 0xffffffff,
  memoryWrite: () => undefined,
  msrRead: () => undefined,
  msrWrite: () => false,
  interruptAcknowledge: () => 0,
  taskPriorityRead: () => 0,
  taskPriorityWrite: () => undefined,
};

/** Where `enterLongMode` puts its page tables. */
export const PAGE_TABLES = 0x8000n;

export const CODE_64 = { selector: 0x08, base: 0n, limit: 0xffffffff, access: 0xa09b };
export const CODE_32 = { selector: 0x08, base: 0n, limit: 0xffffffff, access: 0xc09b };
export const DATA = { selector: 0x10, base: 0n, limit: 0xffffffff, access: 0xc093 };
/** Privilege level 3 in the access rights. */
export const DPL_3 = 0x60;

export class FlatMachine {
  readonly cpu: Cpu;

  constructor(ramBytes = 16 << 20, bus: Bus = emptyBus) {
    this.cpu = new Cpu(ramBytes, bus);
    applyProfile(this.cpu, 'turtle-64');
  }

  /** 64-bit mode with 4-level paging, 2-MiB identity pages below 1 GiB, user-accessible and writable. */
  enterLongMode(cpl: 0 | 3 = 0): void {
    const { cpu } = this;
    const flags = 7n;
    cpu.physical.write64(PAGE_TABLES, (PAGE_TABLES + 0x1000n) | flags);
    cpu.physical.write64(PAGE_TABLES + 0x1000n, (PAGE_TABLES + 0x2000n) | flags);
    for (let i = 0n; i < 512n; i++) {
      cpu.physical.write64(PAGE_TABLES + 0x2000n + i * 8n, (i << 21n) | flags | 0x80n);
    }
    cpu.set64(State.CR0, 0x80010011n);
    cpu.set64(State.CR3, PAGE_TABLES);
    cpu.set64(State.CR4, 0x20n);
    cpu.set64(State.EFER, 0xd00n);
    this.setSegments(CODE_64, cpl);
  }

  /** Flat 32-bit protected mode without paging. */
  enterProtectedMode(cpl: 0 | 3 = 0): void {
    this.cpu.set64(State.CR0, 0x11n);
    this.setSegments(CODE_32, cpl);
  }

  /** Real mode with the segments' bases at selector * 16, code at 0000:ip. */
  enterRealMode(): void {
    const { cpu } = this;
    cpu.set64(State.CR0, 0x10n);
    for (let i = Seg.ES; i <= Seg.GS; i++)
      cpu.setSegment(i, { selector: 0, base: 0n, limit: 0xffff, access: i === Seg.CS ? 0x9b : 0x93 });
    cpu.stateReplaced();
  }

  private setSegments(code: typeof CODE_64, cpl: number): void {
    const ring = cpl === 3 ? DPL_3 : 0;
    for (let i = Seg.ES; i <= Seg.GS; i++) {
      const row = i === Seg.CS ? code : DATA;
      this.cpu.setSegment(i, { ...row, selector: row.selector | cpl, access: row.access | ring });
    }
    this.cpu.stateReplaced();
  }

  load(address: number, bytes: Uint8Array | readonly number[]): void {
    this.cpu.physical.write(BigInt(address), Uint8Array.from(bytes));
  }

  jumpTo(rip: number | bigint): void {
    this.cpu.set64(State.RIP, BigInt(rip));
  }

  /** Runs at most `count` instructions from here; answers the stop code. */
  step(count = 1): number {
    return this.cpu.run(this.cpu.retired + BigInt(count));
  }

  gprs(): bigint[] {
    return Array.from({ length: 16 }, (_, i) => this.cpu.gpr(i));
  }

  set stack(rsp: bigint) {
    this.cpu.setGpr(Gpr.RSP, rsp);
  }

  get rflags(): bigint {
    return this.cpu.get64(State.RFLAGS);
  }

  get mode(): Mode {
    return this.cpu.mode;
  }
}
