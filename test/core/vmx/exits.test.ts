// VM exits: which instruction exits under which control, what the exit fields say, what is saved and what the host finds
// (SDM chapters 25 and 27).
import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import type { ControlName } from '../../../src/isa/vmx-controls';
import { CODE, DATA, Select, STACK } from '../system/bench';
import { GuestBench, type Exit } from './guest-bench';
import { MSR_LIST, VIRTUAL_APIC, type Image } from './valid-vmcs';
import { proves } from '../../support/proves';

interface InstructionExit {
  source: string;
  /** Instructions of `source` before the one that exits, in bytes. */
  skip?: number;
  controls?: ControlName[];
  image?: (image: Image) => void;
  exit: Exit;
  /** Value of the instruction-information field. */
  information?: number;
}

const BITMAPS = 0x240000n;

const instructions: Record<string, InstructionExit> = {
  'CPUID exits always': { source: 'cpuid', exit: { reason: 'CPUID', qualification: 0n, length: 2 } },
  'INVD exits always': { source: 'invd', exit: { reason: 'INVD', qualification: 0n, length: 2 } },
  'VMCALL exits always': { source: 'vmcall', exit: { reason: 'VMCALL', qualification: 0n, length: 3 } },
  'VMLAUNCH exits always': { source: 'vmlaunch', exit: { reason: 'VMLAUNCH', qualification: 0n, length: 3 } },
  'VMRESUME exits always': { source: 'vmresume', exit: { reason: 'VMRESUME', qualification: 0n, length: 3 } },
  'VMXOFF exits always': { source: 'vmxoff', exit: { reason: 'VMOFF', qualification: 0n, length: 3 } },
  'VMXON exits with its displacement and base': {
    source: 'vmxon [rbx + 0x40]',
    exit: { reason: 'VMON', qualification: 0x40n, length: 5 },
    information: (2 << 7) | (3 << 15) | (1 << 22) | (3 << 23),
  },
  'VMCLEAR exits with index and scale': {
    source: 'vmclear [rax + rcx * 4 - 8]',
    exit: { reason: 'VMCLEAR', qualification: 0xfffffffffffffff8n, length: 6 },
    information: 2 | (2 << 7) | (3 << 15) | (1 << 18),
  },
  'VMPTRLD exits with the RIP-relative address': {
    source: `vmptrld [rip + 0x100]`,
    exit: { reason: 'VMPTRLD', qualification: BigInt(CODE + 7 + 0x100), length: 7 },
    information: (2 << 7) | (3 << 15) | (1 << 22) | (1 << 27),
  },
  'VMPTRST exits with the segment': {
    source: 'vmptrst fs:[rdx]',
    exit: { reason: 'VMPTRST', qualification: 0n, length: 4 },
    information: (2 << 7) | (4 << 15) | (1 << 22) | (2 << 23),
  },
  'VMREAD to a register exits with both registers': {
    source: 'vmread rcx, r9',
    exit: { reason: 'VMREAD', qualification: 0n, length: 4 },
    information: (1 << 3) | (1 << 10) | (9 << 28),
  },
  'VMWRITE from memory exits with displacement': {
    source: 'vmwrite rsi, [rdi + 0x1000]',
    exit: { reason: 'VMWRITE', qualification: 0x1000n, length: 7 },
    information: (2 << 7) | (3 << 15) | (1 << 22) | (7 << 23) | (6 << 28),
  },
  'INVEPT exits with the type register': {
    source: 'invept rbp, [rsp]',
    exit: { reason: 'INVEPT', qualification: 0n, length: 6 },
    information: (2 << 7) | (2 << 15) | (1 << 22) | (4 << 23) | (5 << 28),
  },
  'INVVPID exits with the type register': {
    source: 'invvpid rax, [rbx]',
    exit: { reason: 'INVVPID', qualification: 0n, length: 5 },
    information: (2 << 7) | (3 << 15) | (1 << 22) | (3 << 23),
  },
  'HLT exiting': { source: 'hlt', exit: { reason: 'HLT', qualification: 0n, length: 1 } },
  'INVLPG exiting': {
    source: 'invlpg [rip + 0x2000]',
    controls: ['INVLPG_EXITING'],
    exit: { reason: 'INVLPG', qualification: BigInt(CODE + 7 + 0x2000), length: 7 },
  },
  'RDTSC exiting': {
    source: 'rdtsc',
    controls: ['RDTSC_EXITING'],
    exit: { reason: 'RDTSC', qualification: 0n, length: 2 },
  },
  'RDTSC exiting covers RDTSCP': {
    source: 'rdtscp',
    controls: ['RDTSC_EXITING', 'ENABLE_RDTSCP'],
    exit: { reason: 'RDTSCP', qualification: 0n, length: 3 },
  },
  'RDPMC exiting': {
    source: 'rdpmc',
    controls: ['RDPMC_EXITING'],
    exit: { reason: 'RDPMC', qualification: 0n, length: 2 },
  },
  'PAUSE exiting': {
    source: 'pause',
    controls: ['PAUSE_EXITING'],
    exit: { reason: 'PAUSE_INSTRUCTION', qualification: 0n, length: 2 },
  },
  'WBINVD exiting': {
    source: 'wbinvd',
    controls: ['WBINVD_EXITING'],
    exit: { reason: 'WBINVD', qualification: 0n, length: 2 },
  },
  'INVPCID under INVLPG exiting': {
    source: 'invpcid rcx, [rax]',
    controls: ['INVLPG_EXITING', 'ENABLE_INVPCID'],
    exit: { reason: 'INVPCID', qualification: 0n, length: 5 },
    information: (2 << 7) | (3 << 15) | (1 << 22) | (1 << 28),
  },
  'CR3-load exiting': {
    source: 'mov cr3, rdx',
    controls: ['CR3_LOAD_EXITING'],
    exit: { reason: 'CR_ACCESS', qualification: 0x203n, length: 3 },
  },
  'CR3-store exiting': {
    source: 'mov rsi, cr3',
    controls: ['CR3_STORE_EXITING'],
    exit: { reason: 'CR_ACCESS', qualification: 0x613n, length: 3 },
  },
  'CR8-load exiting': {
    source: 'mov cr8, rax',
    controls: ['CR8_LOAD_EXITING'],
    exit: { reason: 'CR_ACCESS', qualification: 0x8n, length: 4 },
  },
  'CR8-store exiting': {
    source: 'mov r10, cr8',
    controls: ['CR8_STORE_EXITING'],
    exit: { reason: 'CR_ACCESS', qualification: 0xa18n, length: 4 },
  },
  'a write to an owned CR0 bit that differs from the shadow': {
    source: 'mov rax, cr0; xor eax, 0x10000; mov cr0, rax',
    skip: 8,
    image: (image) => {
      image.set('CR0_GUEST_HOST_MASK', 0x10000n);
      image.set('CR0_READ_SHADOW', 0x80010031n);
    },
    exit: { reason: 'CR_ACCESS', qualification: 0n, length: 3 },
  },
  'a write to an owned CR4 bit that differs from the shadow': {
    source: 'mov rbx, cr4; or bl, 0x80; mov cr4, rbx',
    skip: 6,
    image: (image) => {
      image.set('CR4_GUEST_HOST_MASK', 0x2080n);
      image.set('CR4_READ_SHADOW', 0x2000n);
      image.or('GUEST_CR4', 0x80n);
    },
    exit: { reason: 'CR_ACCESS', qualification: 0x304n, length: 3 },
  },
  'CLTS with an owned TS that shows set': {
    source: 'clts',
    image: (image) => {
      image.set('CR0_GUEST_HOST_MASK', 8n);
      image.set('CR0_READ_SHADOW', 8n);
    },
    exit: { reason: 'CR_ACCESS', qualification: 0x20n, length: 2 },
  },
  'LMSW from a register with an owned bit': {
    source: 'mov eax, 9; lmsw ax',
    skip: 5,
    image: (image) => image.set('CR0_GUEST_HOST_MASK', 8n),
    exit: { reason: 'CR_ACCESS', qualification: 0x90030n, length: 3 },
  },
  'MOV-DR exiting on a read': {
    source: 'mov rcx, dr6',
    controls: ['MOV_DR_EXITING'],
    exit: { reason: 'DR_ACCESS', qualification: 0x116n, length: 3 },
  },
  'MOV-DR exiting on a write': {
    source: 'mov dr7, r8',
    controls: ['MOV_DR_EXITING'],
    exit: { reason: 'DR_ACCESS', qualification: 0x807n, length: 4 },
  },
  'descriptor-table exiting on LGDT': {
    source: 'lgdt [rbx]',
    controls: ['DESCRIPTOR_TABLE_EXITING'],
    exit: { reason: 'GDTR_IDTR', qualification: 0n, length: 3 },
  },
  'descriptor-table exiting on SIDT': {
    source: 'sidt [rbx + 8]',
    controls: ['DESCRIPTOR_TABLE_EXITING'],
    exit: { reason: 'GDTR_IDTR', qualification: 8n, length: 4 },
  },
  'descriptor-table exiting on STR': {
    source: 'str dx',
    controls: ['DESCRIPTOR_TABLE_EXITING'],
    exit: { reason: 'LDTR_TR', qualification: 0n, length: 4 },
    information: (2 << 3) | (1 << 10) | (1 << 28),
  },
  'descriptor-table exiting on LLDT': {
    source: 'lldt bx',
    controls: ['DESCRIPTOR_TABLE_EXITING'],
    exit: { reason: 'LDTR_TR', qualification: 0n, length: 3 },
    information: (3 << 3) | (1 << 10) | (2 << 28),
  },
  'unconditional I/O exiting on OUT to DX': {
    source: 'out dx, al',
    controls: ['UNCONDITIONAL_IO_EXITING'],
    exit: { reason: 'IO_INSTRUCTION', qualification: 0n, length: 1 },
  },
  'unconditional I/O exiting on IN from an immediate port': {
    source: 'in eax, 0x60',
    controls: ['UNCONDITIONAL_IO_EXITING'],
    exit: { reason: 'IO_INSTRUCTION', qualification: 0x60004bn, length: 2 },
  },
  'I/O exiting on REP OUTSB': {
    source: 'mov dx, 0x3f8; mov ecx, 2; rep outsb',
    skip: 9,
    controls: ['UNCONDITIONAL_IO_EXITING'],
    exit: { reason: 'IO_INSTRUCTION', qualification: 0x3f80030n, length: 2 },
    information: (2 << 7) | (3 << 15),
  },
  'an I/O bitmap with the port set': {
    source: 'mov dx, 0x8001; in ax, dx',
    skip: 4,
    controls: ['USE_IO_BITMAPS'],
    image: (image) => {
      image.set('IO_BITMAP_A', BITMAPS);
      image.set('IO_BITMAP_B', BITMAPS + 0x1000n);
      // Port 8002H: the second byte of the access.
      image.poke32(BITMAPS + 0x1000n, 4);
    },
    exit: { reason: 'IO_INSTRUCTION', qualification: 0x80010009n, length: 2 },
  },
  'RDMSR without MSR bitmaps': {
    source: 'mov ecx, 0x10; rdmsr',
    skip: 5,
    exit: { reason: 'MSR_READ', qualification: 0n, length: 2 },
  },
  'WRMSR with its bit in the high write bitmap': {
    source: 'mov ecx, 0xc0000082; wrmsr',
    skip: 5,
    controls: ['USE_MSR_BITMAPS'],
    image: (image) => {
      image.set('MSR_BITMAP', BITMAPS);
      image.poke32(BITMAPS + 3072n + 0x10n, 4);
    },
    exit: { reason: 'MSR_WRITE', qualification: 0n, length: 2 },
  },
  'RDMSR outside the two ranges of the bitmap': {
    source: 'mov ecx, 0x40000000; rdmsr',
    skip: 5,
    controls: ['USE_MSR_BITMAPS'],
    image: (image) => image.set('MSR_BITMAP', BITMAPS),
    exit: { reason: 'MSR_READ', qualification: 0n, length: 2 },
  },
};

