// APIC virtualization (SDM chapter 29): which accesses of a guest go to the virtual-APIC page, which exit and what the exit says, how
// virtual interrupts are recognized and delivered, and posted interrupts.
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { apicRegisters } from '../../../src/isa/apic-registers';
import { msrs } from '../../../src/isa/msrs';
import type { ControlName } from '../../../src/isa/vmx-controls';
import { proves } from '../../support/proves';
import { CODE, DATA, HANDLERS } from '../system/bench';
import { EPT_PAGES, GuestBench } from './guest-bench';
import { MSR_LIST, VIRTUAL_APIC, type Image } from './valid-vmcs';

const PAGE = Number(VIRTUAL_APIC);
const DESCRIPTOR = 0x248000;
const NOTIFICATION = 0xf2;
const X2APIC_EOI = 0x80b;

const offset = Object.fromEntries(apicRegisters.map((row) => [row.name, row.offset])) as Record<
  (typeof apicRegisters)[number]['name'],
  number
>;

/** A guest with a virtual-APIC page and these controls. */
function virtualizing(controls: readonly ControlName[], configure?: (image: Image) => void): GuestBench {
  return new GuestBench((image) => {
    image.enable('USE_TPR_SHADOW', ...controls);
    image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
    // A bitmap without a bit set.
    image.enable('USE_MSR_BITMAPS');
    image.set('MSR_BITMAP', MSR_LIST + 0x2000n);
    configure?.(image);
  }, 'skylake-server');
}

/** The guest's page at DATA is the APIC-access page. */
function accessing(...controls: ControlName[]): GuestBench {
  return virtualizing(['VIRTUALIZE_APIC_ACCESSES', ...controls], (image) =>
    image.set('APIC_ACCESS_ADDR', BigInt(DATA)),
  );
}

function delivering(configure?: (image: Image) => void, ...controls: ControlName[]): GuestBench {
  return virtualizing(['VIRTUAL_INTERRUPT_DELIVERY', 'VIRTUALIZE_X2APIC_MODE', ...controls], (image) => {
    image.or('GUEST_RFLAGS', 0x200n);
    configure?.(image);
  });
}

const write = (msr: number, value: number): string =>
  `mov ecx, ${msr}; mov eax, ${value}; xor edx, edx; wrmsr; `;
const inHandler = (guest: GuestBench, vector: number): boolean =>
  guest.get('GUEST_RIP') === BigInt(HANDLERS + vector * 16);
const vectorBit = (guest: GuestBench, first: number, vector: number): boolean =>
  (guest.bench.read32(PAGE + first + (vector >> 5) * 16) & (1 << (vector & 31))) !== 0;

function setVector(guest: GuestBench, first: number, vector: number): void {
  const at = PAGE + first + (vector >> 5) * 16;
  guest.bench.write32(at, guest.bench.read32(at) | (1 << (vector & 31)));
}

describe('rows of the virtual-APIC page', () => {
  it('an x2APIC MSR is 800H plus a sixteenth of its offset', () => {
    for (const { number, name } of msrs) {
      if (!name.startsWith('IA32_X2APIC_')) continue;
      assert.ok(
        apicRegisters.some((row) => row.offset === (number - 0x800) * 16),
        name,
      );
    }
  });
});

