// XCR0, XSAVE areas, MXCSR, protection keys and random numbers, where user mode on a host cannot show them (SDM 1 chapter 13).
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { claimEverything } from '../native/everything';
import { Bench, DATA } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

/** A processor with everything, x87 initialized. */
function bench(ring: 0 | 3 = 0): Bench {
  const made = Bench.long(ring);
  claimEverything(made.cpu);
  made.cpu.set32(State.FPU_CONTROL, 0x37f);
  made.cpu.set32(State.FPU_TAG, 0);
  return made;
}

const AREA = DATA + 0x400;

/** An area with this header and nothing else. */
function withHeader(present: bigint, layout: bigint, ring: 0 | 3 = 0): Bench {
  const made = bench(ring);
  made.write(AREA, new Uint8Array(1024));
  made.write32(AREA + 24, 0x1f80);
  made.write64(AREA + 512, present);
  made.write64(AREA + 520, layout);
  made.cpu.setGpr(Gpr.RAX, 7n);
  made.cpu.setGpr(Gpr.RDX, 0n);
  made.cpu.setGpr(Gpr.RBX, BigInt(AREA));
  return made;
}

describe('XSETBV and XGETBV', () => {
  const set = (value: number, ring: 0 | 3 = 0): string =>
    bench(ring).execute(`xor ecx, ecx; xor edx, edx; mov eax, ${value}; xsetbv; ud2`).outcome;

  it(
    proves(
      'instructions',
      instructionsNamed('XSETBV'),
      'takes x87, SSE and AVX; refuses what is not offered, no x87, AVX without SSE',
    ),
    () => {
      assert.equal(set(7), '#UD at +12');
      for (const value of [0, 6, 5, 0x207]) assert.equal(set(value), '#GP(0) at +9');
      assert.equal(set(7, 3), '#GP(0) at +9');
    },
  );

  it(
    proves(
      'instructions',
      instructionsNamed('XGETBV'),
      'XGETBV with ECX = 1: components that are enabled and not in their initial configuration',
    ),
    () => {
      const get = 'mov ecx, 1; xgetbv; hlt';
      const made = bench();
      assert.equal(made.execute(get).reg(Gpr.RAX), 0n);
      const used = bench();
      assert.equal(used.execute(`vpcmpeqb ymm3, ymm3, ymm3; ${get}`).reg(Gpr.RAX), 6n);
      assert.equal(bench().execute('mov ecx, 2; xgetbv').outcome, '#GP(0) at +5');
    },
  );
});

describe('CPUID leaf DH', () => {
  const size = (xcr0: bigint, subleaf: number): bigint => {
    const made = bench();
    made.cpu.set64(State.XCR0, xcr0);
    return made.execute(`mov eax, 0xd; mov ecx, ${subleaf}; cpuid; hlt`).reg(Gpr.RBX);
  };

  it('EBX is the size of the area for what XCR0 enables', () => {
    assert.deepEqual([size(3n, 0), size(7n, 0)], [576n, 832n]);
    assert.deepEqual([size(3n, 1), size(7n, 1)], [576n, 832n]);
  });
});

