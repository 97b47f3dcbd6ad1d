// Faults around x87 and SSE instructions, last-instruction pointers, environments and approximations: what user mode on a host
// cannot show or hosts do their own way (SDM 1 8.1, 8.6, 8.7, 11.5, 11.6; 3A table 2-2, 13.1).
import assert from 'node:assert/strict';
import { State } from '../../../src/abi/state-block';
import { registerMask } from '../../../src/cpu/register-bits';
import { claimEverything } from '../native/everything';
import { Bench, CODE, DATA, Select } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

const CR0 = (name: string) => registerMask('cr0', name);
const CR4 = (name: string) => registerMask('cr4', name);

/** A processor with everything, x87 initialized, MXCSR as after RESET. */
function bench(made: Bench = Bench.long()): Bench {
  claimEverything(made.cpu);
  const { cpu } = made;
  cpu.set64(State.CR0, cpu.get64(State.CR0) | CR0('NE') | CR0('MP'));
  cpu.set32(State.FPU_CONTROL, 0x37f);
  cpu.set32(State.FPU_TAG, 0);
  return made;
}

function withCr0(set: bigint, clear = 0n): Bench {
  const made = bench();
  made.cpu.set64(State.CR0, (made.cpu.get64(State.CR0) & ~clear) | set);
  return made;
}

/** 1 / 0 with the exception unmasked: it waits when the next instruction starts. */
const PENDING = 'push 0x37b; fldcw [rsp]; fld1; fldz; fdivp;';
const PENDING_BYTES = 14;

describe('x87 and SSE after RESET', () => {
  it('MXCSR masks everything, x87 masks nothing, is in single precision and holds zeros that are not empty', () => {
    const { cpu } = Bench.long();
    cpu.reset();
    assert.equal(cpu.get32(State.MXCSR), 0x1f80);
    assert.equal(cpu.get32(State.FPU_CONTROL), 0x40);
    assert.equal(cpu.get32(State.FPU_STATUS), 0);
    assert.equal(cpu.get32(State.FPU_TAG), 0xff);
  });
});

describe('x87: CR0 and exceptions that wait', () => {
  it('EM or TS is #NM for any x87 instruction', () => {
    for (const bit of ['EM', 'TS'])
      for (const code of ['fld1', 'fninit', 'fnstsw ax'])
        assert.equal(withCr0(CR0(bit)).execute(`${code}; ud2`).outcome, '#NM at +0', `${bit} ${code}`);
  });

  it(proves('instructions', instructionsNamed('FWAIT'), 'FWAIT is #NM with TS and MP only'), () => {
    assert.equal(withCr0(CR0('TS')).execute('fwait; ud2').outcome, '#NM at +0');
    assert.equal(withCr0(CR0('TS'), CR0('MP')).execute('fwait; ud2').outcome, '#UD at +1');
    assert.equal(withCr0(CR0('EM')).execute('fwait; ud2').outcome, '#UD at +1');
  });

  it('an unmasked exception is #MF at the next instruction that waits, and not before', () => {
    const at = bench().execute(`${PENDING} nop; hlt`).outcome;
    assert.match(at, /^halt/);
    const size = PENDING_BYTES;
    for (const code of ['fld1', 'fwait', 'movq mm0, mm1', 'cvtpi2ps xmm0, mm1'])
      assert.equal(bench().execute(`${PENDING} ${code}; ud2`).outcome, `#MF at +${size}`, code);
    for (const code of ['fnstsw ax', 'fnclex', 'addps xmm0, xmm1'])
      assert.notEqual(bench().execute(`${PENDING} ${code}; ud2`).outcome, `#MF at +${size}`, code);
  });

  it('without CR0.NE it is not reported: the board has no FERR# pin', () => {
    const made = withCr0(0n, CR0('NE'));
    assert.match(made.execute(`${PENDING} fld1; hlt`).outcome, /^halt/);
  });

  it('#NM comes before #MF, and #MF before the page fault of the operand', () => {
    const code = 'fld qword ptr [0x7ff00000]; ud2';
    const made = bench().execute(`${PENDING} ${code}`);
    assert.equal(made.outcome, `#MF at +${PENDING_BYTES}`);
    const busy = withCr0(CR0('TS'));
    busy.cpu.set32(State.FPU_STATUS, made.cpu.get32(State.FPU_STATUS));
    assert.equal(busy.execute(code).outcome, '#NM at +0');
  });
});

describe('SSE and AVX: control registers and #XM', () => {
  it('EM, no OSFXSR: #UD; TS: #NM; VEX asks OSXSAVE and XCR0 instead', () => {
    assert.equal(withCr0(CR0('EM')).execute('addps xmm0, xmm1').outcome, '#UD at +0');
    assert.equal(withCr0(CR0('TS')).execute('addps xmm0, xmm1').outcome, '#NM at +0');
    const plain = (): Bench => {
      const made = bench();
      made.cpu.set64(State.CR4, made.cpu.get64(State.CR4) & ~CR4('OSFXSR'));
      return made;
    };
    assert.equal(plain().execute('addps xmm0, xmm1').outcome, '#UD at +0');
    assert.equal(plain().execute('vaddps xmm0, xmm0, xmm1; ud2').outcome, '#UD at +4');
    assert.equal(withCr0(CR0('EM')).execute('vaddps xmm0, xmm0, xmm1; ud2').outcome, '#UD at +4');
    const narrow = bench();
    narrow.cpu.set64(State.XCR0, 3n);
    assert.equal(narrow.execute('vaddps xmm0, xmm0, xmm1; ud2').outcome, '#UD at +0');
  });

  it('an unmasked exception is #XM, without OSXMMEXCPT #UD, and flagged in both cases', () => {
    const divide = (system: boolean): Bench => {
      const made = bench();
      if (!system) made.cpu.set64(State.CR4, made.cpu.get64(State.CR4) & ~CR4('OSXMMEXCPT'));
      made.cpu.set32(State.MXCSR, 0x1d80);
      made.cpu.set64(State.YMM, 0x3f800000n);
      return made;
    };
    for (const [system, name] of [
      [true, '#XM'],
      [false, '#UD'],
    ] as const) {
      const made = divide(system);
      assert.equal(made.execute('divss xmm0, xmm1').outcome, `${name} at +0`);
      assert.equal(made.cpu.get32(State.MXCSR), 0x1d84);
      assert.equal(made.cpu.get64(State.YMM), 0x3f800000n);
    }
  });
});

