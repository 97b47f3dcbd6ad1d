/** The board: decoding of ports and memory, and the wires between devices. */
import assert from 'node:assert/strict';
import type { BoardConfig } from '../../src/platform/board';
import { createBoard } from '../../src/platform/board';

const MIB = 1024 * 1024;
const IOAPIC = 0xfec00000;
const LAPIC = 0xfee00000;

function board(over: Partial<BoardConfig> = {}) {
  const log: string[] = [];
  const config: BoardConfig = {
    ramBytes: 256 * MIB,
    cpus: 1,
    serial: (byte) => log.push(String.fromCharCode(byte)),
    debugExit: (status) => log.push(`exit ${status}`),
    shutdown: () => log.push('shutdown'),
    reset: () => log.push('reset'),
    onNmi: (cpu) => log.push(`nmi ${cpu}`),
    ...over,
  };
  return { board: createBoard(config), log };
}

/** Unmasks one PIC input, vectors from 0x20. */
function setUpPic(made: ReturnType<typeof board>['board'], mask: number): void {
  for (const [port, value] of [
    [0x20, 0x11],
    [0x21, 0x20],
    [0x21, 0x04],
    [0x21, 0x01],
    [0x21, mask],
  ] as const) {
    made.portWrite(port, 1, value);
  }
}

describe('board: decoding', () => {
  it('answers all ones where nobody is, in ports and memory', () => {
    const { board: made } = board();
    assert.equal(made.portRead(0x300, 1), 0xff);
    assert.equal(made.portRead(0x300, 4), 0xffffffff);
    assert.equal(made.isMemoryMapped(0xd0000000), false);
    assert.equal(made.memoryRead(0xd0000000, 8), 0xffffffffffffffffn);
    made.portWrite(0x300, 4, 1);
    made.memoryWrite(0xd0000000, 8, 1n);
  });

  it('sends serial bytes, exit status and reset to the callbacks', () => {
    const { board: made, log } = board();
    made.portWrite(0x3f8, 1, 0x41);
    made.portWrite(0xf4, 4, 3);
    made.portWrite(0x64, 1, 0xfe);
    made.portWrite(0x604, 2, 0x2000);
    assert.deepEqual(log, ['A', 'exit 7', 'reset', 'shutdown']);
  });

  it('splits accesses wider than the device over its neighbour ports', () => {
    const { board: made } = board();
    made.portWrite(0x3fe, 2, 0x7700); // modem status (read-only), scratch
    assert.equal(made.portRead(0x3ff, 1), 0x77);
    assert.equal(made.portRead(0x3fe, 2), 0x77b0);
  });

  it('gives fw_cfg the configured machine', () => {
    const { board: made } = board();
    made.portWrite(0x510, 2, 0x05);
    assert.equal(made.portRead(0x511, 1), 1);
    made.portWrite(0x510, 2, 0x03);
    const size = [0, 1, 2, 3].reduce((value, i) => value + made.portRead(0x511, 1) * 256 ** i, 0);
    assert.equal(size, 256 * MIB);
  });

  it('splits 8-byte memory accesses into two', () => {
    const { board: made } = board();
    made.memoryWrite(0xff000010n, 8, 0x1122334455667788n);
    assert.equal(made.memoryRead(0xff000014n, 4), 0x11223344n);
    assert.equal(made.memoryRead(0xff000010n, 8), 0x1122334455667788n);
  });

  it('maps the local APIC where IA32_APIC_BASE says, in xAPIC mode only', () => {
    const { board: made } = board();
    assert.equal(made.memoryRead(LAPIC + 0x30, 4), 0x50014n);
    made.localApic.writeMsr(0x1b, 0xfed40900n);
    assert.equal(made.isMemoryMapped(LAPIC + 0x30), false);
    assert.equal(made.memoryRead(0xfed40030, 4), 0x50014n);
    made.localApic.writeMsr(0x1b, 0xfed40d00n);
    assert.equal(made.isMemoryMapped(0xfed40030), false);
  });
});