describe('the APIC-access page', () => {
  it(
    proves('exit-reasons', 'APIC_ACCESS', 'reads and writes of other registers exit, with offset and kind'),
    () => {
      const read = accessing().firstExit(`mov eax, [${DATA + 0x30}]`);
      assert.deepEqual([read.reason, read.qualification, read.length], ['APIC_ACCESS', 0x30n, 7]);
      const guest = accessing();
      const written = guest.firstExit(`mov [${DATA + 0xb0}], eax`);
      assert.deepEqual([written.reason, written.qualification, written.length], ['APIC_ACCESS', 0x10b0n, 7]);
      assert.equal(guest.get('GUEST_RIP'), BigInt(CODE), 'a fault-like exit');
    },
  );

  it('an instruction fetch exits', () => {
    const guest = accessing();
    assert.equal(guest.firstExit(`mov eax, ${DATA + 0x80}; jmp rax`).qualification, 0x2080n);
  });

  it('the task priority is virtualized; the other bytes of the register become 0', () => {
    const guest = accessing();
    guest.bench.write32(PAGE + 0x80, 0x35);
    guest.firstExit(`mov ebx, [${DATA + 0x80}]; mov dword ptr [${DATA + 0x80}], 0x12345678; hlt`);
    assert.equal(guest.lastExit.reason, 'HLT');
    assert.equal(guest.bench.reg(Gpr.RBX), 0x35n);
    assert.equal(guest.bench.read32(PAGE + 0x80), 0x78);
    assert.equal(guest.bench.read32(DATA + 0x80), 0, 'the APIC-access page itself stays as it was');
  });

  it('a write below the threshold exits behind the instruction', () => {
    const guest = accessing();
    guest.image.set('TPR_THRESHOLD', 5);
    guest.bench.write32(PAGE + 0x80, 0x60);
    assert.equal(guest.firstExit(`mov byte ptr [${DATA + 0x80}], 0x40; hlt`).reason, 'TPR_BELOW_THRESHOLD');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 8));
  });

  it('a debug trap of that instruction waits in the pending debug exceptions', () => {
    const guest = accessing();
    guest.image.set('TPR_THRESHOLD', 5);
    guest.image.or('GUEST_RFLAGS', 0x100n);
    guest.bench.write32(PAGE + 0x80, 0x60);
    assert.equal(guest.firstExit(`mov byte ptr [${DATA + 0x80}], 0x40; hlt`).reason, 'TPR_BELOW_THRESHOLD');
    assert.equal(guest.get('GUEST_PENDING_DBG_EXCEPTIONS'), 0x4000n);
  });

  for (const [what, source] of Object.entries({
    'of 8 bytes': `mov rax, [${DATA + 0x80}]`,
    'that leaves the register': `mov ax, [${DATA + 0x83}]`,
    'of a vector': `movdqu xmm0, [${DATA + 0x80}]`,
    'that reaches the page from the one before': `mov eax, [${DATA - 2}]`,
  }))
    it(`an access ${what} exits`, () => {
      const guest = accessing('APIC_REGISTER_VIRTUALIZATION');
      guest.image.or('GUEST_CR4', 0x600n);
      assert.equal(guest.firstExit(source).reason, 'APIC_ACCESS');
    });

  const registers =
    'with APIC-register virtualization the registers of the rows are virtualized, and no others';
  it(proves('exit-reasons', 'APIC_WRITE', registers), () => {
    for (const row of apicRegisters) {
      const guest = accessing('APIC_REGISTER_VIRTUALIZATION');
      guest.bench.write32(PAGE + row.offset, 0x5a);
      guest.bench.cpu.setGpr(Gpr.RSI, BigInt(DATA + row.offset));
      const { reason } = guest.firstExit('mov ebx, [rsi]; hlt');
      assert.equal(reason, row.read ? 'HLT' : 'APIC_ACCESS', `read of ${row.name}`);
      if (row.read) assert.equal(guest.bench.reg(Gpr.RBX), 0x5an, row.name);
      const writer = accessing('APIC_REGISTER_VIRTUALIZATION');
      writer.bench.cpu.setGpr(Gpr.RSI, BigInt(DATA + row.offset));
      const written = writer.firstExit('mov dword ptr [rsi], 0x77; hlt');
      const silent = row.name === 'TPR' || row.name === 'ICR_HIGH';
      assert.equal(
        written.reason,
        row.write ? (silent ? 'HLT' : 'APIC_WRITE') : 'APIC_ACCESS',
        `write of ${row.name}`,
      );
      if (written.reason !== 'APIC_WRITE') continue;
      assert.equal(written.qualification, BigInt(row.offset));
      assert.equal(writer.get('GUEST_RIP'), BigInt(CODE + 6), 'a trap-like exit');
      assert.equal(writer.bench.read32(PAGE + row.offset), 0x77);
    }
  });

  it('of a write of ICR_HIGH the low bytes become 0', () => {
    const guest = accessing('APIC_REGISTER_VIRTUALIZATION');
    guest.firstExit(`mov dword ptr [${DATA + 0x310}], 0x12345678; hlt`);
    assert.equal(guest.bench.read32(PAGE + 0x310), 0x12000000);
  });

  it('a read-modify-write of a register that is only read exits before it changes anything', () => {
    const guest = accessing('APIC_REGISTER_VIRTUALIZATION');
    guest.bench.write32(PAGE + 0x30, 1);
    const exit = guest.firstExit(`add dword ptr [${DATA + 0x30}], 1; hlt`);
    assert.deepEqual([exit.reason, exit.qualification], ['APIC_ACCESS', 0x1030n]);
    assert.equal(guest.bench.read32(PAGE + 0x30), 1);
  });

  it('event delivery that pushes there exits with the event in IDT-vectoring, and no other instruction length', () => {
    const guest = accessing();
    guest.image.set('GUEST_RSP', BigInt(DATA + 0x800));
    const exit = guest.firstExit('ud2');
    assert.deepEqual([exit.reason, exit.qualification >> 12n], ['APIC_ACCESS', 3n]);
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0x80000306n);
  });

  it('a paging structure behind EPT on the page exits as a guest-physical access', () => {
    const guest = accessing();
    // The page directory of the guest, which stands at 3000H, is mapped to the APIC-access page.
    guest.bench.write64(EPT_PAGES + 3 * 8, BigInt(DATA) | 0x37n);
    const exit = guest.firstExit('hlt');
    assert.deepEqual([exit.reason, exit.qualification >> 12n], ['APIC_ACCESS', 15n]);
  });

  it('what was cached before the control was on is not used', () => {
    const guest = virtualizing(['ENABLE_VPID'], (image) => {
      image.set('VIRTUAL_PROCESSOR_ID', 1);
      image.set('APIC_ACCESS_ADDR', BigInt(DATA));
    });
    const source = `mov eax, [${DATA + 0x30}]; cpuid; jmp .`;
    assert.equal(guest.firstExit(`${source}`).reason, 'CPUID');
    guest.image.enable('VIRTUALIZE_APIC_ACCESSES');
    guest.image.set('GUEST_RIP', BigInt(CODE));
    guest.bench.cpu.enter(false);
    assert.equal(guest.exit().reason, 'APIC_ACCESS');
    guest.image.disable('VIRTUALIZE_APIC_ACCESSES');
    guest.bench.cpu.enter(false);
    assert.equal(guest.exit().reason, 'CPUID');
  });
});

