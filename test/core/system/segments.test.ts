// Segment loads, selector questions, descriptor-table registers, FS and GS bases (SDM 3A 3.4, 5.5 to 5.8, 5.10).
import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { Bench, DATA, GDT, LDT, Select, STACK, TSS } from './bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

const hex = (value: number) => `0x${value.toString(16)}`;

describe('loading segment registers', () => {
  const outcome = (register: string, selector: number, ring: 0 | 3 = 0) =>
    Bench.protected(ring).execute(`mov eax, ${hex(selector)}; mov ${register}, eax; ud2`).outcome;

  it('a data segment takes base, limit and rights from its descriptor and sets its accessed bit', () => {
    const bench = Bench.protected();
    bench.descriptor(Select.readOnly, 0x123456, 0x7ff, 0x4090);
    bench.execute(`mov eax, ${hex(Select.readOnly)}; mov es, eax; hlt`);
    assert.deepEqual(bench.cpu.segment(Seg.ES), {
      base: 0x123456n,
      limit: 0x7ff,
      access: 0x4091,
      selector: Select.readOnly,
    });
    assert.equal((bench.read32(GDT + Select.readOnly + 4) >> 8) & 0xff, 0x91);
  });

  it('page granularity scales the limit', () => {
    const bench = Bench.protected();
    bench.descriptor(Select.readOnly, 0, 0x12, 0xc091);
    bench.execute(`mov eax, ${hex(Select.readOnly)}; mov es, eax; hlt`);
    assert.equal(bench.cpu.segment(Seg.ES).limit, 0x12fff);
  });

  it('a null selector makes a data segment unusable, and its use #GP(0)', () => {
    const bench = Bench.protected().execute('xor eax, eax; mov ds, eax; mov al, [eax]');
    assert.equal(bench.outcome, '#GP(0) at +4');
    assert.equal(bench.cpu.segment(Seg.DS).access & 0x10000, 0x10000);
  });

  it('a null SS is #GP(0) in protected mode', () => {
    assert.equal(outcome('ss', 0), '#GP(0) at +5');
  });

  it('a null SS is allowed in 64-bit mode below ring 3', () => {
    assert.equal(Bench.long().execute('xor eax, eax; mov ss, eax; ud2').outcome, '#UD at +4');
    assert.equal(Bench.long(3).execute('mov eax, 3; mov ss, eax; ud2').outcome, '#GP(0) at +5');
  });

  it('execute-only code and system descriptors are #GP with their selector', () => {
    assert.equal(outcome('ds', Select.executeOnly), '#GP(80) at +5');
    assert.equal(outcome('ds', Select.tss), '#GP(38) at +5');
  });

  it('a segment of an inner ring is #GP with its selector, conforming code is not', () => {
    assert.equal(outcome('ds', Select.data, 3), '#GP(10) at +5');
    assert.equal(outcome('ds', Select.userData, 3), '#UD at +7');
    assert.equal(outcome('ds', Select.conforming, 3), '#UD at +7');
  });

  it('a segment that is not present is #NP for DS and #SS for SS', () => {
    assert.equal(outcome('ds', Select.notPresent), '#NP(60) at +5');
    assert.equal(outcome('ss', Select.notPresent), '#SS(60) at +5');
  });

  it('SS must be writable data of the current ring', () => {
    assert.equal(outcome('ss', Select.readOnly), '#GP(78) at +5');
    assert.equal(outcome('ss', Select.userData), '#GP(20) at +5');
    assert.equal(outcome('ss', Select.data | 3), '#GP(10) at +5');
  });

  it('MOV to CS is #UD', () => {
    assert.equal(Bench.protected().execute('.byte 0x8e, 0xc8').outcome, '#UD at +0');
  });

  it('a POP that faults leaves the stack pointer', () => {
    const bench = Bench.protected().execute(`push ${hex(Select.executeOnly)}; pop ds`);
    assert.equal(bench.trap?.vector, 13);
    assert.equal(bench.reg(Gpr.RSP), BigInt(STACK - 4 - 16));
  });

  it('LES loads the register and the segment together', () => {
    const bench = Bench.protected();
    bench.write32(DATA, 0x12345678);
    bench.write16(DATA + 4, Select.userData);
    bench.execute(`les ecx, [${hex(DATA)}]; hlt`);
    assert.equal(bench.reg(Gpr.RCX), 0x12345678n);
    assert.equal(bench.cpu.segment(Seg.ES).selector, Select.userData);
  });

  it('real mode changes selector and base only', () => {
    const bench = Bench.real();
    bench.cpu.setSegment(Seg.DS, { selector: 0, base: 0n, limit: 0xfffff, access: 0x8093 });
    bench.cpu.stateReplaced();
    bench.execute('mov ax, 0x1234; mov ds, ax; hlt');
    assert.deepEqual(bench.cpu.segment(Seg.DS), {
      selector: 0x1234,
      base: 0x12340n,
      limit: 0xfffff,
      access: 0x8093,
    });
  });

  it('an LDT selector finds its descriptor in the LDT', () => {
    const bench = Bench.protected();
    bench.write32(LDT + 8, 0x1000ffff);
    bench.write32(LDT + 12, 0x004f9300);
    bench.execute(`mov eax, ${hex(Select.ldt)}; lldt ax; mov eax, 0x0c; mov fs, eax; hlt`);
    assert.equal(bench.cpu.segment(Seg.FS).base, 0x1000n);
  });
});