describe('x87 pointers and environments', () => {
  it('FIP and FDP are of the last instruction that is no control instruction, FOP of the last that raised', () => {
    const made = bench();
    made.execute(`lea rbx, [${DATA}]; fld dword ptr [rbx + 4]; fnstsw ax; fldcw [rbx + 8]; hlt`);
    const { cpu } = made;
    assert.equal(cpu.get64(State.FPU_DP), BigInt(DATA + 4));
    assert.equal(cpu.get64(State.FPU_IP), BigInt(CODE + 8));
    assert.equal(cpu.get32(State.FPU_CS), Select.code);
    assert.equal(cpu.get32(State.FPU_OPCODE), 0);
    const raised = bench();
    raised.execute(`${PENDING} hlt`);
    // DE F9: FDIVP.
    assert.equal(raised.cpu.get32(State.FPU_OPCODE), 0x6f9);
  });

  it('a fault of the operand leaves FIP, FSW and the stack', () => {
    const made = bench();
    const status = made.cpu.get32(State.FPU_STATUS);
    assert.match(made.execute('fld dword ptr [0x7ff00000]; ud2').outcome, /^#PF/);
    assert.equal(made.cpu.get64(State.FPU_IP), 0n);
    assert.equal(made.cpu.get32(State.FPU_STATUS), status);
    assert.equal(made.cpu.get32(State.FPU_TAG), 0);
  });

  it('FNSTENV in real mode keeps linear addresses and the opcode', () => {
    const made = bench(Bench.real());
    made.cpu.set32(State.FPU_CS, 0x1234);
    made.cpu.set64(State.FPU_IP, 0x5678n);
    made.cpu.set32(State.FPU_DS, 0x4321);
    made.cpu.set64(State.FPU_DP, 0x8765n);
    made.cpu.set32(State.FPU_OPCODE, 0x7ab);
    made.execute('fnstenv [0x4000]; hlt');
    const base = made.cpu.segment(3).base;
    const word = (i: number) => made.read32(base + 0x4000n + BigInt(2 * i)) & 0xffff;
    const ip = 0x12340 + 0x5678;
    const dp = 0x43210 + 0x8765;
    const expected = [
      0x37f,
      0,
      0xffff,
      ip & 0xffff,
      ((ip >> 4) & 0xf000) | 0x7ab,
      dp & 0xffff,
      (dp >> 4) & 0xf000,
    ];
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(word), expected);
  });
});

describe('RCPSS and RSQRTSS', () => {
  const view = new DataView(new ArrayBuffer(4));
  const bits = (value: number): bigint => (view.setFloat32(0, value), BigInt(view.getUint32(0)));
  const number = (value: bigint): number => (
    view.setUint32(0, Number(value & 0xffffffffn)),
    view.getFloat32(0)
  );

  const made = bench();

  function approximate(code: string, value: number): number {
    made.cpu.set64(State.RIP, BigInt(CODE));
    made.cpu.set32(State.ACTIVITY, 0);
    made.cpu.set64(State.YMM + 32, bits(value));
    made.execute(`${code} xmm0, xmm1; hlt`);
    assert.equal(made.cpu.get32(State.MXCSR), 0x1f80);
    return number(made.cpu.get64(State.YMM));
  }

  it(
    proves(
      'instructions',
      ['RCPSS: F3 0F 53 /r', 'RSQRTSS: F3 0F 52 /r'],
      'are within 1.5 * 2^-12 of the true value',
    ),
    () => {
      for (let x = 1.0003; x < 4.1; x += 0.0937) {
        const value = Math.fround(x);
        assert.ok(Math.abs(approximate('rcpss', value) * value - 1) <= 1.5 * 2 ** -12, `1 / ${value}`);
        const root = approximate('rsqrtss', value) * Math.sqrt(value);
        assert.ok(Math.abs(root - 1) <= 1.5 * 2 ** -12, `1 / sqrt ${value}`);
      }
    },
  );

  it('answer zeros, infinities, negative numbers and denormals as the manual says', () => {
    assert.equal(approximate('rcpss', 0), Infinity);
    assert.equal(approximate('rcpss', -0), -Infinity);
    assert.ok(Object.is(approximate('rcpss', -Infinity), -0));
    assert.equal(approximate('rcpss', 1e-40), Infinity);
    assert.equal(approximate('rcpss', 3e38), 0);
    assert.equal(approximate('rsqrtss', 0), Infinity);
    assert.equal(approximate('rsqrtss', -0), -Infinity);
    assert.equal(approximate('rsqrtss', Infinity), 0);
    assert.ok(Number.isNaN(approximate('rsqrtss', -1)));
  });
});
