/**
 * Random sequences out of rows.ts with branches, loops, calls, string operations and stores into the code itself. Some
 * registers hold addresses or small indexes and are not written; which, each case chooses anew. Every case knows which
 * flags are undefined at each of its instructions.
 */
import { Random } from '../../support/random';
import { CODE, CASE_CODE, CODE_BYTES, DATA, DATA_BYTES, STACK, type Case, type Mode } from './native-cpu';
import { AF, ALL, CF, OF, PF, SF, ZF, rows, type Row, type Width } from './rows';

export interface Sequence extends Case {
  /** Undefined flags before the instruction at an offset into the code. */
  undefinedAt: Map<number, number>;
}

export interface SequenceSet {
  mode: Mode;
  /** About so many instructions. */
  length: number;
  /** One instruction of 64-bit code whose operands are registers of its address too. */
  overlap?: true;
}

interface Instruction {
  bytes: number[];
  name: string;
  writes: number;
  undefines: number;
  reads: number;
  counted: boolean;
  /** Index of the instruction that a relative branch leads to, and the bytes of its offset. */
  target?: { index: number; bytes: 1 | 2 | 4 };
  /** Absolute code address of an instruction in the last bytes (`skip` before the end): for RET and indirect branches. */
  address?: { index: number; bytes: number; skip: number; part: 'start' | 'end' };
  /** Control goes on behind it. */
  falls: boolean;
  /** Its last byte is of an immediate: a store into it leaves a valid instruction. */
  mutable?: boolean;
  /** No branch may lead to it: it needs the instruction before. */
  second?: boolean;
}

/** How a case may use the registers. */
interface Plan {
  mode: Mode;
  random: Random;
  free: number[];
  /** Registers with addresses in the data area, and with small numbers. */
  pointers: number[];
  indexes: number[];
  values: bigint[];
  /** Offset of the code in its area, and its address in the code segment. */
  start: number;
  codeAt: number;
  /** Addresses of data lie at this offset: 0 in 16-bit segments. */
  dataAt: number;
}

const special = [
  0n,
  1n,
  2n,
  0xfn,
  0x10n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
];
const specialWide = [
  0xffffffffn,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
  0xffffffff80000000n,
];

export function value(random: Random): bigint {
  const kind = random.below(4);
  if (kind === 0) return random.pick(special);
  if (kind === 1) return random.pick(specialWide);
  if (kind === 2) return random.bits(random.pick([8, 16, 32]));
  return random.bits(64);
}

function little(value: bigint | number, bytes: number): number[] {
  const wide = BigInt.asUintN(64, BigInt(value));
  return Array.from({ length: bytes }, (_, i) => Number((wide >> BigInt(i * 8)) & 0xffn));
}

/** An offset into the data area: mostly inside, sometimes over the page boundary, seldom over the end. */
function place(random: Random): number {
  const kind = random.below(20);
  if (kind === 0) return DATA_BYTES - random.below(12);
  if (kind < 4) return 4096 - random.below(12);
  return 512 + random.below(DATA_BYTES - 1024);
}

interface Operand {
  /** ModRM, SIB, displacement. */
  bytes: number[];
  rex: number;
  prefixes: number[];
  /** RIP-relative: the displacement is still the offset of the operand from CODE. */
  relative?: boolean;
}

/** 16-bit addressing: the eight forms of SDM Vol. 2, Table 2-1. */
function memory16(plan: Plan, reg: number): Operand {
  const { random } = plan;
  const parts = [[3, 6], [3, 7], [5, 6], [5, 7], [6], [7], [5], [3]];
  const small = plan.mode === 16;
  const usable = parts
    .map((_, i) => i)
    .filter((i) => parts[i]!.every((r) => plan.pointers.concat(plan.indexes).includes(r)));
  const target = place(random);
  if (!small || usable.length === 0 || random.below(6) === 0)
    return { bytes: [(reg << 3) | 6, ...little(small ? target : random.bits(16), 2)], rex: 0, prefixes: [] };
  const rm = random.pick(usable);
  const sum = parts[rm]!.reduce((total, r) => total + Number(plan.values[r]! & 0xffffn), 0);
  // BP-based operands lie in the stack segment: without an override they may miss it.
  const usesStack = parts[rm]!.includes(5);
  const prefixes = usesStack && random.below(8) ? [0x3e] : [];
  const mod = random.below(3);
  if (mod === 0 && rm !== 6) return { bytes: [(reg << 3) | rm], rex: 0, prefixes };
  if (mod === 1) return { bytes: [0x40 | (reg << 3) | rm, random.below(256)], rex: 0, prefixes };
  return { bytes: [0x80 | (reg << 3) | rm, ...little(target - sum, 2)], rex: 0, prefixes };
}