describe('LAR, LSL, VERR, VERW, ARPL', () => {
  it(
    proves(
      'instructions',
      instructionsNamed('LAR', 'LSL'),
      'LAR and LSL answer with rights and limit and set ZF',
    ),
    () => {
      const bench = Bench.protected().execute(
        `mov ecx, ${hex(Select.code16)}; lar eax, ecx; lsl ebx, ecx; setz dl; hlt`,
      );
      assert.equal(bench.reg(Gpr.RAX), 0x9b00n);
      assert.equal(bench.reg(Gpr.RBX), 0xffffn);
      assert.equal(bench.reg(Gpr.RDX), 1n);
    },
  );

  it('LAR clears ZF and keeps the register for null, invisible and unknown descriptors', () => {
    const zero = (selector: number, ring: 0 | 3 = 0) => {
      const bench = Bench.protected(ring);
      bench.execute(`mov ecx, ${hex(selector)}; mov eax, 77; xor edx, edx; lar eax, ecx; setz dl; ud2`);
      return [bench.reg(Gpr.RAX), bench.reg(Gpr.RDX)];
    };
    assert.deepEqual(zero(0), [77n, 0n]);
    assert.deepEqual(zero(0x1000), [77n, 0n]);
    assert.deepEqual(zero(Select.data, 3), [77n, 0n]);
    const bench = Bench.protected();
    bench.gate(GDT + Select.callGate, 8, 0, 0x8e);
    bench.execute(`mov ecx, ${hex(Select.callGate)}; mov eax, 77; lar eax, ecx; ud2`);
    assert.equal(bench.reg(Gpr.RAX), 77n);
  });

  it('LSL refuses a gate that LAR accepts', () => {
    const bench = Bench.protected();
    bench.gate(GDT + Select.callGate, 8, 0, 0x8c);
    bench.execute(`mov ecx, ${hex(Select.callGate)}; lar eax, ecx; setz al; lsl edx, ecx; setz ah; hlt`);
    assert.equal(bench.reg(Gpr.RAX) & 0xffffn, 1n);
  });

  it(
    proves(
      'instructions',
      instructionsNamed('VERR', 'VERW'),
      'VERR and VERW know readable code, read-only and writable data',
    ),
    () => {
      const answer = (selector: number) => {
        const bench = Bench.protected();
        bench.execute(`mov ecx, ${hex(selector)}; verr cx; setz al; verw cx; setz ah; hlt`);
        return Number(bench.reg(Gpr.RAX) & 0xffffn);
      };
      assert.equal(answer(Select.data), 0x101);
      assert.equal(answer(Select.readOnly), 0x001);
      assert.equal(answer(Select.code), 0x001);
      assert.equal(answer(Select.executeOnly), 0);
      assert.equal(answer(Select.tss), 0);
    },
  );

  it(
    proves(
      'instructions',
      instructionsNamed('ARPL'),
      'ARPL raises the RPL of its destination and says so in ZF',
    ),
    () => {
      const bench = Bench.protected().execute('mov eax, 0x21; mov ecx, 3; arpl ax, cx; setz dl; hlt');
      assert.equal(bench.reg(Gpr.RAX), 0x23n);
      assert.equal(bench.reg(Gpr.RDX), 1n);
    },
  );

  it('VERR is #UD in real mode', () => {
    assert.equal(Bench.real().execute('verr cx').outcome, '#UD at +0');
  });
});

