/**
 * Random members of an opcode row as bytes, and random states for them: registers and memory, aligned and not, across pages
 * and into pages that are not there. Registers that hold addresses (RBX RBP RSI RDI R12 R13) are never written.
 */
import { parseEncoding, type Encoding } from '../../../src/generate/opcodes/encoding';
import { parseOperands, rmForms, type Operand } from '../../../src/generate/opcodes/operands';
import type { OpcodeRow } from '../../../src/isa/opcodes/row';
import type { Random } from '../../support/random';
import { DATA, DATA_BYTES, IMAGE_BYTES, STACK, initialImage, type Case } from './native-cpu';

/** Registers an instruction may write: RAX RCX RDX R8..R11 R14 R15. */
const free = [0, 1, 2, 8, 9, 10, 11, 14, 15];
export const pointers = [3, 5, 6, 7, 12, 13];
/** What pointers are: the middle of the data area. */
export const MIDDLE = DATA + 0x1000;

interface Draft {
  rex: number;
  vvvv: number;
  modrm: number[];
  immediate: number[];
}

function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
}

/**
 * Where a memory operand lies: aligned, or in `odd` of 20 cases anywhere, across the pages' border or out of the area. The fewer
 * these are, the longer are the sequences that no fault ends.
 */
function place(random: Random, odd: number): number {
  const kind = random.below(20 * 9);
  if (kind >= odd * 9) return DATA + 0x800 + random.below(40) * 32;
  if (kind < odd * 4) return DATA + 0x800 + random.below(1024);
  if (kind < odd * 7) return MIDDLE - random.below(40);
  return random.below(2) ? DATA + DATA_BYTES - random.below(40) : DATA - random.below(20);
}

function registerNumber(random: Random, { place: letter }: Operand): number {
  if ('GERB'.includes(letter)) return random.pick(free);
  return random.below('PQN'.includes(letter) ? 8 : 16);
}

/** A memory operand through a pointer with a displacement of 32 bits, sometimes relative to RIP. */
function memoryOperand(
  random: Random,
  reg: number,
  vsib: boolean,
  odd: number,
): { modrm: number[]; rex: number } {
  const base = random.pick(pointers);
  const rex = base >> 3;
  const field = (reg & 7) << 3;
  const displacement = little((place(random, odd) - MIDDLE) >>> 0, 4);
  if (vsib) {
    const index = random.below(16);
    const sib = (random.below(4) << 6) | ((index & 7) << 3) | (base & 7);
    return { modrm: [0x84 | field, sib, ...displacement], rex: rex | ((index & 8) >> 2) };
  }
  if ((base & 7) === 4) return { modrm: [0x84 | field, 0x24, ...displacement], rex };
  return { modrm: [0x80 | field | (base & 7), ...displacement], rex };
}

function draft(random: Random, encoding: Encoding, operands: readonly Operand[], odd: number): Draft {
  const find = (letters: string) => operands.find(({ place: letter }) => letters.includes(letter));
  const reg = find('VPG');
  const held = find('HB');
  const result: Draft = { rex: 0, vvvv: held ? registerNumber(random, held) : 0, modrm: [], immediate: [] };
  const number = encoding.modrm?.reg ?? (reg ? registerNumber(random, reg) : random.below(8));
  if (encoding.modrm) {
    result.rex = (number & 8) >> 1;
    const forms = rmForms(operands);
    if (encoding.modrm.registerOnly)
      result.modrm = [0xc0 | (number << 3) | (encoding.modrm.rm ?? random.below(8))];
    else if (forms.register && !(forms.memory && random.below(2))) {
      const rm = registerNumber(random, find('EWURQN')!);
      result.modrm = [0xc0 | ((number & 7) << 3) | (rm & 7)];
      result.rex |= rm >> 3;
    } else {
      const { modrm, rex } = memoryOperand(
        random,
        number,
        operands.some((one) => one.place === 'vm'),
        odd,
      );
      result.modrm = modrm;
      result.rex |= rex;
    }
  }
  for (const kind of encoding.immediates)
    result.immediate.push(kind === '/is4' ? random.below(16) << 4 : random.below(random.pick([8, 64, 256])));
  return result;
}

