/**
 * The 8254 programmable interval timer (Intel 8254 data sheet, order 231164) at ports 0x40-0x43, 1.193182 MHz.
 * Channel 0 drives IRQ 0, channel 2's gate and output are wired to port 0x61 by the board.
 *
 * Counts are computed from the time of loading; only channel 0's output has alarms. A count written while
 * the channel counts takes effect at once (the chip waits for the end of the period in modes 2 and 3).
 */
import type { Alarm, Clock, InterruptLine, PortDevice } from '../device';
import { Oscillator } from '../oscillator';

const COUNTER_0 = 0x40;
const CONTROL = 0x43;

// Control word: D7-D6 channel (3: read-back), D5-D4 access (0: latch), D3-D1 mode, D0 BCD
const READ_BACK = 3;
const LATCH = 0;
const LOW_BYTE = 1;
const HIGH_BYTE = 2;
const LOW_THEN_HIGH = 3;
// Read-back command: inverted selections
const READ_BACK_NO_COUNT = 1 << 5;
const READ_BACK_NO_STATUS = 1 << 4;
// Status byte
const STATUS_OUTPUT = 1 << 7;
const STATUS_NULL_COUNT = 1 << 6;

interface Channel {
  mode: number;
  bcd: boolean;
  access: number;
  /** Count register, 1-65536 (0 written means 65536; 10000 in BCD). */
  initial: number;
  /** Oscillator count at which counting began; undefined: not loaded or not triggered. */
  startedAt: number | undefined;
  /** Counts done before the gate stopped the channel; undefined while it runs. */
  heldAt: number | undefined;
  gate: boolean;
  loaded: boolean;
  /** Low byte of a two-byte write that waits for its high byte. */
  writeLow: number | undefined;
  readHighNext: boolean;
  latchedCount: number | undefined;
  latchedStatus: number | undefined;
}

const newChannel = (): Channel => ({
  mode: 0,
  bcd: false,
  access: LOW_THEN_HIGH,
  initial: 0x10000,
  startedAt: undefined,
  heldAt: undefined,
  gate: true,
  loaded: false,
  writeLow: undefined,
  readHighNext: false,
  latchedCount: undefined,
  latchedStatus: undefined,
});

export class Pit implements PortDevice {
  readonly name = 'pit';
  readonly ports = [{ first: COUNTER_0, count: 4 }];
  readonly widest = 1;