describe('descriptor-table registers', () => {
  it(
    proves('instructions', instructionsNamed('LGDT', 'SGDT'), 'LGDT and SGDT move 10 bytes in 64-bit mode'),
    () => {
      const bench = Bench.long();
      bench.write16(DATA, 0x1234);
      bench.write64(DATA + 2, 0xffff800012345678n);
      bench.execute(`lgdt [${hex(DATA)}]; sgdt [${hex(DATA + 16)}]; hlt`);
      assert.equal(bench.cpu.get64(State.GDTR_BASE), 0xffff800012345678n);
      assert.equal(bench.cpu.get32(State.GDTR_LIMIT), 0x1234);
      assert.equal(bench.read64(DATA + 18), 0xffff800012345678n);
    },
  );

  it('LIDT with a base that is not canonical is #GP(0)', () => {
    const bench = Bench.long();
    bench.write64(DATA + 2, 0x0000800000000000n);
    assert.equal(bench.execute(`lidt [${hex(DATA)}]`).outcome, '#GP(0) at +0');
  });

  it('LGDT with a 16-bit operand loads 24 bits of base', () => {
    const bench = Bench.real();
    bench.write16(0x500, 0x27);
    bench.write32(0x502, 0xff005000);
    bench.execute('lgdt [0x500]; hlt');
    assert.equal(bench.cpu.get64(State.GDTR_BASE), 0x5000n);
  });

  it('LGDT in ring 3 is #GP(0)', () => {
    assert.equal(Bench.long(3).execute(`lgdt [${hex(DATA)}]`).outcome, '#GP(0) at +0');
  });

  it(
    proves('instructions', instructionsNamed('LTR', 'STR'), 'LTR loads an available TSS and marks it busy'),
    () => {
      const bench = Bench.long();
      bench.descriptor(Select.tss, TSS, 0x67, 0x89);
      bench.execute(`mov eax, ${hex(Select.tss)}; ltr ax; str ecx; hlt`);
      assert.equal(bench.cpu.segment(Seg.TR).access, 0x8b);
      assert.equal(bench.cpu.segment(Seg.TR).limit, 0x67);
      assert.equal((bench.read32(GDT + Select.tss + 4) >> 8) & 0xff, 0x8b);
      assert.equal(bench.reg(Gpr.RCX), BigInt(Select.tss));
    },
  );

  it('LTR of a busy TSS is #GP with it, of a null selector #GP(0), of one not present #NP', () => {
    assert.equal(Bench.long().execute('mov eax, 0x38; ltr ax').outcome, '#GP(38) at +5');
    assert.equal(Bench.long().execute('xor eax, eax; ltr ax').outcome, '#GP(0) at +2');
    const bench = Bench.long();
    bench.descriptor(Select.tss, TSS, 0x67, 0x09);
    assert.equal(bench.execute('mov eax, 0x38; ltr ax').outcome, '#NP(38) at +5');
  });

  it('LLDT of anything but an LDT is #GP with the selector; null makes the LDT unusable', () => {
    assert.equal(Bench.long().execute('mov eax, 0x10; lldt ax').outcome, '#GP(10) at +5');
    const bench = Bench.long().execute('xor eax, eax; lldt ax; mov eax, 0xc; mov ds, eax');
    assert.equal(bench.outcome, '#GP(c) at +10');
  });

  it('SLDT is #UD in real mode', () => {
    assert.equal(Bench.real().execute('sldt ax').outcome, '#UD at +0');
  });
});

describe('FS and GS bases', () => {
  it(
    proves(
      'instructions',
      instructionsNamed('SWAPGS'),
      'SWAPGS exchanges the base with IA32_KERNEL_GS_BASE in ring 0 only',
    ),
    () => {
      const bench = Bench.long();
      bench.cpu.set64(State.MSR_KERNEL_GS_BASE, 0x1234000n);
      bench.execute('swapgs; hlt');
      assert.equal(bench.cpu.segment(Seg.GS).base, 0x1234000n);
      assert.equal(bench.cpu.get64(State.MSR_KERNEL_GS_BASE), 0n);
      assert.equal(Bench.long(3).execute('swapgs').outcome, '#GP(0) at +0');
    },
  );

  it('WRFSBASE needs CR4.FSGSBASE and a canonical value', () => {
    assert.equal(Bench.long().execute('wrfsbase rax').outcome, '#UD at +0');
    const enable = 'mov rax, cr4; bts eax, 16; mov cr4, rax;';
    const bench = Bench.long().execute(`${enable} mov eax, 0x5000; wrfsbase rax; rdfsbase rcx; hlt`);
    assert.equal(bench.reg(Gpr.RCX), 0x5000n);
    assert.match(
      Bench.long().execute(`${enable} mov rax, 0x800000000000; wrgsbase rax`).outcome,
      /^#GP\(0\)/,
    );
  });
});
