/** The 16550A at COM1's ports. */
import assert from 'node:assert/strict';
import { Uart } from '../../../src/platform/devices/uart';

const COM1 = 0x3f8;
const [DATA, IER, IIR, LCR] = [COM1, COM1 + 1, COM1 + 2, COM1 + 3];
const [MCR, LSR, MSR, SCR] = [COM1 + 4, COM1 + 5, COM1 + 6, COM1 + 7];

function uart() {
  const line = { level: false, set: (level: boolean) => void (line.level = level) };
  let sent = '';
  const device = new Uart(0x3f8, line, (byte) => (sent += String.fromCharCode(byte)));
  return {
    device,
    line,
    sent: () => sent,
    out: (port: number, value: number) => device.writePort(port, 1, value),
    read: (port: number) => device.readPort(port),
    receive: (text: string) => device.receive(new TextEncoder().encode(text)),
  };
}

describe('UART', () => {
  it('sends each byte at once and is always ready for the next', () => {
    const { out, read, sent } = uart();
    for (const byte of [0x68, 0x69]) {
      assert.equal(read(LSR) & 0x60, 0x60);
      out(DATA, byte);
    }
    assert.equal(sent(), 'hi');
  });

  it('writes the divisor, not data, while DLAB is set', () => {
    const { out, read, sent } = uart();
    out(LCR, 0x83);
    out(DATA, 0x01);
    out(IER, 0x02);
    assert.equal(read(DATA), 1);
    assert.equal(read(IER), 2);
    out(LCR, 0x03);
    assert.equal(read(IER), 0);
    assert.equal(sent(), '');
  });

  it('is recognised as a 16550A: scratch register, FIFO bits in IIR', () => {
    const { out, read } = uart();
    out(SCR, 0x5a);
    assert.equal(read(SCR), 0x5a);
    assert.equal(read(IIR), 0x01);
    out(IIR, 0x01);
    assert.equal(read(IIR), 0xc1);
  });

  it('gives received bytes in order and loses none, with and without FIFO', () => {
    for (const fifoControl of [0, 1]) {
      const { out, read, receive } = uart();
      out(IIR, fifoControl);
      const text = 'more than sixteen characters at once';
      receive(text);
      let got = '';
      while (read(LSR) & 1) got += String.fromCharCode(read(DATA));
      assert.equal(got, text);
    }
  });

  it('interrupts for received data until it has been read', () => {
    const { out, read, receive, line } = uart();
    out(IER, 1);
    receive('x');
    assert.equal(line.level, true);
    assert.equal(read(IIR), 0x04);
    read(DATA);
    assert.equal(line.level, false);
  });

  it('tells trigger level and time-out apart', () => {
    const { out, read, receive } = uart();
    out(IER, 1);
    out(IIR, 0x81); // FIFO, trigger at 8
    receive('1234567');
    assert.equal(read(IIR), 0xcc);
    receive('8');
    assert.equal(read(IIR), 0xc4);
  });

  it('interrupts for an empty transmitter when enabled and after each byte; reading IIR acknowledges', () => {
    const { out, read, line } = uart();
    out(IER, 2);
    assert.equal(line.level, true);
    assert.equal(read(IIR), 0x02);
    assert.equal(line.level, false);
    out(DATA, 0x41);
    assert.equal(line.level, true);
    assert.equal(read(IIR), 0x02);
    assert.equal(read(IIR), 0x01);
  });

  it('loop mode returns what is sent, and the modem outputs as inputs', () => {
    const { out, read, sent } = uart();
    assert.equal(read(MSR), 0xb0);
    out(MCR, 0x1a); // loop, OUT2, RTS
    assert.equal(read(MSR) & 0xf0, 0x90);
    out(DATA, 0x55);
    assert.equal(read(DATA), 0x55);
    assert.equal(sent(), '');
  });

  it('connects in loop mode RTS to CTS, DTR to DSR, OUT1 to RI and OUT2 to DCD', () => {
    const { out, read } = uart();
    for (const [outputs, inputs] of [
      [1, 0x20],
      [2, 0x10],
      [4, 0x40],
      [8, 0x80],
    ] as const) {
      out(MCR, 0x10 | outputs);
      assert.equal(read(MSR) & 0xf0, inputs);
    }
  });

  it('interrupts for a change of the modem lines until the status is read', () => {
    const { out, read, line } = uart();
    out(IER, 8);
    assert.equal(line.level, false);
    out(MCR, 0x1b);
    assert.equal(read(IIR), 0x01);
    out(MCR, 0x13);
    assert.equal(line.level, true);
    assert.equal(read(IIR), 0x00);
    assert.equal(read(MSR), 0x38);
    assert.equal(line.level, false);
  });

  it('raises the transmitter interrupt by enabling it, not by other writes of IER', () => {
    const { out, read } = uart();
    out(IER, 1);
    out(IER, 2);
    assert.equal(read(IIR), 0x02);
    out(IER, 3);
    out(IER, 2);
    assert.equal(read(IIR), 0x01);
  });

  it('tells no transmitter interrupt that is not enabled', () => {
    const { out, read, line } = uart();
    out(DATA, 0x41);
    assert.equal(read(IIR), 0x01);
    assert.equal(line.level, false);
  });

  it('keeps received bytes when the FIFO control is written again without a clear', () => {
    const { out, read, receive } = uart();
    out(IIR, 1);
    receive('abc');
    out(IIR, 0x41);
    assert.equal(read(LSR), 0x61);
    assert.equal(read(DATA), 'a'.charCodeAt(0));
  });

  it('clearing the receiver FIFO drops what it holds', () => {
    const { out, read, receive } = uart();
    out(IIR, 1);
    receive('abc');
    out(IIR, 3);
    assert.equal(read(LSR) & 1, 0);
  });
});
