/**
 * The 16550A serial port (National Semiconductor PC16550D data sheet). Sends at once: the transmitter is
 * always empty. Received bytes wait outside until the receiver has room, so none is lost and OE never sets.
 *
 * As in QEMU the interrupt does not depend on MCR.OUT2, because small guests leave it clear.
 */
import type { InterruptLine, PortDevice } from '../device';

// Registers by offset; DLAB selects the divisor latch at 0 and 1
const DATA = 0; // read RBR, write THR
const INTERRUPT_ENABLE = 1;
const INTERRUPT_IDENTITY = 2; // write: FIFO control
const LINE_CONTROL = 3;
const MODEM_CONTROL = 4;
const LINE_STATUS = 5;
const MODEM_STATUS = 6;
const SCRATCH = 7;

// IER
const IER_RECEIVED = 1 << 0;
const IER_TRANSMITTER_EMPTY = 1 << 1;
const IER_MODEM = 1 << 3;
// IIR: highest priority first
const IIR_RECEIVED = 0x04;
const IIR_TIMEOUT = 0x0c;
const IIR_TRANSMITTER_EMPTY = 0x02;
const IIR_MODEM = 0x00;
const IIR_NONE = 0x01;
const IIR_FIFO_ENABLED = 0xc0;
// FCR
const FCR_ENABLE = 1 << 0;
const FCR_CLEAR_RECEIVER = 1 << 1;
// LCR
const LCR_DLAB = 1 << 7;
// MCR: DTR, RTS, OUT1, OUT2, loop
const MCR_WRITABLE = 0x1f;
const MCR_LOOP = 1 << 4;
// LSR
const LSR_DATA_READY = 1 << 0;
const LSR_TRANSMITTER_EMPTY = 0x60; // THRE and TEMT
// MSR: CTS, DSR and DCD are there
const MSR_CONNECTED = 0xb0;

/** Bytes the receiver holds before the interrupt comes, by FCR bits 7:6. */
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
const FIFO_SIZE = 16;

interface State {
  divisor: number;
  interruptEnable: number;
  fifoControl: number;
  lineControl: number;
  modemControl: number;
  modemDelta: number;
  scratch: number;
  transmitterInterrupt: boolean;
  /** Receiver FIFO. */
  received: number[];
  /** Bytes on the wire that the receiver has no room for yet. */
  waiting: number[];
}

export class Uart implements PortDevice {
  readonly name = 'uart';
  readonly ports;
  readonly widest = 1;

  private state: State = {
    divisor: 12, // 9600 baud
    interruptEnable: 0,
    fifoControl: 0,
    lineControl: 0,
    modemControl: 0,
    modemDelta: 0,
    scratch: 0,
    transmitterInterrupt: false,
    received: [],
    waiting: [],
  };

  /** `first` is 0x3f8 for COM1; `transmit` gets every byte the guest sends. */
  constructor(
    private readonly first: number,
    private readonly irq: InterruptLine,
    private readonly transmit: (byte: number) => void,
  ) {
    this.ports = [{ first, count: 8 }];
  }

  /** Bytes arrive on the wire. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.state.waiting.push(byte);
    this.update();
  }

  /** Bytes on the wire that the receiver has not taken. */
  waitingInput(): Uint8Array {
    return Uint8Array.from(this.state.waiting);
  }

  readPort(port: number): number {
    const { state } = this;
    switch (port - this.first) {
      case DATA: {
        if (this.divisorLatch) return state.divisor & 0xff;
        const byte = state.received.shift() ?? 0;
        this.update();
        return byte;
      }
      case INTERRUPT_ENABLE:
        return this.divisorLatch ? state.divisor >> 8 : state.interruptEnable;
      case INTERRUPT_IDENTITY: {
        const identity = this.identity();
        // Reading it as the source acknowledges the transmitter interrupt.
        if (identity === IIR_TRANSMITTER_EMPTY) state.transmitterInterrupt = false;
        this.update();
        return identity | (state.fifoControl & FCR_ENABLE ? IIR_FIFO_ENABLED : 0);
      }
      case LINE_CONTROL:
        return state.lineControl;
      case MODEM_CONTROL:
        return state.modemControl;
      case LINE_STATUS:
        return LSR_TRANSMITTER_EMPTY | (state.received.length ? LSR_DATA_READY : 0);
      case MODEM_STATUS: {
        const status = this.modemStatus() | state.modemDelta;
        state.modemDelta = 0;
        this.update();
        return status;
      }
      default:
        return state.scratch;
    }
  }