describe('XSAVES and XRSTORS', () => {
  it('are #GP(0) above CPL 0', () => {
    assert.equal(withHeader(0n, 1n << 63n, 3).execute('xsaves [rbx]').outcome, '#GP(0) at +0');
    assert.equal(withHeader(0n, 1n << 63n, 3).execute('xrstors [rbx]').outcome, '#GP(0) at +0');
  });

  for (const [row, name] of [
    ['XSAVES: NP 0F C7 /5', 'xsaves'],
    ['XSAVES64: NP REX.W 0F C7 /5', 'xsaves64'],
  ] as const)
    it(proves('instructions', row, `${name} writes the compacted format, with the components in use`), () => {
      const made = withHeader(0n, 0n);
      made.execute(`vpcmpeqb ymm1, ymm1, ymm1; ${name} [rbx]; hlt`);
      assert.deepEqual([made.read64(AREA + 512), made.read64(AREA + 520)], [6n, (1n << 63n) | 7n]);
      assert.equal(made.read64(AREA + 576 + 16), 0xffffffffffffffffn);
      assert.equal(made.read64(AREA + 576), 0n);
    });

  it('XRSTORS takes only the compacted format', () => {
    assert.equal(withHeader(0n, 0n).execute('xrstors [rbx]').outcome, '#GP(0) at +0');
    assert.equal(withHeader(0n, 1n << 63n).execute('xrstors [rbx]; ud2').outcome, '#UD at +3');
  });

  for (const [row, name] of [
    ['XRSTORS: NP 0F C7 /3', 'xrstors'],
    ['XRSTORS64: NP REX.W 0F C7 /3', 'xrstors64'],
  ] as const)
    it(proves('instructions', row, `${name} initializes what the area does not have`), () => {
      const made = withHeader(0n, 1n << 63n).execute(`vpcmpeqb ymm1, ymm1, ymm1; ${name} [rbx]; hlt`);
      assert.equal(made.cpu.get64(State.YMM + 32), 0n);
      assert.equal(made.cpu.get64(State.YMM + 32 + 16), 0n);
      assert.equal(made.cpu.get32(State.MXCSR), 0x1f80);
    });
});

describe('faults of state saving', () => {
  const at = (source: string, prepare: (made: Bench) => void): string => {
    const made = withHeader(0n, 0n);
    prepare(made);
    return made.execute(source).outcome;
  };
  const taskSwitched = (made: Bench) => made.cpu.set64(State.CR0, made.cpu.get64(State.CR0) | 8n);
  const withoutOsxsave = (made: Bench) => made.cpu.set64(State.CR4, made.cpu.get64(State.CR4) & ~0x40000n);

  it('without CR4.OSXSAVE they are #UD, with CR0.TS #NM', () => {
    for (const name of ['xsave', 'xsaveopt', 'xsavec', 'xsaves', 'xrstor', 'xrstors']) {
      assert.equal(at(`${name} [rbx]`, withoutOsxsave), '#UD at +0', name);
      assert.equal(at(`${name} [rbx]`, taskSwitched), '#NM at +0', name);
    }
    for (const name of ['fxsave', 'fxrstor']) assert.equal(at(`${name} [rbx]`, taskSwitched), '#NM at +0');
  });

  it('areas are aligned to 64 bytes, those of FXSAVE to 16', () => {
    const moved = (bytes: bigint) => (made: Bench) => made.cpu.setGpr(Gpr.RBX, BigInt(AREA) + bytes);
    assert.equal(at('xsave [rbx]', moved(32n)), '#GP(0) at +0');
    assert.equal(at('fxsave [rbx]; ud2', moved(16n)), '#UD at +3');
    assert.equal(at('fxsave [rbx]', moved(8n)), '#GP(0) at +0');
  });
});

describe('FXSAVE outside 64-bit mode', () => {
  it('stores eight XMM registers and leaves the place of the others', () => {
    const made = Bench.protected();
    claimEverything(made.cpu);
    made.write(AREA, new Uint8Array(512).fill(0xa5));
    made.cpu.setGpr(Gpr.RBX, BigInt(AREA));
    made.execute('pcmpeqb xmm7, xmm7; fxsave [ebx]; hlt');
    assert.equal(made.read64(AREA + 160 + 7 * 16), 0xffffffffffffffffn);
    assert.equal(made.read64(AREA + 288), 0xa5a5a5a5a5a5a5a5n);
  });
});

describe('RDRAND and RDSEED', () => {
  const numbers = (): bigint[] => {
    const made = bench().execute('rdrand rbx; rdrand rcx; rdseed rdi; setc al; hlt');
    assert.equal(made.reg(Gpr.RAX) & 0xffn, 1n);
    return [Gpr.RBX, Gpr.RCX, Gpr.RDI].map((register) => made.reg(register));
  };

  it(
    proves(
      'instructions',
      instructionsNamed('RDRAND', 'RDSEED'),
      'always have a number, a new one each time, and the same in each run',
    ),
    () => {
      const first = numbers();
      assert.equal(new Set(first).size, 3);
      assert.deepEqual(numbers(), first);
    },
  );
});
