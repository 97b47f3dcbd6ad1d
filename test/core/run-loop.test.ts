import assert from 'node:assert/strict';
import { Gpr, State } from '../../src/abi/state-block';
import { Gap, Stop } from '../../src/abi/stop-codes';
import { cpuidFeatures } from '../../src/isa/cpuid-features';
import { Random } from '../support/random';
import { coreConstant } from './support/core-constant';
import { FlatMachine, PAGE_TABLES } from './support/flat-machine';
import { assemble } from './system/assembly';

const CODE = 0x100000;

/** Calls, loops, string instructions, a table of indirect jumps, divisions, stores into its own code. */
const program = `
    mov rsp, 0x90000
    mov r12d, 300
    mov rbx, 0x123456789
  round:
    mov rdi, 0x200000
    mov eax, r12d
    mov ecx, 37
    rep stosb
    mov rsi, 0x200000
    mov rdi, 0x200ffd
    mov ecx, 19
    rep movsw
    imul rbx, rbx, 0x5deece66
    add rbx, 11
    mov rax, rbx
    xor edx, edx
    mov ecx, 1000
    div rcx
    call step
    cmp r12d, 150
    jb late
    add r13, rax
    jmp joined
  late:
    xor r13, rdx
  joined:
    mov byte ptr [patched + 1], r12b
  patched:
    mov al, 0
    movzx eax, al
    add r14, rax
    and eax, 3
    jmp qword ptr [table + rax * 8]
  one:
    inc r15
    jmp next
  two:
    push r15
    pop rax
    lea r15, [rax + rax * 2 + 1]
    jmp next
  three:
    rol r15, 7
  four:
    adc r15, r13
  next:
    test r12b, 7
    setz al
    cmovs r9, r15
    dec r12d
    jnz round
    hlt
  step:
    push rbp
    mov rbp, rsp
    sub rsp, 32
    mov [rbp - 8], rax
    shr qword ptr [rbp - 8], 3
    mov rax, [rbp - 8]
    leave
    ret
    .balign 8
  table:
    .quad one, two, three, four
`;

function machine(source: string): FlatMachine {
  const made = new FlatMachine();
  made.load(CODE, assemble(source, 64, CODE));
  made.enterLongMode();
  made.cpu.set64(State.RFLAGS, 2n);
  made.jumpTo(CODE);
  return made;
}

interface Snapshot {
  registers: bigint[];
  rip: bigint;
  flags: bigint;
  retired: bigint;
  memory: string;
}

function snapshot({ cpu }: FlatMachine): Snapshot {
  return {
    registers: Array.from({ length: 16 }, (_, i) => cpu.gpr(i)),
    rip: cpu.rip,
    flags: cpu.get64(State.RFLAGS),
    retired: cpu.retired,
    memory: Buffer.from(cpu.physical.read(0x8ff00n, 0x100)!).toString('hex'),
  };
}

describe('run loop: slices', () => {
  it('ends a slice exactly at its deadline, wherever that falls in a block', () => {
    const whole = machine(program);
    while (whole.step(1_000_000) === Stop.BUDGET);
    const total = Number(whole.cpu.retired);
    for (const deadline of [1, 2, 3, 17, 100, 101, 102, 1000, total - 1]) {
      const part = machine(program);
      assert.equal(part.cpu.run(BigInt(deadline)), Stop.BUDGET);
      assert.equal(part.cpu.retired, BigInt(deadline));
    }
  });

  it('is the same run in one slice, in random slices and in single steps', () => {
    const whole = machine(program);
    assert.equal(whole.step(10_000_000), Stop.HALT);
    const stepped = machine(program);
    while (stepped.step(1) === Stop.BUDGET);
    assert.deepEqual(snapshot(stepped), snapshot(whole));
    for (let seed = 1; seed <= 10; seed++) {
      const random = new Random(seed);
      const sliced = machine(program);
      while (sliced.step(1 + random.below(40)) === Stop.BUDGET);
      assert.deepEqual(snapshot(sliced), snapshot(whole), `seed ${seed}`);
    }
  });

  it('shows the same registers and flags at every instruction count, stepped or run up to it', () => {
    const stepped = machine(program);
    const random = new Random(7);
    let next = 1;
    for (let n = 1; n < 3000; n++) {
      stepped.step(1);
      if (n !== next) continue;
      const run = machine(program);
      run.cpu.run(BigInt(n));
      assert.deepEqual(snapshot(run), snapshot(stepped), `after ${n} instructions`);
      next = n + 1 + random.below(60);
    }
  });

  it('counts a repeated string instruction once', () => {
    const one = machine('mov ecx, 5000; mov edi, 0x200000; rep stosb; hlt');
    one.step(100);
    assert.equal(one.cpu.retired, 4n);
    assert.equal(one.cpu.gpr(Gpr.RCX), 0n);
    assert.equal(one.cpu.gpr(Gpr.RDI), 0x201388n);
  });

  it('a slice ends within a long repeated string instruction, the next ones go on until it is done', () => {
    const one = machine(
      'mov ecx, 0x200000; mov edi, 0x200000; mov al, 7; std; mov edi, 0x4fffff; rep stosb; hlt',
    );
    const remaining: bigint[] = [];
    while (one.step(100) === Stop.BUDGET && remaining.length < 100) remaining.push(one.cpu.gpr(Gpr.RCX));
    assert.ok(remaining.length > 1, `${remaining.length} slices ended within it`);
    assert.ok(remaining.every((count, i) => count > 0n && (i === 0 || count < remaining[i - 1]!)));
    assert.equal(one.cpu.gpr(Gpr.RCX), 0n);
    assert.equal(one.cpu.physical.read(0x300000n, 1)![0], 7);
  });
});

