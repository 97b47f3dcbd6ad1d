// The VMX instructions of an L1 program in VMX root operation: faults, VMfail outcomes by error number, VMREAD and VMWRITE of
// every field, and VM entries and exits that the program handles itself (SDM chapter 30).
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { Stop, StopOn } from '../../../src/abi/stop-codes';
import { vmcsFields } from '../../../src/isa/vmcs-fields';
import { vmInstructionErrorByNumber } from '../../../src/isa/vm-instruction-errors';
import { Bench, CODE, DATA } from '../system/bench';
import { GuestBench, rootBench, VMCS_POINTER, VMXON_POINTER } from './guest-bench';
import { Fixture, fillValid, Image, NO_POINTER, VMCS, VMXON_REGION } from './valid-vmcs';
import { proves } from '../../support/proves';
import { instructionsNamed } from '../../coverage/tables';

const CF = 1n;
const ZF = 0x40n;
const ARITHMETIC = 0x8d5n;
const on = `vmxon [${VMXON_POINTER}];`;
const current = `${on} vmclear [${VMCS_POINTER}]; vmptrld [${VMCS_POINTER}];`;
/** Leaves RFLAGS in RBX and halts. */
const flags = 'pushfq; pop rbx; hlt';

function outcome(bench: Bench): 'success' | 'invalid' | 'valid' {
  const arithmetic = bench.reg(Gpr.RBX) & ARITHMETIC;
  if (arithmetic === 0n) return 'success';
  assert.ok(arithmetic === CF || arithmetic === ZF, `flags ${arithmetic.toString(16)}`);
  return arithmetic === CF ? 'invalid' : 'valid';
}

function image(bench: Bench): Image {
  return new Image(bench.cpu);
}

interface Failure {
  error: number;
  title?: string;
  source: string;
  setup?: (bench: Bench) => void;
}

const failures: Failure[] = [
  { error: 1, source: `${current} vmcall` },
  { error: 2, source: `${current} vmclear [${DATA}]`, setup: (bench) => bench.write64(DATA, 0x1008n) },
  {
    error: 2,
    title: 'beyond the physical-address width',
    source: `${current} vmclear [${DATA}]`,
    setup: (bench) => bench.write64(DATA, 1n << 40n),
  },
  { error: 3, source: `${current} vmclear [${VMXON_POINTER}]` },
  { error: 4, source: `${current} vmlaunch`, setup: (bench) => bench.cpu.set32(State.STOP_ON, 0) },
  { error: 5, source: `${current} vmresume` },
  { error: 7, source: `${current} vmlaunch` },
  { error: 8, source: `${current} vmlaunch` },
  { error: 9, source: `${current} vmptrld [${DATA}]`, setup: (bench) => bench.write64(DATA, 0x1800n) },
  { error: 10, source: `${current} vmptrld [${VMXON_POINTER}]` },
  { error: 11, source: `${current} vmptrld [${DATA}]`, setup: (bench) => bench.write64(DATA, 0x300000n) },
  { error: 12, title: 'VMREAD', source: `${current} mov eax, 0x7fff; vmread rcx, rax` },
  { error: 12, title: 'VMWRITE', source: `${current} mov eax, 0x6fff; vmwrite rax, rcx` },
  { error: 12, title: 'encoding above 32 bits', source: `${current} mov rax, 0x100000000; vmread rcx, rax` },
  { error: 12, title: 'high half of a 32-bit field', source: `${current} mov eax, 0x4001; vmread rcx, rax` },
  { error: 13, source: `${current} mov eax, 0x4402; vmwrite rax, rcx` },
  { error: 15, source: `${current} vmxon [${VMXON_POINTER}]` },
  { error: 26, source: `${current} mov eax, ss; mov ss, eax; vmlaunch` },
  { error: 28, title: 'INVEPT type 3', source: `${current} mov eax, 3; invept rax, [${DATA}]` },
  {
    error: 28,
    title: 'INVEPT of a bad EPT pointer',
    source: `${current} mov eax, 1; invept rax, [${DATA}]`,
    setup: (bench) => bench.write64(DATA, 0x1003n),
  },
  { error: 28, title: 'INVVPID of VPID 0', source: `${current} mov eax, 1; invvpid rax, [${DATA}]` },
  {
    error: 28,
    title: 'INVVPID with reserved bits',
    source: `${current} mov eax, 2; invvpid rax, [${DATA}]`,
    setup: (bench) => bench.write64(DATA, 0x10001n),
  },
  {
    error: 28,
    title: 'INVVPID of a non-canonical address',
    source: `${current} xor eax, eax; invvpid rax, [${DATA}]`,
    setup: (bench) => (bench.write64(DATA, 1n), bench.write64(DATA + 8, 1n << 60n)),
  },
];

