/** The local APIC: priorities, messages, errors, timer, xAPIC page and x2APIC MSRs. */
import assert from 'node:assert/strict';
import { ApicBus, DELIVERY } from '../../../src/platform/apic-bus';
import { LocalApic } from '../../../src/platform/devices/local-apic';
import { EventQueue } from '../../../src/platform/event-queue';

const [TPR, PPR, EOI, LDR, DFR, SVR, ESR] = [0x80, 0xa0, 0xb0, 0xd0, 0xe0, 0xf0, 0x280];
const [ICR, ICR2, LVT_TIMER, LINT0, LVT_ERROR] = [0x300, 0x310, 0x320, 0x350, 0x370];
const [TMICT, TMCCT, TDCR] = [0x380, 0x390, 0x3e0];
const ENABLED = 0xfee00900n;

function apics(count = 1) {
  const queue = new EventQueue();
  const bus = new ApicBus();
  const events: string[] = [];
  const external = { vector: 0x08 };
  const units = Array.from({ length: count }, (_, id) => {
    const pins = {
      nmi: () => void events.push(`nmi ${id}`),
      init: () => void events.push(`init ${id}`),
      startup: (vector: number) => void events.push(`startup ${id} ${vector}`),
      externalVector: () => external.vector,
      acknowledgeExternal: () => {
        events.push(`inta ${id}`);
        return external.vector;
      },
    };
    const unit = new LocalApic(id, queue.clock(), bus, pins, 40);
    unit.writeMemory(SVR, 4, 0x1ff);
    return unit;
  });
  const apic = units[0]!;
  return {
    apic,
    units,
    bus,
    queue,
    events,
    write: (register: number, value: number) => apic.writeMemory(register, 4, value),
    read: (register: number) => apic.readMemory(register, 4),
    x2apic: () => units.forEach((unit) => assert.ok(unit.writeMsr(0x1b, unit.apicBase | 0x400n))),
  };
}

const message = {
  destination: 0,
  broadcast: false,
  logical: false,
  delivery: DELIVERY.FIXED as number,
  vector: 0x50,
  level: false,
};

describe('local APIC: priorities', () => {
  it('offers the highest requested vector, and the next one after EOI', () => {
    const { apic, write } = apics();
    apic.request(0x31);
    apic.request(0x52);
    assert.equal(apic.acknowledge(), 0x52);
    assert.equal(apic.pendingVector(), -1);
    write(EOI, 0);
    assert.equal(apic.acknowledge(), 0x31);
  });

  it('lets a higher class interrupt a service, the same class not', () => {
    const { apic, read } = apics();
    apic.request(0x41);
    apic.acknowledge();
    apic.request(0x4f);
    assert.equal(apic.interruptRequested(), false);
    apic.request(0x50);
    assert.equal(apic.pendingVector(), 0x50);
    assert.equal(read(PPR), 0x40);
  });

  it('holds back vectors of classes up to the task priority, which CR8 shows', () => {
    const { apic, write } = apics();
    apic.request(0x5f);
    write(TPR, 0x50);
    assert.equal(apic.cr8, 5);
    assert.equal(apic.pendingVector(), -1);
    apic.cr8 = 4;
    assert.equal(apic.tpr, 0x40);
    assert.equal(apic.pendingVector(), 0x5f);
  });

  it('has the whole task priority as processor priority when the classes are equal', () => {
    const { apic, write, read } = apics();
    apic.request(0x51);
    apic.acknowledge();
    write(TPR, 0x57);
    assert.equal(read(PPR), 0x57);
    write(TPR, 0x4f);
    assert.equal(read(PPR), 0x50);
  });

  it('shows requests, services and trigger modes in IRR, ISR and TMR', () => {
    const { apic, read } = apics();
    apic.accept({ ...message, vector: 0x61, level: true });
    assert.equal(read(0x230), 2);
    assert.equal(read(0x1b0), 2);
    apic.acknowledge();
    assert.equal(read(0x230), 0);
    assert.equal(read(0x130), 2);
  });

  it('tells the bus of the EOI of level-triggered vectors only', () => {
    const { apic, bus } = apics();
    const ended: number[] = [];
    bus.onEndOfInterrupt((vector) => ended.push(vector));
    for (const level of [true, false]) {
      apic.accept({ ...message, vector: level ? 0x71 : 0x72, level });
      apic.acknowledge();
      apic.endOfInterrupt();
    }
    assert.deepEqual(ended, [0x71]);
  });

  it('accepts no vectors while disabled by software, but NMIs', () => {
    const { apic, write, events } = apics();
    write(SVR, 0xff);
    apic.accept(message);
    apic.accept({ ...message, delivery: DELIVERY.NMI });
    assert.equal(apic.pendingVector(), -1);
    assert.deepEqual(events, ['nmi 0']);
  });
});