describe('board: interrupts', () => {
  it('passes the timer through PIC and LINT0 as firmware left them', () => {
    const { board: made } = board();
    setUpPic(made, 0xfe);
    made.portWrite(0x43, 1, 0x34);
    made.portWrite(0x40, 1, 0x00);
    made.portWrite(0x40, 1, 0x10);
    // OUT rises with the mode word: that edge is a request already.
    assert.equal(made.localApic.acknowledge(), 0x20);
    made.portWrite(0x20, 1, 0x20);
    assert.equal(made.localApic.interruptRequested(), false);
    made.runEventsUntil(made.nextEventAt() ?? 0);
    made.runEventsUntil(made.nextEventAt() ?? 0);
    assert.equal(made.localApic.acknowledge(), 0x20);
  });

  it('passes serial input through pin 4 of the I/O APIC to the local APIC', () => {
    const { board: made } = board();
    made.memoryWrite(IOAPIC, 4, 0x10n + 8n);
    made.memoryWrite(IOAPIC + 0x10, 4, 0x64n);
    made.portWrite(0x3f9, 1, 1);
    made.input({ at: 5, source: 'serial', bytes: Uint8Array.of(0x0d) });
    made.runEventsUntil(4);
    assert.equal(made.localApic.interruptRequested(), false);
    made.runEventsUntil(5);
    assert.equal(made.localApic.acknowledge(), 0x64);
    assert.equal(made.portRead(0x3f8, 1), 0x0d);
  });

  it('level interrupt: raised by the test device, again after EOI while the line is high', () => {
    const { board: made } = board();
    made.memoryWrite(IOAPIC, 4, 0x10n + 28n);
    made.memoryWrite(IOAPIC + 0x10, 4, 0x8077n);
    made.portWrite(0x200e, 1, 1);
    assert.equal(made.localApic.acknowledge(), 0x77);
    made.memoryWrite(LAPIC + 0xb0, 4, 0n);
    assert.equal(made.localApic.acknowledge(), 0x77);
    made.portWrite(0x200e, 1, 0);
    made.memoryWrite(LAPIC + 0xb0, 4, 0n);
    assert.equal(made.localApic.interruptRequested(), false);
  });

  it('connects ISA IRQ 0 to pin 2 of the I/O APIC', () => {
    const { board: made } = board();
    made.memoryWrite(IOAPIC, 4, 0x14n);
    made.memoryWrite(IOAPIC + 0x10, 4, 0x42n);
    made.portWrite(0x2000, 1, 1);
    assert.equal(made.localApic.acknowledge(), 0x42);
  });

  it('gives an NMI sent to oneself to the callback', () => {
    const { board: made, log } = board();
    made.memoryWrite(LAPIC + 0x300, 4, 0x4400n);
    assert.deepEqual(log, ['nmi 0']);
  });
});

describe('board: snapshots', () => {
  it('a restored board has the same future, to the tick', () => {
    const { board: made } = board();
    setUpPic(made, 0xee);
    made.portWrite(0x43, 1, 0x34);
    made.portWrite(0x40, 1, 0x34);
    made.portWrite(0x40, 1, 0x12);
    made.memoryWrite(LAPIC + 0x3e0, 4, 0xbn);
    made.memoryWrite(LAPIC + 0x320, 4, 0x200f0n);
    made.memoryWrite(LAPIC + 0x380, 4, 77_777n);
    made.runEventsUntil(1_000_000);

    const future = () => {
      const seen: string[] = [];
      for (let i = 0; i < 50; i++) {
        made.runEventsUntil(made.nextEventAt() ?? 0);
        seen.push(`${made.now()} ${made.localApic.acknowledge()}`);
        made.memoryWrite(LAPIC + 0xb0, 4, 0n);
        made.portWrite(0x20, 1, 0x20);
        seen.push(made.portRead(0x40, 1).toString());
      }
      return seen;
    };
    const saved = structuredClone(made.save());
    const first = future();
    made.restore(saved);
    assert.equal(made.now(), 1_000_000);
    assert.deepEqual(future(), first);

    // A fresh board takes the snapshot as well.
    const other = board();
    other.board.restore(saved);
    assert.deepEqual(other.board.save(), saved);
  });
});

describe('board: bad guests', () => {
  it('survives any port access', () => {
    const { board: made } = board();
    let seed = 1;
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
    const ports = [
      0x20, 0x40, 0x60, 0x70, 0xa0, 0xe0, 0xf4, 0x3f8, 0x4d0, 0x510, 0x600, 0xcf8, 0x2000, 0xfffc,
    ];
    for (let i = 0; i < 20_000; i++) {
      const port = (ports[random() % ports.length]! + ((random() >>> 8) % 12)) & 0xffff;
      const size = ([1, 2, 4] as const)[(random() >>> 16) % 3]!;
      if (random() & 0x100) made.portWrite(port, size, random());
      else assert.equal(made.portRead(port, size) >>> 0 < 2 ** (8 * size), true);
      if (i % 16 === 0) made.runEventsUntil(made.now() + ((random() >>> 8) % 5000));
    }
  });

  it('survives any access to device memory', () => {
    const { board: made } = board();
    let seed = 7;
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
    for (let i = 0; i < 20_000; i++) {
      const base = [LAPIC, IOAPIC, 0xff000000][(random() >>> 8) % 3]!;
      const address = base + ((random() >>> 12) & 0xfff);
      const size = ([1, 2, 4, 8] as const)[(random() >>> 16) % 4]!;
      if (random() & 0x100) made.memoryWrite(address, size, BigInt(random()));
      else assert.equal(made.memoryRead(address, size) >> BigInt(8 * size), 0n);
      if (i % 16 === 0) made.runEventsUntil(made.now() + ((random() >>> 8) % 5000));
      made.localApic.acknowledge();
    }
  });
});