/** Programs that need a VMCS prepared after VMCLEAR; they stop at a HLT before VMLAUNCH. */
function runFailure({ error, source, setup }: Failure): Bench {
  const bench = rootBench();
  setup?.(bench);
  bench.load(`${source.replace('vmlaunch', 'hlt; vmlaunch')}; ${flags}`);
  bench.run();
  if (source.includes('vmlaunch')) {
    if (error !== 7) fillValid(image(bench));
    if (error === 8) image(bench).set('HOST_CS_SELECTOR', 0);
    if (error === 4) bench.write32(Number(VMCS) + 8, 1);
    bench.cpu.set32(State.ACTIVITY, 0);
    // The HLT in between ended the shadow of MOV SS.
    if (error === 26) bench.cpu.set32(State.INTERRUPTIBILITY, 2);
    bench.run();
  }
  return bench;
}

describe('VM-instruction errors', () => {
  for (const failure of failures) {
    const { name, title } = vmInstructionErrorByNumber.get(failure.error)!;
    const text = `error ${failure.error}: ${title}${failure.title ? ` (${failure.title})` : ''}`;
    it(proves('vm-instruction-errors', name, text), () => {
      const bench = runFailure(failure);
      assert.equal(outcome(bench), 'valid', bench.outcome);
      assert.equal(image(bench).get('VM_INSTRUCTION_ERROR'), BigInt(failure.error));
    });
  }

  const vmcall = proves(
    'instructions',
    instructionsNamed('VMCALL'),
    'VMCALL fails in root operation and exits in a guest',
  );
  it(vmcall, () => {
    assert.equal(outcome(rootBench().execute(`${current} vmcall; ${flags}`)), 'valid');
    const exit = new GuestBench().firstExit('vmcall');
    assert.deepEqual(exit, { reason: 'VMCALL', qualification: 0n, length: 3 });
  });

  const invalidations = instructionsNamed('INVEPT', 'INVVPID');
  it(proves('instructions', invalidations, 'INVEPT types 1 and 2 and INVVPID types 0 to 3 succeed'), () => {
    const succeeds = (source: string) => {
      const bench = rootBench();
      bench.write64(DATA, source.startsWith('invept') ? 0x1000n | 0x1en : 1n);
      bench.execute(
        `${current} mov eax, ${source.split(' ')[1]}; ${source.split(' ')[0]} rax, [${DATA}]; ${flags}`,
      );
      return outcome(bench);
    };
    for (const source of ['invept 1', 'invept 2', 'invvpid 0', 'invvpid 1', 'invvpid 2', 'invvpid 3'])
      assert.equal(succeeds(source), 'success', source);
  });

  it('without a current VMCS every failure is VMfailInvalid', () => {
    for (const source of [
      `${on} vmlaunch`,
      `${on} vmresume`,
      `${on} vmcall`,
      `${on} vmread rax, rcx`,
      `${on} vmwrite rax, rcx`,
      `${on} vmptrld [${VMXON_POINTER}]`,
      `${on} vmxon [${VMXON_POINTER}]`,
    ])
      assert.equal(outcome(rootBench().execute(`${source}; ${flags}`)), 'invalid', source);
  });
});