/** A memory operand in any addressing form that reaches the data area. */
function memoryOperand(plan: Plan, reg: number): Operand {
  const { random, mode } = plan;
  const override = random.below(25) === 0;
  const width = mode === 64 ? (override ? 4 : 8) : (mode === 32) !== override ? 4 : 2;
  const prefixes = override ? [0x67] : [];
  if (width === 2) {
    const operand = memory16(plan, reg);
    return { ...operand, prefixes: [...prefixes, ...operand.prefixes] };
  }
  const forms = random.below(30);
  // GS has its base at the data area.
  if (forms === 0 && width === 8)
    return {
      bytes: [((reg & 7) << 3) | 4, 0x25, ...little(place(random), 4)],
      rex: (reg & 8) >> 1,
      prefixes: [0x65],
    };
  // The stack pointer, which PUSH and POP move, as base.
  if (forms < 3)
    return { bytes: [0x44 | ((reg & 7) << 3), 0x24, random.below(120)], rex: (reg & 8) >> 1, prefixes };
  const modulus = width === 8 ? 64 : 32;
  const target = BigInt(plan.dataAt + place(random));
  const rex = (reg & 8) >> 1;
  const top = (reg & 7) << 3;
  const bare = random.below(10);
  if (bare === 0 && mode === 64)
    return { bytes: [top | 5, ...little(target - BigInt(plan.codeAt), 4)], rex, prefixes, relative: true };
  if (bare === 0) return { bytes: [top | 5, ...little(target, 4)], rex, prefixes };
  const index = random.below(2) === 0 ? random.pick(plan.indexes) : undefined;
  const scale = random.below(4);
  const offset = index === undefined ? 0n : plan.values[index]! << BigInt(scale);
  const withIndex = rex | (index === undefined ? 0 : (index & 8) >> 2);
  const sib = (scale << 6) | (((index ?? 4) & 7) << 3);
  // No base: a 32-bit displacement.
  if (bare === 1)
    return { bytes: [top | 4, sib | 5, ...little(target - offset, 4)], rex: withIndex, prefixes };
  const base = random.pick(plan.pointers);
  const far = BigInt.asIntN(modulus, target - offset - plan.values[base]!);
  const all = withIndex | (base >> 3);
  const needsSib = index !== undefined || (base & 7) === 4 || random.below(5) === 0;
  const where = needsSib ? [4, sib | (base & 7)] : [base & 7];
  where[0]! |= top;
  const kind = random.below(3);
  if (kind === 0 && (base & 7) !== 5) return { bytes: where, rex: all, prefixes };
  const short = kind === 1;
  where[0]! |= short ? 0x40 : 0x80;
  return { bytes: [...where, ...(short ? [random.below(256)] : little(far, 4))], rex: all, prefixes };
}

/** A register that may be written, as a byte operand or a wider one. */
function register(plan: Plan, width: Width, plain: boolean): number {
  const { random } = plan;
  if (width > 1 || !plain) return random.pick(plain ? plan.free.filter((r) => r < 8) : plan.free);
  // Without REX 4..7 are AH CH DH BH.
  return random.pick([0, 1, 2, 3].filter((r) => plan.free.includes(r))) | (random.below(2) << 2);
}