/** A guest with the `TRUE` default controls: CR3 accesses do not exit. */
function guestWith(controls: readonly ControlName[] = [], configure?: (image: Image) => void): GuestBench {
  return new GuestBench((image) => {
    image.enable(...controls);
    configure?.(image);
  });
}

describe('instructions that cause VM exits', () => {
  for (const [title, row] of Object.entries(instructions))
    it(proves('exit-reasons', row.exit.reason, title), () => {
      const guest = guestWith(row.controls, row.image);
      assert.deepEqual(guest.firstExit(row.source), row.exit);
      assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + (row.skip ?? 0)));
      if (row.information !== undefined)
        assert.equal(guest.get('VMX_INSTRUCTION_INFO'), BigInt(row.information >>> 0));
    });

  const passing: [string, string, ControlName[], ((image: Image) => void)?][] = [
    ['RDTSC', 'rdtsc', []],
    ['INVLPG', 'invlpg [rax]', []],
    ['WBINVD', 'wbinvd', []],
    ['PAUSE', 'pause', []],
    ['MOV to CR3', 'mov rax, cr3; mov cr3, rax', []],
    [
      'MOV to CR3 of a target value',
      'mov eax, 0x1000; mov cr3, rax',
      ['CR3_LOAD_EXITING'],
      (image) => {
        image.set('CR3_TARGET_COUNT', 2);
        image.set('CR3_TARGET_VALUE1', 0x1000n);
      },
    ],
    ['OUT', 'mov al, 1; out 0x80, al', []],
    [
      'OUT with its bit clear',
      'out 0x80, al',
      ['USE_IO_BITMAPS', 'UNCONDITIONAL_IO_EXITING'],
      (image) => {
        image.set('IO_BITMAP_A', BITMAPS);
        image.set('IO_BITMAP_B', BITMAPS);
      },
    ],
    [
      'RDMSR with its bit clear',
      'mov ecx, 0x277; rdmsr',
      ['USE_MSR_BITMAPS'],
      (image) => image.set('MSR_BITMAP', BITMAPS),
    ],
    ['MOV DR', 'mov rax, dr7', []],
    ['SGDT', 'sgdt [rsp - 64]', []],
    ['CLTS', 'clts', []],
  ];
  for (const [title, source, controls, configure] of passing)
    it(`${title} does not exit unless asked for`, () => {
      const guest = guestWith(controls, configure);
      assert.equal(guest.firstExit(`${source}; hlt`).reason, 'HLT');
    });

  it('pending debug exceptions are saved as 0 unless MOV SS holds them back', () => {
    const stepping = (vectors: number) => guestWith([], (image) => image.set('EXCEPTION_BITMAP', vectors));
    const held = stepping(0);
    held.firstExit('mov eax, 0x10; push 0x102; popf; mov ss, eax; cpuid');
    assert.equal(held.lastExit.reason, 'CPUID');
    assert.equal(held.get('GUEST_PENDING_DBG_EXCEPTIONS'), 0x4000n);
    // A #DB exit is not held back, and what is pending goes with it.
    const about = stepping(2);
    about.firstExit('mov eax, 0x10; push 0x102; popf; mov ss, eax; int1');
    assert.equal(about.get('VM_EXIT_INTR_INFO'), 0x80000501n);
    assert.equal(about.get('GUEST_INTERRUPTIBILITY_INFO'), 2n);
    assert.equal(about.get('GUEST_PENDING_DBG_EXCEPTIONS'), 0n);
  });

  it('a single step over STI exits behind it, in its shadow and with nothing pending', () => {
    const guest = guestWith([], (image) => image.set('EXCEPTION_BITMAP', 2));
    guest.firstExit('push 0x102; popf; sti; nop');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 7));
    assert.equal(guest.get('EXIT_QUALIFICATION'), 0x4000n);
    assert.equal(guest.get('GUEST_INTERRUPTIBILITY_INFO'), 1n);
    assert.equal(guest.get('GUEST_PENDING_DBG_EXCEPTIONS'), 0n);
  });

  it('a single step over HLT exits before the processor sleeps', () => {
    const guest = guestWith([], (image) => {
      image.disable('HLT_EXITING');
      image.set('EXCEPTION_BITMAP', 2);
    });
    guest.firstExit('push 0x102; popf; hlt; nop');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 7));
    assert.equal(guest.get('GUEST_ACTIVITY_STATE'), 0n);
    assert.equal(guest.get('GUEST_PENDING_DBG_EXCEPTIONS'), 0n);
  });

  it('a data breakpoint of a guest exits behind the access with its bit in the qualification', () => {
    const guest = guestWith([], (image) => {
      image.set('EXCEPTION_BITMAP', 2);
      image.set('GUEST_DR7', 0x100404n);
    });
    guest.bench.cpu.set64(State.DR0 + 8, BigInt(DATA));
    guest.bench.cpu.set64(State.DR6, 0xffff0ff0n);
    const exit = guest.firstExit(
      `mov byte ptr [0x${(DATA + 8).toString(16)}], 1; mov byte ptr [0x${DATA.toString(16)}], 1; nop`,
    );
    assert.equal(exit.reason, 'EXCEPTION_NMI');
    assert.equal(exit.qualification, 2n);
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 16));
    assert.equal(guest.get('GUEST_PENDING_DBG_EXCEPTIONS'), 0n);
    // An exit leaves DR6 to software, and the host has no breakpoints.
    assert.equal(guest.bench.cpu.get64(State.DR6), 0xffff0ff0n);
    assert.equal(guest.bench.cpu.get64(State.DR7), 0x400n);
  });

  it('RDTSCP and INVPCID are undefined unless enabled', () => {
    for (const source of ['rdtscp', 'invpcid rax, [rbx]']) {
      const guest = guestWith([], (image) => image.set('EXCEPTION_BITMAP', 1 << 6));
      assert.equal(guest.firstExit(source).reason, 'EXCEPTION_NMI');
      assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000306n);
    }
  });

  it('VM exits come after the privilege check', () => {
    const guest = guestWith([], (image) => {
      image.set('EXCEPTION_BITMAP', 1 << 13);
      image.set('GUEST_CS_SELECTOR', Select.userCode);
      image.set('GUEST_CS_AR_BYTES', 0xa0fb);
      image.set('GUEST_SS_SELECTOR', Select.userData);
      image.set('GUEST_SS_AR_BYTES', 0xc0f3);
    });
    assert.equal(guest.firstExit('hlt').reason, 'EXCEPTION_NMI');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000b0dn);
    assert.equal(guest.get('VM_EXIT_INTR_ERROR_CODE'), 0n);
  });

  it('PAUSE-loop exiting ends a loop of PAUSEs longer than the window', () => {
    const guest = guestWith(['PAUSE_LOOP_EXITING'], (image) => {
      image.set('PLE_GAP', 10);
      image.set('PLE_WINDOW', 100);
    });
    const before = guest.bench.cpu.retired;
    assert.equal(guest.firstExit('1: pause; jmp 1b').reason, 'PAUSE_INSTRUCTION');
    assert.equal(guest.bench.cpu.retired - before, 102n);
  });
});

