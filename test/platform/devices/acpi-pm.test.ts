/** ACPI fixed hardware: timer, its event, and switching off. */
import assert from 'node:assert/strict';
import { AcpiPm } from '../../../src/platform/devices/acpi-pm';
import { EventQueue } from '../../../src/platform/event-queue';

const SECOND = 1_000_000_000;

function pm() {
  const queue = new EventQueue();
  const line = { level: false, set: (level: boolean) => void (line.level = level) };
  const calls = { shutdowns: 0 };
  const device = new AcpiPm(queue.clock(), line, () => void calls.shutdowns++);
  return { device, queue, line, calls };
}

describe('ACPI power management', () => {
  it('counts 3.579545 MHz in 24 bits', () => {
    const { device, queue } = pm();
    queue.runUntil(SECOND);
    assert.equal(device.readPort(0x608, 4), 3_579_545);
    queue.runUntil(5 * SECOND);
    assert.equal(device.readPort(0x608, 4), (5 * 3_579_545) % 0x1000000);
  });

  it('shuts down on SLP_EN with the type of S5 only', () => {
    const { device, calls } = pm();
    device.writePort(0x604, 2, 0x0000);
    device.writePort(0x604, 2, 0x2400);
    assert.equal(calls.shutdowns, 0);
    device.writePort(0x604, 2, 0x2000);
    assert.equal(calls.shutdowns, 1);
    assert.equal(device.readPort(0x604, 2) & 1, 1);
  });

  it('raises SCI when bit 23 changes and the event is enabled, until the status is cleared', () => {
    const { device, queue, line } = pm();
    device.writePort(0x602, 2, 0x0001);
    const at = queue.nextEventAt() ?? 0;
    queue.runUntil(at);
    assert.equal(device.readPort(0x608, 4), 0x800000);
    assert.equal(line.level, true);
    device.writePort(0x600, 2, 0x0001);
    assert.equal(line.level, false);
    assert.equal(device.readPort(0x600, 4), 0x00010000);
  });

  it('takes status and enable in one 32-bit write, keeping no reserved bits', () => {
    const { device } = pm();
    device.writePort(0x600, 4, 0xffff0000);
    assert.equal(device.readPort(0x602, 2), 0x0721);
    device.writePort(0x600, 4, 0);
    assert.equal(device.readPort(0x602, 2), 0);
  });

  it('sets the status without SCI when the event is not enabled', () => {
    const { device, queue, line } = pm();
    queue.runUntil(3 * SECOND);
    assert.equal(device.readPort(0x600, 2), 1);
    assert.equal(line.level, false);
  });
});
