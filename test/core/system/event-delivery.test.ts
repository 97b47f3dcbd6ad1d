// Delivery through the IDT in 64-bit, 32-bit and real mode: frames, stacks, flags, and every error code of a bad gate, segment
// or stack (SDM 3A chapter 6).
import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { Bench, CODE, GDT, HANDLERS, IDT, Select, STACK, STACK0, STACK3, STACK_IST1, TSS } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

describe('event delivery in 64-bit mode', () => {
  it(
    proves(
      'instructions',
      instructionsNamed('INT'),
      'INT n pushes SS, RSP, RFLAGS, CS and the next RIP on a stack aligned to 16 bytes',
    ),
    () => {
      const bench = Bench.long();
      bench.cpu.setGpr(Gpr.RSP, BigInt(STACK - 4));
      bench.execute('stc; int 0x80');
      const { trap } = bench;
      assert.deepEqual(trap, {
        vector: 0x80,
        error: undefined,
        rip: BigInt(CODE + 3),
        cs: Select.code,
        rflags: 3n,
        rsp: BigInt(STACK - 4),
        ss: Select.data,
      });
      assert.equal(bench.reg(Gpr.RSP), BigInt(STACK - 16 - 40));
    },
  );

  it('ring 3 enters ring 0 on RSP0 of the TSS with a null SS', () => {
    const bench = Bench.long(3);
    bench.idtEntry(0x80, 0xee);
    bench.execute('int 0x80');
    assert.equal(bench.trap?.vector, 0x80);
    assert.equal(bench.trap?.rsp, BigInt(STACK3));
    assert.equal(bench.trap?.ss, Select.userData);
    assert.equal(bench.reg(Gpr.RSP), BigInt(STACK0 - 40));
    assert.equal(bench.cpu.segment(Seg.SS).selector, 0);
    assert.equal(bench.cpu.get32(State.CPL), 0);
  });

  it('an IST index takes the stack from the interrupt stack table without a privilege change', () => {
    const bench = Bench.long();
    bench.idtEntry(3, 0x8e, Select.code, 1);
    bench.execute('int3');
    assert.equal(bench.reg(Gpr.RSP), BigInt(STACK_IST1 - 40));
  });

  it('an interrupt gate clears IF and TF, a trap gate leaves IF', () => {
    const bench = Bench.long();
    bench.idtEntry(0x81, 0x8f);
    bench.execute('sti; nop; int 0x81');
    assert.equal(bench.cpu.get64(State.RFLAGS) & 0x300n, 0x200n);
    const other = Bench.long();
    other.execute('sti; nop; int 0x80');
    assert.equal(other.cpu.get64(State.RFLAGS) & 0x300n, 0n);
    assert.equal((other.trap?.rflags ?? 0n) & 0x200n, 0x200n);
  });

  it('a fault pushes the address of its instruction, its error code and RF', () => {
    const bench = Bench.long();
    bench.execute('nop; mov eax, 0x60; mov ds, eax');
    assert.equal(bench.outcome, '#NP(60) at +6');
    assert.equal((bench.trap?.rflags ?? 0n) & 0x10000n, 0x10000n);
  });

  it('#PF writes CR2 and pushes the page-fault error code', () => {
    const bench = Bench.long(3);
    bench.execute('mov rax, 0x7f0000001234; mov [rax], al');
    assert.equal(bench.outcome, '#PF(6) at +10');
    assert.equal(bench.cpu.get64(State.CR2), 0x7f0000001234n);
  });

  it('a vector beyond the IDT limit is #GP with the IDT bit', () => {
    const bench = Bench.long();
    bench.cpu.set32(State.IDTR_LIMIT, 0x20 * 16 - 1);
    bench.execute('int 0x20');
    assert.equal(bench.outcome, '#GP(102) at +0');
  });

  it('a software interrupt through a gate of higher privilege is #GP with the IDT bit', () => {
    const bench = Bench.long(3);
    bench.execute('int 0x80');
    assert.equal(bench.outcome, '#GP(402) at +0');
  });

  it('a gate that is not present is #NP with the IDT bit', () => {
    const bench = Bench.long();
    bench.idtEntry(0x80, 0x0e);
    bench.execute('int 0x80');
    assert.equal(bench.outcome, '#NP(402) at +0');
  });

  it('a gate of a legacy type is #GP with the IDT bit', () => {
    const bench = Bench.long();
    bench.idtEntry(0x80, 0x85);
    bench.execute('int 0x80');
    assert.equal(bench.outcome, '#GP(402) at +0');
  });

  it('a handler segment that is null, data, 32-bit or not present gives its own error code', () => {
    const outcomeWith = (selector: number) => {
      const bench = Bench.long();
      bench.idtEntry(0x80, 0x8e, selector);
      return bench.execute('int 0x80').outcome;
    };
    assert.equal(outcomeWith(0), '#GP(0) at +0');
    assert.equal(outcomeWith(Select.data), '#GP(10) at +0');
    assert.equal(outcomeWith(Select.code32), '#GP(30) at +0');
    assert.equal(outcomeWith(0x1000), '#GP(1000) at +0');
    assert.equal(outcomeWith(Select.userCode), '#GP(28) at +0');
  });

  it('a fault met while delivering an exception has EXT in its error code', () => {
    const bench = Bench.long();
    bench.idtEntry(6, 0x0e);
    bench.execute('ud2');
    assert.equal(bench.outcome, '#NP(33) at +0');
  });

  it('a stack pointer of the TSS that is not canonical is #SS(0)', () => {
    const bench = Bench.long(3);
    bench.idtEntry(0x80, 0xee);
    bench.idtEntry(12, 0x8e, Select.code, 1);
    bench.write64(TSS + 4, 0x8000_0000_0000_0000n);
    bench.execute('int 0x80');
    assert.equal(bench.outcome, '#SS(0) at +0');
  });

  it('a TSS too short for the stack pointer is #TS with its selector', () => {
    const bench = Bench.long(3);
    bench.idtEntry(0x80, 0xee);
    bench.cpu.setSegment(Seg.TR, { selector: Select.tss, base: BigInt(TSS), limit: 8, access: 0x8b });
    bench.execute('int 0x80');
    // #TS itself needs RSP0, so delivery ends in a double and a triple fault.
    assert.equal(bench.run(), Stop.SHUTDOWN);
  });

  it('compatibility-mode code is interrupted into a 64-bit handler', () => {
    const bench = Bench.long(3);
    bench.idtEntry(0x80, 0xee);
    bench.cpu.setSegment(Seg.CS, {
      selector: Select.userCode32,
      base: 0n,
      limit: 0xffffffff,
      access: 0xc0fb,
    });
    bench.cpu.stateReplaced();
    bench.load('int 0x80', 32).run();
    assert.equal(bench.trap?.cs, Select.userCode32);
    assert.equal(bench.cpu.segment(Seg.CS).selector, Select.code);
  });
});