describe('virtualize x2APIC mode', () => {
  it('the task-priority MSR is 8 bytes of the page; others are the processor’s own', () => {
    const guest = virtualizing(['VIRTUALIZE_X2APIC_MODE']);
    guest.bench.write64(PAGE + 0x80, 0x1_0000_0023n);
    guest.firstExit(
      `mov ecx, 0x808; rdmsr; mov ebx, eax; mov esi, edx; ${write(0x808, 0x40)} mov ecx, 0x803; rdmsr`,
    );
    assert.deepEqual([guest.bench.reg(Gpr.RBX), guest.bench.reg(Gpr.RSI)], [0x23n, 1n]);
    assert.equal(guest.bench.read64(PAGE + 0x80), 0x40n);
    assert.ok(inHandler(guest, 13), 'the bench has no such MSR');
  });

  it('with APIC-register virtualization every MSR of the range is read from the page', () => {
    const guest = virtualizing(['VIRTUALIZE_X2APIC_MODE', 'APIC_REGISTER_VIRTUALIZATION']);
    guest.bench.write64(PAGE + 0xff0, 0x11_0000_0022n);
    guest.firstExit('mov ecx, 0x8ff; rdmsr; hlt');
    assert.deepEqual([guest.bench.reg(Gpr.RAX), guest.bench.reg(Gpr.RDX)], [0x22n, 0x11n]);
  });

  it('reserved bits are #GP(0), and the bitmap comes first', () => {
    for (const [msr, value] of [
      [0x808, 0x100],
      [X2APIC_EOI, 1],
      [0x83f, 0x100],
    ] as const) {
      const guest = delivering();
      guest.firstExit(`${write(msr, value)} hlt`);
      assert.ok(inHandler(guest, 13), msr.toString(16));
    }
    const guest = delivering((image) => image.poke32(MSR_LIST + 0x2000n + 0x800n + 0x100n, -1));
    assert.equal(guest.firstExit(write(0x808, 0)).reason, 'MSR_WRITE');
  });
});