describe('local APIC: LINT0 and the 8259', () => {
  it('passes the external vector on in ExtINT mode, with one INTA cycle', () => {
    const { apic, write, events } = apics();
    write(LINT0, 0x700);
    apic.setLint(0, true);
    assert.equal(apic.pendingVector(), 0x08);
    assert.deepEqual(events, []);
    assert.equal(apic.acknowledge(), 0x08);
    assert.deepEqual(events, ['inta 0']);
  });

  it('as a fixed level interrupt comes again after EOI while the pin is high', () => {
    const { apic, write, read } = apics();
    write(LINT0, 0x8045);
    apic.setLint(0, true);
    assert.equal(apic.acknowledge(), 0x45);
    assert.equal(read(LINT0), 0xc045);
    apic.request(0x55);
    apic.acknowledge();
    write(EOI, 0); // of 0x55
    assert.equal(read(LINT0), 0xc045);
    write(EOI, 0);
    assert.equal(apic.acknowledge(), 0x45);
    apic.setLint(0, false);
    write(EOI, 0);
    assert.equal(read(LINT0), 0x8045);
    assert.equal(apic.interruptRequested(), false);
  });

  it('hides it while LINT0 is masked, and passes it on while the APIC is globally disabled', () => {
    const { apic, write } = apics();
    write(LINT0, 0x10700);
    apic.setLint(0, true);
    assert.equal(apic.pendingVector(), -1);
    assert.ok(apic.writeMsr(0x1b, 0xfee00100n));
    assert.equal(apic.pendingVector(), 0x08);
  });
});

