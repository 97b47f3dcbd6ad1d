// Far JMP, CALL, RET and IRET, call gates, SYSCALL and SYSENTER (SDM 2A, 2B pseudocode; SDM 3A 5.8).
import assert from 'node:assert/strict';
import { Gpr, Mode, Seg, State } from '../../../src/abi/state-block';
import { Bench, CODE, DATA, GDT, Select, STACK, STACK0, STACK3 } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

/** Far pointer of `jmp`/`call` through memory at DATA. */
function pointer32(bench: Bench, selector: number, offset: number): void {
  bench.write32(DATA, offset);
  bench.write16(DATA + 4, selector);
}

describe('far JMP and CALL', () => {
  it(
    proves(
      'instructions',
      'JMP: EA cp',
      'JMP to a code segment of the same ring loads CS and keeps the stack',
    ),
    () => {
      const bench = Bench.protected();
      bench.load('hlt', 32, 0x30000).execute(`jmp 0x${Select.code32.toString(16)}:0x30000`);
      assert.equal(bench.cpu.rip, 0x30001n);
      assert.equal(bench.cpu.segment(Seg.CS).selector, Select.code32);
      assert.equal(bench.reg(Gpr.RSP), BigInt(STACK));
    },
  );

  const refused: [string, number, string][] = [
    ['a null selector is #GP(0)', 0, '#GP(0) at +0'],
    ['a selector outside the table is #GP with it', 0x1000, '#GP(1000) at +0'],
    ['a data segment is #GP with its selector', Select.data, '#GP(10) at +0'],
    ['code of an outer ring is #GP with its selector', Select.userCode, '#GP(28) at +0'],
    ['code that is not present is #NP with its selector', Select.notPresent, '#GP(60) at +0'],
  ];
  for (const [title, selector, outcome] of refused) {
    it(`JMP: ${title}`, () => {
      const bench = Bench.protected();
      if (selector === Select.notPresent) bench.descriptor(selector, 0, 0xfffff, 0xc01b);
      const expected = selector === Select.notPresent ? '#NP(60) at +0' : outcome;
      assert.equal(bench.execute(`jmp 0x${selector.toString(16)}:0x30000`).outcome, expected);
    });
  }

  it('JMP to an offset beyond the limit is #GP(0)', () => {
    const bench = Bench.protected();
    assert.equal(bench.execute(`jmp 0x${Select.code16.toString(16)}:0x30000`).outcome, '#GP(0) at +0');
  });

  it('ring 3 enters a conforming segment and stays in ring 3', () => {
    const bench = Bench.protected(3);
    bench.load('ud2', 32, 0x30000).execute(`jmp 0x${Select.conforming.toString(16)}:0x30000`);
    assert.equal(bench.trap?.cs, Select.conforming | 3);
  });

  it(
    proves(
      'instructions',
      ['CALL: 9A cp', 'RETF: CB'],
      'CALL pushes CS and the next EIP, RET takes them back',
    ),
    () => {
      const bench = Bench.protected();
      bench.load('mov ebx, [esp+4]; mov ecx, [esp]; retf', 32, 0x30000);
      bench.execute(`call 0x${Select.code32.toString(16)}:0x30000; hlt`);
      assert.equal(bench.reg(Gpr.RBX), BigInt(Select.code));
      assert.equal(bench.reg(Gpr.RCX), BigInt(CODE + 7));
      assert.equal(bench.cpu.rip, BigInt(CODE + 8));
      assert.equal(bench.cpu.segment(Seg.CS).selector, Select.code);
      assert.equal(bench.reg(Gpr.RSP), BigInt(STACK));
    },
  );

  it('a task gate to the running task, which is busy, is #GP with the TSS selector', () => {
    const bench = Bench.protected();
    bench.execute(`jmp 0x${Select.taskGate.toString(16)}:0`);
    assert.equal(bench.outcome, `#GP(${Select.tss.toString(16)}) at +0`);
  });

  it('a 32-bit call gate to an inner ring copies parameters to the new stack', () => {
    const bench = Bench.protected(3);
    bench.gate(GDT + Select.callGate, Select.code, 0x30000, 0xec, 2);
    bench.load('hlt', 32, 0x30000);
    bench.execute(`push 0x1111; push 0x2222; call 0x${(Select.callGate | 3).toString(16)}:0`);
    const rsp = bench.reg(Gpr.RSP);
    assert.equal(rsp, BigInt(STACK0 - 24));
    assert.equal(bench.cpu.get32(State.CPL), 0);
    const words = [0, 1, 2, 3, 4, 5].map((i) => bench.read32(rsp + BigInt(i * 4)));
    assert.deepEqual(words, [CODE + 17, Select.userCode, 0x2222, 0x1111, STACK3 - 8, Select.userData]);
  });

  it(
    proves(
      'instructions',
      'RETF: CA iw',
      'RET n to an outer ring pops the parameters of both stacks and drops inner data segments',
    ),
    () => {
      const bench = Bench.protected(3);
      bench.gate(GDT + Select.callGate, Select.code, 0x30000, 0xec, 2);
      bench.load('mov eax, 0x10; mov ds, eax; retf 8', 32, 0x30000);
      bench.load(`push 1; push 2; call 0x${(Select.callGate | 3).toString(16)}:0; mov ebx, ds; ud2`).run();
      assert.equal(bench.trap?.vector, 6);
      assert.equal(bench.trap?.rsp, BigInt(STACK3));
      assert.equal(bench.reg(Gpr.RBX) & 0xffffn, 0n);
    },
  );

  it('a call gate of an inner ring is #GP with the gate, one that is not present #NP', () => {
    const outcome = (access: number) => {
      const bench = Bench.protected(3);
      bench.gate(GDT + Select.callGate, Select.code, 0x30000, access);
      return bench.execute(`call 0x${Select.callGate.toString(16)}:0`).outcome;
    };
    assert.equal(outcome(0x8c), '#GP(48) at +0');
    assert.equal(outcome(0x6c), '#NP(48) at +0');
  });

  it(proves('instructions', 'CALL: FF /3', 'a 64-bit call gate takes RSP0 and a null SS'), () => {
    const bench = Bench.long(3);
    bench.gate(GDT + Select.callGate, Select.code, 0x30000, 0xec);
    bench.write64(GDT + Select.callGate + 8, 0n);
    pointer32(bench, Select.callGate | 3, 0);
    bench.load('hlt', 64, 0x30000).execute(`call fword ptr [0x${DATA.toString(16)}]`);
    assert.equal(bench.cpu.rip, 0x30001n);
    assert.equal(bench.reg(Gpr.RSP), BigInt(STACK0 - 32));
    assert.equal(bench.read64(BigInt(STACK0 - 24)), BigInt(Select.userCode));
    assert.equal(bench.cpu.segment(Seg.SS).selector, 0);
  });

  it('a far RET in real mode loads CS as a paragraph', () => {
    const bench = Bench.real();
    bench.write(0x30005, [0xf4]);
    bench.execute('push 0x3000; push 5; retf');
    assert.equal(bench.cpu.segment(Seg.CS).base, 0x30000n);
    assert.equal(bench.cpu.rip, 6n);
  });
});

