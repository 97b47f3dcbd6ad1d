/** The 8042 and its keyboard, through their two ports, as drivers probe them. */
import assert from 'node:assert/strict';
import { KeyboardController } from '../../../src/platform/devices/keyboard-controller';

const OUTPUT_FULL = 1;
const MOUSE_DATA = 0x20;

function controller() {
  const lines = { keyboard: [] as boolean[], mouse: [] as boolean[] };
  let resets = 0;
  const wire = (history: boolean[]) => ({
    set: (level: boolean) => void (history.at(-1) === level || history.push(level)),
  });
  const device = new KeyboardController(wire(lines.keyboard), wire(lines.mouse), () => resets++);
  return {
    device,
    lines,
    resets: () => resets,
    status: () => device.readPort(0x64),
    command: (value: number, ...data: number[]) => {
      device.writePort(0x64, 1, value);
      for (const byte of data) device.writePort(0x60, 1, byte);
    },
    keyboard: (value: number) => device.writePort(0x60, 1, value),
    /** Everything that waits in the data port. */
    read: () => {
      const bytes: number[] = [];
      while (device.readPort(0x64) & OUTPUT_FULL) bytes.push(device.readPort(0x60));
      return bytes;
    },
  };
}

describe('keyboard controller', () => {
  it('passes its self-test and the tests of both ports', () => {
    const { command, read } = controller();
    for (const [test, answer] of [
      [0xaa, 0x55],
      [0xab, 0],
      [0xa9, 0],
    ] as const) {
      command(test);
      assert.deepEqual(read(), [answer]);
    }
  });

  it('stores its command byte and the rest of its memory', () => {
    const { command, read } = controller();
    command(0x60, 0x45);
    command(0x7f, 0x99);
    command(0x20);
    command(0x3f);
    assert.deepEqual(read(), [0x45, 0x99]);
  });

  it('is left by the BIOS with keyboard interrupt and translation on and the mouse off', () => {
    const { command, read } = controller();
    command(0x20);
    assert.deepEqual(read(), [0x65]);
  });

  it('switches both ports by command, in the command byte', () => {
    const { command, read } = controller();
    command(0xad);
    command(0xa8);
    command(0x20);
    command(0xae);
    command(0xa7);
    command(0x20);
    assert.deepEqual(read(), [0x55, 0x65]);
  });

  it('loops a byte back as if the mouse had sent it, with its interrupt', () => {
    const { command, lines, status, read } = controller();
    command(0x60, 0x47);
    command(0xd3, 0x5a);
    assert.equal(status() & (OUTPUT_FULL | MOUSE_DATA), OUTPUT_FULL | MOUSE_DATA);
    assert.deepEqual(lines.mouse.at(-1), true);
    assert.deepEqual(read(), [0x5a]);
    assert.deepEqual(lines.mouse.at(-1), false);
    assert.ok(!lines.keyboard.includes(true));
  });

  it('says by a time-out that no mouse is there', () => {
    const { command, status, read } = controller();
    command(0xd4, 0xf2);
    assert.equal(status() & 0x60, 0x60);
    assert.deepEqual(read(), [0xfe]);
  });

  it('resets by pulse 0xfe and by the output port, not by other pulses', () => {
    const { command, resets } = controller();
    command(0xff);
    assert.equal(resets(), 0);
    command(0xfe);
    command(0xd1, 0x02);
    assert.equal(resets(), 2);
  });
});

describe('keyboard', () => {
  it('answers reset, identification, echo and parameters', () => {
    const { command, keyboard, read } = controller();
    command(0x60, 0x05); // no translation
    for (const [sent, answer] of [
      [[0xff], [0xfa, 0xaa]],
      [[0xf2], [0xfa, 0xab, 0x83]],
      [[0xee], [0xee]],
      [
        [0xed, 0x07],
        [0xfa, 0xfa],
      ],
      [
        [0xf0, 0x00],
        [0xfa, 0xfa, 0x02],
      ],
      [[0x01], [0xfe]],
    ] as const) {
      for (const byte of sent) keyboard(byte);
      assert.deepEqual(read(), [...answer]);
    }
  });

  it('raises its line once for each byte', () => {
    const { device, lines, read } = controller();
    device.type(Uint8Array.of(0x1e, 0x9e));
    assert.deepEqual(lines.keyboard, [true]);
    assert.deepEqual(read(), [0x1e, 0x9e]);
    assert.deepEqual(lines.keyboard, [true, false, true, false]);
  });

  it('reports no keys while it or its port is off', () => {
    const { device, command, keyboard, read } = controller();
    command(0xad);
    device.type(Uint8Array.of(0x1e));
    command(0xae);
    keyboard(0xf5);
    assert.deepEqual(read(), [0xfa]);
    device.type(Uint8Array.of(0x1e));
    assert.deepEqual(read(), []);
    keyboard(0xf4);
    device.type(Uint8Array.of(0x1e));
    assert.deepEqual(read(), [0xfa, 0x1e]);
  });

  it('goes on as before from a snapshot', () => {
    const { device, keyboard } = controller();
    keyboard(0xed);
    device.type(Uint8Array.of(0x1e));
    const other = controller();
    other.device.restore(device.save());
    other.keyboard(0x07);
    assert.deepEqual(other.read(), [0xfa, 0x1e, 0xfa]);
  });
});