  writePort(port: number, _size: number, value: number): void {
    const { state } = this;
    switch (port - this.first) {
      case DATA:
        if (this.divisorLatch) state.divisor = (state.divisor & 0xff00) | value;
        else this.send(value);
        break;
      case INTERRUPT_ENABLE:
        if (this.divisorLatch) {
          state.divisor = (state.divisor & 0xff) | (value << 8);
          break;
        }
        // Enabling the transmitter interrupt while the transmitter is empty raises it.
        if (value & IER_TRANSMITTER_EMPTY && !(state.interruptEnable & IER_TRANSMITTER_EMPTY)) {
          state.transmitterInterrupt = true;
        }
        state.interruptEnable = value & 0x0f;
        break;
      case INTERRUPT_IDENTITY:
        // A change of the enable bit clears the FIFO too.
        if (value & FCR_CLEAR_RECEIVER || (value ^ state.fifoControl) & FCR_ENABLE) state.received = [];
        state.fifoControl = value & (FCR_ENABLE | 0xc0);
        break;
      case LINE_CONTROL:
        state.lineControl = value;
        break;
      case MODEM_CONTROL: {
        const before = this.modemStatus();
        state.modemControl = value & MCR_WRITABLE;
        const changed = (before ^ this.modemStatus()) >> 4;
        // TERI (bit 2) tells of the trailing edge of RI only.
        const ringEnded = before & 0x40 && !(this.modemStatus() & 0x40);
        state.modemDelta |= (changed & 0xb) | (ringEnded ? 4 : 0);
        break;
      }
      case SCRATCH:
        state.scratch = value;
        break;
    }
    this.update();
  }

  save(): unknown {
    return structuredClone(this.state);
  }

  restore(saved: unknown): void {
    this.state = structuredClone(saved) as State;
  }

  private get divisorLatch(): boolean {
    return (this.state.lineControl & LCR_DLAB) !== 0;
  }

  private send(byte: number): void {
    const { state } = this;
    if (state.modemControl & MCR_LOOP) {
      if (state.received.length < this.capacity()) state.received.push(byte);
    } else {
      this.transmit(byte);
    }
    state.transmitterInterrupt = true;
  }

  private capacity(): number {
    return this.state.fifoControl & FCR_ENABLE ? FIFO_SIZE : 1;
  }

  /** In loop mode the four outputs come back as inputs: RTS-CTS, DTR-DSR, OUT1-RI, OUT2-DCD. */
  private modemStatus(): number {
    const control = this.state.modemControl;
    if (!(control & MCR_LOOP)) return MSR_CONNECTED;
    return ((control & 2) << 3) | ((control & 1) << 5) | ((control & 0xc) << 4);
  }

  private identity(): number {
    const { interruptEnable, fifoControl, received, transmitterInterrupt, modemDelta } = this.state;
    if (interruptEnable & IER_RECEIVED && received.length) {
      if (!(fifoControl & FCR_ENABLE)) return IIR_RECEIVED;
      // Below the trigger level the character time-out comes; it is taken as having passed already.
      return received.length >= (TRIGGER_LEVELS[fifoControl >> 6] ?? 1) ? IIR_RECEIVED : IIR_TIMEOUT;
    }
    if (interruptEnable & IER_TRANSMITTER_EMPTY && transmitterInterrupt) return IIR_TRANSMITTER_EMPTY;
    if (interruptEnable & IER_MODEM && modemDelta) return IIR_MODEM;
    return IIR_NONE;
  }

  /** Fills the receiver from the wire and sets the interrupt line. */
  private update(): void {
    const { state } = this;
    // What was read is gone before the next byte arrives: an edge-triggered controller sees an interrupt for each.
    this.irq.set(this.identity() !== IIR_NONE);
    // The loop disconnects the receiver from the wire.
    while (!(state.modemControl & MCR_LOOP) && state.received.length < this.capacity()) {
      const byte = state.waiting.shift();
      if (byte === undefined) break;
      state.received.push(byte);
    }
    this.irq.set(this.identity() !== IIR_NONE);
  }
}
