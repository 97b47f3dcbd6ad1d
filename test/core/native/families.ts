/**
 * Families of user-mode instructions as rows: how to encode random members, and which flags the SDM leaves undefined.
 * Registers that hold addresses (RBX RBP RSI RDI R12 R13) are never written, so that a sequence cannot harm the harness.
 */

/** One way to encode: opcode bytes, what follows, and which operand sizes exist. */
export interface Template {
  name: string;
  /** Opcode bytes after prefixes. */
  opcode: readonly number[];
  /** ModRM.reg: 'reg' for a register operand, or a group number. Absent: no ModRM. */
  modrm?: 'reg' | number;
  /** Register form, memory form, or either. */
  form?: 'register' | 'memory' | 'both';
  /** Bytes of immediate, 'z' for the operand size up to 4, 'v' up to 8. */
  immediate?: number | 'z' | 'v';
  /** Operands are bytes. */
  byte?: boolean;
  /** Only byte registers on the rm side (MOVZX and the like, SETcc). */
  byteRm?: boolean;
  /** Prefix byte, such as F3. */
  prefix?: number;
  /** Allowed operand sizes in bits; default 16, 32, 64. */
  sizes?: readonly number[];
  /** Low 3 bits of the opcode's last byte are a register. */
  plusRegister?: boolean;
  lock?: boolean;
}

export interface Family {
  title: string;
  templates: readonly Template[];
  /** RFLAGS bits not compared. */
  undefinedFlags: bigint;
  /** Most instructions in a row. */
  length: number;
}

const CF = 1n;
const PF = 4n;
const AF = 0x10n;
const ZF = 0x40n;
const SF = 0x80n;
const OF = 0x800n;

const aluNames = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'];

function aluRows(indexes: readonly number[]): Template[] {
  return indexes.flatMap((i): Template[] => {
    const name = aluNames[i]!;
    return [
      { name, opcode: [i * 8], modrm: 'reg', byte: true },
      { name, opcode: [i * 8 + 1], modrm: 'reg' },
      { name, opcode: [i * 8 + 2], modrm: 'reg', byte: true },
      { name, opcode: [i * 8 + 3], modrm: 'reg' },
      { name, opcode: [i * 8 + 4], immediate: 1, byte: true },
      { name, opcode: [i * 8 + 5], immediate: 'z' },
      { name, opcode: [0x80], modrm: i, immediate: 1, byte: true },
      { name, opcode: [0x81], modrm: i, immediate: 'z' },
      { name, opcode: [0x83], modrm: i, immediate: 1 },
    ];
  });
}

function group(name: string, opcode: number, number: number): Template[] {
  return [
    { name, opcode: [opcode], modrm: number, byte: true },
    { name, opcode: [opcode + 1], modrm: number },
  ];
}