/** Encodes a member of the row, or answers undefined where the plan has no registers for it. */
function encode(plan: Plan, row: Row): Instruction | undefined {
  const { random, mode } = plan;
  const widths = row.widths.filter((w) => (w !== 8 || mode === 64) && !(row.stack && mode === 64 && w === 4));
  if (widths.length === 0) return undefined;
  const width = random.pick(widths);
  const native = mode === 16 ? 2 : 4;
  const rexW = width === 8 && !row.stack ? 8 : 0;
  const plain = mode !== 64 || (rexW === 0 && random.below(3) === 0);
  const prefixes: number[] = [];
  if ((width === 2 && native === 4) || (width === 4 && native === 2)) prefixes.push(0x66);
  if (row.prefix) prefixes.push(row.prefix);
  let rex = rexW;
  let operand: Operand = { bytes: [], rex: 0, prefixes: [] };
  const opcode = [...row.opcode];
  const last = opcode.length - 1;
  if (row.modrm !== undefined) {
    const reg = row.modrm === 'reg' ? register(plan, width, plain) : row.modrm;
    const inMemory = row.form === 'memory' || (row.form === undefined && random.below(2) === 0);
    if (inMemory) {
      operand = memoryOperand(plan, reg);
      if (plain && operand.rex) return undefined;
      if (row.lockable && random.below(8) === 0) prefixes.unshift(0xf0);
      if (random.below(mode === 64 ? 12 : 25) === 0 && !operand.prefixes.includes(0x65))
        prefixes.push(random.pick([0x2e, 0x36, 0x3e, 0x26]));
    } else {
      const rm = register(plan, row.rmWidth ?? width, plain);
      operand = {
        bytes: [0xc0 | ((reg & 7) << 3) | (rm & 7)],
        rex: ((reg & 8) >> 1) | (rm >> 3),
        prefixes: [],
      };
    }
  } else if (row.plus) {
    const r = register(plan, width, plain);
    opcode[last]! += r & 7;
    rex |= r >> 3;
  }
  rex |= operand.rex;
  const zBytes = Math.min(width, 4);
  const immediate = row.immediate === 'z' ? zBytes : row.immediate === 'v' ? width : (row.immediate ?? 0);
  const useRex =
    mode === 64 && (rex !== 0 || !plain || (width !== 1 && row.rmWidth !== 1 && random.below(8) === 0));
  const bytes = [
    ...operand.prefixes,
    ...prefixes,
    ...(useRex ? [0x40 | rex] : []),
    ...opcode,
    ...operand.bytes,
  ];
  bytes.push(...little(value(random), immediate));
  const out: Instruction = {
    bytes,
    name: row.name,
    writes: row.writes ?? 0,
    undefines: row.undefines ?? 0,
    reads: row.reads ?? 0,
    counted: row.counted ?? false,
    falls: true,
    mutable: immediate > 0,
  };
  if (operand.relative) (out as Relative).relativeAt = immediate + 4;
  return out;
}

/** RIP-relative displacements are made relative when the place of the instruction is known. */
interface Relative extends Instruction {
  relativeAt?: number;
}

/** Instructions that belong together. */
function pair(first: Instruction, second: Instruction): Instruction[] {
  return [first, { ...second, second: true }];
}

function plainInstruction(name: string, bytes: number[], more: Partial<Instruction> = {}): Instruction {
  return { bytes, name, writes: 0, undefines: 0, reads: 0, counted: false, falls: true, ...more };
}

const conditionReads = [OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF];

