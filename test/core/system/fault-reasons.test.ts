// Each rule of isa/fault-reasons that the core applies to deliveries and to memory: a program that breaks it, and the sentence that names
// the values.
import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { readFaultChain } from '../../../src/cpu/fault-chain';
import { causeText, chainLines } from '../../../src/decode/fault-text';
import { faultReasonById, type FaultReasonId } from '../../../src/isa/fault-reasons';
import type { deliveryReasons } from '../../../src/isa/fault-reasons/delivery';
import type { memoryReasons } from '../../../src/isa/fault-reasons/memory';
import { Bench, CODE, IDT, Select, STACK, TSS } from './bench';
import { proves } from '../../support/proves';

interface Case {
  bench?: () => Bench;
  setup?: (bench: Bench) => void;
  source: string;
  /** What the sentence must show. */
  shows: RegExp;
}

type Covered = (typeof deliveryReasons)[number]['id'] | (typeof memoryReasons)[number]['id'];

const UNMAPPED = 0x1000000;
/** Page directory entry of the 2 MiB from 0xe00000 on, which nothing here uses. */
const LAST_PDE = 0x3000 + 7 * 8;
const LAST = 0xe00000;
const user = () => Bench.long(3);

const cases: Record<Covered, Case> = {
  IDT_LIMIT: {
    setup: (bench) => bench.cpu.set32(State.IDTR_LIMIT, 0x5f),
    source: 'ud2',
    shows: /vector #UD \(6\): the IDTR limit is 0x5f/,
  },
  IDT_GATE_TYPE: {
    setup: (bench) => bench.idtEntry(6, 0x8c),
    source: 'ud2',
    shows: /vector #UD \(6\) is no gate for this mode: 0x[0-9a-f]{4}8c/,
  },
  IDT_GATE_DPL: { bench: user, source: 'int 0x30', shows: /vector 0x30 has a DPL below the CPL/ },
  IDT_GATE_NOT_PRESENT: {
    setup: (bench) => bench.idtEntry(6, 0x0e),
    source: 'ud2',
    shows: /vector #UD \(6\) is not present/,
  },
  HANDLER_CODE_NULL: {
    setup: (bench) => bench.idtEntry(6, 0x8e, 3),
    source: 'ud2',
    shows: /null selector 0x3/,
  },
  HANDLER_CODE_TYPE: {
    setup: (bench) => bench.idtEntry(6, 0x8e, Select.data),
    source: 'ud2',
    shows: /selector 0x10, whose descriptor is no code segment: 0xcf93000000ffff/,
  },
  HANDLER_CODE_DPL: {
    setup: (bench) => bench.idtEntry(6, 0x8e, Select.userCode & ~3),
    source: 'ud2',
    shows: /selector 0x28, whose DPL is above the CPL/,
  },
  HANDLER_CODE_NOT_64_BIT: {
    setup: (bench) => bench.idtEntry(6, 0x8e, Select.code32),
    source: 'ud2',
    shows: /selector 0x30, which is no 64-bit code segment/,
  },
  HANDLER_CODE_NOT_PRESENT: {
    setup: (bench) => bench.descriptor(Select.code, 0, 0xfffff, 0xa01b),
    source: 'ud2',
    shows: /selector 0x8, whose code segment is not present/,
  },
  HANDLER_CODE_VIRTUAL_8086: {
    bench: () => Bench.protected(),
    setup: (bench) => bench.idtEntry(6, 0x8e, Select.conforming),
    // To virtual-8086 mode by IRET: GS FS DS ES SS ESP EFLAGS CS EIP.
    source: `push 0; push 0; push 0; push 0; push 0; push 0x9000; push 0x20002; push ${CODE >> 4}; push 0x40; iretd;
      .org 0x40; ud2`,
    shows: /selector 0x58 has descriptor/,
  },
  HANDLER_OFFSET_NOT_CANONICAL: {
    setup: (bench) => bench.write64(IDT + 6 * 16 + 8, 0x12340000n),
    source: 'ud2',
    shows: /The handler address in the IDT entry, 0x12340000000[0-9a-f]+, is not canonical/,
  },
  HANDLER_OFFSET_LIMIT: {
    bench: () => Bench.protected(),
    setup: (bench) => bench.gate(IDT + 6 * 8, Select.code16, 0x20060, 0x8e),
    source: 'ud2',
    shows: /The handler address in the IDT entry, 0x20060, is beyond the limit of its code segment, 0xffff/,
  },
  TSS_STACK_LIMIT: {
    setup: (bench) => {
      bench.idtEntry(6, 0x8e, Select.code, 7);
      bench.cpu.setSegment(Seg.TR, { selector: Select.tss, base: BigInt(TSS), limit: 0x53, access: 0x8b });
    },
    source: 'ud2',
    shows: /at offset 0x54 of the TSS, beyond the TR limit 0x53/,
  },
  TSS_STACK_NOT_CANONICAL: {
    setup: (bench) => {
      bench.idtEntry(6, 0x8e, Select.code, 1);
      bench.write64(TSS + 36, 0x8000_0000_0000n);
    },
    source: 'ud2',
    shows: /The stack pointer 0x800000000000 at offset 0x24 of the TSS/,
  },
  TSS_STACK_NULL: {
    bench: () => Bench.protected(3),
    setup: (bench) => bench.write16(TSS + 8, 0),
    source: 'ud2',
    shows: /null selector for the stack of privilege level 0/,
  },
  STACK_NOT_CANONICAL: {
    setup: (bench) => bench.cpu.setGpr(Gpr.RSP, 0x8000_0000_0100n),
    source: 'ud2',
    shows: /The stack address 0x8000000000f8 is not canonical/,
  },
  STACK_LIMIT: {
    bench: () => Bench.protected(),
    setup: (bench) =>
      bench.cpu.setSegment(Seg.SS, { selector: Select.data, base: 0n, limit: 0xfff, access: 0x4093 }),
    source: 'ud2',
    shows: new RegExp(
      `The stack offset 0x${(STACK - 4).toString(16)} is outside its segment, whose limit is 0xfff`,
    ),
  },
  REAL_IDT_LIMIT: {
    bench: () => Bench.real(),
    setup: (bench) => bench.cpu.set32(State.IDTR_LIMIT, 0x10),
    source: 'ud2',
    shows: /vector #UD \(6\): the IDTR limit is 0x10/,
  },
  LINEAR_NOT_CANONICAL: {
    source: 'mov rax, 0x800000000000; mov [rax], rcx',
    shows: /linear address 0x800000000000 is not canonical/,
  },
  SEGMENT_UNUSABLE: {
    bench: () => Bench.protected(),
    source: 'xor eax, eax; mov fs, eax; mov eax, fs:[0x24]',
    shows: /The offset 0x24 is in a segment whose register holds a null selector/,
  },
  SEGMENT_TYPE: {
    bench: () => Bench.protected(),
    source: `mov eax, ${Select.readOnly}; mov fs, eax; mov fs:[0x24], eax`,
    shows: /The offset 0x24 is in a segment whose type does not allow the access: access rights 0xc091/,
  },
  SEGMENT_LIMIT: {
    bench: () => Bench.protected(),
    source: `mov eax, ${Select.code16}; mov fs, eax; mov eax, fs:[0xfffd]`,
    shows: /The offset 0xfffd is outside its segment, whose limit is 0xffff/,
  },
  FETCH_NOT_CANONICAL: {
    setup: (bench) => bench.cpu.set64(State.RIP, 0x8000_0000_0000n),
    source: 'nop',
    shows: /RIP 0x800000000000 is not canonical/,
  },
  FETCH_LIMIT: {
    bench: () => Bench.protected(),
    setup: (bench) => {
      bench.cpu.setSegment(Seg.CS, { selector: Select.code, base: 0n, limit: CODE, access: 0x409b });
      bench.cpu.stateReplaced();
    },
    source: 'nop; nop',
    shows: /EIP 0x10001 is beyond the limit of CS, 0x10000/,
  },
  DESCRIPTOR_LIMIT: {
    setup: (bench) => bench.cpu.set32(State.GDTR_LIMIT, 0x3f),
    source: 'mov eax, 0x78; mov ds, eax',
    shows: /Selector 0x78 names a descriptor beyond the limit of its table, 0x3f/,
  },
  PAGE_NOT_PRESENT: {
    source: `mov rax, [${UNMAPPED}]`,
    shows: /Address 0x1000000 is not mapped: its PDE at 0x3040 is 0x0, not present/,
  },
  PAGE_RESERVED_BIT: {
    setup: (bench) => bench.write64(LAST_PDE, BigInt(LAST) | 0x2087n),
    source: `mov rax, [${LAST}]`,
    shows: /Address 0xe00000: its PDE at 0x3038 is 0xe02087, with a reserved bit set/,
  },
  PAGE_READ_ONLY: {
    setup: (bench) => bench.write64(LAST_PDE, BigInt(LAST) | 0x85n),
    source: `mov [${LAST}], rax`,
    shows: /Address 0xe00000 is not writable: its PDE at 0x3038 is 0xe00085, R\/W \(bit 1\) 0/,
  },
  PAGE_SUPERVISOR: {
    bench: user,
    setup: (bench) => bench.write64(LAST_PDE, BigInt(LAST) | 0x83n),
    source: `mov rax, [${LAST}]`,
    shows: /Address 0xe00000 is not for CPL 3: its PDE at 0x3038 is 0xe00083, U\/S/,
  },
  PAGE_NO_EXECUTE: {
    setup: (bench) => {
      bench.write64(LAST_PDE, BigInt(LAST) | 0x8000_0000_0000_0087n);
      bench.cpu.set64(State.EFER, 0xd01n);
    },
    source: `mov eax, ${LAST}; jmp rax`,
    shows: /Address 0xe00000 is not executable: its PDE at 0x3038 is 0x8000000000e00087, XD/,
  },
  PAGE_SMEP: {
    setup: (bench) => supervisorCode(bench, 0x100020n),
    source: `mov eax, ${LAST}; jmp rax`,
    shows: /CR4\.SMEP keeps the supervisor from executing there: PDE at 0x3038/,
  },
  PAGE_SMAP: {
    setup: (bench) => supervisorCode(bench, 0x200020n),
    source: `mov rax, [${LAST}]`,
    shows: /CR4\.SMAP keeps the supervisor from it: PDE at 0x3038/,
  },
  PAGE_KEY: {
    setup: (bench) => {
      bench.write64(LAST_PDE, BigInt(LAST) | 0x2800_0000_0000_0087n);
      bench.cpu.set32(State.PKRU, 1 << 10);
      bench.cpu.set64(State.CR4, 0x400020n);
      bench.cpu.stateReplaced();
    },
    source: `mov rax, [${LAST}]`,
    shows:
      /PKRU does not allow the access to address 0xe00000: the protection key is in bits 62:59 of its PDE at 0x3038/,
  },
};