/** One of the members of a set of bits. */
function pickBit(random: Random, set: number): number {
  return random.pick([0, 1, 2, 3].filter((i) => (set >> i) & 1));
}

function vexBytes(random: Random, encoding: Encoding, { rex, vvvv, modrm, immediate }: Draft): number[] {
  const wide = pickBit(random, encoding.wide);
  const tail =
    ((~vvvv & 15) << 3) | (pickBit(random, encoding.lengths) << 2) | pickBit(random, encoding.prefixes);
  const rest = [encoding.opcode, ...modrm, ...immediate];
  if (encoding.map === 4 && wide === 0 && (rex & 3) === 0 && random.below(2))
    return [0xc5, ((~rex & 4) << 5) | tail, ...rest];
  return [0xc4, ((~rex & 7) << 5) | (encoding.map - 3), (wide << 7) | tail, ...rest];
}

function legacyBytes(random: Random, encoding: Encoding, { rex, modrm, immediate }: Draft): number[] {
  const wide = pickBit(random, encoding.wide) << 3;
  const prefixes = [[], [0x66], [0xf3], [0xf2]][pickBit(random, encoding.prefixes)]!;
  const escape = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]][encoding.map]!;
  const full = rex | wide;
  return [...prefixes, ...(full ? [0x40 | full] : []), ...escape, encoding.opcode, ...modrm, ...immediate];
}

/** One encoding of the row, for 64-bit mode. */
export function encodeRow(random: Random, row: OpcodeRow, odd = 9): number[] {
  const encoding = parseEncoding(row);
  // Processors of other vendors take a SHA operand that is not aligned.
  const one = draft(random, encoding, parseOperands(row), row.name.startsWith('SHA') ? 0 : odd);
  return encoding.map > 3 ? vexBytes(random, encoding, one) : legacyBytes(random, encoding, one);
}

/** Bytes that are nothing special, or edges of integers of all widths, or small numbers. */
function fill(random: Random, bytes: Uint8Array, from: number, end: number): void {
  for (let at = from; at < end; at += 16) {
    const kind = random.below(4);
    for (let i = 0; i < 16; i++) {
      const edge = random.pick([0, 0, 0x7f, 0x80, 0xff, 0xff, 1]);
      bytes[at + i] = kind === 0 ? edge : kind === 1 && i % 4 !== 0 ? 0 : random.below(256);
    }
  }
}

function image(random: Random): Uint8Array {
  const result = initialImage();
  fill(random, result, 160, 416);
  fill(random, result, 512, IMAGE_BYTES);
  // x87 registers as MMX leaves them or as it finds them; no exception waits.
  if (random.below(2)) {
    result[3] = random.below(8) << 3;
    result[4] = random.below(256);
    for (let i = 0; i < 8; i++) {
      const at = 32 + i * 16;
      for (let k = 0; k < 8; k++) result[at + k] = random.below(256);
      result[at + 7]! |= 0x80;
      result.set([random.below(255), 0x3f], at + 8);
    }
  }
  return result;
}

export function rowCase(random: Random, rows: readonly OpcodeRow[], length: number): Case {
  const registers = Array.from({ length: 16 }, () => random.bits(random.pick([4, 16, 32, 64, 64])));
  for (const pointer of pointers) registers[pointer] = BigInt(MIDDLE);
  registers[4] = BigInt(STACK + 0x800);
  const data = new Uint8Array(DATA_BYTES);
  fill(random, data, 0x7c0, DATA_BYTES);
  const chosen = Array.from({ length: length && 1 + random.below(length) }, () => random.pick(rows));
  const code = chosen.flatMap((row) => encodeRow(random, row, length > 8 ? 0.25 : 9));
  return {
    mode: 64,
    start: 0,
    code: Uint8Array.from(code),
    registers,
    flags: (random.bits(16) & 0x8d5n) | 0x202n,
    data,
    image: image(random),
    text: `${chosen.map(({ name }) => name).join('; ')} [${Buffer.from(code).toString('hex')}]`,
  };
}
