/** Reads the encoding of an opcode row, in the SDM's notation (volume 2, 3.1.1.1). */
import type { OpcodeRow } from '../../isa/opcodes/row';

/** Opcode maps, in the order of the core's index. */
export const maps = ['', '0F', '0F 38', '0F 3A', 'VEX 0F', 'VEX 0F 38', 'VEX 0F 3A'] as const;

/** Mandatory prefixes, in the order of VEX.pp; bit i of a set of prefixes stands for the i-th. */
const PREFIXES = ['NP', '66', 'F3', 'F2'];
const ANY_PREFIX = 0b1111;
const BOTH = 0b11;

export interface Encoding {
  /** Place in `maps`. */
  map: number;
  /** First opcode, and how many follow each other: 8 with `+r`. */
  opcode: number;
  span: number;
  /** Sets of accepted values, bit i for value i: mandatory prefix, VEX.L, W. */
  prefixes: number;
  lengths: number;
  wide: number;
  /** The parts of ModRM that are fixed; undefined without ModRM. */
  modrm?: { reg?: number; rm?: number; registerOnly: boolean };
  /** REX.B must be 0. */
  noRexB: boolean;
  /** Bytes of immediates as the code names them: ib, iw, id, is4 ... */
  immediates: string[];
}

/** @throws Error when the code is not understood */
export function parseEncoding(row: OpcodeRow): Encoding {
  const words = row.code.split(' ');
  return words[0]!.startsWith('VEX.') ? vexEncoding(row, words) : legacyEncoding(row, words);
}

function legacyEncoding(row: OpcodeRow, words: string[]): Encoding {
  const encoding = {
    map: 0,
    opcode: 0,
    span: 1,
    prefixes: ANY_PREFIX,
    lengths: BOTH,
    wide: BOTH,
    noRexB: false,
  };
  // F3 90 and the like: a prefix only when an opcode follows.
  const prefix = PREFIXES.indexOf(words[0]!);
  if (prefix >= 0 && words.length > 1) {
    encoding.prefixes = 1 << prefix;
    words.shift();
  } else if (words[0] === 'NFx') {
    encoding.prefixes = 0b0011;
    words.shift();
  }
  if (words[0] === 'NB') {
    encoding.noRexB = true;
    words.shift();
  }
  if (words[0] === 'REX.W') {
    encoding.wide = 0b10;
    words.shift();
  }
  if (words[0] === '0F' && words.length > 1) {
    words.shift();
    encoding.map = 1 + ['38', '3A'].indexOf(words[0]) + 1;
    if (encoding.map > 1) words.shift();
    else encoding.map = 1;
  }
  return withOpcode(row, encoding, words);
}

function vexEncoding(row: OpcodeRow, words: string[]): Encoding {
  const parts = words.shift()!.split('.').slice(1);
  const length = parts.shift()!;
  const lengths = { '128': 0b01, LZ: 0b01, L0: 0b01, '256': 0b10, L1: 0b10, LIG: BOTH }[length];
  const prefix = PREFIXES.indexOf(parts[0]!);
  if (prefix >= 0) parts.shift();
  const map = ['0F', '0F38', '0F3A'].indexOf(parts.shift()!);
  const wide = { W0: 0b01, W1: 0b10, WIG: BOTH }[parts.shift() ?? 'WIG'];
  if (lengths === undefined || map < 0 || wide === undefined || parts.length > 0)
    throw bad(row, 'VEX prefix');
  return withOpcode(
    row,
    { map: 4 + map, opcode: 0, span: 1, prefixes: 1 << Math.max(prefix, 0), lengths, wide, noRexB: false },
    words,
  );
}

/** Reads what follows prefixes and escapes: opcode, ModRM, immediates. */
function withOpcode(row: OpcodeRow, head: Omit<Encoding, 'immediates'>, words: string[]): Encoding {
  const encoding: Encoding = { ...head, immediates: [] };
  const opcode = /^([0-9A-F]{2})(\+r)?$/.exec(words.shift() ?? '');
  if (!opcode) throw bad(row, 'opcode');
  encoding.opcode = parseInt(opcode[1]!, 16);
  if (opcode[2]) encoding.span = 8;
  for (const word of words) {
    const digit = /^\/([0-7])$/.exec(word);
    const byte = /^([C-F][0-9A-F])(\+i)?$/.exec(word);
    if (word === '/r') encoding.modrm = { registerOnly: false };
    else if (digit) encoding.modrm = { reg: Number(digit[1]), registerOnly: false };
    else if (byte) {
      const value = parseInt(byte[1]!, 16);
      encoding.modrm = { reg: (value >> 3) & 7, registerOnly: true };
      if (!byte[2]) encoding.modrm.rm = value & 7;
    } else if (/^(i[bwdo]|c[bwdp]|\/is4|mo)$/.test(word)) encoding.immediates.push(word);
    else throw bad(row, `"${word}"`);
  }
  return encoding;
}

function bad(row: OpcodeRow, what: string): Error {
  return new Error(`opcode row "${row.code}" (${row.name}): ${what} is not understood`);
}