/** The first 2 MiB, with code and tables, become the supervisor's. */
function supervisorCode(bench: Bench, cr4: bigint): void {
  bench.write64(0x3000, 0x83n);
  bench.cpu.set64(State.CR4, cr4);
  bench.cpu.stateReplaced();
}

function run({ bench: make = () => Bench.long(), setup, source }: Case): Bench {
  const bench = make();
  // The source first: a case may move RIP, or take rights away.
  bench.load(source);
  setup?.(bench);
  bench.run();
  return bench;
}

describe('reasons of faults: delivery and memory', () => {
  for (const [id, expected] of Object.entries(cases) as [FaultReasonId, Case][]) {
    it(proves('fault-reasons', id, `${id}: ${faultReasonById.get(id)!.text}`), () => {
      const { links } = readFaultChain(run(expected).cpu.memory);
      const link = links.find(({ cause }) => cause?.reason === id);
      assert.ok(link?.cause, `reasons: ${links.map(({ cause }) => cause?.reason).join(', ')}`);
      assert.match(causeText(link.cause), expected.shows);
    });
  }

  it('names the entry of a higher level that withholds the right', () => {
    const bench = run({
      setup: (made) => made.write64(0x2000, 0x3005n),
      source: `mov [${LAST}], rax`,
      shows: /./,
    });
    // The handler's stack is not writable either: the last link is the push of the double fault.
    const [first] = readFaultChain(bench.cpu.memory).links;
    assert.match(causeText(first!.cause!), /its PDPTE at 0x2000 is 0x3025/);
  });
});