  private readonly oscillator = new Oscillator(1_193_182);
  private channels: [Channel, Channel, Channel] = [
    newChannel(),
    newChannel(),
    { ...newChannel(), gate: false },
  ];
  private alarm: Alarm | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly irq: InterruptLine,
  ) {}

  /** Gate of channel 2. */
  setGate2(level: boolean): void {
    const channel = this.channels[2];
    if (channel.gate === level) return;
    const done = this.elapsed(channel);
    channel.gate = level;
    switch (channel.mode) {
      case 0:
      case 4: // a low gate holds the count
        if (done === undefined) return;
        if (level) {
          channel.startedAt = this.now() - done;
          channel.heldAt = undefined;
        } else {
          channel.heldAt = done;
        }
        return;
      default: // a rising gate starts from the count register; modes 2 and 3 stop while it is low
        if (level && channel.loaded) {
          channel.startedAt = this.now();
          channel.heldAt = undefined;
        } else if (!level && (channel.mode === 2 || channel.mode === 3)) {
          channel.startedAt = undefined;
        }
    }
  }

  /** OUT of channel 2. */
  output2(): boolean {
    return this.output(this.channels[2]);
  }

  readPort(port: number): number {
    const channel = this.channels[port - COUNTER_0];
    if (!channel) return 0xff; // the control word cannot be read
    if (channel.latchedStatus !== undefined) {
      const status = channel.latchedStatus;
      channel.latchedStatus = undefined;
      return status;
    }
    const count = channel.latchedCount ?? this.encodedCount(channel);
    const high = channel.access === HIGH_BYTE || (channel.access === LOW_THEN_HIGH && channel.readHighNext);
    if (channel.access === LOW_THEN_HIGH) channel.readHighNext = !channel.readHighNext;
    if (channel.access !== LOW_THEN_HIGH || high) channel.latchedCount = undefined;
    return high ? count >> 8 : count & 0xff;
  }

  writePort(port: number, _size: number, value: number): void {
    const channel = this.channels[port - COUNTER_0];
    if (port === CONTROL) this.writeControl(value);
    else if (channel) this.writeCount(channel, value);
  }

  save(): unknown {
    return structuredClone(this.channels);
  }

  restore(saved: unknown): void {
    this.channels = structuredClone(saved) as [Channel, Channel, Channel];
    this.arm();
  }

  private writeControl(value: number): void {
    const selected = value >> 6;
    if (selected === READ_BACK) {
      this.channels.forEach((channel, index) => {
        if (!(value & (2 << index))) return;
        if (!(value & READ_BACK_NO_COUNT)) channel.latchedCount ??= this.encodedCount(channel);
        if (!(value & READ_BACK_NO_STATUS)) channel.latchedStatus ??= this.status(channel);
      });
      return;
    }
    const channel = this.channels[selected];
    if (!channel) return;
    const access = (value >> 4) & 3;
    if (access === LATCH) {
      channel.latchedCount ??= this.encodedCount(channel);
      return;
    }
    const mode = (value >> 1) & 7;
    Object.assign(channel, {
      ...newChannel(),
      gate: channel.gate,
      access,
      mode: mode > 5 ? mode - 4 : mode, // 6 and 7 are 2 and 3
      bcd: (value & 1) !== 0,
    });
    if (selected === 0) this.follow();
  }

  private writeCount(channel: Channel, value: number): void {
    if (channel.access === LOW_THEN_HIGH && channel.writeLow === undefined) {
      channel.writeLow = value;
      // In mode 0 the first byte stops the count and OUT stays low until the new count is done.
      if (channel.mode === 0) channel.startedAt = undefined;
      return;
    }
    const low = channel.access === HIGH_BYTE ? 0 : (channel.writeLow ?? value);
    const high = channel.access === LOW_BYTE ? 0 : value;
    channel.writeLow = undefined;
    const raw = (high << 8) | low;
    channel.initial = (channel.bcd ? fromBcd(raw) : raw) || (channel.bcd ? 10000 : 0x10000);
    channel.loaded = true;
    channel.heldAt = undefined;
    // Modes 1 and 5 wait for their gate's rising edge, 2 and 3 for a high gate.
    const triggered = channel.mode === 1 || channel.mode === 5;
    if (!triggered && (channel.gate || channel.mode === 0 || channel.mode === 4)) {
      channel.startedAt = this.now();
      if (!channel.gate) channel.heldAt = 0;
    }
    if (channel === this.channels[0]) this.follow();
  }

  private now(): number {
    return this.oscillator.counts(this.clock.now());
  }

  /** Counts since loading or trigger; undefined when the channel does not count. */
  private elapsed(channel: Channel): number | undefined {
    if (channel.startedAt === undefined) return undefined;
    return channel.heldAt ?? this.now() - channel.startedAt;
  }

  private encodedCount(channel: Channel): number {
    const done = this.elapsed(channel);
    const { initial } = channel;
    const modulus = channel.bcd ? 10000 : 0x10000;
    let count = initial;
    if (done !== undefined) {
      if (channel.mode === 2) count = initial - (done % initial);
      else if (channel.mode === 3) count = (initial & ~1) - ((2 * done) % Math.max(initial & ~1, 2));
      else count = (((initial - done) % modulus) + modulus) % modulus;
    }
    count %= modulus;
    return channel.bcd ? toBcd(count) : count;
  }

  private output(channel: Channel): boolean {
    const done = this.elapsed(channel);
    const { initial } = channel;
    if (done === undefined) return channel.mode !== 0;
    switch (channel.mode) {
      case 0:
      case 1:
        return done >= initial;
      case 2: // low for the last count of each period
        return done % initial !== initial - 1;
      case 3: // high for the first half, the longer one when odd
        return done % initial < Math.ceil(initial / 2);
      default: // 4, 5: a strobe of one count
        return done !== initial;
    }
  }

  private status(channel: Channel): number {
    return (
      (this.output(channel) ? STATUS_OUTPUT : 0) |
      (channel.loaded ? 0 : STATUS_NULL_COUNT) |
      (channel.access << 4) |
      (channel.mode << 1) |
      (channel.bcd ? 1 : 0)
    );
  }

  /** Puts channel 0's output on the line and sets the alarm for its next change. */
  private follow(): void {
    this.irq.set(this.output(this.channels[0]));
    this.arm();
  }

  private arm(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
    const channel = this.channels[0];
    const done = this.elapsed(channel);
    if (done === undefined || channel.startedAt === undefined) return;
    const next = nextChange(channel, done);
    if (next === undefined) return;
    this.alarm = this.clock.schedule(this.oscillator.tickOf(channel.startedAt + next), () => this.follow());
  }
}

/** Count (since loading) at which the output changes next; undefined when it stays. */
function nextChange({ mode, initial }: Channel, done: number): number | undefined {
  const period = done - (done % initial);
  const inPeriod = done % initial;
  switch (mode) {
    case 2:
      return inPeriod < initial - 1 ? period + initial - 1 : period + initial;
    case 3: {
      const half = Math.ceil(initial / 2);
      return inPeriod < half ? period + half : period + initial;
    }
    case 0:
    case 1:
      return done < initial ? initial : undefined;
    default:
      return done < initial ? initial : done === initial ? initial + 1 : undefined;
  }
}

function fromBcd(value: number): number {
  return ((value >> 12) & 15) * 1000 + ((value >> 8) & 15) * 100 + ((value >> 4) & 15) * 10 + (value & 15);
}

function toBcd(value: number): number {
  return (
    (Math.floor(value / 1000) << 12) |
    (Math.floor((value / 100) % 10) << 8) |
    (Math.floor((value / 10) % 10) << 4) |
    (value % 10)
  );
}