describe('local APIC: interprocessor interrupts', () => {
  it('self shorthand requests the vector, others shorthand leaves the sender out', () => {
    const { apic, units, write } = apics(3);
    write(ICR, 0x40000 | 0x51);
    assert.equal(apic.acknowledge(), 0x51);
    write(ICR, 0xc0000 | 0x62);
    assert.deepEqual(
      units.map((unit) => unit.pendingVector()),
      [-1, 0x62, 0x62],
    );
  });

  it('physical destination reaches one, 0xff and the all shorthand reach all', () => {
    const { units, write } = apics(3);
    write(ICR2, 1 << 24);
    write(ICR, 0x51);
    write(ICR2, 0xff000000);
    write(ICR, 0x40);
    write(ICR, 0x80000 | 0x41);
    assert.deepEqual(
      units.map((unit) => unit.pendingVector()),
      [0x41, 0x51, 0x41],
    );
  });

  it('logical destinations match in the flat and in the cluster model', () => {
    const { units, write } = apics(3);
    units.forEach((unit, id) => unit.writeMemory(LDR, 4, 1 << (24 + id)));
    write(ICR2, 0x06000000);
    write(ICR, 0x800 | 0x51);
    assert.deepEqual(
      units.map((unit) => unit.pendingVector()),
      [-1, 0x51, 0x51],
    );
    units.forEach((unit, id) => {
      unit.writeMemory(DFR, 4, 0x0fffffff);
      unit.writeMemory(LDR, 4, (0x11 + id * 0x10) << 24);
    });
    write(ICR2, 0x21000000);
    write(ICR, 0x800 | 0x61);
    assert.deepEqual(
      units.map((unit) => unit.pendingVector()),
      [-1, 0x61, 0x51],
    );
  });

  it('lowest priority goes to the CPU with the lowest processor priority', () => {
    const { units, write } = apics(3);
    units[0]!.tpr = 0x40;
    units[1]!.tpr = 0x20;
    units[2]!.tpr = 0x30;
    write(ICR2, 0xff000000);
    write(ICR, 0x100 | 0x91);
    assert.deepEqual(
      units.map((unit) => unit.pendingVector()),
      [-1, 0x91, -1],
    );
  });

  it('INIT, start-up and NMI leave through the pins; INIT de-assert does nothing', () => {
    const { write, events } = apics(2);
    write(ICR2, 1 << 24);
    write(ICR, 0x8500);
    assert.deepEqual(events, []);
    write(ICR, 0xc500);
    write(ICR, 0x4608);
    write(ICR, 0x4400);
    assert.deepEqual(events, ['init 1', 'startup 1 8', 'nmi 1']);
  });

  it('illegal vectors are errors: latched by a write to ESR, with an error interrupt', () => {
    const { apic, write, read } = apics();
    write(LVT_ERROR, 0xfe);
    write(ICR, 0x40000 | 0x05);
    assert.equal(read(ESR), 0);
    write(ESR, 0);
    assert.equal(read(ESR), 0x60);
    write(ESR, 0);
    assert.equal(read(ESR), 0);
    assert.equal(apic.acknowledge(), 0xfe);
  });
});

describe('local APIC: registers', () => {
  it('tells version 0x14 with six LVT entries', () => {
    assert.equal(apics().read(0x30), 0x50014);
  });

  it('keeps LVT entries masked while disabled by software', () => {
    const { write, read } = apics();
    write(LINT0, 0x700);
    write(SVR, 0xff);
    assert.equal(read(LINT0), 0x10700);
    write(LINT0, 0x400);
    assert.equal(read(LINT0), 0x10400);
  });

  it('reads zero and notes an illegal register access outside its registers', () => {
    const { write, read } = apics();
    assert.equal(read(0x40), 0);
    write(ESR, 0);
    assert.equal(read(ESR), 0x80);
  });

  it('reads single bytes and words of a register, ignores narrow writes', () => {
    const { apic, write } = apics();
    write(LDR, 0xab000000);
    assert.equal(apic.readMemory(LDR + 3, 1), 0xab);
    assert.equal(apic.readMemory(LDR + 2, 2), 0xab00);
    apic.writeMemory(TPR, 1, 0x70);
    assert.equal(apic.tpr, 0);
  });
});

describe('local APIC: MSRs', () => {
  it('owns IA32_APIC_BASE, IA32_TSC_DEADLINE and the x2APIC range', () => {
    const { apic } = apics();
    const owned = [0x10, 0x1b, 0x1c, 0x6df, 0x6e0, 0x7ff, 0x800, 0x8ff, 0x900].filter((index) =>
      apic.ownsMsr(index),
    );
    assert.deepEqual(owned, [0x1b, 0x6e0, 0x800, 0x8ff]);
  });

  it('keeps its ID and IA32_APIC_BASE over INIT, nothing else', () => {
    const { apic, queue, write, read } = apics();
    write(LVT_TIMER, 0x40);
    write(TMICT, 1000);
    write(0x20, 0x05000000);
    apic.request(0x44);
    apic.tpr = 0x20;
    apic.init();
    assert.equal(read(0x20), 0x05000000);
    assert.equal(apic.apicBase, ENABLED);
    assert.deepEqual([apic.tpr, apic.pendingVector(), read(LVT_TIMER), read(SVR)], [0, -1, 0x10000, 0xff]);
    assert.equal(queue.nextEventAt(), undefined);
  });
});

