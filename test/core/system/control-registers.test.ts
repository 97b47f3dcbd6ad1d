// Control and debug registers, XCR0, mode switches (SDM 3A 2.5, 4.4.1, 9.8.5; 3B 17.2).
import assert from 'node:assert/strict';
import { cpuProfiles } from '../../../src/isa/cpuid';
import { Gpr, Mode, Seg, State } from '../../../src/abi/state-block';
import { Bench, DATA, Select } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

/** `mov rax, value; mov cr, rax` in 64-bit mode. */
function outcomeOf(cr: string, value: bigint, ring: 0 | 3 = 0): string {
  return Bench.long(ring).execute(`movabs rax, 0x${value.toString(16)}; mov ${cr}, rax; ud2`).outcome;
}

const DONE = '#UD at +13';
const REFUSED = '#GP(0) at +10';

describe('MOV to control registers', () => {
  it('CR0: PG without PE, NW without CD and bits above 31 are #GP(0)', () => {
    assert.equal(outcomeOf('cr0', 0x80010030n), REFUSED);
    assert.equal(outcomeOf('cr0', 0xa0010031n), REFUSED);
    assert.equal(outcomeOf('cr0', 0x180010031n), REFUSED);
  });

  it('CR0: paging cannot be switched off in 64-bit mode', () => {
    assert.equal(outcomeOf('cr0', 0x10031n), REFUSED);
  });

  it(
    proves(
      'instructions',
      ['MOV: 0F 20 /r', 'MOV: 0F 22 /r'],
      'CR0: ET stays set and reserved bits stay clear',
    ),
    () => {
      const bench = Bench.protected().execute('mov eax, 0x1000ffc1; mov cr0, eax; mov ecx, cr0; hlt');
      assert.equal(bench.reg(Gpr.RCX), 0x11n);
    },
  );

  it('CR3: bits above the physical-address width are #GP(0)', () => {
    const first = 1n << BigInt(cpuProfiles['turtle-64'].numbers.PHYSICAL_ADDRESS_BITS);
    assert.equal(outcomeOf('cr3', first | 0x1000n), REFUSED);
    assert.equal(outcomeOf('cr3', 0x8000000001000n), REFUSED);
  });

  it('CR4: a bit the processor does not claim is #GP(0)', () => {
    assert.equal(outcomeOf('cr4', 0x1020n), REFUSED);
    assert.equal(outcomeOf('cr4', 0x100000020n), REFUSED);
    assert.equal(outcomeOf('cr4', 0x100a0n), DONE);
  });

  it('CR4: PAE cannot be cleared in IA-32e mode', () => {
    assert.equal(outcomeOf('cr4', 0n), REFUSED);
  });

  it('CR4: PCIDE needs a zero PCID in CR3', () => {
    assert.equal(outcomeOf('cr4', 0x20020n), DONE);
    const bench = Bench.long().execute('mov eax, 0x1003; mov cr3, rax; mov eax, 0x20020; mov cr4, rax');
    assert.match(bench.outcome, /^#GP\(0\)/);
  });

  it('CR3 with PCIDE: bit 63 is not stored', () => {
    const bench = Bench.long().execute(
      'mov eax, 0x20020; mov cr4, rax; mov rax, 0x8000000000001005; mov cr3, rax; mov rcx, cr3; hlt',
    );
    assert.equal(bench.reg(Gpr.RCX), 0x1005n);
  });

  it('CR8 is the task priority of the interrupt controller; values above 15 are #GP(0)', () => {
    const bench = Bench.long().execute('mov eax, 9; mov cr8, rax; mov rcx, cr8; hlt');
    assert.equal(bench.taskPriority, 9);
    assert.equal(bench.reg(Gpr.RCX), 9n);
    assert.match(outcomeOf('cr8', 16n), /^#GP\(0\)/);
  });

  it('ring 3 is refused, and CR1 does not exist', () => {
    assert.equal(outcomeOf('cr0', 0x80010031n, 3), REFUSED);
    assert.equal(Bench.long().execute('.byte 0x0f, 0x22, 0xc8').outcome, '#UD at +0');
  });

  it('a change of CR3 takes effect at the next access', () => {
    const bench = Bench.long();
    // A second tree that maps linear 0xc00000.. to physical 0xa00000.
    bench.write64(0xb000, 0xc007n);
    bench.write64(0xc000, 0xd007n);
    for (let i = 0; i < 8; i++) bench.write64(0xd000 + i * 8, BigInt((i === 6 ? 5 : i) * 0x200000 + 0x87));
    bench.write32(0xa00000, 0x5555);
    bench.write32(0xc00000, 0x6666);
    bench.execute('mov ebx, 0xc00000; mov ecx, [rbx]; mov eax, 0xb000; mov cr3, rax; mov edx, [rbx]; hlt');
    assert.equal(bench.reg(Gpr.RCX), 0x6666n);
    assert.equal(bench.reg(Gpr.RDX), 0x5555n);
  });

  it(
    proves('instructions', instructionsNamed('INVLPG'), 'INVLPG makes a changed page-table entry visible'),
    () => {
      const bench = Bench.long();
      bench.write32(0xa00000, 0x5555);
      bench.write32(0xc00000, 0x6666);
      bench.execute(`mov ebx, 0xc00000; mov ecx, [rbx]; mov qword ptr [0x3030], 0xa00087
      invlpg [rbx]; mov edx, [rbx]; hlt`);
      assert.equal(bench.reg(Gpr.RCX), 0x6666n);
      assert.equal(bench.reg(Gpr.RDX), 0x5555n);
    },
  );
});

describe('mode switches', () => {
  it('real mode reaches 32-bit protected mode, long mode and 64-bit code, and takes an interrupt there', () => {
    const bench = Bench.real();
    const wanted = Bench.long();
    // Descriptor tables and page tables of the 64-bit bench.
    for (const page of [0x1000, 0x2000, 0x3000, 0x5000, 0x6000, 0x7000])
      bench.write(page, (wanted.cpu.physical.read(BigInt(page), 0x1000) ?? new Uint8Array()).slice());
    bench.descriptor(Select.tss, 0x6000, 0x67, 0x89);
    bench.write16(0x500, 0x9f);
    bench.write32(0x502, 0x5000);
    bench.write16(0x510, 0xfff);
    bench.write64(0x512, 0x7000n);
    bench.load('mov eax, cs; mov ebx, 0x38; ltr bx; sti; int 0x80', 64, 0x31000);
    bench.load(
      `mov eax, 0x10; mov ds, eax; mov ss, eax; mov esp, 0x80000
       mov eax, cr4; bts eax, 5; mov cr4, eax; mov eax, 0x1000; mov cr3, eax
       mov ecx, 0xc0000080; rdmsr; bts eax, 8; wrmsr
       mov eax, cr0; bts eax, 31; mov cr0, eax
       jmp 0x08:0x31000`,
      32,
      0x30000,
    );
    bench.load(
      `lgdt [0x500]; lidt [0x510]; mov eax, cr0; inc ax; mov cr0, eax
       .byte 0x66, 0xea; .long 0x30000; .word 0x30`,
    );
    bench.run();
    assert.equal(bench.cpu.mode, Mode.LONG_64);
    assert.equal(bench.cpu.get64(State.EFER), 0x500n);
    assert.equal(bench.cpu.rip, 0x20000n + 0x80n * 16n + 1n);
    assert.equal(bench.cpu.segment(Seg.TR).access, 0x8b);
  });

  it('long mode is refused without PAE', () => {
    const bench = Bench.protected();
    bench.execute(
      'mov ecx, 0xc0000080; mov eax, 0x100; xor edx, edx; wrmsr; mov eax, cr0; bts eax, 31; mov cr0, eax',
    );
    assert.match(bench.outcome, /^#GP\(0\)/);
    assert.equal(bench.cpu.get64(State.EFER), 0x100n);
  });

  it('PAE paging with a reserved bit in a PDPTE is #GP(0)', () => {
    const bench = Bench.protected();
    bench.write64(0x2000, 0x3007n);
    bench.execute(
      'mov eax, 0x20; mov cr4, eax; mov eax, 0x2000; mov cr3, eax; mov eax, cr0; bts eax, 31; mov cr0, eax',
    );
    assert.match(bench.outcome, /^#GP\(0\)/);
  });

  it(
    proves('instructions', instructionsNamed('LMSW'), 'LMSW enters protected mode and cannot leave it'),
    () => {
      const bench = Bench.protected().execute('xor eax, eax; lmsw ax; smsw ecx; hlt');
      assert.equal(bench.reg(Gpr.RCX) & 1n, 1n);
    },
  );

  it(proves('instructions', instructionsNamed('CLTS'), 'CLTS clears CR0.TS in ring 0 only'), () => {
    const bench = Bench.protected();
    bench.cpu.set64(State.CR0, 0x39n);
    bench.cpu.stateReplaced();
    bench.execute('clts; hlt');
    assert.equal(bench.cpu.get64(State.CR0), 0x31n);
    assert.equal(Bench.long(3).execute('clts').outcome, '#GP(0) at +0');
  });
});

describe('debug registers', () => {
  it('DR4 and DR5 are DR6 and DR7 until CR4.DE makes them #UD', () => {
    const bench = Bench.long().execute('mov eax, 0x400; .byte 0x0f, 0x23, 0xe8; .byte 0x0f, 0x21, 0xe9; hlt');
    assert.equal(bench.reg(Gpr.RCX), 0x400n);
    const other = Bench.long().execute('mov eax, 0x28; mov cr4, rax; .byte 0x0f, 0x21, 0xe9');
    assert.equal(other.outcome, '#UD at +8');
  });

  it(
    proves(
      'instructions',
      ['MOV: 0F 21 /r', 'MOV: 0F 23 /r'],
      'reserved bits of DR6 and DR7 have their fixed values',
    ),
    () => {
      const bench = Bench.long().execute(
        'xor eax, eax; mov dr6, rax; mov dr7, rax; mov rcx, dr6; mov rdx, dr7; hlt',
      );
      assert.equal(bench.reg(Gpr.RCX), 0xffff0ff0n);
      assert.equal(bench.reg(Gpr.RDX), 0x400n);
    },
  );

  it('bits above 31 of DR7 and ring 3 are #GP(0)', () => {
    assert.equal(Bench.long().execute('mov rax, 0x100000400; mov dr7, rax').outcome, '#GP(0) at +10');
    assert.equal(Bench.long(3).execute('mov rax, dr0').outcome, '#GP(0) at +0');
  });
});

describe('XCR0', () => {
  it('XGETBV is #UD without CR4.OSXSAVE', () => {
    assert.equal(Bench.long().execute('xor ecx, ecx; xgetbv').outcome, '#UD at +2');
  });
});

describe('INVPCID', () => {
  const run = (type: number, low: bigint) => {
    const bench = Bench.long();
    bench.write64(DATA, low);
    bench.write64(DATA + 8, 0n);
    return bench.execute(`mov eax, ${type}; invpcid rax, [0x${DATA.toString(16)}]; ud2`).outcome;
  };

  it(
    proves('instructions', instructionsNamed('INVPCID'), 'types 0 to 3 complete, another type is #GP(0)'),
    () => {
      for (const type of [0, 1, 2, 3]) assert.match(run(type, 0n), /^#UD/);
      assert.match(run(4, 0n), /^#GP\(0\)/);
    },
  );

  it('a PCID without CR4.PCIDE and reserved bits are #GP(0)', () => {
    assert.match(run(1, 5n), /^#GP\(0\)/);
    assert.match(run(0, 0x1000n), /^#GP\(0\)/);
  });
});

it('HLT, INVLPG, WBINVD and MOV from CR0 are #GP(0) in ring 3', () => {
  for (const instruction of ['hlt', 'invlpg [rax]', 'wbinvd', 'mov rax, cr0', 'invd'])
    assert.equal(Bench.long(3).execute(instruction).outcome, '#GP(0) at +0', instruction);
});
