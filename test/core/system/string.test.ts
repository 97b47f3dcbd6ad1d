// String instructions that are left in the middle (SDM Vol. 2, REP).
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { Bench, CODE, DATA } from './bench';

/** The first byte that `Bench.long` does not map. */
const UNMAPPED = 0x1000000n;

describe('repeated string instructions that fault', () => {
  for (const [text, flags] of [
    ['repne scasb', 0x93n],
    ['repe cmpsb', 0x93n],
  ] as const)
    it(`${text}: the registers tell how far it came, the flags are as if it had not begun`, () => {
      const bench = Bench.long();
      bench.execute(
        `mov edi, ${UNMAPPED - 8n}; mov esi, ${UNMAPPED - 64n}; mov ecx, 16; mov ah, 0x93; sahf; mov al, 1; ${text}; hlt`,
      );
      assert.equal(bench.trap?.vector, 14);
      assert.equal(bench.reg(Gpr.RDI), UNMAPPED);
      assert.equal(bench.reg(Gpr.RCX), 8n);
      assert.equal(bench.trap.rflags & 0xffn, flags);
    });
});

/** Iterations after which a string instruction ends the slice. */
const ITERATIONS = 100_000n;

describe('between two iterations of a repeated string instruction', () => {
  const source = `mov edi, ${DATA}; mov ecx, 3; rep stosb; hlt`;
  /** Offset of REP STOSB. */
  const AT = 10;

  it('TF: a step ends after each iteration, with RF in the image of all but the last', () => {
    const bench = Bench.long().load(source);
    const { cpu } = bench;
    cpu.run(cpu.retired + 2n);
    cpu.set64(State.RFLAGS, cpu.get64(State.RFLAGS) | 0x100n);
    const images: string[] = [];
    for (let i = 0; i < 3; i++) {
      bench.run();
      const { vector, rip, rflags, rsp } = bench.trap!;
      images.push(`${vector} +${Number(rip) - CODE} count ${bench.reg(Gpr.RCX)} RF ${(rflags >> 16n) & 1n}`);
      // Back, as IRET would.
      cpu.set32(State.ACTIVITY, 0);
      cpu.set64(State.RIP, rip);
      cpu.set64(State.RFLAGS, rflags);
      cpu.setGpr(Gpr.RSP, rsp);
      cpu.stateReplaced();
    }
    assert.deepEqual(images, [`1 +${AT} count 2 RF 1`, `1 +${AT} count 1 RF 1`, `1 +${AT + 2} count 0 RF 0`]);
  });

  it('an interrupt is taken there with RF in its image, though the instruction is not complete', () => {
    const bench = Bench.long().load('sti; mov dx, 0x80; rep outsb; hlt');
    bench.cpu.setGpr(Gpr.RSI, BigInt(DATA));
    bench.cpu.setGpr(Gpr.RCX, 1000n);
    bench.onPortWrite = () => {
      if (bench.written.length === 3) bench.interrupt(0x40);
    };
    bench.run();
    assert.equal(bench.outcome, 'INT 40 at +5');
    assert.equal(bench.reg(Gpr.RCX), 997n);
    assert.equal(bench.trap!.rflags & 0x10000n, 0x10000n);
  });

  it('an instruction breakpoint does not stand between two iterations', () => {
    const bench = Bench.long().load(`
      mov rax, ${CODE + 0x20}; mov dr0, rax; mov eax, 2; mov dr7, rax; mov edi, ${DATA}; mov ecx, 300000
      jmp target; .org 0x20; target: rep stosb; hlt`);
    bench.run();
    assert.equal(bench.outcome, '#DB at +32');
    bench.cpu.set32(State.ACTIVITY, 0);
    bench.cpu.set64(State.RIP, BigInt(CODE + 0x20));
    bench.cpu.set64(State.RFLAGS, 0x10002n);
    bench.cpu.stateReplaced();
    while (bench.cpu.run(bench.cpu.retired + 10n) === Stop.BUDGET);
    assert.equal(bench.outcome, 'halted at +35');
    assert.equal(bench.reg(Gpr.RCX), 0n);
  });

  it('a breakpoint of the debugger does not stand between two iterations', () => {
    const bench = Bench.long().load(`mov edi, ${DATA}; mov ecx, 300000; rep stosb; hlt`);
    const { cpu } = bench;
    cpu.setBreakpoints([BigInt(CODE + AT)]);
    assert.equal(cpu.run(10n), Stop.BREAKPOINT);
    cpu.skipBreakpointOnce(BigInt(CODE + AT));
    let stop = cpu.run(10n);
    while (stop === Stop.BUDGET) stop = cpu.run(10n);
    assert.equal(stop, Stop.HALT);
  });

  for (const text of ['rep stosb', 'repe scasb', 'rep outsb', 'rep insb'])
    it(`${text}: ends the slice after ${ITERATIONS} iterations and says how many passed`, () => {
      const bench = Bench.long().load(`xor eax, eax; mov edx, 0x80; ${text}; hlt`);
      const { cpu } = bench;
      bench.ports.set(0x80, 0);
      bench.keepWrites = false;
      for (const register of [Gpr.RSI, Gpr.RDI]) cpu.setGpr(register, BigInt(DATA));
      cpu.setGpr(Gpr.RCX, ITERATIONS * 2n + 5n);
      const passed: bigint[] = [];
      let stop = cpu.run(1000n);
      for (; stop === Stop.BUDGET; stop = cpu.run(1000n)) passed.push(cpu.stopValue);
      assert.equal(stop, Stop.HALT);
      assert.deepEqual(passed, [ITERATIONS, ITERATIONS]);
      assert.equal(bench.reg(Gpr.RCX), 0n);
      // XOR, MOV, one string instruction, HLT.
      assert.equal(cpu.retired, 4n);
    });
});