describe('local APIC: IA32_APIC_BASE and x2APIC', () => {
  it('allows only the transitions of the SDM', () => {
    const { apic } = apics();
    const [off, xapic, x2apic, invalid] = [0xfee00100n, ENABLED, 0xfee00d00n, 0xfee00500n];
    for (const [value, accepted] of [
      [invalid, false],
      [off, true],
      [x2apic, false],
      [invalid, false],
      [xapic, true],
      [x2apic, true],
      [xapic, false],
      [invalid, false],
      [off, true],
    ] as const) {
      assert.equal(apic.writeMsr(0x1b, value), accepted, value.toString(16));
    }
  });

  it('refuses reserved bits, low ones and above the physical address width', () => {
    const { apic } = apics();
    assert.equal(apic.writeMsr(0x1b, ENABLED | 1n), false);
    assert.equal(apic.writeMsr(0x1b, ENABLED | (1n << 40n)), false);
    assert.equal(apic.writeMsr(0x1b, ENABLED | (1n << 39n)), true);
    assert.equal(apic.base, 0x80fee00000);
  });

  it('answers x2APIC MSRs with #GP outside x2APIC mode', () => {
    const { apic } = apics();
    assert.equal(apic.readMsr(0x803), undefined);
    assert.equal(apic.writeMsr(0x808, 0n), false);
  });

  it('reads and writes each MSR as the SDM says who may', () => {
    const { apic, x2apic } = apics();
    x2apic();
    const readOnly = [0x802, 0x803, 0x80a, 0x80d, 0x839, ...range(0x810, 0x827)];
    const readWrite = [0x808, 0x80f, 0x828, 0x830, 0x832, 0x833, 0x834, 0x835, 0x836, 0x837, 0x838, 0x83e];
    const writeOnly = [0x80b, 0x83f];
    for (const index of range(0x800, 0x8ff)) {
      const readable = readOnly.includes(index) || readWrite.includes(index);
      const writable = readWrite.includes(index) || writeOnly.includes(index);
      assert.equal(apic.readMsr(index) !== undefined, readable, `read ${index.toString(16)}`);
      assert.equal(apic.writeMsr(index, 0n), writable, `write ${index.toString(16)}`);
      if (index !== 0x830) assert.equal(apic.writeMsr(index, 1n << 32n), false);
    }
  });

  it('refuses reserved bits in x2APIC mode', () => {
    const { apic, x2apic } = apics();
    x2apic();
    for (const [index, value] of [
      [0x808, 0x100n],
      [0x80b, 1n],
      [0x80f, 0x1000n],
      [0x828, 1n],
      [0x830, 0x2000n],
      [0x830, 0x100000n],
      [0x832, 0x100n],
      [0x83e, 4n],
      [0x83f, 0x100n],
    ] as const) {
      assert.equal(apic.writeMsr(index, value), false, index.toString(16));
    }
  });

  it('has the logical ID cluster:bit and sends with 32-bit destinations in one write', () => {
    const { units, apic, x2apic } = apics(18);
    x2apic();
    assert.equal(units[17]!.readMsr(0x80d), 0x10002n);
    assert.ok(apic.writeMsr(0x830, (17n << 32n) | 0x51n));
    assert.ok(apic.writeMsr(0x830, (0x10001n << 32n) | 0x800n | 0x52n));
    assert.ok(apic.writeMsr(0x83f, 0x53n));
    const pending = units.map((unit) => unit.pendingVector());
    assert.deepEqual([pending[0], pending[15], pending[16], pending[17]], [0x53, -1, 0x52, 0x51]);
    assert.equal(apic.readMsr(0x830), (0x10001n << 32n) | 0x852n);
  });

  it('keeps the task priority when it is disabled, drops the rest', () => {
    const { apic, read } = apics();
    apic.tpr = 0x30;
    apic.request(0x99);
    apic.writeMsr(0x1b, 0xfee00100n);
    assert.equal(apic.cr8, 3);
    apic.writeMsr(0x1b, ENABLED);
    assert.equal(read(TPR), 0x30);
    assert.equal(apic.pendingVector(), -1);
    assert.equal(read(SVR), 0xff);
  });
});

