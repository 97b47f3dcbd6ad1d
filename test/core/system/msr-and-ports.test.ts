// MSRs, the time-stamp counter, CPUID, ports and guarded flags (SDM 4; 3B 17.17; 2A CPUID; 1 18.5).
import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { Bench, DATA, TSS } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

const WRMSR = (index: number, value: bigint) =>
  `mov ecx, 0x${index.toString(16)}; mov eax, 0x${(value & 0xffffffffn).toString(16)}
   mov edx, 0x${(value >> 32n).toString(16)}; wrmsr`;

function written(index: number, value: bigint): string {
  return (
    Bench.long()
      .execute(`${WRMSR(index, value)}; rdmsr; ud2`)
      .outcome.split(' ')[0] ?? ''
  );
}

function readBack(index: number, value: bigint): bigint {
  const bench = Bench.long().execute(`${WRMSR(index, value)}; xor eax, eax; xor edx, edx; rdmsr; hlt`);
  assert.equal(bench.trap, undefined);
  return (bench.reg(Gpr.RDX) << 32n) | bench.reg(Gpr.RAX);
}

describe('RDMSR and WRMSR', () => {
  it(proves('instructions', instructionsNamed('RDMSR', 'WRMSR'), 'stored MSRs read back'), () => {
    assert.equal(readBack(0xc0000081, 0x0023001000000000n), 0x0023001000000000n);
    assert.equal(readBack(0xc0000082, 0xffffffff81000000n), 0xffffffff81000000n);
    assert.equal(readBack(0x277, 0x0007040600070406n), 0x0007040600070406n);
    assert.equal(readBack(0x20f, 0x7ff0000800n), 0x7ff0000800n);
    assert.equal(readBack(0x26f, 0x0606060606060606n), 0x0606060606060606n);
  });

  it('an unknown MSR and ring 3 are #GP(0)', () => {
    assert.equal(Bench.long().execute('mov ecx, 0x12345; rdmsr').outcome, '#GP(0) at +5');
    assert.equal(Bench.long(3).execute('mov ecx, 0x10; rdmsr').outcome, '#GP(0) at +5');
  });

  it('an address that is not canonical is #GP(0)', () => {
    for (const index of [0xc0000082, 0xc0000083, 0xc0000100, 0xc0000101, 0xc0000102, 0x175, 0x176])
      assert.equal(written(index, 0x800000000000n), '#GP(0)', index.toString(16));
  });

  it('a memory type that does not exist is #GP(0) in PAT and MTRRs', () => {
    assert.equal(written(0x277, 2n), '#GP(0)');
    assert.equal(written(0x277, 7n), '#UD');
    assert.equal(written(0x250, 7n), '#GP(0)');
    assert.equal(written(0x2ff, 2n), '#GP(0)');
    assert.equal(written(0x200, 7n), '#GP(0)');
    assert.equal(written(0x201, 1n), '#GP(0)');
  });

  it('EFER: reserved bits and a change of LME under paging are #GP(0), LMA cannot be written', () => {
    assert.equal(written(0xc0000080, 0x502n), '#GP(0)');
    assert.equal(written(0xc0000080, 0x400n), '#GP(0)');
    assert.equal(readBack(0xc0000080, 0x901n), 0xd01n);
  });

  it('IA32_FEATURE_CONTROL can be written until it is locked', () => {
    const bench = Bench.long().execute(`${WRMSR(0x3a, 5n)}; rdmsr; mov ebx, eax; ${WRMSR(0x3a, 1n)}`);
    assert.equal(bench.trap?.vector, 13);
    assert.equal(bench.reg(Gpr.RBX), 5n);
    assert.equal(written(0x3a, 3n), '#GP(0)');
  });

  it('IA32_DEBUGCTL takes LBR and BTF, other bits are #GP(0)', () => {
    assert.equal(readBack(0x1d9, 3n), 3n);
    assert.equal(written(0x1d9, 0x40n), '#GP(0)');
  });

  it('VMX capability MSRs are read-only', () => {
    const bench = Bench.long().execute('mov ecx, 0x480; rdmsr; hlt');
    assert.equal(bench.reg(Gpr.RAX), 0x54554c31n);
    assert.equal(written(0x480, 0n), '#GP(0)');
  });

  it('MSRs of the local APIC are asked of the embedder', () => {
    const bench = Bench.long();
    bench.msrs.set(0x808, 0x20n);
    bench.execute(`mov ecx, 0x808; rdmsr; mov ebx, eax; ${WRMSR(0x808, 0x30n)}; ${WRMSR(0x80b, 0n)}`);
    assert.equal(bench.reg(Gpr.RBX), 0x20n);
    assert.equal(bench.msrs.get(0x808), 0x30n);
    assert.equal(bench.trap?.vector, 13);
  });

  it('IA32_APIC_BASE: x2APIC mode is entered from xAPIC mode only', () => {
    const attempt = (from: bigint, to: bigint) => {
      const bench = Bench.long();
      bench.msrs.set(0x1b, from);
      bench.cpu.set64(State.MSR_APIC_BASE, from);
      return bench.execute(`${WRMSR(0x1b, to)}; ud2`).trap?.vector;
    };
    assert.equal(attempt(0xfee00900n, 0xfee00d00n), 6);
    assert.equal(attempt(0xfee00100n, 0xfee00d00n), 13);
    assert.equal(attempt(0xfee00d00n, 0xfee00900n), 13);
    assert.equal(attempt(0xfee00900n, 0xfee00500n), 13);
  });

  it('FS and GS base are the segment bases', () => {
    const bench = Bench.long().execute(`${WRMSR(0xc0000101, 0x123000n)}; hlt`);
    assert.equal(bench.cpu.segment(Seg.GS).base, 0x123000n);
  });
});