describe('what a guest sees of its control registers', () => {
  it('owned bits of CR0 and CR4 read from the shadow', () => {
    const guest = guestWith([], (image) => {
      image.set('CR0_GUEST_HOST_MASK', 0x80000009n);
      image.set('CR0_READ_SHADOW', 8n);
      image.set('CR4_GUEST_HOST_MASK', 0x2000n);
    });
    guest.firstExit('mov rax, cr0; mov rbx, cr4; smsw cx; hlt');
    assert.equal(guest.bench.reg(Gpr.RAX), 0x10038n);
    assert.equal(guest.bench.reg(Gpr.RBX), 0x20n);
    assert.equal(guest.bench.reg(Gpr.RCX) & 0xffffn, 0x38n);
  });

  it('a write that agrees with the shadow leaves owned bits alone', () => {
    const guest = guestWith([], (image) => {
      image.set('CR4_GUEST_HOST_MASK', 0x2000n);
    });
    guest.firstExit('mov eax, 0xa0; mov cr4, rax; hlt');
    assert.equal(guest.get('GUEST_CR4'), 0x20a0n);
  });

  it('CLTS does nothing when the host owns TS and shows it clear', () => {
    const guest = guestWith([], (image) => {
      image.or('GUEST_CR0', 8n);
      image.set('CR0_GUEST_HOST_MASK', 8n);
    });
    guest.firstExit('clts; hlt');
    assert.equal(guest.get('GUEST_CR0') & 8n, 8n);
  });

  it('the TSC offset is added', () => {
    const guest = guestWith(['USE_TSC_OFFSETTING'], (image) => image.set('TSC_OFFSET', 1n << 40n));
    guest.firstExit('rdtsc; hlt');
    assert.equal(guest.bench.reg(Gpr.RDX), 0x100n);
  });
});