/** Something that changes the flow, to an instruction after `at` (`count` are planned). */
function branch(plan: Plan, at: number, count: number, counter: boolean): Instruction[] {
  const { random, mode } = plan;
  const index = Math.min(at + 1 + random.below(4), count);
  const near = mode === 16 ? 2 : 4;
  const offset = (bytes: 1 | 2 | 4) => ({ target: { index, bytes } });
  const code = random.below(16);
  const reads = conditionReads[code >> 1]!;
  const blank = (n: number) => Array.from({ length: n }, () => 0);
  const target = random.pick(plan.free);
  const free = plan.free.filter((r) => r < 8);
  switch (random.below(10)) {
    case 0:
      return [plainInstruction('jmp', [0xeb, 0], { ...offset(1), falls: false })];
    case 1:
      return [plainInstruction('jmp', [0xe9, ...blank(near)], { ...offset(near), falls: false })];
    case 2:
      return [plainInstruction(`j${code}`, [0x0f, 0x80 + code, ...blank(near)], { ...offset(near), reads })];
    case 3:
      return [plainInstruction('call', [0xe8, ...blank(near)], { ...offset(near), falls: false })];
    case 4: {
      // In a counted loop another decrement could miss the end.
      const loop = counter ? 0xe3 : 0xe0 + random.below(4);
      const prefix = random.below(5) === 0 ? [0x67] : [];
      return [plainInstruction('loop', [...prefix, loop, 0], { ...offset(1), reads: loop < 0xe2 ? ZF : 0 })];
    }
    case 5: {
      // PUSH of an address, RET with or without more to release.
      const release = random.below(2) ? [0xc3] : [0xc2, random.below(3) * 8, 0];
      const address = { index, bytes: near, skip: 0, part: 'start' as const };
      return pair(
        plainInstruction('push', [0x68, ...blank(near)], { address }),
        plainInstruction('ret', release, { falls: false }),
      );
    }
    case 6: {
      if (mode === 64 ? target === undefined : free.length === 0) return [];
      const r = mode === 64 ? target : random.pick(free);
      const address = { index, bytes: near, skip: 0, part: 'start' as const };
      const rex = r > 7 ? [0x41] : [];
      return pair(
        plainInstruction('mov', [...rex, 0xb8 + (r & 7), ...blank(near)], { address }),
        plainInstruction('jmp/call r', [...rex, 0xff, random.pick([0xe0, 0xd0]) | (r & 7)], { falls: false }),
      );
    }
    case 7: {
      // Indirect through memory.
      const at = little(plan.dataAt + 1024 + random.below(1024), near);
      const rex = mode === 64 ? [0x48] : [];
      const absolute = (reg: number) => (mode === 64 ? [4 | reg, 0x25] : [mode === 32 ? 5 | reg : 6 | reg]);
      const address = { index, bytes: near, skip: 0, part: 'start' as const };
      return pair(
        plainInstruction('mov', [...rex, 0xc7, ...absolute(0), ...at, ...blank(near)], { address }),
        plainInstruction('jmp/call m', [0xff, ...absolute(random.pick([0x20, 0x10])), ...at], {
          falls: false,
        }),
      );
    }
    default:
      return [plainInstruction(`j${code}`, [0x70 + code, 0], { ...offset(1), reads })];
  }
}

/** A counted loop back over the last few instructions. */
function loop(plan: Plan, at: number, start: number): Instruction[] {
  const { random } = plan;
  const index = Math.max(start, at - 1 - random.below(5));
  return [plainInstruction('loop back', [0xe2, 0], { target: { index, bytes: 1 } })];
}

/** A string operation with a small count before it, where the registers are free for it. */
function stringOperation(plan: Plan): Instruction[] {
  const { random } = plan;
  if (!plan.free.includes(1) || !plan.pointers.includes(6) || !plan.pointers.includes(7)) return [];
  const opcode = random.pick([0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf]);
  const compares = [0xa6, 0xa7, 0xae, 0xaf].includes(opcode);
  if (opcode >= 0xaa && !plan.free.includes(0)) return [];
  const repeat = random.pick([0, 0, 0xf2, 0xf3, 0xf3, 0xf3]);
  const prefixes = [...(repeat ? [repeat] : []), ...(random.below(4) === 0 ? [0x66] : [])];
  // Which operand of CMPS faults first is not defined: no truncated addresses for it.
  if (plan.mode !== 16 && opcode !== 0xa6 && opcode !== 0xa7 && random.below(8) === 0) prefixes.push(0x67);
  const rex = plan.mode === 64 && random.below(3) === 0 ? [0x48] : [];
  const flags = compares ? { writes: ALL, counted: repeat !== 0 } : {};
  const count = little(random.below(random.pick([4, 40, 40, 400])), plan.mode === 16 ? 2 : 4);
  return pair(
    plainInstruction('mov ecx', [0xb9, ...count]),
    plainInstruction('string', [...prefixes, ...rex, opcode], flags),
  );
}