describe('IRET', () => {
  const toUser = `
    push 0x${Select.userData.toString(16)}; push 0x${STACK3.toString(16)}; push 0x202
    push 0x${Select.userCode.toString(16)}; push 0x30000; iretq`;

  it(
    proves(
      'instructions',
      instructionsNamed('IRET'),
      'IRETQ enters ring 3 with the stack and flags of its frame',
    ),
    () => {
      const bench = Bench.long();
      bench.load('ud2', 64, 0x30000).execute(toUser);
      const { trap } = bench;
      assert.equal(trap?.vector, 6);
      assert.equal(trap.cs, Select.userCode);
      assert.equal(trap.rsp, BigInt(STACK3));
      assert.equal(trap.rflags & 0x200n, 0x200n);
    },
  );

  it('a return to ring 3 takes ring-0 segments away and leaves their bases', () => {
    const bench = Bench.long();
    bench.cpu.setSegment(Seg.GS, {
      selector: Select.data,
      base: 0xc0000n,
      limit: 0xffffffff,
      access: 0xc093,
    });
    bench.cpu.stateReplaced();
    bench.write32(DATA + 0x10, 0x1234);
    bench.load('mov eax, gs; mov ecx, gs:[0x10]; ud2', 64, 0x30000).execute(toUser);
    assert.equal(bench.reg(Gpr.RAX) & 0xffffn, 0n);
    assert.equal(bench.reg(Gpr.RCX), 0x1234n);
  });

  it('IRETQ pops SS:RSP on a return to the same ring too', () => {
    const bench = Bench.long();
    bench.load('hlt', 64, 0x30000);
    bench.execute('push 0; push 0x70000; push 2; push 8; push 0x30000; iretq');
    assert.equal(bench.reg(Gpr.RSP), 0x70000n);
    assert.equal(bench.cpu.segment(Seg.SS).selector, 0);
  });

  it('IRETQ enters compatibility mode', () => {
    const bench = Bench.long();
    bench.load('ud2', 32, 0x30000);
    bench.execute(
      toUser.replace(`push 0x${Select.userCode.toString(16)}`, `push 0x${Select.userCode32.toString(16)}`),
    );
    assert.equal(bench.trap?.cs, Select.userCode32);
  });

  it('IRETQ to a RIP that is not canonical is #GP(0)', () => {
    const bench = Bench.long();
    const frame = 'push 0x10; push 0x70000; push 2; push 8; mov rax, 0x800000000000; push rax; iretq';
    assert.equal(bench.execute(frame).outcome, '#GP(0) at +22');
    assert.equal(bench.trap?.rsp, BigInt(STACK - 40));
  });

  it('IRETQ with a null SS for ring 3 is #GP(0), with one of the wrong ring #GP with it', () => {
    const withStack = (selector: number) =>
      Bench.long().execute(`push ${selector}; push 0x70000; push 2; push 0x2b; push 0x30000; iretq`).outcome;
    assert.match(withStack(0), /^#GP\(0\)/);
    assert.match(withStack(Select.data), /^#GP\(10\)/);
  });

  it('IRET with NT set is #GP(0) in IA-32e mode', () => {
    const bench = Bench.long();
    assert.match(bench.execute('push 0x4002; popfq; iretq').outcome, /^#GP\(0\)/);
  });

  it('IRET in ring 3 changes neither IF nor IOPL', () => {
    const bench = Bench.long(3);
    const frame = 'push 0x23; push 0x70000; push 0x3202; push 0x2b; push 0x30000; iretq';
    bench.load('ud2', 64, 0x30000).execute(frame);
    assert.equal((bench.trap?.rflags ?? 0n) & 0x3200n, 0n);
  });

  it('IRETD with VM set enters virtual-8086 mode, and an interrupt leaves it through ring 0', () => {
    const bench = Bench.protected();
    const frame = [0x5000, 0x4000, 0x3000, 0x2000, 0x1000, 0xff0, 0x23202, 0x3000, 0x10];
    bench.write(0x30010, [0x8c, 0xd8, 0xcd, 0x80]);
    bench.idtEntry(0x80, 0xee);
    bench.execute(frame.map((word) => `push 0x${word.toString(16)};`).join(' ') + 'iretd');
    assert.equal(bench.reg(Gpr.RAX) & 0xffffn, 0x3000n);
    const rsp = bench.reg(Gpr.RSP);
    assert.equal(rsp, BigInt(STACK0 - 36));
    const words = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => bench.read32(rsp + BigInt(i * 4)));
    assert.deepEqual(words, [0x14, 0x3000, 0x23202, 0xff0, 0x1000, 0x2000, 0x3000, 0x4000, 0x5000]);
    assert.equal(bench.cpu.segment(Seg.DS).selector, 0);
    assert.equal(bench.cpu.mode, Mode.PROTECTED_32);
  });

  it('virtual-8086 code with IOPL below 3 gets #GP(0) for INT n and CLI', () => {
    const outcome = (code: number[]) => {
      const bench = Bench.protected();
      bench.write(0x30010, code);
      bench.idtEntry(0x80, 0xee);
      bench.execute(
        'push 0; push 0; push 0; push 0; push 0x1000; push 0xff0; push 0x20202; push 0x3000; push 0x10; iretd',
      );
      return [bench.trap?.vector, bench.trap?.error];
    };
    assert.deepEqual(outcome([0xcd, 0x80]), [13, 0]);
    assert.deepEqual(outcome([0xfa]), [13, 0]);
  });

  it('IRET in real mode loads IP, CS and FLAGS', () => {
    const bench = Bench.real();
    bench.write(0x30005, [0xf4]);
    bench.execute('push 0x0246; push 0x3000; push 5; iret');
    assert.equal(bench.cpu.segment(Seg.CS).base, 0x30000n);
    assert.equal(bench.cpu.get64(State.RFLAGS), 0x246n);
  });
});

describe('fast system calls', () => {
  function withSyscall(ring: 0 | 3): Bench {
    const bench = Bench.long(ring);
    bench.cpu.set64(State.MSR_STAR, (0x1bn << 48n) | (0x08n << 32n));
    bench.cpu.set64(State.MSR_LSTAR, 0x30000n);
    bench.cpu.set64(State.MSR_FMASK, 0x600n);
    bench.load('hlt', 64, 0x30000);
    return bench;
  }

  it(
    proves(
      'instructions',
      instructionsNamed('SYSCALL'),
      'SYSCALL enters ring 0 at LSTAR with RIP in RCX, RFLAGS in R11 and the mask cleared',
    ),
    () => {
      const bench = withSyscall(3).execute('std; syscall');
      assert.equal(bench.cpu.rip, 0x30001n);
      assert.equal(bench.reg(Gpr.RCX), BigInt(CODE + 3));
      assert.equal(bench.reg(11), 0x402n);
      assert.equal(bench.cpu.get64(State.RFLAGS), 2n);
      assert.equal(bench.cpu.segment(Seg.CS).selector, 0x08);
      assert.equal(bench.cpu.segment(Seg.SS).selector, 0x10);
      assert.equal(bench.cpu.get32(State.CPL), 0);
    },
  );

  it('SYSCALL without EFER.SCE is #UD', () => {
    const bench = withSyscall(3);
    bench.cpu.set64(State.EFER, 0xd00n);
    bench.cpu.stateReplaced();
    assert.equal(bench.execute('syscall').outcome, '#UD at +0');
  });

  it(
    proves('instructions', instructionsNamed('SYSRET'), 'SYSRETQ enters 64-bit ring 3 with the flags of R11'),
    () => {
      const bench = withSyscall(0);
      bench.load('ud2', 64, 0x40000).execute('mov ecx, 0x40000; mov r11d, 0x202; sysretq');
      assert.equal(bench.trap?.cs, 0x2b);
      assert.equal(bench.trap?.ss, 0x23);
      assert.equal((bench.trap?.rflags ?? 0n) & 0x202n, 0x202n);
    },
  );

  it('SYSRETQ to a RCX that is not canonical is #GP(0) in ring 0', () => {
    const bench = withSyscall(0).execute('mov rcx, 0x800000000000; sysretq');
    assert.equal(bench.outcome, '#GP(0) at +10');
    assert.equal(bench.trap?.cs, Select.code);
  });

  it(
    proves(
      'instructions',
      instructionsNamed('SYSENTER', 'SYSEXIT'),
      'SYSENTER loads flat ring-0 segments, ESP and EIP from its MSRs; SYSEXIT returns',
    ),
    () => {
      const bench = Bench.protected(3);
      bench.cpu.set64(State.MSR_SYSENTER_CS, 8n);
      bench.cpu.set64(State.MSR_SYSENTER_ESP, BigInt(STACK0));
      bench.cpu.set64(State.MSR_SYSENTER_EIP, 0x30000n);
      bench.load('mov edx, 0x40000; mov ecx, 0x70000; sysexit', 32, 0x30000);
      bench.load('ud2', 32, 0x40000).execute('sysenter');
      assert.equal(bench.trap?.rip, 0x40000n);
      assert.equal(bench.trap?.cs, 0x1b);
      assert.equal(bench.trap?.ss, 0x23);
      assert.equal(bench.trap?.rsp, 0x70000n);
    },
  );

  it('SYSENTER with a null IA32_SYSENTER_CS is #GP(0)', () => {
    assert.equal(Bench.protected(3).execute('sysenter').outcome, '#GP(0) at +0');
  });
});
