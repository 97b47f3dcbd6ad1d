/** The real-time clock: time from ticks, memory size bytes, the three interrupts. */
import assert from 'node:assert/strict';
import { Rtc } from '../../../src/platform/devices/rtc';
import { EventQueue } from '../../../src/platform/event-queue';

const SECOND = 1_000_000_000;
const MIB = 1024 * 1024;

function rtc(ramBytes = 256 * MIB) {
  const queue = new EventQueue();
  const line = { level: false, set: (level: boolean) => void (line.level = level) };
  const epochSeconds = Date.UTC(2023, 11, 31, 23, 59, 58) / 1000;
  const device = new Rtc(queue.clock(), line, { epochSeconds, ramBytes, cpus: 1 });
  const read = (index: number) => (device.writePort(0x70, 1, index), device.readPort(0x71));
  const write = (index: number, value: number) => (
    device.writePort(0x70, 1, index),
    device.writePort(0x71, 1, value)
  );
  const time = () => [0x32, 9, 8, 7, 4, 2, 0].map((index) => read(index).toString(16)).join(' ');
  return { device, queue, line, read, write, time };
}

describe('RTC', () => {
  it('shows the configured time in BCD and moves on with the ticks, over the end of the year', () => {
    const { queue, time, read } = rtc();
    assert.equal(time(), '20 23 12 31 23 59 58');
    assert.equal(read(6), 1); // a Sunday
    queue.runUntil(2 * SECOND);
    assert.equal(time(), '20 24 1 1 0 0 0');
  });

  it('shows binary and twelve-hour forms as status B says', () => {
    const { read, write } = rtc();
    write(0x0b, 0x06);
    assert.equal(read(0), 58);
    assert.equal(read(4), 23);
    write(0x0b, 0x00);
    assert.equal(read(4), 0x91); // 11 PM
  });

  it('calls noon 12 PM and midnight 12 AM in the twelve-hour form', () => {
    const { queue, read, write } = rtc();
    write(0x0b, 0x00);
    queue.runUntil(2 * SECOND);
    assert.equal(read(4), 0x12);
    queue.runUntil((2 + 12 * 3600) * SECOND);
    assert.equal(read(4), 0x92);
    write(4, 0x81); // 1 PM
    write(0x0b, 0x02);
    assert.equal(read(4), 0x13);
  });

  it('goes on from a time the guest has set', () => {
    const { queue, write, time } = rtc();
    queue.runUntil(SECOND);
    write(0x0b, 0x82);
    for (const [index, value] of [
      [7, 0x15],
      [8, 0x06],
      [4, 0x12],
      [2, 0x30],
      [0, 0x00],
    ] as const) {
      write(index, value);
    }
    queue.runUntil(10 * SECOND);
    assert.equal(time(), '20 23 6 15 12 30 0');
    write(0x0b, 0x02);
    queue.runUntil(12 * SECOND);
    assert.equal(time(), '20 23 6 15 12 30 2');
  });

  it('tells the memory size as PC firmware does', () => {
    const { read } = rtc();
    const word = (index: number) => read(index) | (read(index + 1) << 8);
    assert.equal(word(0x15), 640);
    assert.equal(word(0x17), 0xffff);
    assert.equal(word(0x34) * 65536 + 16 * MIB, 256 * MIB);
    assert.equal(rtc(8 * MIB).read(0x31) * 256, 7 * 1024);
  });

  it('interrupts at the periodic rate until status C is read', () => {
    const { queue, line, read, write } = rtc();
    write(0x0a, 0x26); // 1024 Hz
    write(0x0b, 0x42);
    queue.runUntil(Math.floor(SECOND / 1024));
    assert.equal(line.level, false);
    queue.runUntil(Math.ceil(SECOND / 1024));
    assert.equal(line.level, true);
    assert.equal(read(0x0c), 0xc0);
    assert.equal(line.level, false);
    queue.runUntil(Math.ceil((2 * SECOND) / 1024));
    assert.equal(line.level, true);
  });

  it('has rates 1 and 2 as 256 and 128 Hz, and 0 off', () => {
    const { queue, write } = rtc();
    for (const [rate, hertz] of [
      [1, 256],
      [2, 128],
      [3, 8192],
      [15, 2],
    ] as const) {
      write(0x0b, 0x02);
      write(0x0a, 0x20 | rate);
      write(0x0b, 0x42);
      assert.equal(queue.nextEventAt(), Math.ceil(SECOND / hertz), `rate ${rate}`);
    }
    write(0x0a, 0x20);
    assert.equal(queue.nextEventAt(), undefined);
  });

  it('interrupts after each update and at the alarm, "any" bytes matching all', () => {
    const { queue, line, read, write } = rtc();
    write(1, 0x00);
    write(3, 0xff);
    write(5, 0xff);
    write(0x0b, 0x22);
    queue.runUntil(SECOND);
    assert.equal(line.level, false);
    queue.runUntil(2 * SECOND);
    assert.equal(read(0x0c), 0xf0); // the periodic flag does not need its enable
    write(0x0b, 0x12);
    queue.runUntil(3 * SECOND);
    assert.equal(read(0x0c), 0xd0);
  });

  it('a restored snapshot interrupts at the same tick', () => {
    const { device, queue, line, read, write } = rtc();
    write(0x0b, 0x42);
    const next = queue.nextEventAt();
    const saved = structuredClone(device.save());
    queue.runUntil(SECOND);
    queue.restart(0);
    device.restore(saved);
    assert.equal(queue.nextEventAt(), next);
    read(0x0c);
    queue.runUntil(next ?? 0);
    assert.equal(line.level, true);
  });
});