describe('exceptions and the exception bitmap', () => {
  it(proves('exit-reasons', 'EXCEPTION_NMI', '#PF exits by mask and match of its error code'), () => {
    for (const [match, reason] of [
      [0, 'EXCEPTION_NMI'],
      [2, 'TRIPLE_FAULT'],
    ] as const) {
      const guest = guestWith([], (image) => {
        image.set('EXCEPTION_BITMAP', 1 << 14);
        image.set('PAGE_FAULT_ERROR_CODE_MASK', 2);
        image.set('PAGE_FAULT_ERROR_CODE_MATCH', match);
        // Without an IDT everything that is delivered ends in a triple fault.
        image.set('GUEST_IDTR_LIMIT', 0);
      });
      const exit = guest.firstExit('mov rax, [0x40000000]');
      assert.equal(exit.reason, reason);
      if (reason === 'EXCEPTION_NMI') {
        assert.equal(exit.qualification, 0x40000000n);
        assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000b0en);
        assert.equal(guest.get('VM_EXIT_INTR_ERROR_CODE'), 0n);
        assert.equal(guest.get('GUEST_RFLAGS') & 0x10000n, 0x10000n);
      }
    }
  });

  it('an intercepted #PF leaves CR2 alone', () => {
    const guest = guestWith([], (image) => image.set('EXCEPTION_BITMAP', 1 << 14));
    guest.bench.cpu.set64(State.CR2, 0x1234n);
    guest.firstExit('mov rax, [0x40000000]');
    assert.equal(guest.bench.cpu.get64(State.CR2), 0x1234n);
  });

  it(proves('instructions', 'INT3: CC', 'INT3 exits with its length and the RIP of the instruction'), () => {
    const guest = guestWith([], (image) => image.set('EXCEPTION_BITMAP', 1 << 3));
    assert.equal(guest.firstExit('int3').reason, 'EXCEPTION_NMI');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000603n);
    assert.equal(guest.lastExit.length, 1);
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE));
  });

  it('a second exception that exits records the first as IDT-vectoring information', () => {
    const guest = guestWith([], (image) => {
      image.set('EXCEPTION_BITMAP', 1 << 13);
      image.set('GUEST_IDTR_LIMIT', 0x60);
    });
    guest.firstExit('ud2');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000b0dn);
    // Vector 6 is beyond the IDT limit, so the #GP names it; EXT is set for a fault during an exception.
    assert.equal(guest.get('VM_EXIT_INTR_ERROR_CODE'), BigInt(6 * 8 + 3));
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0x80000306n);
  });

  it('a double fault that exits has no IDT-vectoring information', () => {
    const guest = guestWith([], (image) => {
      image.set('EXCEPTION_BITMAP', 1 << 8);
      image.set('GUEST_IDTR_LIMIT', 0);
    });
    guest.firstExit('mov ax, 0xfff8; mov ds, ax');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000b08n);
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0n);
  });

  it(proves('exit-reasons', 'TRIPLE_FAULT', 'a triple fault exits'), () => {
    const guest = guestWith([], (image) => image.set('GUEST_IDTR_LIMIT', 0));
    assert.deepEqual(guest.firstExit('ud2').reason, 'TRIPLE_FAULT');
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0n);
    assert.equal(guest.get('GUEST_ACTIVITY_STATE'), 0n);
  });
});

