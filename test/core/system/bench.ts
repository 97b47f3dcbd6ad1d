// A processor on a bench: memory with descriptor tables, page tables and stacks already laid out for one of the execution
// modes, a program at CODE, and for every vector a handler that halts. A test reads what the program left.
import { Gpr, Mode, Seg, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import '../../support/provide-host';
import type { Bus } from '../../../src/cpu/bus';
import { Cpu } from '../../../src/cpu/cpu';
import { applyProfile } from '../../../src/cpu/profile';
import { assemble, type CodeBits } from './assembly';

export const GDT = 0x5000;
export const TSS = 0x6000;
export const IDT = 0x7000;
export const LDT = 0x8000;
export const CODE = 0x10000;
/** Handler of vector v: a HLT at HANDLERS + 16 * v. */
export const HANDLERS = 0x20000;
export const STACK = 0x80000;
/** Stack of ring 0 in the TSS, stack of ring 3, first interrupt stack. */
export const STACK0 = 0x90000;
export const STACK3 = 0xa0000;
export const STACK_IST1 = 0xb0000;
export const DATA = 0xc0000;

/** Selectors in the GDT of every protected mode. */
export const Select = {
  code: 0x08,
  data: 0x10,
  /** 32-bit code of ring 3. */
  userCode32: 0x1b,
  userData: 0x23,
  /** 64-bit code of ring 3 in IA-32e mode. */
  userCode: 0x2b,
  code32: 0x30,
  tss: 0x38,
  callGate: 0x48,
  conforming: 0x58,
  notPresent: 0x60,
  ldt: 0x68,
  readOnly: 0x78,
  executeOnly: 0x80,
  code16: 0x88,
  expandDown: 0x90,
  taskGate: 0x98,
} as const;

const RAM = 0x1000000;
const LIMIT = 100_000n;

export interface Trap {
  vector: number;
  error: number | undefined;
  rip: bigint;
  cs: number;
  rflags: bigint;
  rsp: bigint;
  ss: number;
}

/** Vectors that push an error code. */
const WITH_ERROR = new Set([8, 10, 11, 12, 13, 14, 17, 21]);

export class Bench {
  readonly cpu: Cpu;
  /** Everything the program wrote to ports, in order. */
  readonly written: { port: number; size: number; value: number }[] = [];
  /** What IN reads from a port; 0xff..ff without an entry. */
  readonly ports = new Map<number, number>();
  /** MSRs outside the core. */
  readonly msrs = new Map<number, bigint>();
  /** Vectors that the interrupt controller answers with; the line falls after the last one. */
  readonly interrupts: number[] = [];
  taskPriority = 0;
  /** Called after each OUT. */
  onPortWrite: () => void = () => undefined;
  /** False: what is written to ports is forgotten. */
  keepWrites = true;

  constructor() {
    this.cpu = new Cpu(RAM, this.bus());
    applyProfile(this.cpu, 'turtle-64');
  }

  private bus(): Bus {
    return {
      portRead: (port, size) => this.ports.get(port) ?? 2 ** (8 * size) - 1,
      portWrite: (port, size, value) => {
        if (this.keepWrites) this.written.push({ port, size, value });
        this.onPortWrite();
      },
      memoryRead: () => 0,
      memoryWrite: () => undefined,
      msrRead: (index) => this.msrs.get(index),
      msrWrite: (index, value) => this.msrs.has(index) && (this.msrs.set(index, value), true),
      interruptAcknowledge: () => {
        const vector = this.interrupts.shift() ?? 0xff;
        this.cpu.set32(State.INTR, this.interrupts.length);
        return vector;
      },
      taskPriorityRead: () => this.taskPriority,
      taskPriorityWrite: (value) => void (this.taskPriority = value),
    };
  }

  /** Announces an interrupt; call again for more. */
  interrupt(vector: number): void {
    this.interrupts.push(vector);
    this.cpu.set32(State.INTR, 1);
  }

  write(address: number, bytes: Uint8Array | readonly number[]): void {
    this.cpu.physical.write(BigInt(address), Uint8Array.from(bytes));
  }

  write16(address: number, value: number): void {
    this.write(address, [value & 0xff, value >> 8]);
  }

  write32(address: number, value: number): void {
    this.cpu.physical.write32(BigInt(address), value >>> 0);
  }

  write64(address: number, value: bigint): void {
    this.write32(address, Number(value & 0xffffffffn));
    this.write32(address + 4, Number(value >> 32n));
  }

  read32(address: number | bigint): number {
    return (this.cpu.physical.read32(BigInt(address)) ?? NaN) >>> 0;
  }

  read64(address: number | bigint): bigint {
    const at = BigInt(address);
    return BigInt(this.read32(at)) | (BigInt(this.read32(at + 4n)) << 32n);
  }

  /** Puts a descriptor of 8 bytes into the GDT; `access` in the format of the state block. */
  descriptor(selector: number, base: number, limit: number, access: number): void {
    const low = ((base & 0xffff) << 16) | (limit & 0xffff);
    const high = (base & 0xff000000) | (limit & 0xf0000) | ((base >> 16) & 0xff) | ((access & 0xf0ff) << 8);
    this.write32(GDT + (selector & 0xfff8), low);
    this.write32(GDT + (selector & 0xfff8) + 4, high);
  }

  /** A gate of 8 bytes (type 4..7, 12..15). */
  gate(address: number, selector: number, offset: number, access: number, extra = 0): void {
    this.write32(address, (selector << 16) | (offset & 0xffff));
    this.write32(address + 4, (offset & 0xffff0000) | ((access & 0xff) << 8) | extra);
  }

  /** IDT entry of the running mode; `access` 0x8e interrupt gate, 0x8f trap gate. */
  idtEntry(vector: number, access: number, selector: number = Select.code, ist = 0): void {
    const size = this.long ? 16 : 8;
    const address = IDT + vector * size;
    this.gate(address, selector, HANDLERS + vector * 16, access, ist);
    if (this.long) this.write64(address + 8, 0n);
  }

  private long = false;

  private commonTables(): void {
    for (let vector = 0; vector < 256; vector++) {
      this.write(HANDLERS + vector * 16, [0xf4]);
      this.idtEntry(vector, 0x8e);
    }
    const { cpu } = this;
    cpu.set64(State.GDTR_BASE, BigInt(GDT));
    cpu.set32(State.GDTR_LIMIT, 0x9f);
    cpu.set64(State.IDTR_BASE, BigInt(IDT));
    cpu.set32(State.IDTR_LIMIT, this.long ? 0xfff : 0x7ff);
    this.descriptor(Select.data, 0, 0xfffff, 0xc093);
    this.descriptor(Select.userCode32, 0, 0xfffff, 0xc0fb);
    this.descriptor(Select.userData, 0, 0xfffff, 0xc0f3);
    this.descriptor(Select.code32, 0, 0xfffff, 0xc09b);
    this.descriptor(Select.notPresent, 0, 0xfffff, 0xc013);
    this.descriptor(Select.ldt, LDT, 0xfff, 0x82);
    this.descriptor(Select.ldt + 8, 0, 0, 0);
    this.descriptor(Select.readOnly, 0, 0xfffff, 0xc091);
    this.descriptor(Select.executeOnly, 0, 0xfffff, 0xc099);
    this.descriptor(Select.code16, 0, 0xffff, 0x9b);
    this.descriptor(Select.expandDown, 0, 0xff, 0xc097);
    this.gate(GDT + Select.taskGate, Select.tss, 0, 0x85);
    this.descriptor(Select.tss, TSS, 0xfff, this.long ? 0x8b : 0x8b);
    const wide = this.long ? 0xa000 : 0xc000;
    this.descriptor(Select.code, 0, 0xfffff, 0x9b | wide);
    this.descriptor(Select.userCode, 0, 0xfffff, 0xfb | wide);
    this.descriptor(Select.conforming, 0, 0xfffff, 0x9f | wide);
    cpu.setSegment(Seg.TR, { selector: Select.tss, base: BigInt(TSS), limit: 0xfff, access: 0x8b });
    // The I/O map lies beyond the limit: no port is allowed.
    this.write16(TSS + 102, 0x1000);
  }

  private segments(code: number, codeAccess: number, stackBits: number): void {
    const { cpu } = this;
    const flat = { base: 0n, limit: 0xffffffff };
    cpu.setSegment(Seg.CS, { selector: code, access: codeAccess, ...flat });
    const ring = code & 3;
    const selector = ring === 3 ? Select.userData : Select.data;
    const access = ring === 3 ? 0xc0f3 : 0xc093;
    for (const index of [Seg.SS, Seg.DS, Seg.ES, Seg.FS, Seg.GS])
      cpu.setSegment(index, { selector, access, ...flat });
    cpu.setGpr(Gpr.RSP, BigInt(stackBits));
    cpu.set64(State.RIP, BigInt(CODE));
    cpu.set64(State.RFLAGS, 2n);
    cpu.stateReplaced();
  }

  /** 64-bit mode at ring 0 or 3: identity-mapped 2-MiB pages that every ring may use. */
  static long(ring: 0 | 3 = 0): Bench {
    const bench = new Bench();
    bench.long = true;
    bench.write64(0x1000, 0x2007n);
    bench.write64(0x2000, 0x3007n);
    for (let i = 0; i < 8; i++) bench.write64(0x3000 + i * 8, BigInt(i * 0x200000 + 0x87));
    bench.commonTables();
    bench.write64(TSS + 4, BigInt(STACK0));
    bench.write64(TSS + 36, BigInt(STACK_IST1));
    const { cpu } = bench;
    cpu.set64(State.CR0, 0x80010031n);
    cpu.set64(State.CR3, 0x1000n);
    cpu.set64(State.CR4, 0x20n);
    cpu.set64(State.EFER, 0xd01n);
    bench.segments(ring ? Select.userCode : Select.code, ring ? 0xa0fb : 0xa09b, ring ? STACK3 : STACK);
    return bench;
  }

  /** 32-bit protected mode without paging. */
  static protected(ring: 0 | 3 = 0): Bench {
    const bench = new Bench();
    bench.commonTables();
    bench.write32(TSS + 4, STACK0);
    bench.write16(TSS + 8, Select.data);
    bench.cpu.set64(State.CR0, 0x31n);
    bench.segments(ring ? Select.userCode : Select.code, ring ? 0xc0fb : 0xc09b, ring ? STACK3 : STACK);
    return bench;
  }

  /** Real-address mode, CS and handlers at their linear addresses' paragraphs, interrupt vectors at 0. */
  static real(): Bench {
    const bench = new Bench();
    const { cpu } = bench;
    for (let vector = 0; vector < 256; vector++) {
      bench.write(HANDLERS + vector * 16, [0xf4]);
      bench.write32(vector * 4, ((HANDLERS >> 4) << 16) | (vector * 16));
    }
    cpu.set64(State.IDTR_BASE, 0n);
    cpu.set32(State.IDTR_LIMIT, 0x3ff);
    cpu.set64(State.CR0, 0x10n);
    cpu.setSegment(Seg.CS, { selector: CODE >> 4, base: BigInt(CODE), limit: 0xffff, access: 0x9b });
    for (const index of [Seg.SS, Seg.DS, Seg.ES, Seg.FS, Seg.GS])
      cpu.setSegment(index, { selector: 0, base: 0n, limit: 0xffff, access: 0x93 });
    cpu.setGpr(Gpr.RSP, 0x9000n);
    cpu.set64(State.RIP, 0n);
    cpu.set64(State.RFLAGS, 2n);
    cpu.stateReplaced();
    return bench;
  }

  /** Assembles at CODE (or `address`) in the bits of the mode. */
  load(source: string, bits: CodeBits = this.bits, address: number = CODE): this {
    const real = this.cpu.mode === Mode.REAL;
    this.write(address, assemble(source, bits, real ? address - CODE : address));
    return this;
  }

  private get bits(): CodeBits {
    if (this.long) return 64;
    return this.cpu.mode === Mode.REAL ? 16 : 32;
  }

  /** Runs to the next stop; a program that does not stop within LIMIT instructions fails the test. */
  run(): Stop {
    const stop = this.cpu.run(this.cpu.retired + LIMIT);
    if (stop === Stop.BUDGET) throw new Error(`still running at ${this.cpu.rip.toString(16)}`);
    return stop;
  }

  /** Loads and runs `source`. */
  execute(source: string): this {
    this.load(source).run();
    return this;
  }

  /** The handler the program halted in; undefined when it halted elsewhere. */
  get trap(): Trap | undefined {
    const { cpu } = this;
    let at = cpu.rip;
    if (cpu.mode <= Mode.VIRTUAL_8086) at += cpu.segment(Seg.CS).base;
    const vector = Math.floor((Number(at) - HANDLERS) / 16);
    if (Number(at) !== HANDLERS + vector * 16 + 1 || vector < 0 || vector > 255) return undefined;
    const width = cpu.mode === Mode.REAL ? 2 : this.long ? 8 : 4;
    const words: bigint[] = [];
    const mask = (1n << BigInt(width * 8)) - 1n;
    const start = cpu.gpr(Gpr.RSP) + cpu.segment(Seg.SS).base * (this.long ? 0n : 1n);
    for (let i = 0; i < 6; i++) words.push(this.read64(start + BigInt(i * width)) & mask);
    const withError = width !== 2 && WITH_ERROR.has(vector);
    const error = withError ? Number(words.shift()) : undefined;
    const [rip = 0n, cs = 0n, rflags = 0n, rsp = 0n, ss = 0n] = words;
    return { vector, error, rip, cs: Number(cs), rflags, rsp, ss: Number(ss) };
  }

  /** `#GP(0x18) at +3`, `#UD at +0`, or `halted at +n`: where the run ended, relative to CODE. */
  get outcome(): string {
    const trap = this.trap;
    const offset = (rip: bigint) => `+${(Number(rip) - (this.cpu.mode === Mode.REAL ? 0 : CODE)).toString()}`;
    if (!trap) return `halted at ${offset(this.cpu.rip)}`;
    const name = NAMES[trap.vector] ?? `INT ${trap.vector.toString(16)}`;
    const error = trap.error === undefined ? '' : `(${trap.error.toString(16)})`;
    return `${name}${error} at ${offset(trap.rip)}`;
  }

  reg(index: Gpr | number): bigint {
    return this.cpu.gpr(index);
  }
}

const NAMES: Record<number, string> = {
  0: '#DE',
  1: '#DB',
  2: 'NMI',
  3: '#BP',
  4: '#OF',
  5: '#BR',
  6: '#UD',
  7: '#NM',
  8: '#DF',
  10: '#TS',
  11: '#NP',
  12: '#SS',
  13: '#GP',
  14: '#PF',
  16: '#MF',
  17: '#AC',
  19: '#XM',
};
