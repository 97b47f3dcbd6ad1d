/** The ports of QEMU's test devices. */
import assert from 'node:assert/strict';
import { DebugExit } from '../../../src/platform/devices/debug-exit';
import { PcTestdev, PcTestdevMemory } from '../../../src/platform/devices/pc-testdev';

describe('debug exit', () => {
  it('makes exit status (v << 1) | 1 of what is written, in eight bits', () => {
    const exits: number[][] = [];
    const device = new DebugExit((status, value) => exits.push([status, value]));
    for (const value of [0, 1, 0x31, 0x80]) device.writePort(0xf4, 4, value);
    assert.deepEqual(exits, [
      [1, 0],
      [3, 1],
      [0x63, 0x31],
      [1, 0x80],
    ]);
  });
});

describe('pc-testdev', () => {
  it('remembers what is written to its data port, by byte, word and long, at both addresses', () => {
    const device = new PcTestdev([]);
    device.writePort(0xe0, 4, 0x87654321);
    assert.equal(device.readPort(0xe0, 4), 0x87654321);
    device.writePort(0xe9, 1, 0xaa);
    assert.equal(device.readPort(0xe0, 2), 0xaa21);
    assert.equal(device.readPort(0xeb, 1), 0x87);
  });

  it('drives an interrupt line by each port from 0x2000 on', () => {
    const levels: string[] = [];
    const lines = Array.from({ length: 24 }, (_, n) => ({
      set: (level: boolean) => void levels.push(`${n} ${level}`),
    }));
    const device = new PcTestdev(lines);
    device.writePort(0x200e, 1, 1);
    device.writePort(0x200e, 1, 0);
    device.writePort(0x2017, 1, 0xff);
    assert.deepEqual(levels, ['14 true', '14 false', '23 true']);
  });

  it('ignores flushes', () => {
    const device = new PcTestdev([]);
    device.writePort(0xe0, 4, 0x1234);
    device.writePort(0xe4, 4, 0x1000);
    assert.equal(device.readPort(0xe0, 4), 0x1234);
    assert.equal(device.readPort(0xe4, 4), 0);
  });

  it('has memory that behaves like RAM', () => {
    const memory = new PcTestdevMemory();
    memory.writeMemory(0x1234, 4, 0xcafef00d);
    memory.writeMemory(0x1235, 1, 0);
    assert.equal(memory.readMemory(0x1234, 4), 0xcafe000d);
    const saved = memory.save();
    memory.writeMemory(0x1234, 2, 0);
    memory.restore(saved);
    assert.equal(memory.readMemory(0x1234, 2), 0x000d);
  });
});
