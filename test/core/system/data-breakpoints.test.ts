// Data and I/O breakpoints of DR7: which accesses they see, the trap behind the instruction or the iteration, DR6 (SDM 3B 17.2.3 to
// 17.2.5, 17.3.1.2).
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import type { CpuProfileName } from '../../../src/isa/cpu-profiles';
import { applyProfile } from '../../../src/cpu/profile';
import { Bench, DATA } from './bench';

/** R/W and LEN of a breakpoint, as DR7 has them. */
const WRITE = 1n;
const PORT = 2n;
const ACCESS = 3n;
const [BYTE, WORD, QUADWORD, DOUBLEWORD] = [0n, 1n, 2n, 3n];

/** A bench whose breakpoint `index` watches `at`. */
function watching(at: number, kind: bigint, length: bigint, index = 0, ring: 0 | 3 = 0): Bench {
  const bench = Bench.long(ring);
  const shift = BigInt(index);
  bench.cpu.set64(State.DR0 + index * 8, BigInt(at));
  bench.cpu.set64(State.DR7, 0x400n | (1n << (shift * 2n)) | (((length << 2n) | kind) << (16n + shift * 4n)));
  bench.cpu.set64(State.CR4, 0x28n);
  bench.cpu.stateReplaced();
  return bench;
}

const conditions = (bench: Bench) => bench.cpu.get64(State.DR6) & 0x400fn;
const at = (offset: number) => `[0x${(DATA + offset).toString(16)}]`;

describe('data breakpoints', () => {
  it('a write traps behind its instruction, with the bit of its register and the memory written', () => {
    const bench = watching(DATA, WRITE, DOUBLEWORD, 2).execute(`mov dword ptr ${at(0)}, 7; nop; hlt`);
    assert.equal(bench.outcome, '#DB at +11');
    assert.equal(conditions(bench), 4n);
    assert.equal(bench.read32(DATA), 7);
    assert.equal((bench.trap?.rflags ?? 0n) & 0x10000n, 0n);
  });

  it('MOV to DR7 enables one, and the next access meets it', () => {
    const bench = Bench.long();
    bench.execute(
      `mov ebx, ${at(0)}; mov eax, ${DATA}; mov dr0, rax; mov eax, 0x30401; mov dr7, rax; mov ebx, ${at(0)}; hlt`,
    );
    assert.equal(bench.trap?.vector, 1);
    assert.equal(conditions(bench), 1n);
  });

  const seen: readonly (readonly [string, bigint, bigint, string, boolean])[] = [
    ['a read by a write breakpoint', WRITE, BYTE, `mov al, ${at(0)}`, false],
    ['a read by an access breakpoint', ACCESS, BYTE, `mov al, ${at(0)}`, true],
    ['the read and write of ADD by a write breakpoint', WRITE, BYTE, `add byte ptr ${at(0)}, 1`, true],
    ['a wider access that covers the byte', ACCESS, BYTE, `mov rax, ${at(-7)}`, true],
    ['a byte behind the watched word', ACCESS, WORD, `mov al, ${at(2)}`, false],
    ['the last byte of a watched quadword', ACCESS, QUADWORD, `mov al, ${at(7)}`, true],
    ['a fetch', ACCESS, QUADWORD, 'nop', false],
    ['PUSH', WRITE, QUADWORD, `mov rsp, ${DATA + 8}; push rax`, true],
  ];
  for (const [title, kind, length, source, hits] of seen)
    it(`${title} ${hits ? 'is seen' : 'is not seen'}`, () => {
      const bench = watching(DATA, kind, length).execute(`${source}; nop; hlt`);
      assert.equal(bench.trap?.vector, hits ? 1 : undefined);
    });

  it('bits of the address below the length do not count', () => {
    const bench = watching(DATA + 5, ACCESS, QUADWORD).execute(`mov al, ${at(0)}; hlt`);
    assert.equal(bench.trap?.vector, 1);
  });

  it('vector accesses are seen', () => {
    const profile: CpuProfileName = 'haswell';
    const bench = watching(DATA + 9, ACCESS, BYTE);
    applyProfile(bench.cpu, profile);
    bench.cpu.set64(State.CR4, 0x220n);
    bench.cpu.stateReplaced();
    bench.execute(`movups xmm0, ${at(0)}; hlt`);
    assert.equal(bench.trap?.vector, 1);
  });

  it('a repeated string traps behind the iteration that met it, with RF in the image', () => {
    const bench = watching(DATA + 2, WRITE, BYTE);
    bench.cpu.setGpr(Gpr.RDI, BigInt(DATA));
    bench.cpu.setGpr(Gpr.RCX, 6n);
    bench.execute('rep stosb; hlt');
    assert.equal(bench.outcome, '#DB at +0');
    assert.equal(bench.reg(Gpr.RCX), 3n);
    assert.equal((bench.trap?.rflags ?? 0n) & 0x10000n, 0x10000n);
  });

  it('an instruction that faults behind the access reports the fault alone', () => {
    const bench = watching(DATA, ACCESS, QUADWORD);
    bench.cpu.setGpr(Gpr.RSI, BigInt(DATA));
    bench.cpu.setGpr(Gpr.RDI, 0x7f0000000000n);
    bench.execute('movsb; hlt');
    assert.equal(bench.trap?.vector, 14);
    assert.equal(conditions(bench), 0n);
  });

  it('MOV SS holds the trap back by one instruction', () => {
    const bench = watching(DATA, ACCESS, WORD);
    bench.write16(DATA, 0x10);
    bench.execute(`mov ss, ${at(0)}; nop; nop; hlt`);
    assert.equal(bench.outcome, '#DB at +8');
    assert.equal(conditions(bench), 1n);
  });

  it('joins a single step in one #DB', () => {
    const bench = watching(DATA, ACCESS, BYTE);
    bench.execute(`push 0x102; popf; mov al, ${at(0)}; hlt`);
    assert.equal(conditions(bench), 0x4001n);
  });

  it('one that is not enabled is not seen', () => {
    const bench = watching(DATA, ACCESS, BYTE);
    bench.cpu.set64(State.DR7, 0xf0400n);
    bench.cpu.stateReplaced();
    bench.execute(`mov al, ${at(0)}; hlt`);
    assert.equal(bench.trap, undefined);
  });

  it('user code meets them without alignment checks', () => {
    const bench = watching(DATA, ACCESS, DOUBLEWORD, 3, 3).execute(`mov eax, ${at(1)}; ud2`);
    assert.equal(bench.outcome, '#DB at +7');
    assert.equal(conditions(bench), 8n);
  });
});

describe('I/O breakpoints', () => {
  it('IN and OUT trap behind the access while CR4.DE is 1', () => {
    assert.equal(watching(0x80, PORT, BYTE).execute('in al, 0x80; nop; hlt').outcome, '#DB at +2');
    const out = watching(0x80, PORT, DOUBLEWORD).execute('mov dx, 0x82; out dx, al; nop; hlt');
    assert.equal(out.outcome, '#DB at +5');
    assert.equal(out.written.length, 1);
    assert.equal(watching(0x80, PORT, BYTE).execute('in al, 0x81; hlt').trap, undefined);
  });

  it('without CR4.DE there are none', () => {
    const bench = watching(0x80, PORT, BYTE);
    bench.cpu.set64(State.CR4, 0x20n);
    bench.cpu.stateReplaced();
    assert.equal(bench.execute('in al, 0x80; hlt').trap, undefined);
  });
});