describe('run loop: code that changes', () => {
  it('executes what was stored, also further on in the same block', () => {
    // 83 /0 ib: the immediate that is patched is the third byte of ADD.
    const self = machine(`
        mov ecx, 3
      again:
        inc byte ptr [target + 2]
        add eax, 1
      target:
        .byte 0x83, 0xc3, 0x00
        dec ecx
        jnz again
        hlt`);
    assert.equal(self.step(1000), Stop.HALT);
    assert.equal(self.cpu.gpr(Gpr.RBX), 6n);
  });

  it('sees stores through another mapping of the same page', () => {
    const twice = machine(
      'mov byte ptr [0x40000000 + 0x100000 + (target - _start) + 1], 9; target: mov al, 1; hlt',
    );
    // Linear 1 GiB maps to physical 0 too.
    twice.cpu.physical.write64(PAGE_TABLES + 0x1000n + 8n, (PAGE_TABLES + 0x2000n) | 7n);
    assert.equal(twice.step(100), Stop.HALT);
    assert.equal(twice.cpu.gpr(Gpr.RAX) & 0xffn, 9n);
  });

  it('sees code that the embedder wrote', () => {
    const one = machine('loop: inc eax; jmp loop');
    one.step(100);
    one.load(CODE, assemble('hlt', 64, CODE));
    one.jumpTo(CODE);
    assert.equal(one.step(100), Stop.HALT);
  });

  it('sees code that a string instruction wrote', () => {
    const one = machine(`
        mov rsp, 0x90000
        call target
        mov edi, offset target
        mov al, 0x90
        mov ecx, 2
        rep stosb
        call target
        hlt
        .balign 64
      target:
        inc ebx
        ret`);
    assert.equal(one.step(100), Stop.HALT);
    assert.equal(one.cpu.gpr(Gpr.RBX), 1n);
  });

  it('runs an instruction that crosses a page, also after its second page was mapped elsewhere', () => {
    const one = new FlatMachine();
    one.enterLongMode();
    // 4-KiB pages for the 2 MiB at 2 MiB: identity first.
    const table = 0xc000n;
    for (let i = 0n; i < 512n; i++) one.cpu.physical.write64(table + i * 8n, 0x200000n + (i << 12n) + 7n);
    one.cpu.physical.write64(PAGE_TABLES + 0x2000n + 8n, table | 7n);
    one.load(0x200ffe, [0xb8, 0x11, 0x22, 0x33, 0x44, 0xf4]);
    one.load(0x300000, [0x55, 0x66, 0x77, 0xf4]);
    const go = () => {
      one.cpu.set32(State.ACTIVITY, 0);
      one.jumpTo(0x200ffe);
      one.cpu.stateReplaced();
      assert.equal(one.step(10), Stop.HALT);
      return one.cpu.gpr(Gpr.RAX);
    };
    assert.equal(go(), 0x44332211n);
    one.cpu.physical.write64(table + 8n, 0x300000n + 7n);
    assert.equal(go(), 0x77665511n);
  });
});