function others(plan: Plan): Instruction[] {
  const { random, mode } = plan;
  switch (random.below(7)) {
    case 0:
      return [plainInstruction('cld/std', [random.pick([0xfc, 0xfc, 0xfd])])];
    case 1: {
      // POPF of chosen flags; AC and NT too.
      const flags = little(BigInt(random.below(0x1000) & (ALL | 0x400)) | 2n, mode === 16 ? 2 : 4);
      return pair(
        plainInstruction('push', [0x68, ...flags]),
        plainInstruction('popf', [0x9d], { writes: ALL }),
      );
    }
    case 2:
      if (!plan.pointers.includes(5) && !plan.indexes.includes(5)) {
        const frame = [random.below(64), 0, random.below(4) ? 0 : random.below(6)];
        return pair(plainInstruction('enter', [0xc8, ...frame]), plainInstruction('leave', [0xc9]));
      }
      return [];
    case 3:
      if (!plan.free.includes(0)) return [];
      if (plan.pointers.includes(3)) return [plainInstruction('xlat', [0xd7])];
      return [];
    case 4: {
      if (!plan.free.includes(0)) return [];
      const at = plan.dataAt + place(random);
      const bytes = little(at, mode === 64 ? 8 : mode === 32 ? 4 : 2);
      return [plainInstruction('mov moffs', [0xa0 + random.below(4), ...bytes])];
    }
    case 5: {
      // BT family with a bit offset in a register that leaves the operand: the register is an index, so stays near.
      const r = random.pick(plan.indexes.filter((i) => i < 8 || mode === 64));
      const operand = memoryOperand(plan, r);
      if (operand.relative) return [];
      const rex =
        mode === 64 && (operand.rex || random.below(2)) ? [0x40 | operand.rex | (random.below(2) << 3)] : [];
      const opcode = random.pick([0xa3, 0xab, 0xb3, 0xbb]);
      return [
        plainInstruction('bt mem', [...operand.prefixes, ...rex, 0x0f, opcode, ...operand.bytes], {
          writes: CF,
          undefines: OF | SF | AF | PF,
        }),
      ];
    }
    default: {
      // DIV that mostly does not overflow.
      if (![0, 2].every((r) => plan.free.includes(r))) return [];
      const signed = random.below(2);
      const before = signed
        ? plainInstruction('cdq', [0x99])
        : plainInstruction('mov', [0xba, ...little(0, mode === 16 ? 2 : 4)]);
      const operand = memoryOperand(plan, 6 + signed);
      if (operand.relative || (mode !== 64 && operand.rex)) return [];
      const rex = operand.rex ? [0x40 | operand.rex] : [];
      return [
        before,
        plainInstruction('div', [...operand.prefixes, ...rex, 0xf7, ...operand.bytes], { undefines: ALL }),
      ];
    }
  }
}

/** A store into the immediate of a later instruction. */
function selfModification(plan: Plan, at: number, count: number): Instruction[] {
  const { mode, random } = plan;
  if (mode === 16) return [];
  const absolute = mode === 64 ? [0x04, 0x25] : [0x05];
  const index = Math.min(at + 1 + random.below(3), count);
  return [
    plainInstruction('mov code', [0xc6, ...absolute, 0, 0, 0, 0, random.below(256)], {
      address: { index, bytes: 4, skip: 1, part: 'end' },
    }),
  ];
}

