/**
 * Instructions as rows for random sequences: encoding, operand sizes and modes, and what the SDM (Vol. 2) says of the
 * arithmetic flags: written, left undefined, read.
 */

export const CF = 1;
export const PF = 4;
export const AF = 0x10;
export const ZF = 0x40;
export const SF = 0x80;
export const OF = 0x800;
export const ALL = CF | PF | AF | ZF | SF | OF;

/** Operand widths in bytes. */
export type Width = 1 | 2 | 4 | 8;

export interface Row {
  name: string;
  opcode: readonly number[];
  /** ModRM.reg: a register or a group number. Absent: no ModRM. */
  modrm?: 'reg' | number;
  form?: 'register' | 'memory';
  /** Operand widths; an instruction of bytes only has [1]. Width 8 exists in 64-bit code only. */
  widths: readonly Width[];
  /** Width of the rm operand where it is not that of the register: MOVZX and the like. */
  rmWidth?: Width;
  /** Immediate: bytes, 'z' = width but at most 4, 'v' = width. */
  immediate?: number | 'z' | 'v';
  /** The last opcode byte holds a register. */
  plus?: boolean;
  prefix?: number;
  /** The width 8 needs no REX.W and 4 does not exist in 64-bit code. */
  stack?: boolean;
  /** Modes it exists in; absent: all. */
  modes?: readonly (16 | 32 | 64)[];
  /** LOCK may stand before its memory form. */
  lockable?: boolean;
  /** Flags that are defined after it; those that are not; those it uses. */
  writes?: number;
  undefines?: number;
  reads?: number;
  /** A count that may be 0: whatever it says of flags may not happen. */
  counted?: boolean;
  /** Only in this share of picks (0..1). */
  share?: number;
}

const W: readonly Width[] = [2, 4, 8];
const LEGACY = [16, 32] as const;
const logic = { writes: ALL & ~AF, undefines: AF };
const bit = { writes: CF, undefines: OF | SF | AF | PF };

/** One row for bytes and one for the other widths, opcode + 1. */
function both(row: Omit<Row, 'widths'>): Row[] {
  const last = row.opcode.length - 1;
  const wide = row.opcode.map((byte, i) => (i === last ? byte + 1 : byte));
  return [
    { ...row, widths: [1] },
    { ...row, opcode: wide, widths: W },
  ];
}

function arithmetic(): Row[] {
  return ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'].flatMap((name, i): Row[] => {
    const flags = [1, 4, 6].includes(i) ? logic : { writes: ALL, reads: i === 2 || i === 3 ? CF : 0 };
    const locked = i === 7 ? {} : { lockable: true };
    return [
      ...both({ name, opcode: [i * 8], modrm: 'reg', ...flags, ...locked }),
      ...both({ name, opcode: [i * 8 + 2], modrm: 'reg', ...flags }),
      ...both({ name, opcode: [i * 8 + 4], immediate: 'z', ...flags }),
      ...both({ name, opcode: [0x80], modrm: i, immediate: 'z', ...flags, ...locked }),
      { name, opcode: [0x83], modrm: i, immediate: 1, widths: W, ...flags, ...locked },
      { name, opcode: [0x82], modrm: i, immediate: 1, widths: [1], modes: LEGACY, share: 0.1, ...flags },
    ];
  });
}

function shifts(): Row[] {
  return ['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'sal', 'sar'].flatMap((name, i): Row[] => {
    const rotate = i < 4;
    const reads = i === 2 || i === 3 ? CF : 0;
    const one = rotate ? { writes: CF | OF, reads } : { writes: ALL & ~AF, undefines: AF };
    // CF is undefined too when bytes and words are shifted (not arithmetically) by their width or more.
    const many = { ...one, undefines: (rotate ? 0 : AF) | OF, counted: true };
    const far = { ...many, undefines: many.undefines | (i >= 4 && i < 7 ? CF : 0) };
    const rows: Row[] = [...both({ name, opcode: [0xd0], modrm: i, ...one })];
    for (const [opcode, immediate] of [
      [0xc0, { immediate: 1 }],
      [0xd2, {}],
    ] as const)
      rows.push(
        { name, opcode: [opcode], modrm: i, widths: [1], ...immediate, ...far },
        { name, opcode: [opcode + 1], modrm: i, widths: [2], ...immediate, ...far },
        { name, opcode: [opcode + 1], modrm: i, widths: [4, 8], ...immediate, ...many },
      );
    return rows;
  });
}

function conditions(): Row[] {
  const reads = [
    OF,
    OF,
    CF,
    CF,
    ZF,
    ZF,
    CF | ZF,
    CF | ZF,
    SF,
    SF,
    PF,
    PF,
    SF | OF,
    SF | OF,
    ZF | SF | OF,
    ZF | SF | OF,
  ];
  return reads.flatMap((mask, i): Row[] => [
    { name: `set${i}`, opcode: [0x0f, 0x90 + i], modrm: 0, widths: [1], reads: mask },
    { name: `cmov${i}`, opcode: [0x0f, 0x40 + i], modrm: 'reg', widths: W, reads: mask },
  ]);
}