describe('run loop: breakpoints and stops', () => {
  it('ends a slice that retires nothing: a fault whose handler faults on its first byte', () => {
    const one = machine('ud2');
    // Gates into a page that is not present, on a stack that is.
    for (let vector = 0n; vector < 32n; vector++) {
      one.cpu.physical.write64(0x2000n + vector * 16n, (8n << 16n) | (0x8en << 40n) | (0x5000n << 48n));
      one.cpu.physical.write64(0x2000n + vector * 16n + 8n, 0n);
    }
    one.cpu.physical.write64(0x1008n, 0x00af9b000000ffffn);
    one.cpu.set64(State.GDTR_BASE, 0x1000n);
    one.cpu.set32(State.GDTR_LIMIT, 0xff);
    one.cpu.set64(State.IDTR_BASE, 0x2000n);
    one.cpu.set32(State.IDTR_LIMIT, 0x1ff);
    one.stack = 0xf00000n;
    assert.equal(one.step(1000), Stop.BUDGET);
    assert.equal(one.cpu.retired, 0n);
  });

  it('raises #AC for a misaligned access of user code when CR0.AM and EFLAGS.AC are set, and only then', () => {
    for (const [cr0, flags, allowed] of [
      [0x80050011n, 0x40002n, false],
      [0x80050011n, 0x2n, true],
      [0x80010011n, 0x40002n, true],
    ] as const) {
      const one = machine('mov eax, [0x200001]; nop; nop');
      one.enterLongMode(3);
      one.cpu.set64(State.CR0, cr0);
      one.cpu.set64(State.RFLAGS, flags);
      one.cpu.stateReplaced();
      // There is no IDT to deliver through: the fault ends in shutdown.
      assert.equal(one.step(2), allowed ? Stop.BUDGET : Stop.SHUTDOWN, `CR0 ${cr0}, RFLAGS ${flags}`);
    }
  });

  it('stops before the instruction, and passes it once when told to', () => {
    const one = machine('mov ecx, 3; again: inc eax; target: dec ecx; jnz again; hlt');
    const target = BigInt(CODE + 7);
    one.cpu.setBreakpoints([target]);
    for (let round = 1n; round <= 3n; round++) {
      assert.equal(one.step(100), Stop.BREAKPOINT);
      assert.equal(one.cpu.rip, target);
      assert.equal(one.cpu.stopValue, target);
      assert.equal(one.cpu.gpr(Gpr.RAX), round);
      one.cpu.skipBreakpointOnce(target);
    }
    assert.equal(one.step(100), Stop.HALT);
  });

  it('stops at a breakpoint that is set where decoded code already runs', () => {
    const one = machine('again: inc eax; dec ecx; jmp again');
    one.step(1000);
    one.cpu.setBreakpoints([BigInt(CODE + 2)]);
    assert.equal(one.step(1000), Stop.BREAKPOINT);
    one.cpu.setBreakpoints([]);
    assert.equal(one.step(1000), Stop.BUDGET);
  });

  it('starts over when the numbers of chain links run out', () => {
    const one = machine('again: invlpg [rdi]; call leaf; dec ecx; jnz again; hlt; leaf: inc eax; ret');
    const epoch = coreConstant('layout.ts', 'COUNTERS') + coreConstant('mmu/tlb.ts', 'EPOCHS');
    const last = coreConstant('mmu/tlb.ts', 'LAST_EPOCH');
    const memory = new DataView(one.cpu.memory);
    memory.setUint32(epoch, last - 10, true);
    one.cpu.setGpr(Gpr.RCX, 100n);
    one.cpu.setGpr(Gpr.RSP, 0x90000n);
    assert.equal(one.step(1000), Stop.HALT);
    assert.equal(one.cpu.gpr(Gpr.RAX), 100n);
    assert.ok(memory.getUint32(epoch, true) < last - 10);
  });

  it('says where code outside RAM was fetched', () => {
    const one = machine('mov eax, 0x20000000; jmp rax');
    assert.equal(one.step(100), Stop.UNIMPLEMENTED);
    assert.equal(one.cpu.stopDetail, Gap.FETCH_FROM_MMIO);
    assert.equal(one.cpu.rip, 0x20000000n);
  });

  it('names the feature an instruction lacks, with RIP at it, where one asked for that', () => {
    const one = machine('nop; fld1; hlt');
    one.cpu.set32(State.STOP_UNCLAIMED, 1);
    assert.equal(one.step(100), Stop.UNIMPLEMENTED);
    assert.equal(one.cpu.stopDetail, Gap.UNCLAIMED_FEATURE);
    assert.equal(cpuidFeatures[Number(one.cpu.stopValue)]?.name, 'FPU');
    assert.equal(one.cpu.rip, BigInt(CODE + 1));
    assert.equal(one.cpu.retired, 1n);
  });

  it('raises #UD for an instruction of an unclaimed feature where one did not ask', () => {
    const one = machine('nop; addps xmm0, xmm1; hlt');
    one.cpu.set32(State.IDTR_LIMIT, 0);
    assert.equal(one.step(100), Stop.SHUTDOWN);
    assert.equal(one.cpu.retired, 1n);
  });
});
