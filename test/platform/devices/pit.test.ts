/** The 8254: counting, output edges on IRQ 0, channel 2's gate. One count is 838.09 ticks. */
import assert from 'node:assert/strict';
import { Pit } from '../../../src/platform/devices/pit';
import { EventQueue } from '../../../src/platform/event-queue';
import { Oscillator } from '../../../src/platform/oscillator';

const crystal = new Oscillator(1_193_182);

function pit() {
  const queue = new EventQueue();
  const edges: [number, boolean][] = [];
  let last = false;
  const device = new Pit(queue.clock(), {
    set: (level) => {
      if (level !== last) edges.push([crystal.counts(queue.now()), level]);
      last = level;
    },
  });
  return {
    device,
    queue,
    edges,
    out: (port: number, value: number) => device.writePort(port, 1, value),
    read: (port: number) => device.readPort(port),
    /** Runs to the tick at which the crystal has counted `count`. */
    runToCount: (count: number) => queue.runUntil(crystal.tickOf(count)),
    program: (channel: number, mode: number, count: number) => {
      device.writePort(0x43, 1, (channel << 6) | 0x30 | (mode << 1));
      device.writePort(0x40 + channel, 1, count & 0xff);
      device.writePort(0x40 + channel, 1, count >> 8);
    },
  };
}

describe('PIT', () => {
  it('mode 2 gives a rising edge every period', () => {
    const { program, runToCount, edges } = pit();
    program(0, 2, 1000);
    runToCount(3000);
    assert.deepEqual(
      edges.filter(([, level]) => level),
      [0, 1000, 2000, 3000].map((count) => [count, true]),
    );
  });

  it('a mode word sets the output of its own channel only', () => {
    const { out, edges } = pit();
    out(0x43, 0xb4);
    assert.deepEqual(edges, []);
    out(0x43, 0x34);
    assert.deepEqual(edges, [[0, true]]);
    out(0x43, 0x30);
    assert.deepEqual(edges.at(-1), [0, false]);
  });

  it('mode 3 is high for the first half and low for the second, the odd count high', () => {
    const { program, runToCount, edges } = pit();
    program(0, 3, 5);
    runToCount(10);
    assert.deepEqual(edges, [
      [0, true],
      [3, false],
      [5, true],
      [8, false],
      [10, true],
    ]);
  });

  it('mode 0 goes high once at terminal count and wraps', () => {
    const { program, runToCount, edges, queue, out, read } = pit();
    program(0, 0, 100);
    runToCount(99);
    assert.deepEqual(edges, []);
    runToCount(100);
    assert.deepEqual(edges, [[100, true]]);
    assert.equal(queue.nextEventAt(), undefined);
    runToCount(101);
    out(0x43, 0x00);
    assert.equal(read(0x40) | (read(0x40) << 8), 0xffff);
  });

  it('mode 4 strobes low for one count', () => {
    const { program, runToCount, edges } = pit();
    program(0, 4, 10);
    runToCount(30);
    assert.deepEqual(edges, [
      [0, true],
      [10, false],
      [11, true],
    ]);
  });

  it('counts down and latches: two reads give one moment', () => {
    const { program, runToCount, out, read } = pit();
    program(0, 2, 0x1000);
    runToCount(0x234);
    out(0x43, 0x00);
    runToCount(0x800);
    assert.equal(read(0x40) | (read(0x40) << 8), 0x1000 - 0x234);
    assert.equal(read(0x40) | (read(0x40) << 8), 0x800);
  });

  it('a count of zero is 65536', () => {
    const { program, runToCount, edges } = pit();
    program(0, 2, 0);
    runToCount(65536);
    assert.deepEqual(edges.at(-1), [65536, true]);
  });

  it('counts in BCD', () => {
    const { out, read, runToCount } = pit();
    out(0x43, 0x35);
    out(0x40, 0x00);
    out(0x40, 0x10); // 1000
    runToCount(1);
    out(0x43, 0x00);
    assert.equal(read(0x40) | (read(0x40) << 8), 0x0999);
  });

  it('read-back latches status, then count', () => {
    const { program, out, read, runToCount } = pit();
    program(0, 3, 1000);
    runToCount(100);
    out(0x43, 0xc2);
    assert.equal(read(0x40), 0x80 | 0x30 | (3 << 1));
    assert.equal(read(0x40) | (read(0x40) << 8), 800);
  });

  it('read-back of the status alone latches no count', () => {
    const { program, out, read, runToCount } = pit();
    program(0, 2, 1000);
    out(0x43, 0xe2);
    runToCount(100);
    read(0x40);
    assert.equal(read(0x40) | (read(0x40) << 8), 900);
  });

  it('status shows a null count before the count is written', () => {
    const { out, read } = pit();
    out(0x43, 0x34);
    out(0x43, 0xe2);
    assert.equal(read(0x40), 0x80 | 0x40 | 0x34);
  });

  it('channel 2 holds its count while the gate is low, and OUT rises at zero', () => {
    const { program, device, runToCount } = pit();
    device.setGate2(true);
    program(2, 0, 1000);
    runToCount(400);
    device.setGate2(false);
    runToCount(5000);
    assert.equal(device.output2(), false);
    device.setGate2(true);
    runToCount(5599);
    assert.equal(device.output2(), false);
    runToCount(5600);
    assert.equal(device.output2(), true);
  });

  it('channel 2 loaded with a low gate waits for it in modes 0 and 2', () => {
    for (const mode of [0, 2]) {
      const { program, device, out, read, runToCount } = pit();
      const count = () => (out(0x43, 0x80), read(0x42) | (read(0x42) << 8));
      program(2, mode, 1000);
      runToCount(300);
      assert.equal(count(), 1000);
      device.setGate2(true);
      runToCount(400);
      assert.equal(count(), 900);
    }
  });

  it('channel 2 in mode 1 starts with the rising gate', () => {
    const { program, device, runToCount } = pit();
    program(2, 1, 50);
    runToCount(100);
    assert.equal(device.output2(), true);
    device.setGate2(true);
    assert.equal(device.output2(), false);
    runToCount(150);
    assert.equal(device.output2(), true);
  });

  it('a restored snapshot gives the same edges', () => {
    const { program, runToCount, edges, device, queue } = pit();
    program(0, 2, 1000);
    runToCount(1500);
    const [saved, now] = [structuredClone(device.save()), queue.now()];
    runToCount(4000);
    const first = edges.splice(0).filter(([count]) => count > 1500);
    queue.restart(now);
    device.restore(saved);
    // Time went back for this queue, which only a restore may do.
    queue.runUntil(crystal.tickOf(4000));
    assert.deepEqual(edges, first);
  });
});