const bits: Row[] = [0xa3, 0xab, 0xb3, 0xbb].flatMap((opcode, i): Row[] => [
  { name: `bt${i}`, opcode: [0x0f, opcode], modrm: 'reg', form: 'register', widths: W, ...bit },
  {
    name: `bt${i} imm`,
    opcode: [0x0f, 0xba],
    modrm: 4 + i,
    immediate: 1,
    widths: W,
    lockable: i > 0,
    ...bit,
  },
]);

export const rows: readonly Row[] = [
  ...arithmetic(),
  ...shifts(),
  ...conditions(),
  ...bits,
  ...both({ name: 'test', opcode: [0x84], modrm: 'reg', ...logic }),
  ...both({ name: 'test', opcode: [0xa8], immediate: 'z', ...logic }),
  ...both({ name: 'test', opcode: [0xf6], modrm: 0, immediate: 'z', ...logic }),
  ...both({ name: 'test alias', opcode: [0xf6], modrm: 1, immediate: 'z', share: 0.1, ...logic }),
  ...both({ name: 'not', opcode: [0xf6], modrm: 2, lockable: true }),
  ...both({ name: 'neg', opcode: [0xf6], modrm: 3, lockable: true, writes: ALL }),
  ...both({ name: 'inc', opcode: [0xfe], modrm: 0, lockable: true, writes: ALL & ~CF }),
  ...both({ name: 'dec', opcode: [0xfe], modrm: 1, lockable: true, writes: ALL & ~CF }),
  { name: 'inc', opcode: [0x40], plus: true, widths: [2, 4], modes: LEGACY, writes: ALL & ~CF },
  { name: 'dec', opcode: [0x48], plus: true, widths: [2, 4], modes: LEGACY, writes: ALL & ~CF },
  ...both({ name: 'mul', opcode: [0xf6], modrm: 4, writes: CF | OF, undefines: SF | ZF | AF | PF }),
  ...both({ name: 'imul', opcode: [0xf6], modrm: 5, writes: CF | OF, undefines: SF | ZF | AF | PF }),
  ...both({ name: 'div', opcode: [0xf6], modrm: 6, undefines: ALL, share: 0.2 }),
  ...both({ name: 'idiv', opcode: [0xf6], modrm: 7, undefines: ALL, share: 0.2 }),
  {
    name: 'imul',
    opcode: [0x0f, 0xaf],
    modrm: 'reg',
    widths: W,
    writes: CF | OF,
    undefines: SF | ZF | AF | PF,
  },
  {
    name: 'imul',
    opcode: [0x69],
    modrm: 'reg',
    immediate: 'z',
    widths: W,
    writes: CF | OF,
    undefines: SF | ZF | AF | PF,
  },
  {
    name: 'imul',
    opcode: [0x6b],
    modrm: 'reg',
    immediate: 1,
    widths: W,
    writes: CF | OF,
    undefines: SF | ZF | AF | PF,
  },
  ...[0xa4, 0xac].flatMap((opcode): Row[] => {
    const flags = { writes: ALL & ~AF, undefines: AF | OF, counted: true };
    return [
      { name: 'shxd', opcode: [0x0f, opcode], modrm: 'reg', immediate: 1, widths: [4, 8], ...flags },
      { name: 'shxd cl', opcode: [0x0f, opcode + 1], modrm: 'reg', widths: [4, 8], ...flags },
    ];
  }),
  { name: 'bsf', opcode: [0x0f, 0xbc], modrm: 'reg', widths: W, writes: ZF, undefines: ALL & ~ZF },
  { name: 'bsr', opcode: [0x0f, 0xbd], modrm: 'reg', widths: W, writes: ZF, undefines: ALL & ~ZF },
  { name: 'popcnt', opcode: [0x0f, 0xb8], modrm: 'reg', prefix: 0xf3, widths: W, writes: ALL },
  ...both({ name: 'mov', opcode: [0x88], modrm: 'reg' }),
  ...both({ name: 'mov', opcode: [0x8a], modrm: 'reg' }),
  ...both({ name: 'mov', opcode: [0xc6], modrm: 0, immediate: 'z' }),
  { name: 'mov', opcode: [0xb0], plus: true, immediate: 1, widths: [1] },
  { name: 'mov', opcode: [0xb8], plus: true, immediate: 'v', widths: W },
  { name: 'movnti', opcode: [0x0f, 0xc3], modrm: 'reg', form: 'memory', widths: [4, 8] },
  { name: 'movbe', opcode: [0x0f, 0x38, 0xf0], modrm: 'reg', form: 'memory', widths: W },
  { name: 'movbe', opcode: [0x0f, 0x38, 0xf1], modrm: 'reg', form: 'memory', widths: W },
  { name: 'lea', opcode: [0x8d], modrm: 'reg', form: 'memory', widths: W },
  ...[0xb6, 0xbe].flatMap((opcode): Row[] => [
    { name: 'movzx/sx', opcode: [0x0f, opcode], modrm: 'reg', rmWidth: 1, widths: W },
    { name: 'movzx/sx', opcode: [0x0f, opcode + 1], modrm: 'reg', rmWidth: 2, widths: W },
  ]),
  // With an operand size of 16 bits the vendors disagree about what it reads.
  { name: 'movsxd', opcode: [0x63], modrm: 'reg', rmWidth: 4, widths: [4, 8], modes: [64] },
  ...both({ name: 'xchg', opcode: [0x86], modrm: 'reg', lockable: true }),
  { name: 'xchg', opcode: [0x90], plus: true, widths: W },
  ...both({ name: 'xadd', opcode: [0x0f, 0xc0], modrm: 'reg', lockable: true, writes: ALL }),
  ...both({ name: 'cmpxchg', opcode: [0x0f, 0xb0], modrm: 'reg', lockable: true, writes: ALL }),
  {
    name: 'cmpxchg8b',
    opcode: [0x0f, 0xc7],
    modrm: 1,
    form: 'memory',
    widths: [4, 8],
    lockable: true,
    writes: ZF,
    share: 0.5,
  },
  { name: 'bswap', opcode: [0x0f, 0xc8], plus: true, widths: [4, 8] },
  { name: 'cbw', opcode: [0x98], widths: W },
  { name: 'cwd', opcode: [0x99], widths: W },
  { name: 'lahf', opcode: [0x9f], widths: [1], reads: ALL & ~OF },
  { name: 'sahf', opcode: [0x9e], widths: [1], writes: ALL & ~OF },
  { name: 'clc', opcode: [0xf8], widths: [1], writes: CF },
  { name: 'stc', opcode: [0xf9], widths: [1], writes: CF },
  { name: 'cmc', opcode: [0xf5], widths: [1], writes: CF, reads: CF },
  { name: 'nop', opcode: [0x0f, 0x1f], modrm: 0, widths: [2, 4, 8] },
  { name: 'push', opcode: [0x50], plus: true, widths: [2, 4, 8], stack: true },
  { name: 'pop', opcode: [0x58], plus: true, widths: [2, 4, 8], stack: true },
  { name: 'push', opcode: [0x6a], immediate: 1, widths: [2, 4, 8], stack: true },
  { name: 'push', opcode: [0x68], immediate: 'z', widths: [2, 4, 8], stack: true },
  { name: 'push', opcode: [0xff], modrm: 6, widths: [2, 4, 8], stack: true },
  { name: 'pop', opcode: [0x8f], modrm: 0, widths: [2, 4, 8], stack: true },
  { name: 'pushf', opcode: [0x9c], widths: [2, 4, 8], stack: true, reads: ALL },
  { name: 'pusha', opcode: [0x60], widths: [2, 4], stack: true, modes: LEGACY, share: 0.3 },
  { name: 'into', opcode: [0xce], widths: [1], modes: LEGACY, reads: OF, share: 0.3 },
  { name: 'bound', opcode: [0x62], modrm: 'reg', form: 'memory', widths: [2, 4], modes: LEGACY, share: 0.2 },
  {
    name: 'daa',
    opcode: [0x27],
    widths: [1],
    modes: LEGACY,
    writes: ALL & ~OF,
    undefines: OF,
    reads: AF | CF,
  },
  {
    name: 'das',
    opcode: [0x2f],
    widths: [1],
    modes: LEGACY,
    writes: ALL & ~OF,
    undefines: OF,
    reads: AF | CF,
  },
  {
    name: 'aaa',
    opcode: [0x37],
    widths: [1],
    modes: LEGACY,
    writes: CF | AF,
    undefines: OF | SF | ZF | PF,
    reads: AF,
  },
  {
    name: 'aas',
    opcode: [0x3f],
    widths: [1],
    modes: LEGACY,
    writes: CF | AF,
    undefines: OF | SF | ZF | PF,
    reads: AF,
  },
  {
    name: 'aam',
    opcode: [0xd4],
    immediate: 1,
    widths: [1],
    modes: LEGACY,
    writes: SF | ZF | PF,
    undefines: OF | AF | CF,
  },
  {
    name: 'aad',
    opcode: [0xd5],
    immediate: 1,
    widths: [1],
    modes: LEGACY,
    writes: SF | ZF | PF,
    undefines: OF | AF | CF,
  },
  { name: 'salc', opcode: [0xd6], widths: [1], modes: LEGACY, reads: CF },
];
