/**
 * The same sequences in the core: 64-bit code at the harness's addresses, exceptions through an IDT whose handlers are
 * HLT instructions on a stack of their own, so that the interrupted state stays as it was.
 */
import { State, Seg } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { FlatMachine } from '../support/flat-machine';
import { AREA, CODE, DATA, STACK, type Case, type Outcome } from './native-cpu';

const GDT = 0x1000;
const IDT = 0x2000;
const TSS = 0x3000;
const HANDLERS = 0x4000;
const HANDLER_STACK = 0x6000;

/** Vectors that have a page fault's look on the host: SIGSEGV and SIGBUS. */
const memoryFaults = new Set([12, 13, 14, 17]);

export class CoreCpu {
  readonly machine = new FlatMachine(16 << 20);

  constructor() {
    const { machine } = this;
    machine.enterLongMode();
    const { physical } = machine.cpu;
    physical.write64(BigInt(GDT + 8), 0x00af9b000000ffffn);
    physical.write64(BigInt(GDT + 16), 0x00cf93000000ffffn);
    for (let vector = 0; vector < 32; vector++) {
      const handler = BigInt(HANDLERS + vector * 16);
      // Present interrupt gate, privilege level 0, selector 8, IST 1.
      physical.write64(
        BigInt(IDT + vector * 16),
        (handler & 0xffffn) | (8n << 16n) | (1n << 32n) | (0x8en << 40n),
      );
      physical.write64(BigInt(IDT + vector * 16 + 8), 0n);
      machine.load(HANDLERS + vector * 16, [0xf4]);
    }
    physical.write64(BigInt(TSS + 36), BigInt(HANDLER_STACK));
    machine.cpu.set64(State.GDTR_BASE, BigInt(GDT));
    machine.cpu.set32(State.GDTR_LIMIT, 0xff);
    machine.cpu.set64(State.IDTR_BASE, BigInt(IDT));
    machine.cpu.set32(State.IDTR_LIMIT, 0x1ff);
    machine.cpu.setSegment(Seg.TR, { selector: 0x18, base: BigInt(TSS), limit: 0x67, access: 0x8b });
  }

  /** @param slice instructions a call of `run`: 1 steps, a large number runs at full speed. */
  run(one: Case, slice: number): Outcome {
    const { machine } = this;
    const { cpu } = machine;
    const code = new Uint8Array(64).fill(0xcc);
    code.set(one.code);
    machine.load(CODE, code);
    machine.load(DATA, one.data);
    machine.load(STACK, new Uint8Array(AREA));
    one.registers.forEach((value, i) => cpu.setGpr(i, value));
    cpu.set64(State.RFLAGS, one.flags | 2n);
    cpu.set32(State.ACTIVITY, 0);
    machine.jumpTo(CODE);
    // No `stateReplaced`: the TLB stays warm from case to case, so that both its hits and its misses are compared.
    let stop: number = Stop.BUDGET;
    for (let n = 0; stop === Stop.BUDGET && n < 100000; n += slice) stop = machine.step(slice);
    if (stop !== Stop.HALT)
      throw new Error(`core stopped with ${stop} (${cpu.stopDetail}) at ${cpu.rip.toString(16)}`);
    return this.interrupted();
  }

  /** The state the handler was entered from. */
  private interrupted(): Outcome {
    const { cpu } = this.machine;
    const vector = (Number(cpu.rip) - HANDLERS) >> 4;
    const withError = [8, 10, 11, 12, 13, 14, 17].includes(vector) ? 8n : 0n;
    const frame = cpu.gpr(4) + withError;
    const word = (index: bigint) => cpu.physical.read64(frame + index * 8n) ?? 0n;
    const registers = this.machine.gprs();
    registers[4] = word(3n);
    return {
      vector: memoryFaults.has(vector) ? 13 : vector,
      rip: word(0n),
      registers,
      flags: word(2n),
      data: cpu.physical.read(BigInt(DATA), AREA)!.slice(),
      stack: cpu.physical.read(BigInt(STACK), AREA)!.slice(),
    };
  }
}