describe('VMXON', () => {
  it(
    proves('instructions', instructionsNamed('VMXON'), 'enters VMX operation without a current VMCS'),
    () => {
      const bench = rootBench().execute(`${on} ${flags}`);
      assert.equal(outcome(bench), 'success');
      assert.equal(bench.cpu.get32(State.VMX_ON), 1);
      assert.equal(bench.cpu.get64(State.VMXON_POINTER), VMXON_REGION);
      assert.equal(bench.cpu.currentVmcs, NO_POINTER);
    },
  );

  it('is undefined without CR4.VMXE', () => {
    const bench = rootBench();
    bench.cpu.set64(State.CR4, 0x20n);
    bench.cpu.stateReplaced();
    assert.equal(bench.execute(on).outcome, '#UD at +0');
  });

  it('is a #GP unless IA32_FEATURE_CONTROL is locked with VMX enabled', () => {
    for (const value of [0n, 1n, 4n]) {
      const bench = rootBench();
      bench.cpu.set64(State.MSR_FEATURE_CONTROL, value);
      assert.equal(bench.execute(on).outcome, '#GP(0) at +0');
    }
  });

  it('is a #GP when CR0 lacks a bit that VMX fixes', () => {
    const bench = rootBench();
    bench.cpu.set64(State.CR0, 0x80010011n);
    bench.cpu.stateReplaced();
    assert.equal(bench.execute(on).outcome, '#GP(0) at +0');
  });

  it('refuses a region that is misaligned, or has the wrong revision or the shadow bit', () => {
    const revision = new Fixture().region32(0);
    for (const [pointer, word] of [
      [0x300008n, revision],
      [0x300000n, revision + 1],
      [0x300000n, revision | 0x80000000],
    ] as const) {
      const bench = rootBench();
      bench.write32(Number(pointer), word);
      bench.write64(VMXON_POINTER, pointer);
      assert.equal(outcome(bench.execute(`${on} ${flags}`)), 'invalid');
    }
  });

  it(
    proves(
      'instructions',
      instructionsNamed('VMXOFF'),
      'CR4.VMXE cannot be cleared in VMX operation, and can after VMXOFF',
    ),
    () => {
      const clear = 'mov eax, 0x20; mov cr4, rax;';
      assert.match(rootBench().execute(`${on} ${clear} hlt`).outcome, /^#GP/);
      assert.match(rootBench().execute(`${on} vmxoff; ${clear} hlt`).outcome, /^halted/);
    },
  );
});

describe('VMX instructions where they do not exist', () => {
  const each = [
    'vmxoff',
    'vmclear [rax]',
    'vmptrld [rax]',
    'vmptrst [rax]',
    'vmread rax, rbx',
    'vmwrite rax, rbx',
    'vmlaunch',
    'vmresume',
    'vmcall',
    'invept rax, [rbx]',
    'invvpid rax, [rbx]',
  ];
  for (const source of each) {
    it(`${source}: #UD outside VMX operation`, () => {
      assert.equal(rootBench().execute(source).outcome, '#UD at +0');
    });
    it(`${source}: #GP(0) at ring 3 in VMX root operation`, () => {
      const bench = rootBench().execute(`${on} hlt`);
      const user = Bench.long(3);
      for (const offset of [State.CR4, State.VMXON_POINTER, State.VMCS_POINTER])
        user.cpu.set64(offset, bench.cpu.get64(offset));
      user.cpu.set32(State.VMX_ON, 1);
      user.cpu.stateReplaced();
      assert.equal(user.execute(source).outcome, '#GP(0) at +0');
    });
  }

  it('VMFUNC is undefined: the chip does not offer VM functions', () => {
    assert.match(rootBench().execute(`${on} vmfunc`).outcome, /^#UD/);
  });
});

describe('VMCS pointers', () => {
  it(
    proves(
      'instructions',
      instructionsNamed('VMPTRST', 'VMPTRLD'),
      'VMPTRST stores the current pointer, all ones when there is none',
    ),
    () => {
      const bench = rootBench().execute(
        `${on} vmptrst [${DATA}]; vmptrld [${VMCS_POINTER}]; vmptrst [${DATA + 8}]; hlt`,
      );
      assert.equal(bench.read64(DATA), NO_POINTER);
      assert.equal(bench.read64(DATA + 8), VMCS);
    },
  );

  it(
    proves(
      'instructions',
      instructionsNamed('VMCLEAR'),
      'VMCLEAR of the current VMCS leaves none, and clears the launch state',
    ),
    () => {
      const bench = rootBench();
      bench.write32(Number(VMCS) + 8, 1);
      bench.execute(`${current} vmclear [${VMCS_POINTER}]; hlt`);
      assert.equal(bench.cpu.currentVmcs, NO_POINTER);
      assert.equal(bench.read32(VMCS + 8n), 0);
    },
  );

  it('VMCLEAR of another VMCS keeps the current one', () => {
    const bench = rootBench();
    bench.write64(DATA, 0x300000n);
    bench.execute(`${current} vmclear [${DATA}]; hlt`);
    assert.equal(bench.cpu.currentVmcs, VMCS);
  });
});

const readOnly = vmcsFields.filter(({ type }) => type === 'read-only').map(({ name }) => name);
const writable = vmcsFields.filter(({ type }) => type !== 'read-only').map(({ name }) => name);

describe('VMREAD and VMWRITE', () => {
  const TABLE = 0x100000;
  const RESULTS = 0x110000;
  // For each row of TABLE {encoding, value}: writes and reads the field, stores {read, RFLAGS of VMWRITE} in RESULTS.
  const loop = `${current}
    mov esi, ${TABLE}; mov edi, ${RESULTS}
    1: mov rax, [rsi]; cmp rax, -1; je 2f
    mov rcx, [rsi + 8]; vmwrite rax, rcx; pushfq; pop rdx
    vmread rbx, rax; mov [rdi], rbx; mov [rdi + 8], rdx
    add rsi, 16; add rdi, 16; jmp 1b
    2: hlt`;

  function readBack(
    rows: readonly { encoding: number; value: bigint }[],
  ): { value: bigint; flags: bigint }[] {
    const bench = rootBench();
    rows.forEach(({ encoding, value }, index) => {
      bench.write64(TABLE + index * 16, BigInt(encoding));
      bench.write64(TABLE + index * 16 + 8, value);
    });
    bench.write64(TABLE + rows.length * 16, NO_POINTER);
    bench.execute(loop);
    return rows.map((_, index) => ({
      value: bench.read64(RESULTS + index * 16),
      flags: bench.read64(RESULTS + index * 16 + 8) & ARITHMETIC,
    }));
  }

  const pattern = 0xfedcba9876543210n;
  const fieldAccess = instructionsNamed('VMREAD', 'VMWRITE');
  const keeps = proves('instructions', fieldAccess, 'every field of isa keeps as many bits as it is wide');
  it(proves('vmcs-fields', writable, keeps), () => {
    const fields = vmcsFields.filter((field) => field.type !== 'read-only');
    const got = readBack(fields.map(({ encoding }) => ({ encoding, value: pattern })));
    fields.forEach((field, index) => {
      const bits = field.width === 'natural' ? 64 : field.width;
      assert.deepEqual(got[index], { value: BigInt.asUintN(bits, pattern), flags: 0n }, field.name);
    });
  });

  it(proves('vmcs-fields', readOnly, 'every read-only field refuses VMWRITE'), () => {
    const fields = vmcsFields.filter((field) => field.type === 'read-only');
    const got = readBack(fields.map(({ encoding }) => ({ encoding, value: pattern })));
    assert.ok(fields.length > 10);
    for (const row of got) assert.equal(row.flags, ZF);
  });

  it('the high half of every 64-bit field is its upper 32 bits', () => {
    const fields = vmcsFields.filter((field) => field.width === 64 && field.type !== 'read-only');
    const got = readBack(
      fields.flatMap(({ encoding }) => [
        { encoding, value: 0x1111111122222222n },
        { encoding: encoding + 1, value: pattern },
        { encoding, value: 0x33n },
      ]),
    );
    fields.forEach((field, index) => assert.equal(got[index * 3 + 1]?.value, 0x76543210n, field.name));
  });
});

describe('a hypervisor of a few instructions', () => {
  const GUEST = 0x18000;

  /** L1 launches a guest at GUEST; VM exits land at label `exited`. */
  function launch(handler: string, guest: string): Bench {
    const bench = rootBench();
    bench.load(guest, 64, GUEST);
    bench.load(`${current} hlt; vmlaunch; jmp failed; .org 0x100; ${handler}; hlt; failed: ud2`);
    assert.equal(bench.run(), Stop.HALT, bench.outcome);
    const vmcs = image(bench);
    fillValid(vmcs);
    vmcs.disable('ENABLE_EPT');
    for (const side of ['HOST', 'GUEST'] as const) {
      vmcs.set(`${side}_CR0`, 0x80010031n);
      vmcs.set(`${side}_CR3`, 0x1000n);
      vmcs.set(`${side}_RSP`, side === 'HOST' ? 0x80000n : 0x90000n);
      vmcs.set(`${side}_IDTR_BASE`, 0x7000n);
      vmcs.set(`${side}_GDTR_BASE`, 0x5000n);
    }
    vmcs.set('HOST_RIP', BigInt(CODE + 0x100));
    vmcs.set('GUEST_RIP', BigInt(GUEST));
    bench.cpu.set32(State.ACTIVITY, 0);
    return bench;
  }

  it(
    proves(
      'instructions',
      instructionsNamed('VMLAUNCH', 'VMRESUME'),
      'reads the exit reason and resumes behind the instruction',
    ),
    () => {
      const bench = launch(
        `mov eax, 0x4402; vmread rbx, rax; cmp ebx, 12; je 1f
       inc r8; mov eax, 0x681e; vmread rcx, rax; add rcx, 2; vmwrite rax, rcx; vmresume; 1:`,
        'mov ecx, 5; 1: cpuid; dec r9; cmp r9d, -5; jne 1b; hlt',
      );
      assert.equal(bench.run(), Stop.HALT, bench.outcome);
      assert.equal(bench.reg(8), 5n);
      assert.equal(bench.reg(Gpr.RBX), 12n);
      assert.equal(bench.cpu.inNonRoot, false);
    },
  );

  it('the launch state is launched after the first entry only', () => {
    const bench = launch('vmlaunch; pushfq; pop rbx; hlt', 'hlt');
    bench.run();
    assert.equal(outcome(bench), 'valid');
    assert.equal(image(bench).get('VM_INSTRUCTION_ERROR'), 4n);
  });

  it('the chosen events stop the core after they happened', () => {
    const bench = launch('nop', 'cpuid');
    bench.cpu.set32(State.STOP_ON, StopOn.VM_ENTRY | StopOn.VM_EXIT);
    assert.equal(bench.run(), Stop.EVENT);
    assert.equal(bench.cpu.stopDetail, StopOn.VM_ENTRY);
    assert.equal(bench.cpu.rip, BigInt(GUEST));
    assert.equal(bench.run(), Stop.EVENT);
    assert.equal(bench.cpu.stopDetail, StopOn.VM_EXIT);
    assert.equal(bench.cpu.rip, BigInt(CODE + 0x100));
    assert.equal(bench.run(), Stop.HALT);
  });

  it('a failed entry lands in the exit handler with bit 31 of the reason', () => {
    const bench = launch('mov eax, 0x4402; vmread rbx, rax', 'hlt');
    image(bench).set('GUEST_RFLAGS', 0n);
    bench.run();
    assert.equal(bench.reg(Gpr.RBX), 0x80000021n);
  });

  it('the guest runs in its own translations: VPIDs keep them apart without a flush', () => {
    const bench = launch('mov rax, [0x140000]', 'mov rax, [0x140000]; hlt');
    const vmcs = image(bench);
    vmcs.enable('ENABLE_VPID');
    vmcs.set('VIRTUAL_PROCESSOR_ID', 3);
    // The guest's tables at A000H map 2 MiB to 400000H, the host's map it to itself; both run in the page of CODE.
    bench.write64(0xa000, 0xb007n);
    bench.write64(0xb000, 0xc007n);
    bench.write64(0xc000, 0x400087n);
    bench.cpu.physical.write(
      0x400000n + BigInt(GUEST),
      bench.cpu.physical.read(BigInt(GUEST), 16) ?? new Uint8Array(),
    );
    bench.write64(0x540000, 0x2222n);
    bench.write64(0x140000, 0x1111n);
    vmcs.set('GUEST_CR3', 0xa000n);
    bench.run();
    assert.equal(bench.reg(Gpr.RAX), 0x1111n);
  });
});