describe('virtual interrupts', () => {
  it('a requested one is delivered at VM entry', () => {
    const guest = delivering((image) => image.set('GUEST_INTR_STATUS', 0x50));
    setVector(guest, offset.IRR0, 0x50);
    setVector(guest, offset.IRR0, 0x41);
    guest.firstExit('hlt');
    assert.ok(inHandler(guest, 0x50));
    assert.equal(guest.get('GUEST_INTR_STATUS'), 0x5041n);
    assert.deepEqual(
      [vectorBit(guest, offset.IRR0, 0x50), vectorBit(guest, offset.ISR0, 0x50)],
      [false, true],
    );
    assert.equal(guest.bench.read32(PAGE + offset.PPR), 0x50);
  });

  it('a priority at or above its class holds it back until the task priority falls', () => {
    const guest = delivering((image) => image.set('GUEST_INTR_STATUS', 0x50));
    setVector(guest, offset.IRR0, 0x50);
    guest.bench.write32(PAGE + 0x80, 0x5f);
    guest.firstExit('nop; nop; mov eax, 4; mov cr8, rax; nop');
    assert.ok(inHandler(guest, 0x50));
    assert.equal(guest.bench.read64(Number(guest.get('GUEST_RSP'))), BigInt(CODE + 11), 'after MOV to CR8');
  });

  it('IF = 0, blocking by STI and interrupt-window exiting hold it back', () => {
    const guest = delivering((image) => {
      image.set('GUEST_INTR_STATUS', 0x50);
      image.clear('GUEST_RFLAGS', 0x200n);
    });
    setVector(guest, offset.IRR0, 0x50);
    guest.firstExit('nop; sti; nop; nop');
    assert.equal(guest.bench.read64(Number(guest.get('GUEST_RSP'))), BigInt(CODE + 3));
    const window = delivering((image) => image.set('GUEST_INTR_STATUS', 0x50), 'INTERRUPT_WINDOW_EXITING');
    setVector(window, offset.IRR0, 0x50);
    assert.equal(window.firstExit('nop').reason, 'INTERRUPT_WINDOW');
  });

  it('ends HLT, and what its delivery meets has it in IDT-vectoring', () => {
    const guest = delivering((image) => {
      image.disable('HLT_EXITING');
      image.set('GUEST_INTR_STATUS', 0x50);
      image.set('GUEST_ACTIVITY_STATE', 1);
      image.set('GUEST_RSP', BigInt(DATA + 0x800));
    });
    guest.page(DATA, 0n);
    setVector(guest, offset.IRR0, 0x50);
    assert.equal(guest.firstExit('nop').reason, 'EPT_VIOLATION');
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0x80000050n);
  });

  const ended = 'EOI puts the next one in service and delivers what waits; its bitmap makes it exit';
  it(proves('exit-reasons', 'EOI_INDUCED', ended), () => {
    const status = 0x6040;
    const guest = delivering((image) => image.set('GUEST_INTR_STATUS', status));
    for (const vector of [0x60, 0x31]) setVector(guest, offset.ISR0, vector);
    setVector(guest, offset.IRR0, 0x40);
    guest.firstExit(`${write(X2APIC_EOI, 0)} nop`);
    assert.ok(inHandler(guest, 0x40));
    assert.equal(guest.get('GUEST_INTR_STATUS'), 0x4000n);
    const exiting = delivering((image) => {
      image.set('GUEST_INTR_STATUS', status);
      image.set('EOI_EXIT_BITMAP1', 1n << 32n);
    });
    setVector(exiting, offset.ISR0, 0x60);
    const exit = exiting.firstExit(write(X2APIC_EOI, 0));
    assert.deepEqual([exit.reason, exit.qualification], ['EOI_INDUCED', 0x60n]);
    assert.equal(exiting.get('GUEST_INTR_STATUS'), 0x40n);
    assert.equal(exiting.get('GUEST_RIP'), BigInt(CODE + 14));
  });

  it('EOI and self-IPI through the APIC-access page', () => {
    const guest = virtualizing(['VIRTUALIZE_APIC_ACCESSES', 'VIRTUAL_INTERRUPT_DELIVERY'], (image) => {
      image.set('APIC_ACCESS_ADDR', BigInt(DATA));
      image.or('GUEST_RFLAGS', 0x200n);
      image.set('GUEST_INTR_STATUS', 0x7000);
    });
    setVector(guest, offset.ISR0, 0x70);
    guest.firstExit(
      `mov dword ptr [${DATA + 0x300}], 0x40051; mov dword ptr [${DATA + 0xb0}], 9; mov eax, 1; nop`,
    );
    assert.ok(inHandler(guest, 0x51), 'it waits for the end of 70H');
    assert.equal(guest.bench.reg(Gpr.RAX) === 1n, false);
    assert.equal(guest.bench.read32(PAGE + 0xb0), 0);
  });

  for (const [what, command] of Object.entries({
    'no shorthand': 0x51,
    'delivery mode': 0x40151,
    'level-triggered': 0x48051,
    'a vector below 16': 0x4000f,
  }))
    it(`an interrupt command with ${what} exits`, () => {
      const guest = accessing('VIRTUAL_INTERRUPT_DELIVERY');
      const exit = guest.firstExit(`mov dword ptr [${DATA + 0x300}], ${command}`);
      assert.deepEqual([exit.reason, exit.qualification], ['APIC_WRITE', 0x300n]);
    });

  it('WRMSR to the self-IPI register requests the vector, and exits for one below 16', () => {
    const guest = delivering();
    guest.firstExit(`${write(0x83f, 0x66)} nop`);
    assert.ok(inHandler(guest, 0x66));
    const low = delivering();
    const exit = low.firstExit(write(0x83f, 0xf));
    assert.deepEqual([exit.reason, exit.qualification], ['APIC_WRITE', 0x3f0n]);
  });

  it('the threshold means nothing with virtual-interrupt delivery', () => {
    const guest = delivering((image) => image.set('TPR_THRESHOLD', 0xf));
    assert.equal(guest.firstExit('hlt').reason, 'HLT');
  });
});