function shiftRows(numbers: readonly number[]): Template[] {
  const names = ['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'sal', 'sar'];
  return numbers.flatMap((n): Template[] => [
    { name: names[n]!, opcode: [0xc0], modrm: n, immediate: 1, byte: true },
    { name: names[n]!, opcode: [0xc1], modrm: n, immediate: 1 },
    ...group(names[n]!, 0xd0, n),
    ...group(names[n]!, 0xd2, n),
  ]);
}

const conditions = Array.from({ length: 16 }, (_, i) => i);

export const families: readonly Family[] = [
  { title: 'ADD ADC SUB SBB CMP', templates: aluRows([0, 2, 3, 5, 7]), undefinedFlags: 0n, length: 5 },
  {
    title: 'AND OR XOR TEST NOT',
    templates: [
      ...aluRows([1, 4, 6]),
      { name: 'test', opcode: [0x84], modrm: 'reg', byte: true },
      { name: 'test', opcode: [0x85], modrm: 'reg' },
      { name: 'test', opcode: [0xa9], immediate: 'z' },
      { name: 'test', opcode: [0xf6], modrm: 0, immediate: 1, byte: true },
      { name: 'test', opcode: [0xf7], modrm: 0, immediate: 'z' },
      ...group('not', 0xf6, 2),
    ],
    undefinedFlags: AF,
    length: 5,
  },
  {
    title: 'INC DEC NEG',
    templates: [...group('inc', 0xfe, 0), ...group('dec', 0xfe, 1), ...group('neg', 0xf6, 3)],
    undefinedFlags: 0n,
    length: 5,
  },
  { title: 'SHL SHR SAR', templates: shiftRows([4, 5, 6, 7]), undefinedFlags: AF | OF, length: 3 },
  {
    title: 'shifts by one',
    templates: [4, 5, 7].flatMap((n) => group('shift1', 0xd0, n)),
    undefinedFlags: AF,
    length: 3,
  },
  // CF is undefined too when a byte or word rotates by more than its width; OF for counts other than one.
  { title: 'ROL ROR RCL RCR', templates: shiftRows([0, 1, 2, 3]), undefinedFlags: OF, length: 3 },
  {
    title: 'rotates by one',
    templates: [0, 1, 2, 3].flatMap((n) => group('rotate1', 0xd0, n)),
    undefinedFlags: 0n,
    length: 4,
  },
  {
    title: 'SHLD SHRD',
    templates: [
      { name: 'shld', opcode: [0x0f, 0xa4], modrm: 'reg', immediate: 1, sizes: [32, 64] },
      { name: 'shld', opcode: [0x0f, 0xa5], modrm: 'reg', sizes: [32, 64] },
      { name: 'shrd', opcode: [0x0f, 0xac], modrm: 'reg', immediate: 1, sizes: [32, 64] },
      { name: 'shrd', opcode: [0x0f, 0xad], modrm: 'reg', sizes: [32, 64] },
    ],
    undefinedFlags: AF | OF,
    length: 3,
  },
  {
    title: 'MUL IMUL',
    templates: [
      ...group('mul', 0xf6, 4),
      ...group('imul', 0xf6, 5),
      { name: 'imul', opcode: [0x0f, 0xaf], modrm: 'reg' },
      { name: 'imul', opcode: [0x69], modrm: 'reg', immediate: 'z' },
      { name: 'imul', opcode: [0x6b], modrm: 'reg', immediate: 1 },
    ],
    undefinedFlags: SF | ZF | AF | PF,
    length: 4,
  },
  {
    title: 'DIV IDIV',
    templates: [...group('div', 0xf6, 6), ...group('idiv', 0xf6, 7)],
    undefinedFlags: CF | PF | AF | ZF | SF | OF,
    length: 2,
  },
  {
    title: 'BT BTS BTR BTC',
    templates: [
      ...[0xa3, 0xab, 0xb3, 0xbb].map((op): Template => ({
        name: 'bt',
        opcode: [0x0f, op],
        modrm: 'reg',
        form: 'register',
      })),
      ...[4, 5, 6, 7].map((n): Template => ({ name: 'bt', opcode: [0x0f, 0xba], modrm: n, immediate: 1 })),
    ],
    undefinedFlags: OF | SF | AF | PF,
    length: 4,
  },
  {
    title: 'BSF BSR',
    templates: [
      { name: 'bsf', opcode: [0x0f, 0xbc], modrm: 'reg' },
      { name: 'bsr', opcode: [0x0f, 0xbd], modrm: 'reg' },
    ],
    undefinedFlags: CF | OF | SF | AF | PF,
    length: 2,
  },
  {
    title: 'POPCNT',
    templates: [{ name: 'popcnt', opcode: [0x0f, 0xb8], modrm: 'reg', prefix: 0xf3 }],
    undefinedFlags: 0n,
    length: 2,
  },
  {
    title: 'moves and extensions',
    templates: [
      { name: 'mov', opcode: [0x88], modrm: 'reg', byte: true },
      { name: 'mov', opcode: [0x89], modrm: 'reg' },
      { name: 'mov', opcode: [0x8a], modrm: 'reg', byte: true },
      { name: 'mov', opcode: [0x8b], modrm: 'reg' },
      { name: 'mov', opcode: [0xc6], modrm: 0, immediate: 1, byte: true },
      { name: 'mov', opcode: [0xc7], modrm: 0, immediate: 'z' },
      { name: 'mov', opcode: [0xb8], plusRegister: true, immediate: 'v' },
      { name: 'lea', opcode: [0x8d], modrm: 'reg', form: 'memory' },
      { name: 'movzx', opcode: [0x0f, 0xb6], modrm: 'reg', byteRm: true },
      { name: 'movzx', opcode: [0x0f, 0xb7], modrm: 'reg' },
      { name: 'movsx', opcode: [0x0f, 0xbe], modrm: 'reg', byteRm: true },
      { name: 'movsx', opcode: [0x0f, 0xbf], modrm: 'reg' },
      { name: 'movsxd', opcode: [0x63], modrm: 'reg' },
      { name: 'xchg', opcode: [0x86], modrm: 'reg', byte: true },
      { name: 'xchg', opcode: [0x87], modrm: 'reg' },
      { name: 'cbw', opcode: [0x98] },
      { name: 'cwd', opcode: [0x99] },
      { name: 'bswap', opcode: [0x0f, 0xc8], plusRegister: true, sizes: [32, 64] },
      { name: 'lahf', opcode: [0x9f] },
    ],
    undefinedFlags: 0n,
    length: 6,
  },
  {
    title: 'conditions',
    templates: [
      ...aluRows([0, 5, 7]),
      ...conditions.map((c): Template => ({
        name: 'setcc',
        opcode: [0x0f, 0x90 + c],
        modrm: 0,
        byteRm: true,
        byte: true,
      })),
      ...conditions.map((c): Template => ({ name: 'cmovcc', opcode: [0x0f, 0x40 + c], modrm: 'reg' })),
      { name: 'cmc', opcode: [0xf5] },
      { name: 'clc', opcode: [0xf8] },
      { name: 'stc', opcode: [0xf9] },
      { name: 'sahf', opcode: [0x9e] },
    ],
    undefinedFlags: 0n,
    length: 6,
  },
  {
    title: 'branches over instructions',
    templates: [
      ...aluRows([0, 5, 7]),
      { name: 'test', opcode: [0x85], modrm: 'reg' },
      { name: 'test', opcode: [0x84], modrm: 'reg', byte: true },
      // Forward over INC of a register. Without operand-size prefix: with it, processors of other vendors truncate RIP.
      ...conditions.flatMap((c): Template[] => [
        { name: 'jcc', opcode: [0x70 + c, 2, 0xff, 0xc0], sizes: [32] },
        { name: 'jcc', opcode: [0x0f, 0x80 + c, 2, 0, 0, 0, 0xff, 0xc1], sizes: [32] },
      ]),
      { name: 'jmp', opcode: [0xeb, 2, 0xff, 0xc0], sizes: [32] },
      { name: 'loop', opcode: [0xe2, 2, 0xff, 0xc0], sizes: [32] },
      { name: 'loope', opcode: [0xe1, 2, 0xff, 0xc0], sizes: [32] },
      { name: 'loopne', opcode: [0xe0, 2, 0xff, 0xc0], sizes: [32] },
      { name: 'jrcxz', opcode: [0xe3, 2, 0xff, 0xc0], sizes: [32] },
      { name: 'call', opcode: [0xe8, 2, 0, 0, 0, 0xff, 0xc0], sizes: [32] },
    ],
    undefinedFlags: AF,
    length: 6,
  },
  {
    title: 'stack',
    templates: [
      { name: 'push', opcode: [0x50], plusRegister: true, sizes: [16, 64] },
      { name: 'pop', opcode: [0x58], plusRegister: true, sizes: [16, 64] },
      { name: 'push', opcode: [0x6a], immediate: 1, sizes: [64] },
      { name: 'push', opcode: [0x68], immediate: 'z', sizes: [16, 64] },
      { name: 'push', opcode: [0xff], modrm: 6, form: 'memory', sizes: [16, 64] },
      { name: 'pop', opcode: [0x8f], modrm: 0, form: 'memory', sizes: [16, 64] },
      { name: 'enter', opcode: [0xc8, 0x10, 0, 0], sizes: [64] },
      { name: 'pushf', opcode: [0x9c], sizes: [64] },
    ],
    undefinedFlags: 0n,
    length: 6,
  },
  {
    title: 'XADD CMPXCHG and locked forms',
    templates: [
      { name: 'xadd', opcode: [0x0f, 0xc0], modrm: 'reg', byte: true },
      { name: 'xadd', opcode: [0x0f, 0xc1], modrm: 'reg' },
      { name: 'cmpxchg', opcode: [0x0f, 0xb0], modrm: 'reg', byte: true },
      { name: 'cmpxchg', opcode: [0x0f, 0xb1], modrm: 'reg' },
      { name: 'cmpxchg8b', opcode: [0x0f, 0xc7], modrm: 1, form: 'memory', sizes: [32] },
      { name: 'lock add', opcode: [0x01], modrm: 'reg', form: 'memory', lock: true },
      { name: 'lock inc', opcode: [0xff], modrm: 0, form: 'memory', lock: true },
      { name: 'lock bts', opcode: [0x0f, 0xba], modrm: 5, form: 'memory', immediate: 1, lock: true },
    ],
    undefinedFlags: OF | SF | AF | PF,
    length: 3,
  },
  {
    title: 'LOCK where it must not stand',
    templates: [
      { name: 'lock mov', opcode: [0x89], modrm: 'reg', lock: true },
      { name: 'lock cmp', opcode: [0x39], modrm: 'reg', lock: true },
      { name: 'lock add', opcode: [0x01], modrm: 'reg', form: 'register', lock: true },
    ],
    undefinedFlags: 0n,
    length: 1,
  },
  {
    title: 'string operations',
    templates: [0xa4, 0xa5, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xa6, 0xa7].flatMap((op): Template[] => [
      { name: 'string', opcode: [op], byte: (op & 1) === 0 },
      { name: 'rep string', opcode: [op], byte: (op & 1) === 0, prefix: 0xf3 },
      {
        name: 'repne string',
        opcode: [op],
        byte: (op & 1) === 0,
        prefix: op < 0xa6 || (op >= 0xaa && op < 0xae) ? 0xf3 : 0xf2,
      },
    ]),
    undefinedFlags: 0n,
    length: 2,
  },
  {
    title: 'undefined opcodes',
    templates: [
      { name: 'ud2', opcode: [0x0f, 0x0b] },
      ...[
        0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x82, 0x9a, 0xce, 0xd4,
        0xd5, 0xd6, 0xea,
      ].map((op): Template => ({ name: `undefined ${op.toString(16)}`, opcode: [op], sizes: [32] })),
    ],
    undefinedFlags: 0n,
    length: 1,
  },
];