describe('the time-stamp counter', () => {
  it(proves('instructions', instructionsNamed('RDTSC'), 'counts retired instructions'), () => {
    const bench = Bench.long().execute('rdtsc; mov ebx, eax; nop; nop; rdtsc; sub eax, ebx; hlt');
    assert.equal(bench.reg(Gpr.RAX), 4n);
  });

  it('skipped idle time adds to it', () => {
    const bench = Bench.long();
    bench.cpu.set64(State.TIME_SKEW, 0x5_0000_0000n);
    bench.execute('rdtsc; hlt');
    assert.equal(bench.reg(Gpr.RDX), 5n);
  });

  it('a write sets it and moves IA32_TSC_ADJUST by as much', () => {
    const bench = Bench.long().execute(
      `${WRMSR(0x10, 0x100000n)}; rdtsc; mov ebx, eax; mov ecx, 0x3b; rdmsr; hlt`,
    );
    assert.equal(bench.reg(Gpr.RBX), 0x100001n);
    assert.equal(bench.reg(Gpr.RAX), 0x100000n - 3n);
  });

  it(proves('instructions', instructionsNamed('RDTSCP'), 'RDTSCP puts IA32_TSC_AUX into RCX'), () => {
    const bench = Bench.long();
    bench.cpu.set64(State.MSR_TSC_AUX, 42n);
    assert.equal(bench.execute('rdtscp; hlt').reg(Gpr.RCX), 42n);
  });

  it(
    proves(
      'instructions',
      instructionsNamed('RDPMC'),
      'CR4.TSD keeps it from ring 3, and RDPMC has no counter',
    ),
    () => {
      const bench = Bench.long(3);
      bench.cpu.set64(State.CR4, 0x24n);
      assert.equal(bench.execute('rdtsc').outcome, '#GP(0) at +0');
      assert.equal(Bench.long().execute('xor ecx, ecx; rdpmc').outcome, '#GP(0) at +2');
    },
  );
});

describe('CPUID', () => {
  const leaf = (eax: number, ecx = 0) => {
    const bench = Bench.long().execute(`mov eax, 0x${eax.toString(16)}; mov ecx, ${ecx}; cpuid; hlt`);
    return [Gpr.RAX, Gpr.RBX, Gpr.RCX, Gpr.RDX].map((index) => bench.reg(index));
  };

  it(proves('instructions', instructionsNamed('CPUID'), 'leaf 0 gives the vendor'), () => {
    const [, ebx = 0n, ecx = 0n, edx = 0n] = leaf(0);
    const text = [ebx, edx, ecx]
      .map((word) => Buffer.from(Uint32Array.of(Number(word)).buffer).toString())
      .join('');
    assert.equal(text, 'GenuineIntel');
  });

  it('a leaf beyond the maximum answers with the highest basic leaf', () => {
    assert.deepEqual(leaf(0x7000), leaf(0x16));
    assert.deepEqual(leaf(0x40000000), leaf(0x16));
  });

  it('the SYSCALL bit shows in 64-bit mode only', () => {
    assert.equal((leaf(0x80000001)[3] ?? 0n) & 0x800n, 0x800n);
    const bench = Bench.protected().execute('mov eax, 0x80000001; cpuid; hlt');
    assert.equal(bench.reg(Gpr.RDX) & 0x800n, 0n);
  });
});

