// What happens between instructions: interrupts, shadows, NMI blocking, HLT, single-stepping, instruction breakpoints, INIT
// (SDM 3A 6.6 to 6.9, 3B 17.2 and 17.3).
import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { Stop, StopOn } from '../../../src/abi/stop-codes';
import { Bench, CODE, HANDLERS, Select } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

describe('interrupts at instruction boundaries', () => {
  it(
    proves(
      'instructions',
      instructionsNamed('STI'),
      'an interrupt waits until IF is set and for one instruction more',
    ),
    () => {
      const bench = Bench.long();
      bench.interrupt(0x40);
      bench.execute('nop; sti; nop; nop; hlt');
      assert.equal(bench.outcome, 'INT 40 at +3');
    },
  );

  it('STI with IF already set has no shadow', () => {
    const bench = Bench.long();
    bench.cpu.set64(State.RFLAGS, 0x202n);
    bench.cpu.stateReplaced();
    bench.load('nop; sti; nop; hlt');
    bench.cpu.run(bench.cpu.retired + 1n);
    bench.interrupt(0x40);
    bench.run();
    assert.equal(bench.outcome, 'INT 40 at +1');
  });

  it('POPF that sets IF has no shadow', () => {
    const bench = Bench.long();
    bench.interrupt(0x40);
    bench.execute('push 0x202; popfq; nop; hlt');
    assert.equal(bench.outcome, 'INT 40 at +6');
  });

  it('a load of SS holds an interrupt off for one instruction', () => {
    const bench = Bench.long();
    bench.interrupt(0x40);
    bench.execute('push 0x202; mov eax, ss; popfq; nop; hlt');
    const shadowed = Bench.long();
    shadowed.cpu.set64(State.RFLAGS, 0x202n);
    shadowed.cpu.stateReplaced();
    shadowed.load('mov eax, ss; mov ss, eax; nop; nop; hlt');
    shadowed.cpu.run(shadowed.cpu.retired + 2n);
    shadowed.interrupt(0x40);
    shadowed.run();
    assert.equal(shadowed.outcome, 'INT 40 at +5');
  });

  it('STI and a load of SS one after the other: the blocking of the later one stands alone', () => {
    for (const [first, second, blocking] of [
      ['mov ss, eax', 'sti', 1],
      ['sti', 'mov ss, eax', 2],
    ] as const) {
      const bench = Bench.long().load(`mov eax, ss; ${first}; ${second}; nop; hlt`);
      bench.cpu.run(bench.cpu.retired + 3n);
      assert.equal(bench.cpu.get32(State.INTERRUPTIBILITY), blocking);
      bench.cpu.run(bench.cpu.retired + 1n);
      assert.equal(bench.cpu.get32(State.INTERRUPTIBILITY), 0);
    }
  });

  it('POP SS blocks as MOV does, LSS does not', () => {
    const after = (source: string, instructions: bigint) => {
      const bench = Bench.protected().load(source);
      bench.cpu.run(bench.cpu.retired + instructions);
      return bench.cpu.get32(State.INTERRUPTIBILITY);
    };
    assert.equal(after('push ss; pop ss; nop; hlt', 2n), 2);
    assert.equal(after('push ss; push esp; lss esp, [esp]; nop; hlt', 3n), 0);
  });

  it('an interrupt is acknowledged once for each delivery', () => {
    const bench = Bench.long();
    bench.interrupt(0x40);
    bench.interrupt(0x41);
    bench.load('sti; nop; hlt');
    bench.write(HANDLERS + 0x400, [0x48, 0xcf]);
    bench.run();
    assert.equal(bench.trap?.vector, 0x41);
    assert.equal(bench.interrupts.length, 0);
  });

  it(
    proves(
      'instructions',
      instructionsNamed('HLT'),
      'HLT stops until an interrupt wakes it, and the handler returns behind it',
    ),
    () => {
      const bench = Bench.long();
      bench.load('sti; hlt; mov eax, 7; cli; hlt');
      bench.write(HANDLERS + 0x400, [0x48, 0xcf]);
      assert.equal(bench.run(), Stop.HALT);
      assert.equal(bench.cpu.rip, BigInt(CODE + 2));
      bench.interrupt(0x40);
      assert.equal(bench.run(), Stop.HALT);
      assert.equal(bench.reg(Gpr.RAX), 7n);
    },
  );

  it('HLT with IF clear is not woken by an interrupt', () => {
    const bench = Bench.long();
    bench.execute('hlt; mov eax, 7; hlt');
    bench.interrupt(0x40);
    assert.equal(bench.run(), Stop.HALT);
    assert.equal(bench.cpu.rip, BigInt(CODE + 1));
  });

  it('an NMI is taken with IF clear and blocks the next one until IRET', () => {
    const bench = Bench.long();
    bench.load('nop; nop; hlt');
    // The handler: inc ecx; cmp ecx, 1; jne out; mov edx, 1 (a second NMI arrives here); iretq; out: hlt
    bench.load('inc ecx; cmp ecx, 1; jne 1f; mov edx, ebx; iretq; 1: hlt', 64, 0x30000);
    bench.gate(0x7000 + 32, Select.code, 0x30000, 0x8e);
    bench.cpu.set32(State.NMI, 1);
    bench.cpu.setBreakpoints([0x30000n]);
    assert.equal(bench.run(), Stop.BREAKPOINT);
    assert.equal(bench.cpu.get32(State.INTERRUPTIBILITY) & 8, 8);
    bench.cpu.set32(State.NMI, 1);
    bench.cpu.setBreakpoints([]);
    bench.run();
    assert.equal(bench.reg(Gpr.RCX), 2n);
    assert.equal(bench.cpu.rip, 0x30000n + 12n);
  });

  it('an NMI comes before a maskable interrupt', () => {
    const bench = Bench.long();
    bench.cpu.set64(State.RFLAGS, 0x202n);
    bench.cpu.stateReplaced();
    bench.interrupt(0x40);
    bench.cpu.set32(State.NMI, 1);
    bench.execute('nop; hlt');
    assert.equal(bench.outcome, 'NMI at +0');
  });

  it('INIT leaves the bootstrap processor at the reset vector in real mode', () => {
    const bench = Bench.long();
    bench.cpu.set64(State.MSR_APIC_BASE, 0xfee00900n);
    bench.cpu.set32(State.INIT, 1);
    bench.load('nop');
    bench.cpu.setBreakpoints([0xfffffff0n]);
    bench.run();
    assert.equal(bench.cpu.segment(Seg.CS).base + bench.cpu.rip, 0xfffffff0n);
    assert.equal(bench.cpu.get64(State.CR0), 0x10n);
  });

  it('INIT leaves other processors waiting for a Start-up IPI, which starts them at its page', () => {
    const bench = Bench.long();
    bench.cpu.set64(State.MSR_APIC_BASE, 0xfee00800n);
    bench.cpu.set32(State.INIT, 1);
    assert.equal(bench.run(), Stop.WAIT_FOR_SIPI);
    bench.write(0x9000, [0xf4]);
    bench.cpu.set32(State.SIPI, 0x109);
    assert.equal(bench.run(), Stop.HALT);
    assert.equal(bench.cpu.segment(Seg.CS).base, 0x9000n);
    assert.equal(bench.cpu.rip, 1n);
  });

  it('StopOn.EVENT_DELIVERY stops at the first instruction of the handler with the vector', () => {
    const bench = Bench.long();
    bench.cpu.set32(State.STOP_ON, StopOn.EVENT_DELIVERY);
    bench.load('ud2');
    assert.equal(bench.run(), Stop.EVENT);
    assert.equal(bench.cpu.stopValue, 6n);
    assert.equal(bench.cpu.rip, BigInt(HANDLERS + 6 * 16));
  });
});

