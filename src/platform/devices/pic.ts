/**
 * The two cascaded 8259A interrupt controllers of a PC (Intel 8259A data sheet, order 231468), with the
 * edge/level registers ELCR of the PIIX. Knows neither who drives its inputs nor who takes its output.
 */
import type { InterruptLine, PortDevice } from '../device';

// Ports: command (A0 = 0) and data (A0 = 1) of master and slave, edge/level control registers.
const MASTER_COMMAND = 0x20;
const SLAVE_COMMAND = 0xa0;
const ELCR = 0x4d0;

// ICW1 (D4 = 1)
const ICW1 = 1 << 4;
const ICW1_NEEDS_ICW4 = 1 << 0;
const ICW1_SINGLE = 1 << 1;
const ICW1_LEVEL = 1 << 3;
// ICW4
const ICW4_AUTO_EOI = 1 << 1;
const ICW4_SPECIAL_FULLY_NESTED = 1 << 4;
// OCW3 (D4 = 0, D3 = 1)
const OCW3 = 1 << 3;
const OCW3_READ_REGISTER = 1 << 1;
const OCW3_READ_ISR = 1 << 0;
const OCW3_POLL = 1 << 2;
const OCW3_SET_SPECIAL_MASK = 1 << 6;
const OCW3_SPECIAL_MASK = 1 << 5;

/** Master input that the slave's output drives. */
const CASCADE = 2;
/** Inputs that cannot be level triggered: timer, keyboard, cascade; RTC and coprocessor on the slave. */
const MASTER_EDGE_ONLY = 0x07;
const SLAVE_EDGE_ONLY = 0x21;

interface ChipState {
  /** Level of the eight inputs. */
  lines: number;
  irr: number;
  isr: number;
  imr: number;
  vectorBase: number;
  /** Input of lowest priority; 7 after reset. */
  lowest: number;
  /** Next initialisation word expected in the data port: 2, 3, 4, or 0 when initialised. */
  expecting: number;
  needsIcw4: boolean;
  single: boolean;
  levelTriggered: boolean;
  edgeLevel: number;
  autoEoi: boolean;
  rotateOnAutoEoi: boolean;
  specialFullyNested: boolean;
  specialMask: boolean;
  readIsr: boolean;
  poll: boolean;
}

const powerOn = (): ChipState => ({
  lines: 0,
  irr: 0,
  isr: 0,
  imr: 0xff,
  vectorBase: 0,
  lowest: 7,
  expecting: 0,
  needsIcw4: false,
  single: false,
  levelTriggered: false,
  edgeLevel: 0,
  autoEoi: false,
  rotateOnAutoEoi: false,
  specialFullyNested: false,
  specialMask: false,
  readIsr: false,
  poll: false,
});

/** One 8259A. `slaveInput` is the master's mask of inputs with a slave behind them. */
class Chip {
  state = powerOn();

  constructor(
    private readonly slaveInput: number,
    private readonly edgeOnly: number,
    private readonly output: (level: boolean) => void,
  ) {}

  setLine(input: number, level: boolean): void {
    const bit = 1 << input;
    const { state } = this;
    if (level) {
      // Edge mode latches the rising edge, level mode follows the line.
      if (this.isLevel(input) || !(state.lines & bit)) state.irr |= bit;
      state.lines |= bit;
    } else {
      state.lines &= ~bit;
      // The data sheet wants the line high until the acknowledge; without it the request is gone (IR7 then).
      state.irr &= ~bit;
    }
    this.update();
  }

  /** The input an acknowledge would choose, or -1. */
  highest(): number {
    const { state } = this;
    const requests = state.irr & ~state.imr;
    if (!requests) return -1;
    for (let i = 1; i <= 8; i++) {
      const input = (state.lowest + i) & 7;
      const bit = 1 << input;
      // Fully nested: an input in service blocks itself and all below it. Special mask mode: only itself.
      // Special fully nested: a slave's further request passes though the slave is in service.
      if (requests & bit && !(state.isr & bit && !(state.specialFullyNested && this.slaveInput & bit))) {
        return input;
      }
      if (state.isr & bit && !state.specialMask) {
        return -1;
      }
    }
    return -1;
  }

  /** INTA: the input moves from request to service. */
  acknowledge(input: number): void {
    const { state } = this;
    const bit = 1 << input;
    if (!this.isLevel(input)) state.irr &= ~bit;
    if (!state.autoEoi) state.isr |= bit;
    else if (state.rotateOnAutoEoi) state.lowest = input;
    this.update();
  }

  read(a0: number): number {
    const { state } = this;
    if (state.poll) {
      state.poll = false;
      const input = this.highest();
      if (input < 0) return 0;
      this.acknowledge(input);
      return 0x80 | input;
    }
    if (a0) return state.imr;
    return state.readIsr ? state.isr : state.irr;
  }

  writeCommand(value: number): void {
    const { state } = this;
    if (value & ICW1) {
      const { lines, edgeLevel } = state;
      this.state = {
        ...powerOn(),
        lines,
        edgeLevel,
        imr: 0,
        expecting: 2,
        needsIcw4: (value & ICW1_NEEDS_ICW4) !== 0,
        single: (value & ICW1_SINGLE) !== 0,
        levelTriggered: (value & ICW1_LEVEL) !== 0,
      };
      // The edge sense circuit is reset: a line that is already high must fall and rise again.
      for (let input = 0; input < 8; input++) {
        if (this.isLevel(input) && lines & (1 << input)) this.state.irr |= 1 << input;
      }
    } else if (value & OCW3) {
      state.poll = (value & OCW3_POLL) !== 0;
      if (value & OCW3_READ_REGISTER) state.readIsr = (value & OCW3_READ_ISR) !== 0;
      if (value & OCW3_SET_SPECIAL_MASK) state.specialMask = (value & OCW3_SPECIAL_MASK) !== 0;
    } else {
      this.writeOcw2(value);
    }
    this.update();
  }