describe('interrupts, NMIs and windows', () => {
  it(
    proves(
      'exit-reasons',
      'EXTERNAL_INTERRUPT',
      'an external interrupt exits even with IF clear, unacknowledged',
    ),
    () => {
      const guest = guestWith();
      guest.enter('1: jmp 1b');
      guest.bench.interrupt(0x55);
      assert.equal(guest.exit().reason, 'EXTERNAL_INTERRUPT');
      assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0n);
      assert.deepEqual(guest.bench.interrupts, [0x55]);
    },
  );

  it('"acknowledge interrupt on exit" takes the vector', () => {
    const guest = guestWith(['VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT']);
    guest.enter('1: jmp 1b');
    guest.bench.interrupt(0x55);
    assert.equal(guest.exit().reason, 'EXTERNAL_INTERRUPT');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000055n);
    assert.deepEqual(guest.bench.interrupts, []);
  });

  it('without external-interrupt exiting the guest takes the interrupt through its IDT', () => {
    const guest = guestWith([], (image) => {
      image.disable('EXTERNAL_INTERRUPT_EXITING');
      image.or('GUEST_RFLAGS', 0x200n);
    });
    guest.enter('1: jmp 1b');
    guest.bench.interrupt(0x55);
    assert.equal(guest.exit().reason, 'HLT');
    assert.equal(guest.get('GUEST_RIP'), BigInt(0x20000 + 0x550));
  });

  it('an NMI exits and blocks further NMIs in the host', () => {
    const guest = guestWith();
    guest.enter('1: jmp 1b');
    guest.bench.cpu.set32(State.NMI, 1);
    assert.equal(guest.exit().reason, 'EXCEPTION_NMI');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000202n);
    assert.equal(guest.bench.cpu.get32(State.INTERRUPTIBILITY), 8);
  });

  it(
    proves('exit-reasons', 'INTERRUPT_WINDOW', 'the interrupt window opens one instruction after STI'),
    () => {
      const guest = guestWith(['INTERRUPT_WINDOW_EXITING']);
      assert.equal(guest.firstExit('nop; sti; nop; nop; hlt').reason, 'INTERRUPT_WINDOW');
      assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 3));
    },
  );

  it('the interrupt window comes before the first instruction when IF is set', () => {
    const guest = guestWith(['INTERRUPT_WINDOW_EXITING'], (image) => image.or('GUEST_RFLAGS', 0x200n));
    assert.equal(guest.firstExit('nop').reason, 'INTERRUPT_WINDOW');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE));
  });

  it(proves('exit-reasons', 'NMI_WINDOW', 'the NMI window opens with IRET'), () => {
    const guest = guestWith(['NMI_WINDOW_EXITING'], (image) => image.set('GUEST_INTERRUPTIBILITY_INFO', 8));
    const source = `push 0x10; push ${STACK}; push 2; push ${Select.code}; lea rax, [rip + 3]; push rax; iretq; nop; hlt`;
    assert.equal(guest.firstExit(source).reason, 'NMI_WINDOW');
    assert.equal(guest.get('GUEST_INTERRUPTIBILITY_INFO'), 0n);
  });

  it('HLT without HLT exiting halts, and an interrupt exits from the HLT activity state', () => {
    const guest = guestWith([], (image) => image.disable('HLT_EXITING'));
    guest.enter('hlt');
    assert.equal(guest.bench.run(), Stop.HALT);
    guest.bench.interrupt(0x55);
    assert.equal(guest.exit().reason, 'EXTERNAL_INTERRUPT');
    assert.equal(guest.get('GUEST_ACTIVITY_STATE'), 1n);
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 1));
  });

  it(proves('exit-reasons', 'INIT_SIGNAL', 'INIT exits'), () => {
    const guest = guestWith();
    guest.enter('1: jmp 1b');
    guest.bench.cpu.set32(State.INIT, 1);
    assert.equal(guest.exit().reason, 'INIT_SIGNAL');
  });

  it(proves('exit-reasons', 'SIPI_SIGNAL', 'a start-up IPI exits from wait-for-SIPI with its vector'), () => {
    const guest = guestWith([], (image) => image.set('GUEST_ACTIVITY_STATE', 3));
    guest.enter('nop');
    guest.bench.cpu.set32(State.SIPI, 0x109);
    assert.deepEqual(guest.exit().reason, 'SIPI_SIGNAL');
    assert.equal(guest.lastExit.qualification, 9n);
  });
});

