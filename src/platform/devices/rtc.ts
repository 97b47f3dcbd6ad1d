/**
 * The MC146818A real-time clock and its CMOS memory (Motorola data sheet), at ports 0x70-0x71, IRQ 8.
 * The time at tick 0 is configured and moves on with the ticks: one second is 10^9 of them. Memory sizes stand
 * in the CMOS bytes where a PC BIOS puts them. A date the guest sets is kept as an offset.
 */
import type { Alarm, Clock, InterruptLine, PortDevice } from '../device';
import { HIGH_MEMORY_BASE, KIB, MIB } from '../memory-map';
import { Oscillator, TICKS_PER_SECOND } from '../oscillator';

const INDEX = 0x70; // bit 7 masks NMI on a PC; ignored. The data port follows at 0x71

// Registers
const SECONDS = 0x00;
const SECONDS_ALARM = 0x01;
const MINUTES = 0x02;
const MINUTES_ALARM = 0x03;
const HOURS = 0x04;
const HOURS_ALARM = 0x05;
const WEEKDAY = 0x06; // 1 is Sunday
const DAY = 0x07;
const MONTH = 0x08;
const YEAR = 0x09;
const STATUS_A = 0x0a;
const STATUS_B = 0x0b;
const STATUS_C = 0x0c;
const STATUS_D = 0x0d;
const CENTURY = 0x32;

// BIOS conventions: sizes in KiB and in 64 KiB
const BASE_MEMORY = 0x15;
const EXTENDED_MEMORY = 0x17;
const EXTENDED_MEMORY_COPY = 0x30;
const MEMORY_ABOVE_16M = 0x34;
const CPUS_MINUS_ONE = 0x5f;

// Status B
const B_24_HOURS = 1 << 1;
const B_BINARY = 1 << 2;
const B_UPDATE_INTERRUPT = 1 << 4;
const B_ALARM_INTERRUPT = 1 << 5;
const B_PERIODIC_INTERRUPT = 1 << 6;
const B_SET = 1 << 7;
// Status C has its flags at the places of B's enables
const C_REQUEST = 1 << 7;
const C_SOURCES = B_UPDATE_INTERRUPT | B_ALARM_INTERRUPT | B_PERIODIC_INTERRUPT;
/** Status D: RAM and time are valid. */
const D_VALID = 0x80;

const PM = 0x80;
/** Alarm bytes from 0xc0 on match any value. */
const ALARM_ANY = 0xc0;

export interface RtcConfig {
  /** Time at tick 0, seconds since 1970-01-01 UTC. */
  readonly epochSeconds: number;
  readonly ramBytes: number;
  readonly cpus: number;
}

interface State {
  index: number;
  memory: Uint8Array;
  /** Seconds since 1970 minus whole seconds of ticks. */
  offset: number;
  /** Seconds since 1970 while SET stops the clock. */
  frozen: number | undefined;
  flags: number;
  /** Up to which oscillator count and second interrupts have been given. */
  seenCount: number;
  seenSecond: number;
}

export class Rtc implements PortDevice {
  readonly name = 'rtc';
  readonly ports = [{ first: INDEX, count: 2 }];
  readonly widest = 1;

