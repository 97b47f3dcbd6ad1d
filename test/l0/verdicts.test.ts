/** Who gets an exit of L2, and which rule says so: L2 executes the instruction, L0 decides. */
import assert from 'node:assert/strict';
import { exitReasons } from '../../src/isa/exit-reasons';
import { exits } from '../../src/kvm/6.12/exits';
import { control, type ControlName } from '../../src/isa/vmx-controls';
import { decision_table, type DecisionRow } from '../../src/l0/nested/decision-table';
import { createNestedGuest, PLACE, type NestedGuest } from './nested-guest';
import { proves } from '../support/proves';

function setPrimary(guest: NestedGuest, name: ControlName): void {
  guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL =
    (guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL | (1 << control[name].bit)) >>> 0;
}

/** Runs L2 to its first exit that L1 gets; the verdict on the first exit of `reason`. */
function verdictOn(guest: NestedGuest, reason: string) {
  guest.launch();
  guest.runToNestedExit();
  const verdict = guest.of('verdict').find((record) => record.reason === reason);
  assert.ok(verdict, `no verdict on ${reason}`);
  return verdict;
}

describe('L0: verdicts', () => {
  it('has a row for each exit reason of isa', () => {
    assert.equal(Object.keys(decision_table).length, exitReasons.length);
  });

  it('agrees with the rows of KVM about what L0 always keeps', () => {
    for (const row of exitReasons) {
      const decision: DecisionRow = decision_table[row.name];
      const always = exits[row.name].l0?.startsWith('always L0') ?? false;
      assert.equal(typeof decision.l0 === 'string', always, row.name);
    }
  });

  it('names the control bit that lets an exit go to L1', () => {
    const guest = createNestedGuest([]);
    const { verdict, rule } = verdictOn(guest, 'HLT');
    assert.equal(verdict, 'L1');
    assert.equal(rule.control, 'HLT_EXITING');
    assert.equal(rule.bit, 7);
    assert.equal(rule.field, 'CPU_BASED_VM_EXEC_CONTROL');
    assert.match(rule.text, /HLT_EXITING = 1$/);
  });

  it('keeps WBINVD when L1 does not ask for it, and L2 goes on', () => {
    const guest = createNestedGuest([0x0f, 0x09]);
    const { verdict, rule } = verdictOn(guest, 'WBINVD');
    assert.equal(verdict, 'L0');
    assert.match(rule.text, /WBINVD_EXITING = 0$/);
    assert.equal(guest.vmcs12.GUEST_RIP, PLACE.CODE + 2n);
  });

  it('always gives CPUID to L1', () => {
    const verdict = verdictOn(createNestedGuest([0x0f, 0xa2]), 'CPUID');
    assert.equal(verdict.verdict, 'L1');
    assert.equal(verdict.phase, 'nested_vmx_l1_wants_exit');
  });

  describe('I/O', () => {
    const OUT_0X80 = [0xe6, 0x80];

    it('stays with L0 without bitmaps and without unconditional exiting', () => {
      assert.equal(verdictOn(createNestedGuest(OUT_0X80), 'IO_INSTRUCTION').verdict, 'L0');
    });

    it('goes to L1 by unconditional exiting', () => {
      const guest = createNestedGuest(OUT_0X80);
      setPrimary(guest, 'UNCONDITIONAL_IO_EXITING');
      assert.equal(verdictOn(guest, 'IO_INSTRUCTION').rule.id, 'l1.unconditional-io');
    });

    it(proves('l0-decisions', 'IO_INSTRUCTION', 'follows the bit of the bitmap and names its byte'), () => {
      for (const set of [false, true]) {
        const guest = createNestedGuest(OUT_0X80);
        setPrimary(guest, 'USE_IO_BITMAPS');
        Object.assign(guest.vmcs12, { IO_BITMAP_A: PLACE.IO_BITMAP_A, IO_BITMAP_B: PLACE.IO_BITMAP_B });
        guest.poke(PLACE.IO_BITMAP_A + 0x10n, [set ? 1 : 0xfe]);
        const { verdict, rule } = verdictOn(guest, 'IO_INSTRUCTION');
        assert.equal(verdict, set ? 'L1' : 'L0');
        assert.equal(rule.address, PLACE.IO_BITMAP_A + 0x10n);
        assert.equal(rule.bit, 0);
      }
    });

    it('goes to L1 when the access runs past port 0xffff', () => {
      // MOV DX, 0xffff; OUT DX, AX
      const guest = createNestedGuest([0x66, 0xba, 0xff, 0xff, 0x66, 0xef]);
      setPrimary(guest, 'USE_IO_BITMAPS');
      Object.assign(guest.vmcs12, { IO_BITMAP_A: PLACE.IO_BITMAP_A, IO_BITMAP_B: PLACE.IO_BITMAP_B });
      const { verdict, rule } = verdictOn(guest, 'IO_INSTRUCTION');
      assert.equal(verdict, 'L1');
      assert.match(rule.text, /wraps/);
    });
  });

  describe('MSRs', () => {
    /** MOV ECX, 0xc0000080; RDMSR */
    const RDMSR_EFER = [0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32];
    /** The same, then WRMSR */
    const WRMSR_EFER = [...RDMSR_EFER, 0x0f, 0x30];

    it('go to L1 without a bitmap', () => {
      assert.equal(verdictOn(createNestedGuest(RDMSR_EFER), 'MSR_READ').rule.id, 'l1.no-msr-bitmap');
    });

    for (const [reason, code, quarter] of [
      ['MSR_READ', RDMSR_EFER, 1024n],
      ['MSR_WRITE', WRMSR_EFER, 3072n],
    ] as const)
      it(proves('l0-decisions', reason, `${reason} follows its bit in the quarter of the bitmap`), () => {
        for (const set of [false, true]) {
          const guest = createNestedGuest([...code]);
          setPrimary(guest, 'USE_MSR_BITMAPS');
          guest.vmcs12.MSR_BITMAP = PLACE.MSR_BITMAP;
          guest.poke(PLACE.MSR_BITMAP + quarter + 0x10n, [set ? 1 : 0]);
          const { verdict, rule } = verdictOn(guest, reason);
          assert.equal(verdict, set ? 'L1' : 'L0');
          assert.equal(rule.address, PLACE.MSR_BITMAP + quarter + 0x10n);
        }
      });
  });

  describe('control registers', () => {
    /** MOV RAX, CR4; OR EAX, 0x80; MOV CR4, RAX */
    const SET_PGE = [0x0f, 0x20, 0xe0, 0x0c, 0x80, 0x0f, 0x22, 0xe0];
    /** MOV RAX, CR4; OR EAX, 0x100000 (SMEP); MOV CR4, RAX; MOV RBX, CR4 */
    const SET_SMEP = [0x0f, 0x20, 0xe0, 0x0d, 0x00, 0x00, 0x10, 0x00, 0x0f, 0x22, 0xe0, 0x0f, 0x20, 0xe3];

    it('exit nowhere for bits nobody owns', () => {
      const guest = createNestedGuest(SET_PGE);
      guest.launch();
      guest.runToNestedExit();
      assert.equal(guest.of('exit').filter((record) => record.reason === 'CR_ACCESS').length, 0);
      assert.equal(guest.vmcs12.GUEST_CR4 & 0x80n, 0x80n);
    });

    it('stay with L0 for bits only L0 owns, and L2 reads what it wrote', () => {
      const guest = createNestedGuest(SET_SMEP);
      assert.equal(verdictOn(guest, 'CR_ACCESS').verdict, 'L0');
      assert.equal(guest.cpu.gpr(3) & 0x100000n, 0x100000n);
      assert.equal(guest.vmcs12.GUEST_CR4 & 0x100000n, 0x100000n);
    });

    it(
      proves('l0-decisions', 'CR_ACCESS', 'go to L1 for a bit of its mask that differs from its shadow'),
      () => {
        const guest = createNestedGuest(SET_SMEP);
        guest.vmcs12.CR4_GUEST_HOST_MASK = 0x100000n;
        const { verdict, rule } = verdictOn(guest, 'CR_ACCESS');
        assert.equal(verdict, 'L1');
        assert.equal(rule.field, 'CR4_GUEST_HOST_MASK');
      },
    );

    it('read as L1 shows them', () => {
      const guest = createNestedGuest([0x0f, 0x20, 0xe3]);
      guest.vmcs12.CR4_GUEST_HOST_MASK = 0x2000n;
      guest.vmcs12.CR4_READ_SHADOW = 0n;
      guest.launch();
      guest.runToNestedExit();
      assert.equal(guest.cpu.gpr(3), 0x20n);
    });
  });

  it('routes an exception by the bitmap and names its bit', () => {
    const guest = createNestedGuest([0x0f, 0x0b]);
    guest.vmcs12.EXCEPTION_BITMAP = 1 << 6;
    const { verdict, rule } = verdictOn(guest, 'EXCEPTION_NMI');
    assert.equal(verdict, 'L1');
    assert.equal(rule.bit, 6);
  });

  it('ends L2 for an interrupt of L1, with the vector only when L1 acknowledges on exit', () => {
    for (const acknowledge of [false, true]) {
      const guest = createNestedGuest([0xeb, 0xfe]);
      guest.vcpu.board.memoryWrite(0xfee000f0n, 4, 0x1ffn);
      if (acknowledge) guest.vmcs12.VM_EXIT_CONTROLS |= 0x8000;
      guest.launch();
      guest.vcpu.board.localApic.request(0x55);
      const exit = guest.runToNestedExit();
      assert.equal(exit.reason, 'EXTERNAL_INTERRUPT');
      assert.equal(exit.interruption, acknowledge ? 0x80000055 : 0);
      assert.equal(exit.synthesised, true);
      assert.equal(guest.vcpu.board.localApic.interruptRequested(), !acknowledge);
    }
  });

  it('lets an interrupt into L2 when L1 does not intercept interrupts', () => {
    const guest = createNestedGuest([0xfb, 0xeb, 0xfe]);
    guest.vcpu.board.memoryWrite(0xfee000f0n, 4, 0x1ffn);
    guest.vmcs12.PIN_BASED_VM_EXEC_CONTROL &= ~1;
    guest.launch();
    guest.vcpu.board.localApic.request(0x55);
    const exit = guest.runToNestedExit();
    assert.equal(exit.reason, 'HLT');
    assert.equal(exit.guestRip, PLACE.HANDLER);
  });

  it('gives an NMI to L1 and blocks further ones there', () => {
    const guest = createNestedGuest([0xeb, 0xfe]);
    guest.vcpu.arch.nmi_pending = 1;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.interruption, 0x80000202);
    assert.equal(guest.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO') & 8, 8);
  });

  it("ends L2 when L1's preemption timer expires, and saves what is left when asked", () => {
    const guest = createNestedGuest([0xeb, 0xfe]);
    guest.vmcs12.PIN_BASED_VM_EXEC_CONTROL |= 0x40;
    guest.vmcs12.VM_EXIT_CONTROLS |= 1 << 22;
    guest.vmcs12.VMX_PREEMPTION_TIMER_VALUE = 20;
    guest.launch();
    const start = guest.cpu.retired;
    const exit = guest.runToNestedExit();
    assert.equal(exit.reason, 'PREEMPTION_TIMER');
    assert.ok(guest.cpu.retired - start >= 20n * 32n - 32n);
    assert.equal(guest.vmcs12.VMX_PREEMPTION_TIMER_VALUE, 0);
  });

  it('exits before the first instruction for a timer of 0', () => {
    const guest = createNestedGuest([0xeb, 0xfe]);
    guest.vmcs12.PIN_BASED_VM_EXEC_CONTROL |= 0x40;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.reason, 'PREEMPTION_TIMER');
    assert.equal(exit.guestRip, PLACE.CODE);
  });
});
