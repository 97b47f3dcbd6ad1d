/**
 * The 82093AA I/O APIC (Intel data sheet, order 290566) at 0xFEC00000: 24 pins. Sends messages on the APIC
 * bus and hears EOIs from it; knows no local APIC. Pin polarity is stored and not applied: lines are logical.
 */
import type { ApicBus } from '../apic-bus';
import { DELIVERY } from '../apic-bus';
import type { MemoryDevice } from '../device';
import { IO_APIC_BASE } from '../memory-map';

// Memory-mapped registers
const IOREGSEL = 0x00;
const IOWIN = 0x10;
// Indirect registers
const IOAPICID = 0x00; // bits 27:24 the ID
const IOAPICVER = 0x01;
const IOAPICARB = 0x02; // bits 27:24, loaded with the ID
const IOREDTBL = 0x10; // two words a pin

const PINS = 24;
/** Version 0x11, highest pin in bits 23:16. */
const VERSION = 0x11 | ((PINS - 1) << 16);
const ID_MASK = 0x0f000000;

// Redirection entry, low word: 7:0 vector, 10:8 delivery mode
const DESTINATION_LOGICAL = 1 << 11;
const REMOTE_IRR = 1 << 14;
const TRIGGER_LEVEL = 1 << 15;
const MASKED = 1 << 16;
const LOW_WRITABLE = 0x1afff & ~(1 << 12); // not delivery status (12), not remote IRR (14)
const HIGH_WRITABLE = 0xff000000;

interface State {
  select: number;
  id: number;
  /** Level of each pin, one bit a pin. */
  lines: number;
  low: Uint32Array;
  high: Uint32Array;
}

export class IoApic implements MemoryDevice {
  readonly name = 'io-apic';
  readonly base = IO_APIC_BASE;
  readonly length = 0x1000;

  private state: State = {
    select: 0,
    id: 0,
    lines: 0,
    low: new Uint32Array(PINS).fill(MASKED),
    high: new Uint32Array(PINS),
  };

  constructor(private readonly bus: ApicBus) {
    bus.onEndOfInterrupt((vector) => this.endOfInterrupt(vector));
  }

  setPin(pin: number, level: boolean): void {
    const bit = 1 << pin;
    const { state } = this;
    const rising = level && !(state.lines & bit);
    state.lines = level ? state.lines | bit : state.lines & ~bit;
    // An edge on a masked pin is lost, a level is not.
    if (rising) this.service(pin);
  }

  readMemory(offset: number): number {
    switch (offset) {
      case IOREGSEL:
        return this.state.select;
      case IOWIN:
        return this.readRegister(this.state.select);
      default:
        return 0;
    }
  }

  writeMemory(offset: number, _size: number, value: number): void {
    switch (offset) {
      case IOREGSEL:
        this.state.select = value & 0xff;
        break;
      case IOWIN:
        this.writeRegister(this.state.select, value);
        break;
    }
  }

  save(): unknown {
    return structuredClone(this.state);
  }

  restore(saved: unknown): void {
    this.state = structuredClone(saved) as State;
  }

  private readRegister(index: number): number {
    const { id, low, high } = this.state;
    switch (index) {
      case IOAPICID:
      case IOAPICARB:
        return id;
      case IOAPICVER:
        return VERSION;
      default: {
        const words = index & 1 ? high : low;
        return words[(index - IOREDTBL) >> 1] ?? 0;
      }
    }
  }

  private writeRegister(index: number, value: number): void {
    if (index === IOAPICID) {
      this.state.id = value & ID_MASK;
      return;
    }
    const pin = (index - IOREDTBL) >> 1;
    if (pin < 0 || pin >= PINS) return;
    const { low, high, lines } = this.state;
    if (index & 1) {
      high[pin] = value & HIGH_WRITABLE;
      return;
    }
    const old = low[pin] ?? 0;
    let entry = (value & LOW_WRITABLE) | (old & REMOTE_IRR);
    // Remote IRR means something for level-triggered entries only; leaving level mode drops it.
    if (!(entry & TRIGGER_LEVEL)) entry &= ~REMOTE_IRR;
    low[pin] = entry;
    if (entry & TRIGGER_LEVEL && lines & (1 << pin)) this.service(pin);
  }

  /** Sends the pin's message unless it is masked or, in level mode, still waits for its EOI. */
  private service(pin: number): void {
    const { low, high } = this.state;
    const entry = low[pin] ?? MASKED;
    if (entry & (MASKED | REMOTE_IRR)) return;
    const destination = (high[pin] ?? 0) >>> 24;
    const delivery = (entry >> 8) & 7;
    const level = (entry & TRIGGER_LEVEL) !== 0;
    // Set before sending: the EOI may come back while the message is delivered.
    if (level && delivery <= DELIVERY.LOWEST_PRIORITY) low[pin] = entry | REMOTE_IRR;
    const delivered = this.bus.send({
      destination,
      broadcast: destination === 0xff,
      logical: (entry & DESTINATION_LOGICAL) !== 0,
      delivery,
      vector: entry & 0xff,
      level,
    });
    if (!delivered) low[pin] = entry;
  }

  private endOfInterrupt(vector: number): void {
    const { low } = this.state;
    for (let pin = 0; pin < PINS; pin++) {
      const entry = low[pin] ?? 0;
      if ((entry & 0xff) !== vector || !(entry & TRIGGER_LEVEL)) continue;
      low[pin] = entry & ~REMOTE_IRR;
      if (this.state.lines & (1 << pin)) this.service(pin);
    }
  }
}