  writeData(value: number): void {
    const { state } = this;
    switch (state.expecting) {
      case 2:
        state.vectorBase = value & 0xf8;
        state.expecting = state.single ? (state.needsIcw4 ? 4 : 0) : 3;
        break;
      case 3: // The PC's wiring of the cascade is fixed, what ICW3 says of it changes nothing.
        state.expecting = state.needsIcw4 ? 4 : 0;
        break;
      case 4:
        state.autoEoi = (value & ICW4_AUTO_EOI) !== 0;
        state.specialFullyNested = (value & ICW4_SPECIAL_FULLY_NESTED) !== 0;
        state.expecting = 0;
        break;
      default:
        state.imr = value;
    }
    this.update();
  }

  setEdgeLevel(value: number): void {
    this.state.edgeLevel = value & ~this.edgeOnly;
    this.update();
  }

  update(): void {
    this.output(this.highest() >= 0);
  }

  /** The cascade counts as level: the slave may have its next request ready without dropping its output. */
  private isLevel(input: number): boolean {
    return this.state.levelTriggered || ((this.state.edgeLevel | this.slaveInput) & (1 << input)) !== 0;
  }

  /** OCW2: end of interrupt and rotation, D7 R, D6 SL, D5 EOI, D2-D0 level. */
  private writeOcw2(value: number): void {
    const { state } = this;
    const level = value & 7;
    switch (value >> 5) {
      case 0b001: // non-specific EOI
      case 0b101: {
        // rotate on non-specific EOI
        const input = this.highestInService();
        if (input < 0) break;
        state.isr &= ~(1 << input);
        if (value & 0x80) state.lowest = input;
        break;
      }
      case 0b011: // specific EOI
        state.isr &= ~(1 << level);
        break;
      case 0b111: // rotate on specific EOI
        state.isr &= ~(1 << level);
        state.lowest = level;
        break;
      case 0b110: // set priority
        state.lowest = level;
        break;
      case 0b100:
        state.rotateOnAutoEoi = true;
        break;
      case 0b000:
        state.rotateOnAutoEoi = false;
        break;
    }
  }

  private highestInService(): number {
    const { isr, imr, specialMask, lowest } = this.state;
    // In special mask mode a masked input's service bit is not cleared by a non-specific EOI.
    const candidates = specialMask ? isr & ~imr : isr;
    for (let i = 1; i <= 8; i++) {
      const input = (lowest + i) & 7;
      if (candidates & (1 << input)) return input;
    }
    return -1;
  }
}

export class PicPair implements PortDevice {
  readonly name = 'pic';
  readonly ports = [
    { first: MASTER_COMMAND, count: 2 },
    { first: SLAVE_COMMAND, count: 2 },
    { first: ELCR, count: 2 },
  ];
  readonly widest = 1;

  private readonly master: Chip;
  private readonly slave: Chip;

  /** `output` is INTR, towards the CPU (on a PC: LINT0 of the local APIC). */
  constructor(output: InterruptLine) {
    this.master = new Chip(1 << CASCADE, MASTER_EDGE_ONLY, (level) => output.set(level));
    this.slave = new Chip(0, SLAVE_EDGE_ONLY, (level) => this.master.setLine(CASCADE, level));
  }

  /** Input 0-15. Input 2 is the cascade and does not exist outside. */
  setIrq(irq: number, level: boolean): void {
    if (irq === CASCADE) return;
    if (irq < 8) this.master.setLine(irq, level);
    else this.slave.setLine(irq - 8, level);
  }

  /** The vector `acknowledge()` would return; changes nothing. */
  peek(): number {
    const input = this.master.highest();
    if (input < 0) return this.master.state.vectorBase + 7;
    if (input !== CASCADE) return this.master.state.vectorBase + input;
    const behind = this.slave.highest();
    return this.slave.state.vectorBase + (behind < 0 ? 7 : behind);
  }

  /** Two INTA cycles. With no request left the answer is the spurious vector, input 7, and nothing is in service. */
  acknowledge(): number {
    const vector = this.peek();
    const input = this.master.highest();
    if (input < 0) return vector;
    if (input === CASCADE) {
      const behind = this.slave.highest();
      this.master.acknowledge(CASCADE);
      if (behind >= 0) this.slave.acknowledge(behind);
    } else {
      this.master.acknowledge(input);
    }
    return vector;
  }

  readPort(port: number): number {
    switch (port) {
      case MASTER_COMMAND:
      case MASTER_COMMAND + 1:
        return this.master.read(port & 1);
      case SLAVE_COMMAND:
      case SLAVE_COMMAND + 1:
        return this.slave.read(port & 1);
      case ELCR:
        return this.master.state.edgeLevel;
      default:
        return this.slave.state.edgeLevel;
    }
  }

  writePort(port: number, _size: number, value: number): void {
    switch (port) {
      case MASTER_COMMAND:
        return this.master.writeCommand(value);
      case MASTER_COMMAND + 1:
        return this.master.writeData(value);
      case SLAVE_COMMAND:
        return this.slave.writeCommand(value);
      case SLAVE_COMMAND + 1:
        return this.slave.writeData(value);
      case ELCR:
        return this.master.setEdgeLevel(value);
      default:
        return this.slave.setEdgeLevel(value);
    }
  }

  save(): unknown {
    return structuredClone([this.master.state, this.slave.state]);
  }

  restore(saved: unknown): void {
    [this.master.state, this.slave.state] = structuredClone(saved) as [ChipState, ChipState];
  }
}
