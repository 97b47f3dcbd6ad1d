/** The I/O APIC: registers and the life of edge and level interrupts. */
import assert from 'node:assert/strict';
import type { InterruptMessage } from '../../../src/platform/apic-bus';
import { ApicBus } from '../../../src/platform/apic-bus';
import { IoApic } from '../../../src/platform/devices/io-apic';

const LEVEL = 0x8000;
const MASKED = 0x10000;
const REMOTE_IRR = 0x4000;

function ioApic() {
  const bus = new ApicBus();
  const sent: InterruptMessage[] = [];
  bus.attach({ matches: () => true, ppr: 0, accept: (message) => sent.push(message) });
  const device = new IoApic(bus);
  const select = (index: number) => device.writeMemory(0, 4, index);
  return {
    device,
    bus,
    sent,
    read: (index: number) => (select(index), device.readMemory(0x10)),
    write: (index: number, value: number) => (select(index), device.writeMemory(0x10, 4, value)),
  };
}

describe('I/O APIC', () => {
  it('has 24 masked pins, a read-only version, and an ID of four bits that arbitration follows', () => {
    const { read, write } = ioApic();
    assert.equal(read(1), 0x170011);
    write(1, 0);
    assert.equal(read(1), 0x170011);
    write(0, 0xffffffff);
    assert.equal(read(0), 0x0f000000);
    write(2, 0);
    assert.equal(read(2), 0x0f000000);
    assert.equal(read(0x10 + 2 * 23), MASKED);
  });

  it('sends an edge once, with destination, mode and vector of its entry', () => {
    const { device, write, sent } = ioApic();
    write(0x10 + 2 * 14 + 1, 0x03000000);
    write(0x10 + 2 * 14, 0x0976);
    device.setPin(14, true);
    device.setPin(14, true);
    device.setPin(14, false);
    assert.deepEqual(sent, [
      { destination: 3, broadcast: false, logical: true, delivery: 1, vector: 0x76, level: false },
    ]);
  });

  it('loses an edge on a masked pin, keeps a level', () => {
    const { device, write, sent } = ioApic();
    device.setPin(3, true);
    device.setPin(4, true);
    write(0x10 + 2 * 3, 0x43);
    assert.equal(sent.length, 0);
    write(0x10 + 2 * 4, LEVEL | 0x44);
    assert.deepEqual(
      sent.map(({ vector }) => vector),
      [0x44],
    );
  });

  it('sends a level once until its EOI, and again then while the line is high', () => {
    const { device, bus, read, write, sent } = ioApic();
    write(0x10 + 2 * 5, LEVEL | 0x55);
    device.setPin(5, true);
    device.setPin(5, false);
    device.setPin(5, true);
    assert.equal(sent.length, 1);
    assert.equal(read(0x10 + 2 * 5), REMOTE_IRR | LEVEL | 0x55);
    bus.endOfInterrupt(0x55);
    assert.equal(sent.length, 2);
    device.setPin(5, false);
    bus.endOfInterrupt(0x55);
    assert.equal(read(0x10 + 2 * 5), LEVEL | 0x55);
    assert.equal(sent.length, 2);
  });

  it('hears only EOIs of its own vector', () => {
    const { device, bus, read, write } = ioApic();
    write(0x10 + 2 * 5, LEVEL | 0x55);
    device.setPin(5, true);
    bus.endOfInterrupt(0x56);
    assert.equal(read(0x10 + 2 * 5), REMOTE_IRR | LEVEL | 0x55);
  });

  it('drops remote IRR when the entry becomes edge-triggered', () => {
    const { device, read, write } = ioApic();
    write(0x10 + 2 * 5, LEVEL | 0x55);
    device.setPin(5, true);
    write(0x10 + 2 * 5, 0x55);
    assert.equal(read(0x10 + 2 * 5), 0x55);
  });

  it('does not let the guest write remote IRR and delivery status', () => {
    const { read, write } = ioApic();
    write(0x10, MASKED | LEVEL | REMOTE_IRR | 0x1000 | 0x30);
    assert.equal(read(0x10), MASKED | LEVEL | 0x30);
  });

  it('goes on after a restored snapshot', () => {
    const { device, bus, sent, write } = ioApic();
    write(0x10 + 2 * 5, LEVEL | 0x55);
    device.setPin(5, true);
    const saved = structuredClone(device.save());
    device.setPin(5, false);
    bus.endOfInterrupt(0x55);
    device.restore(saved);
    bus.endOfInterrupt(0x55);
    assert.equal(sent.length, 2);
  });
});
