/**
 * Events whose delivery to L2 an exit cuts short: scenarios S01 to S13 of nested VMX (IDT-vectoring, SDM
 * 27.2.3).
 */
import assert from 'node:assert/strict';
import { createNestedGuest, PLACE, UNMAPPED } from './nested-guest';
import { proves } from '../support/proves';

const PF = 14;
const GP = 13;
const EPT_VIOLATION = 48;
const VALID = 0x80000000;
/** MOV byte [0x200000], 0: a page fault, because nothing maps it. */
const TOUCH_UNMAPPED = [0xc6, 0x04, 0x25, 0x00, 0x00, 0x20, 0x00, 0x00];
const STACK_PAGE = PLACE.STACK_TOP - 0x1000n;
const HARDWARE_EXCEPTION_WITH_ERROR = 0xb00;

/** No gate at all: delivery of this vector raises #GP. */
function breakGate(guest: ReturnType<typeof createNestedGuest>, vector: number): void {
  guest.poke64(PLACE.IDT + BigInt(vector) * 16n, 0n);
}

describe('L0: events in flight', () => {
  it(
    proves(
      'idt-vectoring',
      'S01',
      'S01: delivers a page fault once when its stack page was missing in ept02 only',
    ),
    () => {
      const guest = createNestedGuest(TOUCH_UNMAPPED);
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.equal(exit.reason, 'HLT');
      assert.equal(exit.guestRip, PLACE.HANDLER);
      const requeued = guest.of('requeued');
      assert.ok(requeued.length > 0);
      for (const record of requeued)
        assert.equal(record.vectoring, (VALID | HARDWARE_EXCEPTION_WITH_ERROR | PF) >>> 0);
      const injected = guest.of('injection');
      assert.equal(injected.length, requeued.length);
      for (const record of injected) assert.equal(record.source, 'reinjection');
      // One frame on the stack: error code, RIP, CS, RFLAGS, RSP, SS.
      assert.equal(guest.vmcs12.GUEST_RSP, PLACE.STACK_TOP - 48n);
      assert.equal(guest.peek64(PLACE.STACK_TOP - 48n), 2n);
      assert.equal(guest.peek64(PLACE.STACK_TOP - 40n), PLACE.CODE);
      assert.equal(guest.vmcs12.IDT_VECTORING_INFO_FIELD, 0);
    },
  );

  it(
    proves(
      'idt-vectoring',
      'S02',
      'S02: reflects the violation with the page fault in IDT-vectoring when ept12 lacks the stack page',
    ),
    () => {
      const guest = createNestedGuest(TOUCH_UNMAPPED);
      guest.setEpt12(STACK_PAGE, 0n);
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.equal(exit.reasonWord, EPT_VIOLATION);
      assert.equal(exit.idtVectoring, (VALID | HARDWARE_EXCEPTION_WITH_ERROR | PF) >>> 0);
      assert.equal(exit.idtVectoringError, 2);
      assert.equal(exit.guestPhysical & ~0xfffn, STACK_PAGE);
      assert.equal(exit.guestRip, PLACE.CODE);
      assert.equal(guest.vcpu.arch.exception.injected, false);
    },
  );

  it(
    proves('idt-vectoring', 'S03', 'S03: keeps an interrupt of L1 alive through an exit that only L0 sees'),
    () => {
      const guest = createNestedGuest([]);
      guest.vmcs12.GUEST_RFLAGS = 0x202n;
      guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x40) >>> 0;
      guest.launch();
      assert.equal(guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD, (VALID | 0x40) >>> 0);
      const exit = guest.runToNestedExit();
      assert.equal(exit.guestRip, PLACE.HANDLER);
      assert.ok(guest.of('requeued').some((record) => record.vectoring === (VALID | 0x40) >>> 0));
      assert.equal(guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD, 0x40);
      assert.equal(guest.vmcs12.GUEST_RSP, PLACE.STACK_TOP - 40n);
    },
  );

  it(
    proves(
      'idt-vectoring',
      'S04',
      'S04: gives L1 its own injected event back when the exit reaches it before the delivery',
    ),
    () => {
      const guest = createNestedGuest([]);
      guest.vmcs12.GUEST_RFLAGS = 0x202n;
      guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x40) >>> 0;
      guest.setEpt12(PLACE.IDT, 0n);
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.equal(exit.reasonWord, EPT_VIOLATION);
      assert.equal(exit.idtVectoring, (VALID | 0x40) >>> 0);
      assert.equal(guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD, 0x40);
    },
  );

  it(
    proves(
      'idt-vectoring',
      'S05',
      'S05: shows both the intercepted exception and the one that was being delivered',
    ),
    () => {
      const guest = createNestedGuest(TOUCH_UNMAPPED);
      breakGate(guest, PF);
      guest.vmcs12.EXCEPTION_BITMAP = 1 << GP;
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.equal(exit.reason, 'EXCEPTION_NMI');
      assert.equal(exit.interruption, (VALID | HARDWARE_EXCEPTION_WITH_ERROR | GP) >>> 0);
      assert.equal(exit.idtVectoring, (VALID | HARDWARE_EXCEPTION_WITH_ERROR | PF) >>> 0);
      assert.equal(exit.rule.id, 'l1.exception-bitmap');
    },
  );

  it(proves('idt-vectoring', 'S06', 'S06: records no original event for an exit by a double fault'), () => {
    const guest = createNestedGuest(TOUCH_UNMAPPED);
    breakGate(guest, PF);
    guest.vmcs12.EXCEPTION_BITMAP = 1 << 8;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.interruption & 0xff, 8);
    assert.equal(exit.idtVectoring, 0);
  });

  it(proves('idt-vectoring', 'S07', 'S07: reports a triple fault of L2 to L1 without an event'), () => {
    const guest = createNestedGuest(TOUCH_UNMAPPED);
    breakGate(guest, PF);
    breakGate(guest, 8);
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.reason, 'TRIPLE_FAULT');
    assert.equal(exit.idtVectoring, 0);
  });

  it(proves('idt-vectoring', 'S08', 'S08: unblocks NMIs before it delivers an interrupted NMI again'), () => {
    const guest = createNestedGuest([]);
    guest.vmcs12.PIN_BASED_VM_EXEC_CONTROL |= 0x20;
    guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x202) >>> 0;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.guestRip, PLACE.HANDLER);
    assert.ok(guest.of('requeued').some((record) => record.vectoring === (VALID | 0x202) >>> 0));
    assert.equal(guest.vmcs12.GUEST_INTERRUPTIBILITY_INFO & 8, 8);
  });

  it(
    proves('idt-vectoring', 'S10', 'S10: keeps the length of an INT n whose delivery is interrupted'),
    () => {
      const guest = createNestedGuest([0xcd, 0x50]);
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.equal(exit.guestRip, PLACE.HANDLER);
      const again = guest.of('injection').filter((record) => record.interruption === (VALID | 0x450) >>> 0);
      assert.ok(again.length > 0);
      for (const record of again) assert.equal(record.instructionLength, 2);
      assert.equal(guest.peek64(PLACE.STACK_TOP - 40n), PLACE.CODE + 2n);
    },
  );

  it(
    proves(
      'idt-vectoring',
      'S11',
      'S11: reports an INT3 whose delivery misses in ept12 with type and length',
    ),
    () => {
      const guest = createNestedGuest([0xcc]);
      guest.setEpt12(STACK_PAGE, 0n);
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.equal(exit.reasonWord, EPT_VIOLATION);
      assert.equal(exit.idtVectoring, (VALID | 0x603) >>> 0);
      assert.equal(exit.instructionLength, 1);
    },
  );

  it(
    proves(
      'idt-vectoring',
      'S12',
      'S12: enters L2 once before an interrupt of L1 that came during VMLAUNCH takes it away',
    ),
    () => {
      const guest = createNestedGuest([0xeb, 0xfe]);
      guest.vcpu.board.memoryWrite(0xfee000f0n, 4, 0x1ffn);
      guest.launch();
      guest.vcpu.board.localApic.request(0x61);
      const exit = guest.runToNestedExit();
      assert.equal(exit.reason, 'EXTERNAL_INTERRUPT');
      assert.equal(exit.guestRip, PLACE.CODE);
      const order = guest.records
        .filter((record) => ['nested-event', 'entry', 'nested-exit'].includes(record.kind))
        .map((record) => (record.kind === 'nested-event' ? record.decision : record.kind));
      assert.deepEqual(order.slice(0, 2), ['blocked', 'entry']);
      assert.deepEqual(order.slice(order.indexOf('exit-to-L1')).slice(0, 2), ['exit-to-L1', 'nested-exit']);
      assert.ok(order.indexOf('exit-to-L1') > order.indexOf('entry'));
    },
  );

  it(
    proves(
      'idt-vectoring',
      'S13',
      'S13: delivers the interrupted event to L2 before an interrupt of L1 ends L2',
    ),
    () => {
      const guest = createNestedGuest(TOUCH_UNMAPPED);
      guest.vcpu.board.memoryWrite(0xfee000f0n, 4, 0x1ffn);
      guest.launch();
      // The first requeued event marks the moment: the interrupt arrives while a page fault is to be delivered again.
      const record = guest.vcpu.record;
      Object.assign(guest.vcpu, {
        record: (made: Parameters<typeof record>[0]) => {
          record(made);
          if (made.kind === 'requeued' && guest.of('requeued').length === 1)
            guest.vcpu.board.localApic.request(0x61);
        },
      });
      const exit = guest.runToNestedExit();
      assert.equal(exit.reason, 'EXTERNAL_INTERRUPT');
      assert.equal(exit.guestRip, PLACE.HANDLER);
      assert.equal(exit.idtVectoring, 0);
    },
  );

  it(proves('idt-vectoring', 'S15', 'S15: does not intercept an exception that L1 injects itself'), () => {
    const guest = createNestedGuest([]);
    guest.vmcs12.EXCEPTION_BITMAP = 1 << 6;
    guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x306) >>> 0;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.reason, 'HLT');
    assert.equal(exit.guestRip, PLACE.HANDLER);
  });

  it(proves('idt-vectoring', 'S19', 'S19: leaves the event to inject as it is when the entry fails'), () => {
    const guest = createNestedGuest([]);
    guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD = (VALID | 0x306) >>> 0;
    guest.vmcs12.GUEST_RFLAGS = 0n;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.reasonWord, 0x80000021);
    assert.equal(guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD, (VALID | 0x306) >>> 0);
    assert.equal(guest.vmcs12.IDT_VECTORING_INFO_FIELD, 0);
    assert.equal(guest.vmcs12.launch_state, 0);
  });

  it('tells the linear address of a page fault through CR2 of L2', () => {
    const guest = createNestedGuest(TOUCH_UNMAPPED);
    guest.vmcs12.EXCEPTION_BITMAP = 1 << PF;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.qualification, UNMAPPED);
    assert.equal(exit.interruptionError, 2);
  });
});
