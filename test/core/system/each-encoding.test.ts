// Encodings that no comparison with the host's CPU reaches, as user mode cannot execute them or sees nothing of them: ports, segment
// registers, descriptor tables, hints. One program each, with the encoding written out where an assembler has a choice.
import assert from 'node:assert/strict';
import { Gpr, Seg, State } from '../../../src/abi/state-block';
import { proves } from '../../support/proves';
import { Bench, DATA, LDT, Select, STACK } from './bench';

interface Case {
  /** Ids of the instructions, as coverage/tables.ts makes them. */
  rows: string | string[];
  bench?: () => Bench;
  source: string;
  setup?: (bench: Bench) => void;
  /** What to look at after HLT, and what it must be. */
  sees: (bench: Bench) => unknown;
  is: unknown;
}

const long = () => Bench.long();
const protect = () => Bench.protected();
const rax = (bench: Bench) => bench.reg(Gpr.RAX);
const written = (bench: Bench) => bench.written;
const low16 = (value: bigint) => Number(value & 0xffffn);

const port = (bench: Bench) => void bench.ports.set(0x60, 0x5a);
const ports: Case[] = [
  { rows: 'IN: E4 ib', source: 'mov rax, -1; in al, 0x60', setup: port, sees: rax, is: 0xffffffffffffff5an },
  { rows: 'IN: E5 ib', source: 'mov rax, -1; in eax, 0x60', setup: port, sees: rax, is: 0x5an },
  {
    rows: 'IN: EC',
    source: 'mov rax, -1; mov dx, 0x60; in al, dx',
    setup: port,
    sees: rax,
    is: 0xffffffffffffff5an,
  },
  {
    rows: 'IN: ED',
    source: 'mov rax, -1; mov dx, 0x60; in ax, dx',
    setup: port,
    sees: rax,
    is: 0xffffffffffff005an,
  },
  {
    rows: 'OUT: E6 ib',
    source: 'mov eax, 0x1234; out 0x80, al',
    sees: written,
    is: [{ port: 0x80, size: 1, value: 0x34 }],
  },
  {
    rows: 'OUT: E7 ib',
    source: 'mov eax, 0x1234; out 0x80, ax',
    sees: written,
    is: [{ port: 0x80, size: 2, value: 0x1234 }],
  },
  {
    rows: 'OUT: EE',
    source: 'mov eax, 0x1234; mov dx, 0x180; out dx, al',
    sees: written,
    is: [{ port: 0x180, size: 1, value: 0x34 }],
  },
  {
    rows: 'OUT: EF',
    source: 'mov eax, 0x1234; mov dx, 0x180; out dx, eax',
    sees: written,
    is: [{ port: 0x180, size: 4, value: 0x1234 }],
  },
  ...(['b', 'w', 'd'] as const).flatMap((letter, i): Case[] => {
    const size = 2 ** i;
    const value = 0x04030201 & (2 ** (8 * size) - 1);
    return [
      {
        rows: letter === 'b' ? 'INSB: 6C' : 'INSW/INSD: 6D',
        source: `mov edi, ${DATA}; mov dx, 0x60; ins${letter}`,
        setup: (bench) => void bench.ports.set(0x60, value),
        sees: (bench) => [bench.read32(DATA), bench.reg(Gpr.RDI)],
        is: [value, BigInt(DATA + size)],
      },
      {
        rows: letter === 'b' ? 'OUTSB: 6E' : 'OUTSW/OUTSD: 6F',
        source: `mov esi, ${DATA}; mov dx, 0x60; outs${letter}`,
        setup: (bench) => bench.write32(DATA, 0x04030201),
        sees: written,
        is: [{ port: 0x60, size, value }],
      },
    ];
  }),
];

const pushes: Case[] = [
  ['PUSH: 06', 'es', Select.readOnly],
  ['PUSH: 0E', 'cs', Select.code],
  ['PUSH: 16', 'ss', Select.data],
  ['PUSH: 1E', 'ds', Select.readOnly],
  ['PUSH: 0F A0', 'fs', Select.readOnly],
  ['PUSH: 0F A8', 'gs', Select.readOnly],
].map(([row, register, selector]): Case => {
  const own = register === 'cs' || register === 'ss';
  return {
    rows: `${row}`,
    bench: protect,
    source: `${own ? '' : `mov eax, ${selector}; mov ${register}, eax;`} push ${register}`,
    sees: (bench) => [low16(BigInt(bench.read32(STACK - 4))), bench.reg(Gpr.RSP)],
    is: [selector, BigInt(STACK - 4)],
  };
});

const segmentLoads: Case[] = (
  [
    ['POP: 07', 'LES: C4 /r', 'es', Seg.ES],
    ['POP: 17', 'LSS: 0F B2 /r', 'ss', Seg.SS],
    ['POP: 1F', 'LDS: C5 /r', 'ds', Seg.DS],
    ['POP: 0F A1', 'LFS: 0F B4 /r', 'fs', Seg.FS],
    ['POP: 0F A9', 'LGS: 0F B5 /r', 'gs', Seg.GS],
  ] as const
).flatMap(([pop, far, register, index]): Case[] => {
  const selector = register === 'ss' ? Select.data : Select.readOnly;
  const loaded = (bench: Bench) => bench.cpu.segment(index).selector;
  return [
    {
      rows: pop,
      bench: protect,
      source: `push ${selector}; pop ${register}`,
      sees: (bench) => [loaded(bench), bench.reg(Gpr.RSP)],
      is: [selector, BigInt(STACK)],
    },
    {
      rows: far,
      bench: protect,
      source: `l${register} ebx, [${DATA}]`,
      setup: (bench) => {
        bench.write32(DATA, 0x12345678);
        bench.write16(DATA + 4, selector);
      },
      sees: (bench) => [loaded(bench), bench.reg(Gpr.RBX)],
      is: [selector, 0x12345678n],
    },
  ];
});

