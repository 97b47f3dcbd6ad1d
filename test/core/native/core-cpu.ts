/**
 * The same sequences in the core: user-mode code at the harness's addresses, exceptions through an IDT whose handlers are
 * HLT instructions on a stack of their own, so that the interrupted state stays as it was.
 */
import { State, Seg } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { DPL_3, FlatMachine, PAGE_TABLES } from '../support/flat-machine';
import {
  CODE,
  CODE_BYTES,
  DATA,
  DATA_BYTES,
  STACK,
  STACK_BYTES,
  initialImage,
  type Case,
  type Outcome,
} from './native-cpu';
import { loadImage, storeImage } from './image';

const GDT = 0x1000;
const IDT = 0x2000;
const TSS = 0x3000;
const HANDLERS = 0x4000;
const HANDLER_STACK = 0x6000;
/** Page tables of the 2-MiB regions that hold code, data and stack. */
const TABLES = 0x10000;

/** What cases start with that say nothing else. */
const initial = initialImage();

const withError = new Set([8, 10, 11, 12, 13, 14, 17]);
/** Instructions a call of `run` from which on no case needs two. */
const FULL_SPEED = 1000;
/** More instructions than any case retires. */
const ENOUGH = 1_000_000n;

export class CoreCpu {
  /** Instructions of all cases that ran at full speed: each case does so once. */
  static compared = 0n;
  readonly machine = new FlatMachine(16 << 20);

  constructor() {
    const { machine } = this;
    machine.enterLongMode(3);
    const { physical } = machine.cpu;
    physical.write64(BigInt(GDT + 8), 0x00af9b000000ffffn);
    physical.write64(BigInt(GDT + 16), 0x00cf93000000ffffn);
    for (let vector = 0; vector < 32; vector++) {
      const handler = BigInt(HANDLERS + vector * 16);
      // Present interrupt gate, privilege level 3, selector 8, IST 1.
      physical.write64(BigInt(IDT + vector * 16), handler | (8n << 16n) | (1n << 32n) | (0xeen << 40n));
      physical.write64(BigInt(IDT + vector * 16 + 8), 0n);
      machine.load(HANDLERS + vector * 16, [0xf4]);
    }
    physical.write64(BigInt(TSS + 36), BigInt(HANDLER_STACK));
    machine.cpu.set64(State.GDTR_BASE, BigInt(GDT));
    machine.cpu.set32(State.GDTR_LIMIT, 0xff);
    machine.cpu.set64(State.IDTR_BASE, BigInt(IDT));
    machine.cpu.set32(State.IDTR_LIMIT, 0x1ff);
    machine.cpu.setSegment(Seg.TR, { selector: 0x18, base: BigInt(TSS), limit: 0x67, access: 0x8b });
    this.mapPages();
  }

  /** Nothing above 2 MiB but the pages of the harness; supervisor pages below. */
  private mapPages(): void {
    const { physical } = this.machine.cpu;
    const directory = PAGE_TABLES + 0x2000n;
    physical.fill(directory, 4096, 0);
    physical.write64(directory, 0x83n);
    let table = BigInt(TABLES);
    for (const [start, bytes] of [
      [CODE, CODE_BYTES],
      [DATA, DATA_BYTES],
      [STACK, STACK_BYTES],
    ] as const) {
      const entry = directory + BigInt(start >> 21) * 8n;
      if (!physical.read64(entry)) physical.write64(entry, (table += 0x1000n) | 7n);
      for (let page = start; page < start + bytes; page += 4096)
        physical.write64(
          (physical.read64(entry)! & ~0xfffn) + BigInt((page >> 12) & 511) * 8n,
          BigInt(page) | 7n,
        );
    }
  }

  /** @param slice instructions a call of `run`: 1 steps, a large number runs at full speed. */
  run(one: Case, slice: number): Outcome & { retired: bigint } {
    const { machine } = this;
    const { cpu } = machine;
    const code = new Uint8Array(CODE_BYTES).fill(0xcc);
    code.set(one.code.subarray(0, CODE_BYTES - one.start), one.start);
    machine.load(CODE, code);
    machine.load(DATA, one.data);
    machine.load(STACK, new Uint8Array(STACK_BYTES));
    one.registers.forEach((value, i) => cpu.setGpr(i, value));
    cpu.set64(State.RFLAGS, one.flags | 2n);
    cpu.set32(State.ACTIVITY, 0);
    loadImage(cpu, one.image ?? initial);
    machine.jumpTo(one.start + (one.mode === 16 ? 0 : CODE));
    this.setSegments(one.mode);
    const before = cpu.retired;
    let stop: number = Stop.BUDGET;
    while (stop === Stop.BUDGET && cpu.retired - before < ENOUGH) stop = machine.step(slice);
    if (stop !== Stop.HALT)
      throw new Error(
        `core stopped with ${stop} (${cpu.stopDetail}) at ${cpu.rip.toString(16)}: ${one.text}`,
      );
    const retired = cpu.retired - before;
    if (slice >= FULL_SPEED) CoreCpu.compared += retired;
    return { ...this.interrupted(), retired };
  }

  private setSegments(mode: 16 | 32 | 64): void {
    const { cpu } = this.machine;
    const small = mode === 16;
    const code = mode === 64 ? 0xa09b : mode === 32 ? 0xc09b : 0x009b;
    const limit = small ? 0xffff : 0xffffffff;
    const at = (base: number) => (small ? BigInt(base) : 0n);
    const data = { limit, access: (small ? 0x93 : 0xc093) | DPL_3, base: at(DATA) };
    // The selectors that the host gives its processes; those of the harness's local descriptor table.
    cpu.setSegment(Seg.CS, {
      selector: small ? 7 : mode === 32 ? 0x23 : 0x33,
      base: at(CODE),
      limit,
      access: code | DPL_3,
    });
    cpu.setSegment(Seg.SS, { ...data, selector: small ? 0x17 : 0x2b, base: at(STACK) });
    for (const i of [Seg.DS, Seg.ES])
      cpu.setSegment(i, { ...data, selector: small ? 0xf : mode === 32 ? 0x2b : 0 });
    cpu.setSegment(Seg.FS, { ...data, selector: 0, base: 0n, access: 0x10000 });
    cpu.setSegment(Seg.GS, {
      ...data,
      selector: 0,
      base: BigInt(DATA),
      access: mode === 64 ? data.access : 0x10000,
    });
    cpu.stateReplaced();
  }

  /** The state the handler was entered from. */
  private interrupted(): Outcome {
    const { cpu } = this.machine;
    const vector = (Number(cpu.rip) - HANDLERS) >> 4;
    const frame = cpu.gpr(4) + (withError.has(vector) ? 8n : 0n);
    const word = (index: bigint) => cpu.physical.read64(frame + index * 8n) ?? 0n;
    const registers = this.machine.gprs();
    registers[4] = word(3n);
    const bytes = (at: number, count: number) => cpu.physical.read(BigInt(at), count)!.slice();
    return {
      vector,
      error: withError.has(vector) ? Number(word(-1n)) : 0,
      cr2: vector === 14 ? cpu.get64(State.CR2) : 0n,
      rip: word(0n),
      registers,
      flags: word(2n),
      code: bytes(CODE, CODE_BYTES),
      data: bytes(DATA, DATA_BYTES),
      stack: bytes(STACK, STACK_BYTES),
      image: storeImage(cpu),
    };
  }
}
