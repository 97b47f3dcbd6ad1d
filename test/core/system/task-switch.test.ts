// The hardware task switch of protected mode: JMP, CALL, INT and IRET, tasks of both sizes, the checks before and behind the
// switch (SDM 3A chapter 7; SDM 3C 25.4.2 in non-root operation).
import assert from 'node:assert/strict';
import { Gpr, Mode, Seg, State } from '../../../src/abi/state-block';
import { readFaultChain } from '../../../src/cpu/fault-chain';
import { causeText } from '../../../src/decode/fault-text';
import { faultReasonById, type FaultReasonId } from '../../../src/isa/fault-reasons';
import { proves } from '../../support/proves';
import { Bench, CODE, GDT, IDT, LDT, Select, STACK, TSS } from './bench';

/** The second task: its TSS, its descriptor behind those of the bench, its code and stack. */
const TSS_2 = 0x6800;
const TASK_2 = 0xa0;
const GATE_2 = 0xa8;
const CODE_2 = 0x30000;
const STACK_2 = 0x98000;
const TSS_32 = 0x89;

/** Offsets of a 32-bit TSS. */
const field = {
  link: 0,
  cr3: 0x1c,
  eip: 0x20,
  eflags: 0x24,
  eax: 0x28,
  esp: 0x38,
  es: 0x48,
  cs: 0x4c,
  ss: 0x50,
};

/** Two tasks: the running one, and one that halts at CODE_2. */
function bench(ring: 0 | 3 = 0): Bench {
  const made = Bench.protected(ring);
  const user = ring === 3;
  made.cpu.set32(State.GDTR_LIMIT, 0xbf);
  made.descriptor(TASK_2, TSS_2, 0x67, user ? TSS_32 | 0x60 : TSS_32);
  made.gate(GDT + GATE_2, TASK_2, 0, user ? 0xe5 : 0x85);
  made.write32(TSS_2 + field.eip, CODE_2);
  made.write32(TSS_2 + field.eflags, 0x12);
  made.write32(TSS_2 + field.eax, 0x11223344);
  made.write32(TSS_2 + field.esp, STACK_2);
  made.write16(TSS_2 + field.cs, Select.code);
  for (const at of [0x48, 0x50, 0x54, 0x58, 0x5c]) made.write16(TSS_2 + at, Select.data);
  made.load('hlt', 32, CODE_2);
  return made;
}

const descriptorType = (made: Bench, selector: number) => (made.read32(GDT + selector + 4) >> 8) & 0xff;
const RIGHTS_OF_TSS = 0x8b;