const FSGSBASE = 'mov rax, cr4; bts eax, 16; mov cr4, rax;';
const segments: Case[] = [
  {
    rows: 'MOV: 8C /r',
    bench: protect,
    source: `mov eax, ${Select.readOnly}; mov fs, eax; mov ebx, fs`,
    sees: (bench) => bench.reg(Gpr.RBX),
    is: BigInt(Select.readOnly),
  },
  {
    rows: 'MOV: 8E /r',
    bench: protect,
    source: `mov eax, ${Select.userData}; mov gs, eax`,
    sees: (bench) => bench.cpu.segment(Seg.GS).selector,
    is: Select.userData,
  },
  {
    rows: ['WRFSBASE: F3 0F AE /2', 'RDFSBASE: F3 0F AE /0'],
    source: `${FSGSBASE} mov rbx, 0xffff800000001000; wrfsbase rbx; rdfsbase rcx`,
    sees: (bench) => [bench.cpu.segment(Seg.FS).base, bench.reg(Gpr.RCX)],
    is: [0xffff800000001000n, 0xffff800000001000n],
  },
  {
    rows: ['WRGSBASE: F3 0F AE /3', 'RDGSBASE: F3 0F AE /1'],
    source: `${FSGSBASE} mov rbx, -1; wrgsbase ebx; rdgsbase rcx`,
    sees: (bench) => [bench.cpu.segment(Seg.GS).base, bench.reg(Gpr.RCX)],
    is: [0xffffffffn, 0xffffffffn],
  },
  {
    rows: ['LLDT: 0F 00 /2', 'SLDT: 0F 00 /0'],
    bench: protect,
    source: `mov eax, ${Select.ldt}; lldt ax; sldt ebx`,
    sees: (bench) => [bench.cpu.segment(Seg.LDTR).base, bench.reg(Gpr.RBX)],
    is: [BigInt(LDT), BigInt(Select.ldt)],
  },
  {
    rows: ['LIDT: 0F 01 /3', 'SIDT: 0F 01 /1'],
    source: `lidt [${DATA}]; sidt [${DATA + 16}]`,
    setup: (bench) => {
      bench.write16(DATA, 0xabc);
      bench.write64(DATA + 2, 0xffff800012340000n);
    },
    sees: (bench) => [
      bench.cpu.get64(State.IDTR_BASE),
      bench.cpu.get32(State.IDTR_LIMIT),
      bench.read32(DATA + 16) & 0xffff,
      bench.read64(DATA + 18),
    ],
    is: [0xffff800012340000n, 0xabc, 0xabc, 0xffff800012340000n],
  },
  { rows: 'SMSW: 0F 01 /4', source: 'smsw rbx', sees: (bench) => bench.reg(Gpr.RBX), is: 0x80010031n },
  {
    rows: 'JMP: FF /5',
    source: `jmp fword ptr [${DATA}]; ud2`,
    setup: (bench) => {
      bench.load('mov ebx, cs; hlt', 32, 0x30000);
      bench.write32(DATA, 0x30000);
      bench.write16(DATA + 4, Select.code32);
    },
    sees: (bench) => bench.reg(Gpr.RBX),
    is: BigInt(Select.code32),
  },
  { rows: 'CLI: FA', source: 'sti; nop; cli; pushfq; pop rax', sees: (bench) => rax(bench) & 0x200n, is: 0n },
  {
    rows: 'POPA/POPAD: 61',
    bench: protect,
    source: 'push 1; push 2; push 3; push 4; push 5; push 6; push 7; push 8; popa',
    sees: (bench) => [0, 1, 2, 3, 4, 5, 6, 7].map((i) => bench.reg(i)),
    is: [1n, 2n, 3n, 4n, BigInt(STACK), 6n, 7n, 8n],
  },
];

describe('encodings of system instructions', () => {
  for (const { rows, bench: make = long, source, setup, sees, is } of [
    ...ports,
    ...pushes,
    ...segmentLoads,
    ...segments,
  ])
    it(proves('instructions', rows, `${[rows].flat().join(', ')}: ${source}`), () => {
      const bench = make();
      setup?.(bench);
      bench.execute(`${source}; hlt`);
      assert.match(bench.outcome, /^halted/);
      assert.deepEqual(sees(bench), is);
    });

  for (const row of ['UD1: 0F B9 /r', 'UD0: 0F FF /r', 'UD2: 0F 0B'])
    it(proves('instructions', row, `${row} is #UD, with its operand unread`), () => {
      const [, code] = row.split(': ');
      const bytes = code!
        .replace(' /r', ' 00')
        .split(' ')
        .map((byte) => `0x${byte}`);
      assert.equal(Bench.long().execute(`mov eax, -1; .byte ${bytes.join()}`).outcome, '#UD at +5');
    });
});