  private readonly crystal = new Oscillator(32768);
  private state: State;
  private alarm: Alarm | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly irq: InterruptLine,
    config: RtcConfig,
  ) {
    const memory = new Uint8Array(128);
    memory[STATUS_A] = 0x26; // 32768 Hz time base, 1024 Hz periodic rate
    memory[STATUS_B] = B_24_HOURS;
    const word = (index: number, value: number) => {
      memory[index] = value & 0xff;
      memory[index + 1] = value >> 8;
    };
    const extended = Math.min((config.ramBytes - HIGH_MEMORY_BASE) / KIB, 0xffff);
    word(BASE_MEMORY, 640);
    word(EXTENDED_MEMORY, extended);
    word(EXTENDED_MEMORY_COPY, extended);
    word(MEMORY_ABOVE_16M, Math.max(config.ramBytes - 16 * MIB, 0) / (64 * KIB));
    memory[CPUS_MINUS_ONE] = config.cpus - 1;
    this.state = {
      index: 0,
      memory,
      offset: config.epochSeconds,
      frozen: undefined,
      flags: 0,
      seenCount: 0,
      seenSecond: 0,
    };
  }

  readPort(port: number): number {
    return port === INDEX ? 0xff : this.readCmos(this.state.index); // the index is write-only
  }

  /** A byte of clock or memory, as software reads it through the data port. */
  readCmos(index: number): number {
    const { memory } = this.state;
    switch (index) {
      case SECONDS:
      case MINUTES:
      case HOURS:
      case WEEKDAY:
      case DAY:
      case MONTH:
      case YEAR:
      case CENTURY:
        return this.encode(index, this.field(index));
      case STATUS_C: {
        this.catchUp();
        this.update();
        const flags = this.state.flags;
        this.state.flags = 0;
        this.update();
        this.arm();
        return flags;
      }
      case STATUS_D:
        return D_VALID;
      default: // STATUS_A: an update takes no time here, so UIP is never seen set
        return memory[index] ?? 0xff;
    }
  }

  writePort(port: number, _size: number, value: number): void {
    if (port === INDEX) {
      this.state.index = value & 0x7f;
      return;
    }
    const { index, memory } = this.state;
    switch (index) {
      case SECONDS:
      case MINUTES:
      case HOURS:
      case DAY:
      case MONTH:
      case YEAR:
      case CENTURY:
        this.setField(index, this.decode(index, value));
        break;
      case WEEKDAY: // follows from the date
      case STATUS_C:
      case STATUS_D:
        break;
      case STATUS_A:
        this.catchUp(); // at the old rate
        memory[STATUS_A] = value & 0x7f;
        this.arm();
        break;
      case STATUS_B:
        this.setStatusB(value);
        break;
      default:
        memory[index] = value;
    }
    this.update();
  }

  save(): unknown {
    return structuredClone(this.state);
  }

  restore(saved: unknown): void {
    this.state = structuredClone(saved) as State;
    this.arm();
  }

  private seconds(): number {
    return this.state.frozen ?? this.state.offset + this.tickSeconds();
  }

  private tickSeconds(): number {
    return Math.floor(this.clock.now() / TICKS_PER_SECOND);
  }

  private statusB(): number {
    return this.state.memory[STATUS_B] ?? 0;
  }

  private field(index: number): number {
    const date = new Date(this.seconds() * 1000);
    switch (index) {
      case SECONDS:
        return date.getUTCSeconds();
      case MINUTES:
        return date.getUTCMinutes();
      case HOURS:
        return date.getUTCHours();
      case WEEKDAY:
        return date.getUTCDay() + 1;
      case DAY:
        return date.getUTCDate();
      case MONTH:
        return date.getUTCMonth() + 1;
      case YEAR:
        return date.getUTCFullYear() % 100;
      default:
        return Math.floor(date.getUTCFullYear() / 100);
    }
  }

  private setField(index: number, value: number): void {
    const date = new Date(this.seconds() * 1000);
    const year = date.getUTCFullYear();
    switch (index) {
      case SECONDS:
        date.setUTCSeconds(value);
        break;
      case MINUTES:
        date.setUTCMinutes(value);
        break;
      case HOURS:
        date.setUTCHours(value);
        break;
      case DAY:
        date.setUTCDate(value);
        break;
      case MONTH:
        date.setUTCMonth(value - 1);
        break;
      case YEAR:
        date.setUTCFullYear(year - (year % 100) + value);
        break;
      default:
        date.setUTCFullYear(value * 100 + (year % 100));
    }
    const seconds = Math.floor(date.getTime() / 1000);
    if (this.state.frozen === undefined) this.state.offset = seconds - this.tickSeconds();
    else this.state.frozen = seconds;
  }

  private setStatusB(value: number): void {
    const { state } = this;
    this.catchUp();
    if (value & B_SET && state.frozen === undefined) {
      state.frozen = this.seconds();
    } else if (!(value & B_SET) && state.frozen !== undefined) {
      state.offset = state.frozen - this.tickSeconds();
      state.frozen = undefined;
    }
    // SET clears the update interrupt's enable (data sheet, "SET").
    state.memory[STATUS_B] = value & B_SET ? value & ~B_UPDATE_INTERRUPT : value;
    this.arm();
  }

  /** Value to register: BCD and 12-hour form as status B says. */
  private encode(index: number, value: number): number {
    let mark = 0;
    if (index === HOURS && !(this.statusB() & B_24_HOURS)) {
      mark = value >= 12 ? PM : 0;
      value = value % 12 || 12;
    }
    return mark | (this.statusB() & B_BINARY ? value : (Math.floor(value / 10) << 4) | (value % 10));
  }

  private decode(index: number, raw: number): number {
    const twelve = index === HOURS && !(this.statusB() & B_24_HOURS);
    const digits = twelve ? raw & ~PM : raw;
    const value = this.statusB() & B_BINARY ? digits : (digits >> 4) * 10 + (digits & 0xf);
    return twelve ? (value % 12) + (raw & PM ? 12 : 0) : value;
  }

  private alarmMatches(): boolean {
    const matches = (alarmIndex: number, index: number) => {
      const wanted = this.state.memory[alarmIndex] ?? 0;
      return wanted >= ALARM_ANY || wanted === this.encode(index, this.field(index));
    };
    return matches(SECONDS_ALARM, SECONDS) && matches(MINUTES_ALARM, MINUTES) && matches(HOURS_ALARM, HOURS);
  }

  /** Counts of the 32768 Hz crystal between two periodic interrupts; 0 when the rate is off. */
  private periodicCounts(): number {
    const rate = (this.state.memory[STATUS_A] ?? 0) & 0xf;
    if (rate === 0) return 0;
    return rate <= 2 ? 1 << (rate + 6) : 1 << (rate - 1);
  }

  /** One alarm for the next interrupt that is enabled. */
  private arm(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
    const enabled = this.statusB();
    const due: number[] = [];
    const period = this.periodicCounts();
    if (enabled & B_PERIODIC_INTERRUPT && period) {
      due.push(this.crystal.tickOf((Math.floor(this.state.seenCount / period) + 1) * period));
    }
    if (enabled & (B_UPDATE_INTERRUPT | B_ALARM_INTERRUPT) && this.state.frozen === undefined) {
      due.push((this.state.seenSecond + 1) * TICKS_PER_SECOND);
    }
    if (due.length) this.alarm = this.clock.schedule(Math.min(...due), () => this.fire());
  }

  private fire(): void {
    this.catchUp();
    this.update();
    this.arm();
  }

  /**
   * Sets the flags of what has passed; they do not depend on the enables. An alarm is only looked for at the
   * present second: with its interrupt enabled that is every second.
   */
  private catchUp(): void {
    const { state } = this;
    const count = this.crystal.counts(this.clock.now());
    const second = this.tickSeconds();
    const period = this.periodicCounts();
    if (period && Math.floor(count / period) > Math.floor(state.seenCount / period)) {
      state.flags |= B_PERIODIC_INTERRUPT;
    }
    if (second > state.seenSecond && state.frozen === undefined) {
      state.flags |= B_UPDATE_INTERRUPT;
      if (this.alarmMatches()) state.flags |= B_ALARM_INTERRUPT;
    }
    state.seenCount = count;
    state.seenSecond = second;
  }

  private update(): void {
    const requested = (this.state.flags & this.statusB() & C_SOURCES) !== 0;
    if (requested) this.state.flags |= C_REQUEST;
    else this.state.flags &= ~C_REQUEST;
    this.irq.set(requested);
  }
}