describe('event delivery in 32-bit protected mode', () => {
  it('the same ring pushes EFLAGS, CS and EIP only', () => {
    const bench = Bench.protected();
    bench.execute('int 0x80');
    assert.equal(bench.reg(Gpr.RSP), BigInt(STACK - 12));
    assert.equal(bench.trap?.rip, BigInt(CODE + 2));
  });

  it('an inner ring takes SS:ESP from the TSS and pushes the old one', () => {
    const bench = Bench.protected(3);
    bench.idtEntry(0x80, 0xee);
    bench.execute('int 0x80');
    assert.equal(bench.reg(Gpr.RSP), BigInt(STACK0 - 20));
    assert.equal(bench.cpu.segment(Seg.SS).selector, Select.data);
    assert.equal(bench.trap?.ss, Select.userData);
    assert.equal(bench.trap?.rsp, BigInt(STACK3));
  });

  it('a 16-bit gate pushes words and zero-extends the offset', () => {
    const bench = Bench.protected();
    bench.gate(IDT + 0x80 * 8, Select.code, 0x3000, 0x86);
    bench.write(0x3000, [0xf4]);
    bench.execute('int 0x80');
    assert.equal(bench.cpu.rip, 0x3001n);
    assert.equal(bench.reg(Gpr.RSP), BigInt(STACK - 6));
  });

  it('a conforming handler runs at the ring of the interrupted program', () => {
    const bench = Bench.protected(3);
    bench.idtEntry(0x80, 0xee, Select.conforming);
    bench.write(HANDLERS + 0x800, [0x0f, 0x0b]);
    bench.execute('int 0x80');
    assert.equal(bench.trap?.vector, 6);
    assert.equal(bench.trap?.cs, Select.conforming | 3);
  });

  it('a null stack selector in the TSS is #TS(0)', () => {
    const bench = Bench.protected(3);
    bench.idtEntry(0x80, 0xee);
    bench.idtEntry(10, 0x8e, Select.conforming);
    bench.write16(TSS + 8, 0);
    bench.load('int 0x80');
    // The handler runs at ring 3, where HLT is #GP; stop at it instead.
    bench.cpu.setBreakpoints([BigInt(HANDLERS + 10 * 16)]);
    assert.equal(bench.run(), Stop.BREAKPOINT);
    assert.equal(bench.read32(bench.reg(Gpr.RSP)), 0);
  });

  it('a read-only stack segment in the TSS is #TS with its selector', () => {
    const bench = Bench.protected(3);
    bench.idtEntry(0x80, 0xee);
    bench.idtEntry(10, 0x8e, Select.conforming);
    bench.write16(TSS + 8, Select.readOnly);
    bench.load('int 0x80');
    bench.cpu.setBreakpoints([BigInt(HANDLERS + 10 * 16)]);
    assert.equal(bench.run(), Stop.BREAKPOINT);
    assert.equal(bench.read32(bench.reg(Gpr.RSP)), Select.readOnly);
  });

  it('a handler beyond the limit of its code segment is #GP(0)', () => {
    const bench = Bench.protected();
    bench.descriptor(Select.code16, 0, 0x0fff, 0x409b);
    bench.gate(IDT + 0x80 * 8, Select.code16, 0x2000, 0x8e);
    bench.execute('int 0x80');
    assert.equal(bench.outcome, '#GP(0) at +0');
  });

  it('delivery sets the accessed bit of the handler segment', () => {
    const bench = Bench.protected();
    bench.descriptor(Select.code32, 0, 0xfffff, 0xc09a);
    bench.idtEntry(0x80, 0x8e, Select.code32);
    bench.execute('int 0x80');
    assert.equal((bench.read32(GDT + Select.code32 + 4) >> 8) & 0xff, 0x9b);
  });
});