describe('debug exceptions', () => {
  it('TF traps after the next instruction and sets DR6.BS', () => {
    const bench = Bench.long();
    bench.execute('pushfq; or dword ptr [rsp], 0x100; popfq; nop; nop; hlt');
    assert.equal(bench.outcome, '#DB at +10');
    assert.equal(bench.cpu.get64(State.DR6) & 0x4000n, 0x4000n);
    assert.equal((bench.trap?.rflags ?? 0n) & 0x100n, 0x100n);
  });

  it('INT n with TF set enters its handler with TF clear and is not trapped', () => {
    const bench = Bench.long();
    bench.execute('pushfq; or dword ptr [rsp], 0x100; popfq; int 0x80; hlt');
    assert.equal(bench.trap?.vector, 0x80);
  });

  it('a single-step trap waits for the instruction after a load of SS', () => {
    const bench = Bench.long();
    bench.execute('mov eax, ss; pushfq; or dword ptr [rsp], 0x100; popfq; mov ss, eax; nop; nop; hlt');
    assert.equal(bench.outcome, '#DB at +14');
  });

  it('INT1 in the shadow of a load of SS drops the single-step trap held back there', () => {
    const bench = Bench.long();
    bench.load('inc ecx; iretq', 64, HANDLERS + 16);
    bench.execute(
      'mov eax, ss; pushfq; or dword ptr [rsp], 0x100; popfq; mov ss, eax; .byte 0xf1; nop; push 2; popfq; hlt',
    );
    // INT1, then the single-step traps after NOP, PUSH and POPF.
    assert.equal(bench.reg(Gpr.RCX), 4n);
  });

  it('an instruction breakpoint faults before its instruction and sets its bit in DR6', () => {
    const bench = Bench.long();
    bench.execute('lea rax, [rip+1f]; mov dr1, rax; mov eax, 0x404; mov dr7, rax; nop; 1: nop; hlt');
    assert.equal(bench.outcome, '#DB at +19');
    assert.equal(bench.cpu.get64(State.DR6) & 0xfn, 2n);
  });

  it('RF in the image that IRET loads passes one breakpoint', () => {
    const bench = Bench.long();
    bench.load('bts dword ptr [rsp+16], 16; inc ecx; iretq', 64, HANDLERS + 16);
    bench.execute('lea rax, [rip+1f]; mov dr0, rax; mov eax, 0x401; mov dr7, rax; nop; 1: inc edx; hlt');
    assert.equal(bench.reg(Gpr.RCX), 1n);
    assert.equal(bench.reg(Gpr.RDX), 1n);
    assert.equal(bench.cpu.get64(State.RFLAGS) & 0x10000n, 0n);
  });

  it('DR7.GD makes MOV to a debug register #DB with BD, and delivery clears GD', () => {
    const bench = Bench.long();
    bench.execute('mov eax, 0x2400; mov dr7, rax; mov dr0, rax');
    assert.equal(bench.outcome, '#DB at +8');
    assert.equal(bench.cpu.get64(State.DR6) & 0x2000n, 0x2000n);
    assert.equal(bench.cpu.get64(State.DR7), 0x400n);
  });

  it(proves('instructions', instructionsNamed('INT1'), 'INT1 is #DB without a change of DR6'), () => {
    const bench = Bench.long();
    bench.execute('.byte 0xf1; nop');
    assert.equal(bench.outcome, '#DB at +1');
    assert.equal(bench.cpu.get64(State.DR6) & 0x600fn, 0n);
  });
});