describe('the chain of a triple fault', () => {
  it('tells the first exception, and why each after it could not be delivered', () => {
    const bench = run({
      setup: (made) => made.cpu.set32(State.IDTR_LIMIT, 0),
      source: 'nop; ud2',
      shows: /./,
    });
    assert.equal(bench.cpu.get32(State.STOP), Stop.SHUTDOWN);
    assert.deepEqual(chainLines(readFaultChain(bench.cpu.memory), 'L0'), [
      'First #UD in L0 at RIP 0x10001, CPL 0: The bytes at RIP are no instruction of this processor in this mode.',
      '#UD could not be delivered: #GP(0x33): The IDT has no entry for vector #UD (6): the IDTR limit is 0x0.',
      '#GP(0x33) could not be delivered: #GP(0x6b): The IDT has no entry for vector #GP (13): the IDTR limit is 0x0.',
      '#DF(0) could not be delivered: #GP(0x43): The IDT has no entry for vector #DF (8): the IDTR limit is 0x0.',
    ]);
  });

  it('begins with the interrupt whose delivery met the first fault', () => {
    const bench = Bench.long();
    bench.load('sti; nop; hlt');
    bench.cpu.set32(State.GDTR_LIMIT, 0);
    bench.interrupt(0x60);
    bench.run();
    const [first, second] = chainLines(readFaultChain(bench.cpu.memory), 'L1');
    assert.match(first!, /^First external interrupt 0x60 in L1 at RIP 0x10002, CPL 0\.$/);
    assert.match(second!, /^external interrupt 0x60 could not be delivered: #GP\(0x9\): Selector 0x8 names/);
  });

  it('is forgotten once an exception is delivered', () => {
    const bench = Bench.long().execute(`ud2`);
    assert.equal(readFaultChain(bench.cpu.memory).links.length, 1);
    assert.equal(bench.outcome, '#UD at +0');
  });
});
