/** The 8259A pair, initialised as PC firmware does it: vectors 0x20 and 0x28. */
import assert from 'node:assert/strict';
import { PicPair } from '../../../src/platform/devices/pic';

function initialised(icw4 = 0x01) {
  const output = { level: false, set: (level: boolean) => void (output.level = level) };
  const pic = new PicPair(output);
  const out = (port: number, value: number) => pic.writePort(port, 1, value);
  for (const [base, vector, icw3] of [
    [0x20, 0x20, 0x04],
    [0xa0, 0x28, 0x02],
  ] as const) {
    out(base, 0x11);
    out(base + 1, vector);
    out(base + 1, icw3);
    out(base + 1, icw4);
  }
  return { pic, out, read: (port: number) => pic.readPort(port), output };
}

describe('PIC', () => {
  it('raises INTR on a rising edge and gives the vector once', () => {
    const { pic, output } = initialised();
    pic.setIrq(1, true);
    assert.equal(output.level, true);
    assert.equal(pic.peek(), 0x21);
    assert.equal(pic.acknowledge(), 0x21);
    assert.equal(output.level, false);
  });

  it('does not raise INTR for a masked input until it is unmasked', () => {
    const { pic, out, output } = initialised();
    out(0x21, 0xff);
    pic.setIrq(3, true);
    assert.equal(output.level, false);
    out(0x21, 0xf7);
    assert.equal(pic.acknowledge(), 0x23);
  });

  it('lets only higher priorities interrupt a service, lower ones wait for EOI', () => {
    const { pic, out, output } = initialised();
    pic.setIrq(4, true);
    pic.acknowledge();
    pic.setIrq(5, true);
    assert.equal(output.level, false);
    pic.setIrq(1, true);
    assert.equal(pic.acknowledge(), 0x21);
    out(0x20, 0x20); // ends 1
    assert.equal(output.level, false);
    out(0x20, 0x20); // ends 4
    assert.equal(pic.acknowledge(), 0x25);
  });

  it('cascades the slave: vector from the slave, both in service, EOI to both', () => {
    const { pic, out, read, output } = initialised();
    pic.setIrq(8, true);
    pic.setIrq(10, true);
    assert.equal(pic.acknowledge(), 0x28);
    out(0x20, 0x0b);
    out(0xa0, 0x0b);
    assert.equal(read(0x20), 0x04);
    assert.equal(read(0xa0), 0x01);
    assert.equal(output.level, false);
    out(0xa0, 0x20);
    out(0x20, 0x20);
    assert.equal(output.level, true);
    assert.equal(pic.acknowledge(), 0x2a);
  });

  it('answers with the spurious vector 7 when the request is gone, and puts nothing in service', () => {
    const { pic, out, read } = initialised();
    pic.setIrq(3, true);
    pic.setIrq(3, false);
    assert.equal(pic.acknowledge(), 0x27);
    out(0x20, 0x0b);
    assert.equal(read(0x20), 0);
  });

  it('level mode (ELCR) requests again after EOI while the line is high, edge mode does not', () => {
    const { pic, out, output } = initialised();
    out(0x4d0, 0x20);
    for (const irq of [6, 5]) {
      pic.setIrq(irq, true);
      pic.acknowledge();
      out(0x20, 0x60 | irq); // specific EOI
    }
    assert.equal(output.level, true);
    assert.equal(pic.acknowledge(), 0x25);
    pic.setIrq(5, false);
    out(0x20, 0x65);
    assert.equal(output.level, false);
  });

  it('ELCR keeps timer, keyboard, cascade and RTC edge-triggered', () => {
    const { out, read } = initialised();
    out(0x4d0, 0xff);
    out(0x4d1, 0xff);
    assert.equal(read(0x4d0), 0xf8);
    assert.equal(read(0x4d1), 0xde);
  });

  it('automatic EOI leaves nothing in service', () => {
    const { pic, out, read } = initialised(0x03);
    pic.setIrq(2 + 2, true);
    pic.acknowledge();
    out(0x20, 0x0b);
    assert.equal(read(0x20), 0);
  });

  it('rotation on EOI makes the served input the lowest priority', () => {
    const { pic, out } = initialised();
    pic.setIrq(3, true);
    pic.acknowledge();
    pic.setIrq(3, false);
    out(0x20, 0xa0);
    pic.setIrq(3, true);
    pic.setIrq(7, true);
    assert.equal(pic.acknowledge(), 0x27);
  });

  it('poll command acknowledges and returns the input number', () => {
    const { pic, out, read } = initialised();
    pic.setIrq(6, true);
    out(0x20, 0x0c);
    assert.equal(read(0x20), 0x86);
    out(0x20, 0x0c);
    assert.equal(read(0x20), 0x00);
  });

  it('special mask mode lets lower priorities through while a service is masked', () => {
    const { pic, out } = initialised();
    pic.setIrq(1, true);
    pic.acknowledge();
    out(0x20, 0x68);
    out(0x21, 0x02);
    pic.setIrq(6, true);
    assert.equal(pic.acknowledge(), 0x26);
  });

  it('leaves special mask mode again', () => {
    const { pic, out } = initialised();
    pic.setIrq(1, true);
    pic.acknowledge();
    out(0x21, 0x02);
    pic.setIrq(6, true);
    out(0x20, 0x68);
    out(0x20, 0x48);
    assert.equal(pic.peek(), 0x27); // nothing but the spurious vector
  });

  it('special fully nested mode lets a second slave input through while the slave is in service', () => {
    for (const [icw4, vector] of [
      [0x11, 0x28],
      [0x01, 0x27],
    ] as const) {
      const { pic } = initialised(icw4);
      pic.setIrq(9, true);
      pic.acknowledge();
      pic.setIrq(8, true);
      assert.equal(pic.peek(), vector);
    }
  });

  it('rotates on automatic EOI when told to', () => {
    const { pic, out } = initialised(0x03);
    out(0x20, 0x80);
    pic.setIrq(3, true);
    pic.acknowledge();
    pic.setIrq(3, false);
    pic.setIrq(3, true);
    pic.setIrq(5, true);
    assert.equal(pic.acknowledge(), 0x25);
  });

  it('reads back masks and requests of both chips', () => {
    const { pic, out, read } = initialised();
    out(0x21, 0xa5);
    out(0xa1, 0x5a);
    assert.deepEqual([read(0x21), read(0xa1)], [0xa5, 0x5a]);
    pic.setIrq(0, true);
    pic.setIrq(9, true);
    out(0x20, 0x0a);
    assert.deepEqual([read(0x20), read(0xa0)], [0x01, 0x02]);
  });

  it('initialisation requests level inputs that are high, and waits for a new edge of the others', () => {
    const { pic, out, read } = initialised();
    out(0x4d0, 0x20);
    pic.setIrq(5, true);
    pic.setIrq(6, true);
    for (const [port, value] of [
      [0x20, 0x11],
      [0x21, 0x40],
      [0x21, 0x04],
      [0x21, 0x01],
    ] as const) {
      out(port, value);
    }
    assert.equal(read(0x20), 0x20);
    assert.equal(pic.peek(), 0x45);
  });

  it('special mask mode: a non-specific EOI leaves masked services alone', () => {
    const { pic, out, read } = initialised();
    pic.setIrq(1, true);
    pic.acknowledge();
    out(0x21, 0x02);
    out(0x20, 0x68);
    pic.setIrq(6, true);
    pic.acknowledge();
    out(0x20, 0x20);
    out(0x20, 0x0b);
    assert.equal(read(0x20), 0x02);
  });

  it('goes on after a restored snapshot', () => {
    const { pic } = initialised();
    pic.setIrq(4, true);
    const saved = structuredClone(pic.save());
    pic.acknowledge();
    pic.restore(saved);
    assert.equal(pic.acknowledge(), 0x24);
  });
});