function setTimerRate({ fixture }: GuestBench, rate: bigint): void {
  const { capabilities } = fixture;
  capabilities.set('IA32_VMX_MISC', (capabilities.get('IA32_VMX_MISC') & ~0x1fn) | rate);
  fixture.useCapabilities();
}

describe('monitor trap flag, preemption timer, TPR shadow', () => {
  it(proves('exit-reasons', 'MONITOR_TRAP_FLAG', 'the monitor trap flag exits after one instruction'), () => {
    const guest = guestWith(['MONITOR_TRAP_FLAG']);
    assert.equal(guest.firstExit('mov eax, 1; nop').reason, 'MONITOR_TRAP_FLAG');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 5));
  });

  it('the monitor trap flag exits after the first iteration of a repeated string instruction', () => {
    const guest = guestWith(['MONITOR_TRAP_FLAG'], (image) => image.set('GUEST_RIP', BigInt(CODE + 10)));
    guest.bench.cpu.setGpr(Gpr.RCX, 3n);
    guest.bench.cpu.setGpr(Gpr.RDI, BigInt(DATA));
    assert.equal(guest.firstExit('.skip 10; rep stosb; hlt').reason, 'MONITOR_TRAP_FLAG');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 10));
    assert.equal(guest.bench.reg(Gpr.RCX), 2n);
  });

  it('a pending MTF exit can be injected', () => {
    const guest = guestWith([], (image) => image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000700));
    assert.equal(guest.firstExit('nop').reason, 'MONITOR_TRAP_FLAG');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE));
    assert.equal(guest.get('VM_ENTRY_INTR_INFO_FIELD'), 0x700n);
  });

  it('with an injected event MTF exits before the first instruction of its handler', () => {
    const guest = guestWith(['MONITOR_TRAP_FLAG'], (image) =>
      image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000306),
    );
    assert.equal(guest.firstExit('nop').reason, 'MONITOR_TRAP_FLAG');
    assert.equal(guest.get('GUEST_RIP'), BigInt(0x20000 + 0x60));
  });

  it('the preemption timer counts when bit X of the TSC changes, X from IA32_VMX_MISC', () => {
    for (const rate of [0n, 5n]) {
      const guest = guestWith(
        ['ACTIVATE_VMX_PREEMPTION_TIMER', 'VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE'],
        (image) => image.set('VMX_PREEMPTION_TIMER_VALUE', 4),
      );
      setTimerRate(guest, rate);
      const before = guest.bench.cpu.retired;
      assert.equal(guest.firstExit('1: jmp 1b').reason, 'PREEMPTION_TIMER');
      assert.equal(guest.bench.cpu.retired - before, 4n << rate);
      assert.equal(guest.get('VMX_PREEMPTION_TIMER_VALUE'), 0n);
    }
  });

  it('an exit before the timer ran out saves what is left', () => {
    const guest = guestWith(
      ['ACTIVATE_VMX_PREEMPTION_TIMER', 'VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE'],
      (image) => image.set('VMX_PREEMPTION_TIMER_VALUE', 10),
    );
    setTimerRate(guest, 5n);
    guest.firstExit('mov ecx, 16; 1: dec ecx; jnz 1b; cpuid');
    assert.equal(guest.get('VMX_PREEMPTION_TIMER_VALUE'), 9n);
  });

  it(proves('exit-reasons', 'PREEMPTION_TIMER', 'a timer of 0 exits before the first instruction'), () => {
    const guest = guestWith(['ACTIVATE_VMX_PREEMPTION_TIMER']);
    assert.equal(guest.firstExit('nop').reason, 'PREEMPTION_TIMER');
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE));
  });

  it('TPR shadow: MOV CR8 acts on the virtual-APIC page', () => {
    const guest = guestWith(['USE_TPR_SHADOW'], (image) => image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC));
    guest.firstExit('mov eax, 5; mov cr8, rax; mov rbx, cr8; hlt');
    assert.equal(guest.bench.reg(Gpr.RBX), 5n);
    assert.equal(guest.bench.read32(VIRTUAL_APIC + 0x80n) & 0xff, 0x50);
  });

  it(
    proves(
      'exit-reasons',
      'TPR_BELOW_THRESHOLD',
      'TPR shadow: falling below the threshold exits after the MOV',
    ),
    () => {
      const guest = guestWith(['USE_TPR_SHADOW'], (image) => {
        image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
        image.poke32(VIRTUAL_APIC + 0x80n, 0x70);
        image.set('TPR_THRESHOLD', 6);
      });
      assert.equal(guest.firstExit('mov eax, 5; mov cr8, rax; nop').reason, 'TPR_BELOW_THRESHOLD');
      assert.equal(guest.get('GUEST_RIP'), BigInt(CODE + 9));
    },
  );
});