describe('posted interrupts', () => {
  function posting(configure?: (image: Image) => void): GuestBench {
    const guest = delivering((image) => {
      image.enable('PROCESS_POSTED_INTERRUPTS', 'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT');
      image.set('POSTED_INTR_NV', NOTIFICATION);
      image.set('POSTED_INTR_DESC_ADDR', DESCRIPTOR);
      configure?.(image);
    });
    guest.bench.msrs.set(X2APIC_EOI, -1n);
    guest.bench.cpu.set64(State.MSR_APIC_BASE, 0xfee00c00n);
    guest.bench.write32(DESCRIPTOR + (0x55 >> 5) * 4, 1 << (0x55 & 31));
    guest.bench.write32(DESCRIPTOR + 32, 1);
    return guest;
  }

  it('the notification vector takes the requests over without an exit, and is ended', () => {
    const guest = posting();
    guest.enter('1: jmp 1b').bench.interrupt(NOTIFICATION);
    assert.equal(guest.exit().reason, 'HLT');
    assert.ok(inHandler(guest, 0x55));
    assert.deepEqual([guest.bench.read32(DESCRIPTOR + 8), guest.bench.read32(DESCRIPTOR + 32)], [0, 0]);
    assert.equal(guest.bench.msrs.get(X2APIC_EOI), 0n);
    assert.equal(guest.get('GUEST_INTR_STATUS'), 0x5500n);
  });

  it('it is taken with IF = 0 too, and the guest goes on', () => {
    const guest = posting((image) => image.clear('GUEST_RFLAGS', 0x200n));
    guest.enter('mov ecx, 50; 1: loop 1b; cpuid').bench.interrupt(NOTIFICATION);
    assert.equal(guest.exit().reason, 'CPUID');
    assert.equal(guest.get('GUEST_INTR_STATUS'), 0x55n);
    assert.ok(vectorBit(guest, offset.IRR0, 0x55));
  });

  it('in HLT it wakes the guest only when the interrupt is delivered', () => {
    const guest = posting((image) => image.disable('HLT_EXITING'));
    guest.bench.write32(PAGE + 0x80, 0x60);
    guest.enter('hlt').bench.interrupt(NOTIFICATION);
    assert.equal(guest.bench.run(), Stop.HALT);
    assert.equal(guest.bench.cpu.get32(State.INTR), 0);
    assert.ok(vectorBit(guest, offset.IRR0, 0x55));
  });

  it('another vector exits, acknowledged', () => {
    const guest = posting();
    guest.enter('1: jmp 1b').bench.interrupt(0x77);
    assert.equal(guest.exit().reason, 'EXTERNAL_INTERRUPT');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000077n);
    assert.equal(guest.bench.read32(DESCRIPTOR + 32), 1);
  });
});