describe('task switch', () => {
  it('JMP to a TSS saves the old task, loads the new one, moves the busy bit and sets CR0.TS', () => {
    const made = bench().execute(`mov ecx, 77; stc; ljmp ${TASK_2}, 0`);
    assert.equal(made.cpu.rip, BigInt(CODE_2 + 1));
    assert.equal(made.reg(Gpr.RAX), 0x11223344n);
    assert.equal(made.reg(Gpr.RCX), 0n);
    assert.equal(made.reg(Gpr.RSP), BigInt(STACK_2));
    assert.equal(made.cpu.get64(State.RFLAGS) & 0xffffn, 0x12n);
    assert.equal(made.read32(TSS + 0x2c), 77);
    assert.equal(made.read32(TSS + field.eip), CODE + 13);
    assert.equal(made.read32(TSS + field.eflags), 3);
    assert.equal(made.read32(TSS + field.cs) & 0xffff, Select.code);
    assert.equal(descriptorType(made, Select.tss), 0x89);
    assert.equal(descriptorType(made, TASK_2), RIGHTS_OF_TSS);
    assert.equal(made.cpu.segment(Seg.TR).selector, TASK_2);
    assert.equal(made.cpu.segment(Seg.TR).access, RIGHTS_OF_TSS);
    assert.equal(made.cpu.get64(State.CR0) & 8n, 8n);
  });

  it('CALL nests: the old task stays busy, the back link names it, and IRET returns to it', () => {
    const made = bench();
    made.load('mov ebx, 5; iret; hlt', 32, CODE_2);
    made.execute(`mov ecx, 7; lcall ${GATE_2}, 0; mov edx, 9; hlt`);
    assert.equal(made.outcome, `halted at +18`);
    assert.deepEqual([made.reg(Gpr.RCX), made.reg(Gpr.RDX), made.reg(Gpr.RBX)], [7n, 9n, 0n]);
    assert.equal(made.read32(TSS_2 + field.link) & 0xffff, Select.tss);
    assert.equal(made.read32(TSS_2 + 0x34), 5);
    // IRET clears NT in the task that it leaves.
    assert.equal(made.read32(TSS_2 + field.eflags) & 0x4000, 0);
    assert.equal(descriptorType(made, TASK_2), 0x89);
    assert.equal(descriptorType(made, Select.tss), RIGHTS_OF_TSS);
    assert.equal(made.cpu.segment(Seg.TR).selector, Select.tss);
  });

  it('an exception through a task gate saves the address of the fault and pushes its error code in the new task', () => {
    const made = bench();
    made.gate(IDT + 13 * 8, TASK_2, 0, 0x85);
    made.execute('nop; mov eax, 0x1000; mov ds, eax');
    assert.equal(made.cpu.rip, BigInt(CODE_2 + 1));
    assert.equal(made.read32(TSS + field.eip), CODE + 6);
    assert.equal(made.reg(Gpr.RSP), BigInt(STACK_2 - 4));
    assert.equal(made.read32(STACK_2 - 4), 0x1000);
    assert.equal(made.cpu.get64(State.RFLAGS) & 0x4000n, 0x4000n);
  });

  it('INT n from ring 3 reaches ring 0 of another task', () => {
    const made = bench(3);
    made.gate(IDT + 0x80 * 8, TASK_2, 0, 0xe5);
    made.execute('int 0x80');
    assert.equal(made.cpu.rip, BigInt(CODE_2 + 1));
    assert.equal(made.cpu.get32(State.CPL), 0);
    assert.equal(made.read32(TSS + field.eip), CODE + 2);
    assert.equal(made.read32(TSS + field.cs) & 0xffff, Select.userCode);
  });

  it('a 16-bit task has words, and the upper halves of its registers are ones', () => {
    const made = bench();
    made.descriptor(TASK_2, TSS_2, 0x2b, 0x81);
    made.write(TSS_2, new Uint8Array(0x2c));
    made.write16(TSS_2 + 0x0e, 0x100);
    made.write16(TSS_2 + 0x10, 2);
    made.write16(TSS_2 + 0x12, 0x1234);
    made.write16(TSS_2 + 0x1a, 0x9000);
    made.write16(TSS_2 + 0x24, Select.code16);
    for (const at of [0x22, 0x26, 0x28]) made.write16(TSS_2 + at, Select.data);
    made.load('hlt', 16, 0x100);
    made.execute(`ljmp ${TASK_2}, 0`);
    assert.equal(made.cpu.rip, 0x101n);
    assert.equal(made.cpu.mode, Mode.PROTECTED_16);
    assert.equal(made.reg(Gpr.RAX), 0xffff1234n);
    assert.equal(made.cpu.segment(Seg.FS).access & 0x10000, 0x10000);
  });

  it('a task in virtual-8086 mode takes paragraphs for selectors', () => {
    const made = bench();
    made.write32(TSS_2 + field.eflags, 0x20002);
    made.write32(TSS_2 + 4, STACK_2);
    made.write16(TSS_2 + 8, Select.data);
    made.write32(TSS_2 + field.eip, 0);
    made.write16(TSS_2 + field.cs, CODE_2 >> 4);
    made.idtEntry(3, 0xee);
    made.load('mov al, 3; int3', 16, CODE_2);
    made.execute(`ljmp ${TASK_2}, 0`);
    assert.equal(made.trap?.vector, 3);
    assert.equal(made.trap?.cs, CODE_2 >> 4);
    assert.equal(made.reg(Gpr.RAX), 0x11223303n);
  });

  it('the new task has its own CR3 and LDT while paging is on', () => {
    const made = bench();
    made.write32(0x1000, 0x83);
    made.write32(0x2000, 0x83);
    made.cpu.set64(State.CR3, 0x1000n);
    made.cpu.set64(State.CR4, 0x10n);
    made.cpu.set64(State.CR0, 0x80000031n);
    made.cpu.stateReplaced();
    made.write32(TSS_2 + field.cr3, 0x2000);
    made.write16(TSS_2 + 0x60, Select.ldt);
    made.execute(`ljmp ${TASK_2}, 0`);
    assert.equal(made.cpu.rip, BigInt(CODE_2 + 1));
    assert.equal(made.cpu.get64(State.CR3), 0x2000n);
    assert.equal(made.cpu.segment(Seg.LDTR).base, BigInt(LDT));
  });

  it('local breakpoints end with the task, and the T flag of a TSS makes #DB with BT', () => {
    const made = bench();
    made.cpu.set64(State.DR7, 0x6aan | 0x101n);
    made.write16(TSS_2 + 0x64, 1);
    made.execute(`ljmp ${TASK_2}, 0`);
    assert.equal(made.trap?.vector, 1);
    assert.equal(made.trap?.rip, BigInt(CODE_2));
    assert.equal(made.cpu.get64(State.DR6) & 0x800fn, 0x8000n);
    assert.equal(made.cpu.get64(State.DR7), 0x6aan);
  });

  const refused: readonly (readonly [string, string, (made: Bench) => void])[] = [
    ['a busy TSS', '#GP(a0) at +0', (made) => made.descriptor(TASK_2, TSS_2, 0x67, 0x8b)],
    ['a TSS that is not present', '#NP(a0) at +0', (made) => made.descriptor(TASK_2, TSS_2, 0x67, 9)],
    ['a TSS that is too short', '#TS(a0) at +0', (made) => made.descriptor(TASK_2, TSS_2, 0x66, TSS_32)],
    [
      'a running TSS too short to be saved',
      '#TS(38) at +0',
      (made) =>
        made.cpu.setSegment(Seg.TR, { selector: Select.tss, base: BigInt(TSS), limit: 0x30, access: 0x8b }),
    ],
  ];
  for (const [title, outcome, prepare] of refused)
    it(`${title} refuses JMP in the old task`, () => {
      const made = bench();
      prepare(made);
      assert.equal(made.execute(`ljmp ${TASK_2}, 0`).outcome, outcome);
      assert.equal(made.cpu.segment(Seg.TR).selector, Select.tss);
    });

  it('of two pages that refuse their write the first is reported, and nothing is written', () => {
    // The TSS of the running task reaches into a page that is not present, and the GDT lies in another one.
    const made = bench();
    const tables = 0x200000;
    made.write32(tables, (tables + 0x1000) | 3);
    for (let i = 0; i < 1024; i++) made.write32(tables + 0x1000 + i * 4, (i << 12) | 3);
    made.write32(tables + 0x1000 + (TSS >> 12) * 4, TSS | 1);
    made.write32(tables + 0x1000 + (GDT >> 12) * 4, GDT | 1);
    made.cpu.set64(State.CR3, BigInt(tables));
    made.cpu.set64(State.CR0, 0x80010011n);
    made.cpu.stateReplaced();
    made.execute(`ljmp ${TASK_2}, 0`);
    assert.equal(made.trap?.vector, 14);
    assert.equal(made.cpu.get64(State.CR2) >> 12n, BigInt(TSS >> 12));
    assert.equal(descriptorType(made, Select.tss), 0x8b);
    assert.equal(descriptorType(made, TASK_2), 0x89);
  });

  it('a task gate that leads to a code segment is #GP with the selector', () => {
    const made = bench();
    made.gate(IDT + 0x80 * 8, Select.code, 0, 0x85);
    assert.equal(made.execute('int 0x80').outcome, `#GP(${Select.code.toString(16)}) at +0`);
  });

  it('IRET back to a task that is not busy is #TS with the link', () => {
    const made = bench();
    made.write16(TSS, TASK_2);
    made.cpu.set64(State.RFLAGS, 0x4002n);
    assert.equal(made.execute('iret').outcome, '#TS(a0) at +0');
  });

  const broken: readonly (readonly [string, number, number, string])[] = [
    ['a null stack segment', field.ss, 0, '#TS(0)'],
    ['a stack of another privilege level', field.ss, Select.userData, `#TS(20)`],
    ['a data segment for code', field.cs, Select.data, '#TS(10)'],
    ['a data segment that is not present', field.es, Select.notPresent, '#NP(60)'],
  ];
  for (const [title, at, selector, outcome] of broken)
    it(`${title} in the new TSS is ${outcome} in the new task`, () => {
      const made = bench();
      made.gate(IDT + 10 * 8, Select.tss, 0, 0x85);
      made.idtEntry(10, 0x8e);
      made.write16(TSS_2 + at, selector);
      made.write32(TSS_2 + 4, STACK_2);
      made.write16(TSS_2 + 8, Select.data);
      made.load(`ljmp ${TASK_2}, 0`);
      // Without a stack the handler cannot be entered: a task gate back shows the fault, else the handler itself.
      if (selector === 0 || at === field.ss) {
        made.gate(IDT + 10 * 8, 0xb0, 0, 0x85);
        made.descriptor(0xb0, 0x7c00, 0x67, TSS_32);
        made.write(0x7c00, made.cpu.physical.read(BigInt(TSS_2), 0x68) ?? []);
        made.write16(0x7c00 + field.ss, Select.data);
        made.run();
        assert.equal(made.cpu.segment(Seg.TR).selector, 0xb0);
        assert.equal(made.read32(STACK_2 - 4), selector & 0xfffc);
        assert.equal(made.read32(TSS_2 + field.eip), CODE_2);
        return;
      }
      made.run();
      assert.equal(made.outcome, `${outcome} at +${CODE_2 - CODE}`);
      assert.equal(made.cpu.segment(Seg.TR).selector, TASK_2);
    });

  /** IRET returns to the task that the running one's TSS names. */
  const nested = (made: Bench, link: number) => {
    made.write16(TSS, link);
    made.cpu.set64(State.RFLAGS, 0x4002n);
  };
  const reasons: readonly (readonly [FaultReasonId, RegExp, (made: Bench) => void, string?])[] = [
    ['TASK_IN_LDT', /Selector 0xa4 of the task/, (made) => nested(made, TASK_2 | 4), 'iret'],
    ['TASK_TYPE', /Selector 0xa0 names no TSS .*descriptor 0x89/, (made) => nested(made, TASK_2), 'iret'],
    [
      'TASK_NOT_PRESENT',
      /TSS of selector 0xa0 is not present/,
      (made) => made.descriptor(TASK_2, TSS_2, 0x67, 9),
    ],
    ['TASK_LIMIT', /its limit is 0x66/, (made) => made.descriptor(TASK_2, TSS_2, 0x66, TSS_32)],
    [
      'TASK_LEFT_LIMIT',
      /TSS of selector 0x38 has the limit 0x30/,
      (made) =>
        made.cpu.setSegment(Seg.TR, { selector: Select.tss, base: BigInt(TSS), limit: 0x30, access: 0x8b }),
    ],
    [
      'TASK_PDPTES',
      /CR3 0x3000, whose page-directory-pointer entries/,
      (made) => {
        made.write64(0x1000, 0x2001n);
        made.write64(0x2000, 0x83n);
        made.write64(0x3000, 0x2003n);
        made.cpu.set64(State.CR4, 0x20n);
        made.cpu.set64(State.CR3, 0x1000n);
        made.cpu.set64(State.CR0, made.cpu.get64(State.CR0) | 0x80000000n);
        made.cpu.set64(State.PDPTE, 0x2001n);
        made.cpu.stateReplaced();
        made.write32(TSS_2 + field.cr3, 0x3000);
      },
    ],
    ['TASK_STACK_NULL', /null selector 0x0 in SS/, (made) => made.write16(TSS_2 + field.ss, 0)],
    ['TASK_CODE_NULL', /null selector 0x0 in CS/, (made) => made.write16(TSS_2 + field.cs, 0)],
    ['TASK_LDT_IN_LDT', /LDT selector 0x4 of the new task/, (made) => made.write16(TSS_2 + 0x60, 4)],
    [
      'TASK_LDT_TYPE',
      /LDT selector 0x10 of the new task names no LDT/,
      (made) => made.write16(TSS_2 + 0x60, Select.data),
    ],
  ];
  for (const [id, shows, prepare, source = `ljmp ${TASK_2}, 0`] of reasons)
    it(proves('fault-reasons', id, `${id}: ${faultReasonById.get(id)!.text}`), () => {
      const made = bench();
      prepare(made);
      made.execute(source);
      const [first] = readFaultChain(made.cpu.memory).links;
      assert.equal(first?.cause?.reason, id, made.outcome);
      assert.match(causeText(first.cause), shows);
    });

  it('in IA-32e mode JMP to a TSS is #GP with its selector', () => {
    const made = Bench.long();
    made.descriptor(Select.callGate, TSS_2, 0x67, TSS_32);
    made.write32(0x40000, 0);
    made.write16(0x40004, Select.callGate);
    assert.equal(made.execute('jmp fword ptr [0x40000]').outcome, '#GP(48) at +0');
  });

  it('the stack pointer of the old task is the one before a nested interrupt', () => {
    const made = bench();
    made.gate(IDT + 0x80 * 8, TASK_2, 0, 0x85);
    made.execute('push eax; int 0x80');
    assert.equal(made.read32(TSS + field.esp), STACK - 4);
  });
});