describe('event injection', () => {
  it('an external interrupt goes through the IDT and is not intercepted', () => {
    const guest = guestWith([], (image) => {
      image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000044);
      image.or('GUEST_RFLAGS', 0x200n);
    });
    assert.equal(guest.firstExit('nop').reason, 'HLT');
    assert.equal(guest.get('GUEST_RIP'), BigInt(0x20000 + 0x440));
    assert.equal(guest.bench.read64(STACK - 40), BigInt(CODE));
  });

  it('an exception pushes its error code', () => {
    const guest = guestWith([], (image) => {
      image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000b0d);
      image.set('VM_ENTRY_EXCEPTION_ERROR_CODE', 0x18);
      image.set('EXCEPTION_BITMAP', 0xffffffff);
    });
    assert.equal(guest.firstExit('nop').reason, 'HLT');
    assert.equal(guest.bench.read64(STACK - 48), 0x18n);
  });

  it('a software interrupt pushes the RIP behind the instruction', () => {
    const guest = guestWith([], (image) => {
      image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000480);
      image.set('VM_ENTRY_INSTRUCTION_LEN', 2);
    });
    guest.firstExit('int 0x80');
    assert.equal(guest.bench.read64(STACK - 40), BigInt(CODE + 2));
  });

  it('an injected NMI blocks NMIs virtually', () => {
    const guest = guestWith([], (image) => image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000202));
    guest.firstExit('nop');
    assert.equal(guest.get('GUEST_INTERRUPTIBILITY_INFO'), 8n);
  });

  it('an exit while an injected event is delivered records it, and every exit clears the valid bit', () => {
    const guest = guestWith([], (image) => {
      image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000480);
      image.set('VM_ENTRY_INSTRUCTION_LEN', 2);
    });
    guest.page(STACK - 8, 0n);
    guest.bench.load('nop', 64);
    assert.deepEqual(guest.bench.cpu.enter(true), { kind: 'exit' });
    assert.equal(guest.lastExit.reason, 'EPT_VIOLATION');
    assert.equal(guest.get('IDT_VECTORING_INFO_FIELD'), 0x80000480n);
    assert.equal(guest.lastExit.length, 2);
    assert.equal(guest.get('VM_ENTRY_INTR_INFO_FIELD'), 0x480n);
    assert.equal(guest.get('GUEST_RIP'), BigInt(CODE));
    assert.equal(guest.get('GUEST_RSP'), BigInt(STACK));
  });
});

describe('saving the guest and loading the host', () => {
  it('saves registers, segments and tables as the guest left them', () => {
    const guest = guestWith();
    guest.firstExit(
      `mov rsp, 0x1238; stc; mov ax, 0x10; mov fs, ax; xor eax, eax; mov es, ax; sidt [${DATA}]; hlt`,
    );
    assert.equal(guest.get('GUEST_RSP'), 0x1238n);
    assert.equal(guest.get('GUEST_FS_SELECTOR'), 0x10n);
    assert.equal(guest.get('GUEST_ES_AR_BYTES') & 0x10000n, 0x10000n);
    assert.equal(guest.get('GUEST_CS_AR_BYTES'), 0xa09bn);
    assert.equal(guest.get('GUEST_IA32_EFER'), 0n + guest.get('GUEST_IA32_EFER'));
    assert.equal(guest.get('GUEST_IDTR_LIMIT'), 0xfffn);
  });

  it('loads the host with the fixed values of SDM 27.5', () => {
    const guest = guestWith([], (image) => {
      image.set('HOST_FS_BASE', 0x1111n);
      image.set('HOST_DS_SELECTOR', 0);
      image.set('HOST_TR_BASE', 0x6000n);
      image.set('HOST_GDTR_BASE', 0x5000n);
      image.set('HOST_IA32_SYSENTER_EIP', 0x77n);
    });
    guest.firstExit('stc; std; hlt');
    const { cpu } = guest.bench;
    assert.equal(cpu.rip, guest.get('HOST_RIP'));
    assert.equal(cpu.gpr(Gpr.RSP), guest.get('HOST_RSP'));
    assert.equal(cpu.get64(State.RFLAGS), 2n);
    assert.equal(cpu.get64(State.DR7), 0x400n);
    assert.equal(cpu.get64(State.CR3), guest.get('HOST_CR3'));
    assert.equal(cpu.get32(State.GDTR_LIMIT), 0xffff);
    assert.equal(cpu.get64(State.MSR_SYSENTER_EIP), 0x77n);
    assert.deepEqual(cpu.segment(Seg.CS), { selector: 8, base: 0n, limit: 0xffffffff, access: 0xa09b });
    assert.equal(cpu.segment(Seg.FS).base, 0x1111n);
    assert.equal(cpu.segment(Seg.DS).access & 0x10000, 0x10000);
    assert.deepEqual(cpu.segment(Seg.TR), { selector: 0x18, base: 0x6000n, limit: 0x67, access: 0x8b });
    assert.equal(cpu.segment(Seg.LDTR).access & 0x10000, 0x10000);
  });

  it('stores and loads the MSR lists', () => {
    const guest = guestWith([], (image) => {
      image.set('VM_ENTRY_MSR_LOAD_ADDR', MSR_LIST);
      image.set('VM_ENTRY_MSR_LOAD_COUNT', 1);
      image.poke32(MSR_LIST, 0xc0000082);
      image.poke64(MSR_LIST + 8n, 0x1234n);
      image.set('VM_EXIT_MSR_STORE_ADDR', MSR_LIST + 0x100n);
      image.set('VM_EXIT_MSR_STORE_COUNT', 1);
      image.poke32(MSR_LIST + 0x100n, 0xc0000082);
      image.set('VM_EXIT_MSR_LOAD_ADDR', MSR_LIST + 0x200n);
      image.set('VM_EXIT_MSR_LOAD_COUNT', 1);
      image.poke32(MSR_LIST + 0x200n, 0xc0000082);
      image.poke64(MSR_LIST + 0x208n, 0x5678n);
    });
    guest.firstExit('hlt');
    assert.equal(guest.bench.read64(MSR_LIST + 0x108n), 0x1234n);
    assert.equal(guest.bench.cpu.get64(State.MSR_LSTAR), 0x5678n);
  });

  it('an MSR that cannot be loaded at VM exit is a VMX abort', () => {
    const guest = guestWith([], (image) => {
      image.set('VM_EXIT_MSR_LOAD_ADDR', MSR_LIST);
      image.set('VM_EXIT_MSR_LOAD_COUNT', 1);
      image.poke32(MSR_LIST, 0xc0000100);
    });
    guest.enter('hlt');
    assert.equal(guest.bench.run(), Stop.VMX_ABORT);
    assert.equal(guest.fixture.region32(4), 4);
  });

  it('a failed entry leaves the guest area, the injection and the launch state as they were', () => {
    const guest = guestWith([], (image) => {
      image.set('VM_ENTRY_INTR_INFO_FIELD', 0x80000202);
      image.set('GUEST_RFLAGS', 0n);
    });
    assert.deepEqual(guest.bench.cpu.enter(true), { kind: 'exit' });
    assert.equal(guest.get('VM_EXIT_REASON'), 0x80000021n);
    assert.equal(guest.get('GUEST_RFLAGS'), 0n);
    assert.equal(guest.get('VM_ENTRY_INTR_INFO_FIELD'), 0x80000202n);
    assert.equal(guest.fixture.region32(8), 0);
    assert.equal(guest.bench.cpu.rip, guest.get('HOST_RIP'));
  });
});