function makePlan(random: Random, mode: Mode): Plan {
  const all = mode === 64 ? [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : [0, 1, 2, 3, 5, 6, 7];
  const order =
    mode === 16
      ? []
      : all
          .map((r) => ({ r, key: random.below(1 << 20) }))
          .sort((a, b) => a.key - b.key)
          .map(({ r }) => r);
  // String registers often, so that string operations are possible; 16-bit addressing leaves no choice.
  const pointers =
    mode === 16
      ? [3, 6]
      : random.below(2)
        ? [6, 7, order.find((r) => r !== 6 && r !== 7)!]
        : order.slice(0, 3);
  if (mode === 16 && random.below(2)) pointers.push(7);
  const rest = order.filter((r) => !pointers.includes(r));
  const indexes = mode === 16 ? [5] : rest.slice(0, mode === 64 ? 2 : 1);
  const free = all.filter((r) => !pointers.includes(r) && !indexes.includes(r));
  const dataAt = mode === 16 ? 0 : DATA;
  const width = mode === 64 ? 64 : 32;
  const values = Array.from({ length: 16 }, () => BigInt.asUintN(width, value(random)));
  if (mode !== 64) values.fill(0n, 8);
  for (const r of pointers) values[r] = BigInt(dataAt + place(random));
  for (const r of indexes)
    values[r] = BigInt.asUintN(mode === 16 ? 16 : width, BigInt(random.below(128) - 40));
  if (mode === 16 && pointers.length === 3) values[7] = BigInt(random.below(4000));
  values[4] = BigInt((mode === 16 ? 0 : STACK) + 2048 - random.below(16) * 4);
  // Overlapping string operands.
  if (pointers.includes(6) && pointers.includes(7) && random.below(4) === 0)
    values[7] = values[6]! + BigInt(random.below(33) - 16);
  const far = random.below(12);
  const start = far < 2 ? 4096 - random.below(120) : far === 2 ? CODE_BYTES - random.below(60) - 1 : 0;
  const codeAt = (mode === 16 ? 0 : CODE) + start;
  return { mode, random, free, pointers, indexes, values, dataAt, start, codeAt };
}

/**
 * Few registers, all of them addresses in the data area (RSP: in the stack) and operands: the two meet in most instructions.
 * RAX RCX RDX and RBX, which instructions name by themselves, are among them.
 */
function makeOverlappingPlan(random: Random): Plan {
  const pointers = [...new Set([random.below(4), random.below(16), random.below(16)])];
  const others = Array.from({ length: 16 }, (_, r) => r).filter((r) => r !== 4 && !pointers.includes(r));
  const indexes = [random.pick(others)];
  const free = [...pointers, ...indexes];
  if (!free.includes(0)) free.push(0);
  const values = Array.from({ length: 16 }, () => value(random));
  values[4] = BigInt(STACK + 2048 - random.below(16) * 4);
  for (const r of pointers) if (r !== 4) values[r] = BigInt(DATA + place(random));
  for (const r of indexes) values[r] = BigInt(random.below(128));
  return { mode: 64, random, free, pointers, indexes, values, dataAt: DATA, start: 0, codeAt: CODE };
}

/** Undefined flags before each instruction; undefined when one reads a flag that may be undefined. */
function undefinedFlags(list: readonly Instruction[]): number[] | undefined {
  const before = new Array<number>(list.length + 1).fill(0);
  for (let round = 0; round < 4; round++)
    for (let i = 0; i < list.length; i++) {
      const one = list[i]!;
      if (before[i]! & one.reads) return undefined;
      const kept = one.counted ? before[i]! : before[i]! & ~(one.writes | one.undefines);
      const after = kept | one.undefines;
      const next = one.falls ? [i + 1] : [];
      if (one.target) next.push(one.target.index);
      // Where a RET or an indirect branch goes was said by the instruction before it.
      const from = list[i - 1];
      if (!one.falls && !one.target && from?.address) next.push(from.address.index);
      for (const n of next) before[n]! |= after;
    }
  return before;
}

/** Places and links the instructions; undefined when something does not reach. */
function link(
  list: readonly Instruction[],
  codeAt: number,
): { code: number[]; offsets: number[] } | undefined {
  const offsets: number[] = [];
  let at = 0;
  for (const one of list) {
    offsets.push(at);
    at += one.bytes.length;
    if (one.bytes.length > 15) return undefined;
  }
  offsets.push(at);
  if (at > CASE_CODE - 16) return undefined;
  const code = list.flatMap((one, i) => {
    const bytes = [...one.bytes];
    const end = offsets[i + 1]!;
    const put = (position: number, field: number[]) => bytes.splice(position, field.length, ...field);
    const relativeAt = (one as Relative).relativeAt;
    if (relativeAt !== undefined) {
      const position = bytes.length - relativeAt;
      const data = Buffer.from(bytes).readInt32LE(position);
      put(position, little(data - end, 4));
    }
    if (one.target) {
      if (list[one.target.index]?.second) return [0x100];
      const distance = offsets[one.target.index]! - end;
      if (one.target.bytes === 1 && (distance > 127 || distance < -128)) return [0x100];
      put(bytes.length - one.target.bytes, little(distance, one.target.bytes));
    }
    if (one.address) {
      const { index, bytes: count, skip, part } = one.address;
      if (part === 'end' ? !list[index]?.mutable : list[index]?.second) return [0x100];
      const address = codeAt + (part === 'start' ? offsets[index]! : offsets[index + 1]! - 1);
      put(bytes.length - skip - count, little(address, count));
    }
    return bytes;
  });
  return code.includes(0x100) ? undefined : { code, offsets };
}

function attempt(random: Random, { mode, length, overlap }: SequenceSet): Sequence | undefined {
  const plan = overlap ? makeOverlappingPlan(random) : makePlan(random, mode);
  const list: Instruction[] = [];
  const counter = !overlap && plan.free.includes(1) && random.below(3) === 0;
  if (counter)
    list.push(plainInstruction('mov ecx', [0xb9, ...little(1 + random.below(12), mode === 16 ? 2 : 4)]));
  const start = list.length;
  // Byte registers without REX exist for the first four only.
  if (plan.free.filter((r) => r < 4 && r !== 1).length < 1) return undefined;
  if (counter) {
    plan.free = plan.free.filter((r) => r !== 1);
    if (mode !== 64) plan.free = plan.free.filter((r) => r !== 5);
  }
  const total = start + length;
  while (list.length < total) {
    const kind = length === 1 ? random.below(80) : random.below(100);
    if (kind < 80) {
      const row = random.pick(rows);
      if (row.modes && !row.modes.includes(mode)) continue;
      if (row.share !== undefined && random.below(1000) > row.share * 1000) continue;
      if (counter && ['pop', 'pusha'].includes(row.name)) continue;
      const one = encode(plan, row);
      if (one) list.push(one);
    } else if (kind < 88) list.push(...branch(plan, list.length, total, counter));
    else if (kind < 91) list.push(...stringOperation(plan));
    else if (kind < 92) list.push(...selfModification(plan, list.length, total));
    else if (kind < 94 && counter && list.length > start + 1 && !list.some((one) => one.name === 'loop back'))
      list.push(...loop(plan, list.length, start));
    else list.push(...others(plan));
  }
  // A branch into the second half of a pair is as good as any other, but one past the end is not.
  for (const one of list) {
    if (one.target) one.target.index = Math.min(one.target.index, list.length);
    if (one.address) one.address.index = Math.min(one.address.index, list.length);
  }
  const before = undefinedFlags(list);
  const linked = before && link(list, plan.codeAt);
  if (!linked) return undefined;
  const data = new Uint8Array(DATA_BYTES);
  const seed = Array.from({ length: 61 }, () =>
    random.below(2) ? random.below(256) : random.pick([0, 1, 0x7f, 0x80, 0xff]),
  );
  for (let i = 0; i < DATA_BYTES; i++) data[i] = seed[i % 61]! ^ ((i >> 8) & 3);
  const flags = BigInt(random.below(0x1000) & ALL) | 0x202n | (random.below(6) === 0 ? 0x400n : 0n);
  const undefinedAt = new Map(linked.offsets.map((offset, i) => [offset, before[i]!]));
  const hex = list.map(
    (one, i) =>
      `${one.name}[${Buffer.from(linked.code.slice(linked.offsets[i], linked.offsets[i + 1])).toString('hex')}]`,
  );
  return {
    mode,
    start: plan.start,
    code: Uint8Array.from(linked.code),
    registers: plan.values,
    flags,
    data,
    text: `${mode}-bit at ${plan.codeAt.toString(16)}: ${hex.join(' ')}`,
    undefinedAt,
  };
}

/** One string instruction with any repeat prefix and a count that is often small, in single-step mode. */
export function singleStep(random: Random): Sequence {
  const opcode = random.pick([0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf]);
  const code = [
    ...random.pick([[], [0xf2], [0xf3]]),
    ...random.pick([[], [], [0x66]]),
    ...random.pick([[], [], [0x48]]),
    opcode,
  ];
  const registers = Array.from({ length: 16 }, () => value(random));
  registers[1] = BigInt(random.below(4));
  registers[4] = BigInt(STACK + 2048);
  for (const r of [6, 7]) registers[r] = BigInt(DATA + place(random));
  const seed = Array.from({ length: 61 }, () => random.below(2));
  const data = Uint8Array.from({ length: DATA_BYTES }, (_, i) => seed[i % 61]!);
  const flags = BigInt(random.below(0x1000) & ALL) | 0x302n | (random.below(4) === 0 ? 0x400n : 0n);
  const text = `string in single steps [${Buffer.from(code).toString('hex')}]`;
  const undefinedAt = new Map([0, code.length].map((offset) => [offset, 0]));
  return { mode: 64, start: 0, code: Uint8Array.from(code), registers, flags, data, text, undefinedAt };
}

function randomSequence(random: Random, set: SequenceSet): Sequence {
  for (;;) {
    const found = attempt(random, set);
    if (found) return found;
  }
}

/** The sequences of a set: the same ones everywhere, and the first N of more. */
export function sequences(set: SequenceSet, count: number, seed = 0): Sequence[] {
  const random = new Random(1000 * seed + set.mode + set.length);
  return Array.from({ length: count }, () => randomSequence(random, set));
}
