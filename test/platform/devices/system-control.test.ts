/** System board and PCI configuration ports. */
import assert from 'node:assert/strict';
import { PciConfig } from '../../../src/platform/devices/pci-config';
import { SystemControl } from '../../../src/platform/devices/system-control';
import { EventQueue } from '../../../src/platform/event-queue';

function counter() {
  const resets = { count: 0 };
  return { resets, reset: () => void resets.count++ };
}

describe('system control', () => {
  it('port 0x61 drives the timer gate and shows its output and the refresh toggle', () => {
    const queue = new EventQueue();
    const timer = {
      gate: false,
      setGate: (level: boolean) => void (timer.gate = level),
      output: () => timer.gate,
    };
    const device = new SystemControl(queue.clock(), timer, () => assert.fail('reset'));
    assert.equal(device.readPort(0x61), 0x00);
    device.writePort(0x61, 1, 0xff);
    assert.equal(timer.gate, true);
    assert.equal(device.readPort(0x61), 0x2f);
    queue.runUntil(15_085);
    assert.equal(device.readPort(0x61), 0x3f);
  });

  it('port 0x92 has A20 on and resets with the rising edge of bit 0', () => {
    const { resets, reset } = counter();
    const timer = { setGate: () => {}, output: () => false };
    const device = new SystemControl(new EventQueue().clock(), timer, reset);
    assert.equal(device.readPort(0x92), 0x02);
    device.writePort(0x92, 1, 0x03);
    device.writePort(0x92, 1, 0x03);
    assert.equal(resets.count, 1);
  });
});

describe('PCI configuration', () => {
  it('has no device: all ones behind every address', () => {
    const device = new PciConfig(() => assert.fail('reset'));
    for (const address of [0x80000000, 0x80000800, 0x80ff0000]) {
      device.writePort(0xcf8, 4, address);
      assert.equal(device.readPort(0xcf8, 4), address);
      assert.equal(device.readPort(0xcfc, 4), 0xffffffff);
      assert.equal(device.readPort(0xcfe, 2), 0xffff);
    }
  });

  it('shows the address to 32-bit accesses and the reset control to byte accesses only', () => {
    const device = new PciConfig(() => {});
    device.writePort(0xcf8, 4, 0x80001234);
    assert.equal(device.readPort(0xcf8, 1), 0xff);
    assert.equal(device.readPort(0xcf9, 1), 0);
    device.writePort(0xcf8, 1, 0);
    assert.equal(device.readPort(0xcf8, 4), 0x80001234);
  });

  it('resets through port 0xcf9 when bit 2 rises', () => {
    const { resets, reset } = counter();
    const device = new PciConfig(reset);
    device.writePort(0xcf9, 1, 0x02);
    assert.equal(resets.count, 0);
    device.writePort(0xcf9, 1, 0x06);
    assert.equal(resets.count, 1);
  });
});