function realModeGuest(configure?: (image: Image) => void): GuestBench {
  return guestWith(['UNRESTRICTED_GUEST'], (image) => {
    image.disable('VM_ENTRY_IA32E_MODE_GUEST');
    image.set('GUEST_IA32_EFER', 0n);
    image.set('GUEST_CR0', 0x30n);
    image.set('GUEST_CR4', 0x2000n);
    image.set('GUEST_CS_SELECTOR', CODE >> 4);
    image.set('GUEST_CS_BASE', BigInt(CODE));
    image.set('GUEST_RIP', 0n);
    for (const name of ['SS', 'DS', 'ES', 'FS', 'GS'] as const) {
      image.set(`GUEST_${name}_SELECTOR`, 0);
      image.set(`GUEST_${name}_AR_BYTES`, 0x93);
      image.set(`GUEST_${name}_LIMIT`, 0xffff);
    }
    image.set('GUEST_CS_AR_BYTES', 0x9b);
    image.set('GUEST_CS_LIMIT', 0xffff);
    configure?.(image);
  });
}

describe('guests outside 64-bit mode', () => {
  it('an unrestricted guest runs in real mode and its exit says so', () => {
    const guest = realModeGuest();
    guest.bench.load('mov ax, 0x1234; mov bx, cs; hlt', 16, CODE);
    assert.deepEqual(guest.bench.cpu.enter(true), { kind: 'entered' }, guest.fixture.failing().join(' '));
    assert.equal(guest.exit().reason, 'HLT');
    assert.equal(guest.bench.reg(Gpr.RAX) & 0xffffn, 0x1234n);
    assert.equal(guest.bench.reg(Gpr.RBX) & 0xffffn, BigInt(CODE >> 4));
    assert.equal(guest.get('GUEST_RIP'), 5n);
    // The host is in 64-bit mode again.
    assert.equal(guest.bench.cpu.get64(State.EFER) & 0x400n, 0x400n);
  });

  it('an exception in real mode has no error code in its exit', () => {
    const guest = realModeGuest((image) => image.set('EXCEPTION_BITMAP', 1 << 13));
    // A word at the end of the segment is #GP.
    guest.bench.load('mov ax, [0xffff]; hlt', 16, CODE);
    assert.deepEqual(guest.bench.cpu.enter(true), { kind: 'entered' }, guest.fixture.failing().join(' '));
    assert.equal(guest.exit().reason, 'EXCEPTION_NMI');
    assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x8000030dn);
  });

  it('EFER.LMA is stored in the entry control at each exit', () => {
    const guest = guestWith(['UNRESTRICTED_GUEST', 'VM_EXIT_SAVE_IA32_EFER'], (image) => {
      image.disable('VM_ENTRY_IA32E_MODE_GUEST');
      image.set('GUEST_IA32_EFER', 0x100n);
      image.set('GUEST_CR0', 0x31n);
      image.set('GUEST_CR4', 0x2020n);
      image.set('GUEST_CS_AR_BYTES', 0xc09b);
    });
    // 32-bit code that switches paging on enters IA-32e mode.
    guest.bench.load('mov eax, cr0; or eax, 0x80000000; mov cr0, eax; hlt', 32, CODE);
    assert.deepEqual(guest.bench.cpu.enter(true), { kind: 'entered' }, guest.fixture.failing().join(' '));
    assert.equal(guest.exit().reason, 'HLT');
    assert.equal(guest.get('VM_ENTRY_CONTROLS') & 0x200n, 0x200n);
    assert.equal(guest.get('GUEST_IA32_EFER'), 0x500n);
  });
});
