/**
 * Which word is a register and which part of which register it names. Only what reading an operand takes: what a register
 * means stands in isa.
 */

export interface Register {
  readonly name: string;
  readonly kind: 'general' | 'segment' | 'control' | 'debug' | 'instruction-pointer' | 'other';
  /** Of general registers: the number of the 64-bit register it is a part of, as instructions encode it. */
  readonly index?: number;
  readonly bits?: 8 | 16 | 32 | 64;
}

/** Number of general registers. */
export const GENERAL_REGISTERS = 16;

/** Numbers of those that instructions use without naming them. */
export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RBX = 3;
export const RSP = 4;
export const RBP = 5;
export const RSI = 6;
export const RDI = 7;

function general(): Register[] {
  const found: Register[] = [];
  const add = (name: string, index: number, bits: 8 | 16 | 32 | 64): void => {
    found.push({ name, kind: 'general', index, bits });
  };
  ['a', 'c', 'd', 'b'].forEach((letter, index) => {
    add(`r${letter}x`, index, 64);
    add(`e${letter}x`, index, 32);
    add(`${letter}x`, index, 16);
    add(`${letter}l`, index, 8);
    add(`${letter}h`, index, 8);
  });
  ['sp', 'bp', 'si', 'di'].forEach((letters, place) => {
    add(`r${letters}`, place + 4, 64);
    add(`e${letters}`, place + 4, 32);
    add(letters, place + 4, 16);
    add(`${letters}l`, place + 4, 8);
  });
  for (let index = 8; index < GENERAL_REGISTERS; index++) {
    add(`r${index}`, index, 64);
    add(`r${index}d`, index, 32);
    add(`r${index}w`, index, 16);
    add(`r${index}b`, index, 8);
    add(`r${index}l`, index, 8);
  }
  return found;
}

function numbered(prefix: string, count: number, kind: Register['kind'] = 'other'): Register[] {
  return Array.from({ length: count }, (_, number) => ({ name: `${prefix}${number}`, kind }));
}

function named(names: string, kind: Register['kind'] = 'other'): Register[] {
  return names.split(' ').map((name) => ({ name, kind }));
}

const registers: ReadonlyMap<string, Register> = new Map(
  [
    ...general(),
    ...named('cs ds es fs gs ss', 'segment'),
    ...numbered('cr', 16, 'control'),
    ...numbered('dr', 16, 'debug'),
    ...numbered('db', 8, 'debug'),
    ...named('rip eip ip', 'instruction-pointer'),
    ...named('st eiz riz'),
    ...['st', 'mm', 'bnd', 'k', 'tr', 'tmm'].flatMap((prefix) => numbered(prefix, 8)),
    ...['xmm', 'ymm', 'zmm'].flatMap((prefix) => numbered(prefix, 32)),
  ].map((register) => [register.name, register]),
);

/** All of them, in the order in which a list shows them. */
export const allRegisters: readonly Register[] = [...registers.values()];

/** `db0` is a debug register to AT&T's eyes only: without a sigil the word belongs to `db`, as does `tr0` to its symbol. */
const onlyBehindSigil = /^(?:db|tr)\d$|^[er]iz$/;

/** A register by its name in any case. `bare`: it stands there without a percent sign. */
export function registerNamed(word: string, bare: boolean): Register | undefined {
  // The longest names have five letters; most words are longer or not even near.
  if (word.length > 5 || word.length < 2) return undefined;
  const register = registers.get(word) ?? registers.get(word.toLowerCase());
  return register && bare && onlyBehindSigil.test(register.name) ? undefined : register;
}