describe('local APIC: timer', () => {
  it('one-shot counts down by the divider, requests its vector once', () => {
    const { apic, queue, write, read } = apics();
    write(LVT_TIMER, 0x40);
    write(TDCR, 0x3); // by 16
    write(TMICT, 1000);
    queue.runUntil(8000);
    assert.equal(read(TMCCT), 500);
    queue.runUntil(15999);
    assert.equal(apic.pendingVector(), -1);
    queue.runUntil(16000);
    assert.equal(apic.acknowledge(), 0x40);
    assert.equal(read(TMCCT), 0);
    assert.equal(queue.nextEventAt(), undefined);
  });

  it('does not start by a write of the divider', () => {
    const { queue, write, read } = apics();
    write(TDCR, 0xb);
    assert.equal(queue.nextEventAt(), undefined);
    write(TMICT, 1000);
    queue.runUntil(400);
    write(TDCR, 0x0); // by 2 from here
    assert.equal(read(TMCCT), 600);
    assert.equal(queue.nextEventAt(), 1600);
  });

  it('periodic reloads', () => {
    const { apic, queue, write, read } = apics();
    write(TDCR, 0xb); // by 1
    write(LVT_TIMER, 0x20040);
    write(TMICT, 5000);
    for (const round of [1, 2, 3]) {
      queue.runUntil(5000 * round);
      assert.equal(apic.acknowledge(), 0x40);
      write(EOI, 0);
      assert.equal(read(TMCCT), 5000);
    }
  });

  it('goes on counting over a change between one-shot and periodic, stays stopped when it had stopped', () => {
    const { queue, write, read } = apics();
    write(TDCR, 0xb);
    write(LVT_TIMER, 0x10040);
    write(TMICT, 10000);
    queue.runUntil(4000);
    write(LVT_TIMER, 0x30040);
    assert.equal(read(TMCCT), 6000);
    queue.runUntil(11000);
    assert.equal(read(TMCCT), 9000);
    write(LVT_TIMER, 0x10040);
    queue.runUntil(20000);
    write(LVT_TIMER, 0x30040);
    assert.equal(read(TMCCT), 0);
  });

  it('TSC deadline fires when TSC reaches it, at once when it is past, and reads zero then', () => {
    const { apic, queue, write } = apics();
    apic.tscOffset = 1_000_000n;
    write(LVT_TIMER, 0x40040);
    apic.writeMsr(0x6e0, 1_000_500n);
    assert.equal(queue.nextEventAt(), 500);
    assert.equal(apic.readMsr(0x6e0), 1_000_500n);
    queue.runUntil(500);
    assert.equal(apic.acknowledge(), 0x40);
    assert.equal(apic.readMsr(0x6e0), 0n);
    write(EOI, 0);
    apic.writeMsr(0x6e0, 1n);
    assert.equal(apic.acknowledge(), 0x40);
  });

  it('TSC deadline outside its mode is ignored; leaving the mode disarms it', () => {
    const { apic, queue, write } = apics();
    apic.writeMsr(0x6e0, 500n);
    assert.equal(apic.readMsr(0x6e0), 0n);
    write(LVT_TIMER, 0x40040);
    apic.writeMsr(0x6e0, 500n);
    write(LVT_TIMER, 0x00040);
    assert.equal(queue.nextEventAt(), undefined);
  });

  it('a deadline beyond all time arms nothing', () => {
    const { apic, queue, write } = apics();
    write(LVT_TIMER, 0x40040);
    apic.writeMsr(0x6e0, (1n << 64n) - 1n);
    assert.equal(queue.nextEventAt(), undefined);
  });
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