describe('event delivery in real mode', () => {
  it('INT n pushes FLAGS, CS and IP as words and clears IF and TF', () => {
    const bench = Bench.real();
    bench.execute('sti; nop; int 0x10');
    assert.equal(bench.trap?.vector, 0x10);
    assert.equal(bench.trap?.rip, 4n);
    assert.equal(bench.trap?.cs, CODE >> 4);
    assert.equal(bench.trap?.rflags, 0x202n);
    assert.equal(bench.reg(Gpr.RSP), 0x9000n - 6n);
    assert.equal(bench.cpu.get64(State.RFLAGS) & 0x300n, 0n);
  });

  it('#DE pushes the address of the division and no error code', () => {
    assert.equal(Bench.real().execute('nop; xor cx, cx; div cx').outcome, '#DE at +3');
  });

  it('a vector beyond the IDT limit is #GP', () => {
    const bench = Bench.real();
    bench.cpu.set32(State.IDTR_LIMIT, 0x7f);
    bench.execute('int 0x40');
    assert.equal(bench.trap?.vector, 13);
  });
});

describe('double and triple faults', () => {
  it('a contributory exception while delivering another is #DF(0)', () => {
    const bench = Bench.long();
    bench.idtEntry(13, 0x0e);
    bench.execute('mov eax, 0x1000; mov ds, eax');
    assert.equal(bench.outcome, '#DF(0) at +5');
  });

  it('a page fault while delivering a page fault is #DF(0)', () => {
    const bench = Bench.long();
    bench.idtEntry(14, 0x8e, Select.code, 2);
    bench.write64(TSS + 44, 0x7f0000000000n);
    bench.execute('mov rax, 0x7e0000000000; mov al, [rax]');
    assert.equal(bench.outcome, '#DF(0) at +10');
    assert.equal(bench.cpu.get64(State.CR2), 0x7efffffffff8n);
  });

  it('a page fault while delivering a benign exception is delivered as itself', () => {
    const bench = Bench.long();
    bench.idtEntry(6, 0x8e, Select.code, 2);
    bench.write64(TSS + 44, 0x7f0000000000n);
    bench.execute('ud2');
    assert.equal(bench.outcome, '#PF(2) at +0');
    assert.equal(bench.cpu.get64(State.CR2), 0x7efffffffff8n);
  });

  it('a fault while delivering #DF shuts the processor down', () => {
    const bench = Bench.long();
    bench.idtEntry(13, 0x0e);
    bench.idtEntry(8, 0x0e);
    bench.load('mov eax, 0x1000; mov ds, eax');
    assert.equal(bench.run(), Stop.SHUTDOWN);
    assert.equal(bench.cpu.rip, BigInt(CODE + 5));
  });

  it('a handler that faults at its first instruction for ever gives the caller its turn', () => {
    const bench = Bench.long();
    bench.idtEntry(6, 0x8e, Select.code, 1);
    bench.write(HANDLERS + 6 * 16, [0x0f, 0x0b]);
    bench.load('ud2');
    const before = bench.cpu.retired;
    assert.equal(bench.cpu.run(before + 10n), Stop.BUDGET);
    assert.equal(bench.cpu.retired, before);
    assert.equal(bench.cpu.rip, BigInt(HANDLERS + 6 * 16));
  });
});