describe('ports', () => {
  it('OUT writes and IN reads with the width of its operand', () => {
    const bench = Bench.long();
    bench.ports.set(0x60, 0x12);
    bench.execute('mov eax, 0x11223344; out 0x80, al; mov dx, 0x1234; out dx, eax; in al, 0x60; hlt');
    assert.deepEqual(bench.written, [
      { port: 0x80, size: 1, value: 0x44 },
      { port: 0x1234, size: 4, value: 0x11223344 },
    ]);
    assert.equal(bench.reg(Gpr.RAX), 0x11223312n);
  });

  it('IN of 32 bits clears the upper half of RAX', () => {
    const bench = Bench.long().execute('mov rax, -1; mov dx, 0x100; in eax, dx; hlt');
    assert.equal(bench.reg(Gpr.RAX), 0xffffffffn);
  });

  it('ring 3 above IOPL is refused unless the bitmap of the TSS allows every byte of the port', () => {
    assert.equal(Bench.long(3).execute('in al, 0x60').outcome, '#GP(0) at +0');
    const allowed = (bitmap: number, instruction: string) => {
      const bench = Bench.long(3);
      bench.write16(TSS + 102, 0x68);
      bench.write(TSS + 0x68 + 0xc, [bitmap, 0xff]);
      return bench.execute(`${instruction}; ud2`).trap?.vector;
    };
    assert.equal(allowed(0xfe, 'in al, 0x60'), 6);
    assert.equal(allowed(0xfe, 'in ax, 0x60'), 13);
    assert.equal(allowed(0xfc, 'in ax, 0x60'), 6);
  });

  it('ring 3 within IOPL needs no bitmap', () => {
    const bench = Bench.long(3);
    bench.cpu.set64(State.RFLAGS, 0x3002n);
    assert.equal(bench.execute('out 0x80, al; ud2').outcome, '#UD at +2');
  });

  it('REP OUTSB writes RCX bytes and moves RSI', () => {
    const bench = Bench.long();
    bench.write(DATA, [1, 2, 3]);
    bench.execute(`mov esi, 0x${DATA.toString(16)}; mov ecx, 3; mov dx, 0x3f8; rep outsb; hlt`);
    assert.deepEqual(
      bench.written.map(({ value }) => value),
      [1, 2, 3],
    );
    assert.equal(bench.reg(Gpr.RSI), BigInt(DATA + 3));
    assert.equal(bench.reg(Gpr.RCX), 0n);
  });

  it('INS stores to ES:RDI, downward with DF', () => {
    const bench = Bench.long();
    bench.ports.set(0x1f0, 0xabcd);
    bench.execute(`std; mov edi, 0x${DATA.toString(16)}; mov dx, 0x1f0; insw; hlt`);
    assert.equal(bench.read32(DATA) & 0xffff, 0xabcd);
    assert.equal(bench.reg(Gpr.RDI), BigInt(DATA - 2));
  });
});

describe('guarded flags', () => {
  it('CLI and STI above IOPL are #GP(0)', () => {
    assert.equal(Bench.long(3).execute('cli').outcome, '#GP(0) at +0');
    assert.equal(Bench.long(3).execute('sti').outcome, '#GP(0) at +0');
  });

  it('POPF above IOPL leaves IF and IOPL and does not fault', () => {
    const bench = Bench.long(3).execute('push 0x3602; popfq; ud2');
    assert.equal((bench.trap?.rflags ?? 0n) & 0x3600n, 0x400n);
  });

  it('PUSHF shows VM and RF clear', () => {
    const bench = Bench.long();
    bench.cpu.set64(State.RFLAGS, 0x10202n);
    bench.cpu.stateReplaced();
    bench.execute('pushfq; pop rax; hlt');
    assert.equal(bench.reg(Gpr.RAX), 0x202n);
  });

  it(
    proves(
      'instructions',
      instructionsNamed('STAC', 'CLAC'),
      'STAC and CLAC change AC in ring 0 and are #UD in ring 3',
    ),
    () => {
      const bench = Bench.long().execute('stac; pushfq; clac; hlt');
      assert.equal(bench.read64(bench.reg(Gpr.RSP)) & 0x40000n, 0x40000n);
      assert.equal(bench.cpu.get64(State.RFLAGS) & 0x40000n, 0n);
      assert.equal(Bench.long(3).execute('stac').outcome, '#UD at +0');
    },
  );

  it('INTO traps only with OF, and is #UD in 64-bit mode', () => {
    assert.equal(Bench.protected().execute('into; mov al, 0x7f; inc al; into').outcome, '#OF at +6');
    assert.equal(Bench.long().execute('.byte 0xce').outcome, '#UD at +0');
  });

  it('BOUND is #BR outside its bounds', () => {
    const bench = Bench.protected();
    bench.write32(DATA, 0xfffffff0);
    bench.write32(DATA + 4, 10);
    const at = `0x${DATA.toString(16)}`;
    bench.execute(`mov eax, -5; bound eax, [${at}]; mov eax, 11; bound eax, [${at}]`);
    assert.equal(bench.outcome, '#BR at +16');
  });

  it('MONITOR is #UD because it is not claimed', () => {
    assert.equal(Bench.long().execute('monitor').outcome, '#UD at +0');
  });
});
