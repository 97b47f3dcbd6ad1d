/**
 * Random members of a family as bytes, and random states for them. Memory operands point into the middle of the data area
 * through registers that no instruction writes.
 */
import type { Random } from '../../support/random';
import { DATA, DATA_BYTES, STACK, type Case } from './native-cpu';
import type { Family, Template } from './families';

/** Registers an instruction may write: RAX RCX RDX R8..R11 R14 R15. */
const writable = [0, 1, 2, 8, 9, 10, 11, 14, 15];
/** Byte registers without REX: AL CL DL AH CH DH. */
const writableBytes = [0, 1, 2, 4, 5, 6];
/** Registers that hold addresses in the data area: RBX RBP RSI RDI R12 R13. */
const pointers = [3, 5, 6, 7, 12, 13];

const interesting = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
];
const wide = [0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffffffffffn, 0xffffffff80000000n];

function value(random: Random): bigint {
  const kind = random.below(4);
  if (kind === 0) return random.pick(interesting);
  if (kind === 1) return random.pick(wide);
  if (kind === 2) return random.bits(random.pick([8, 16, 32]));
  return random.bits(64);
}

function little(value: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(i * 8)) & 0xffn));
}

/** ModRM and what follows it, with the REX bits it needs. */
function operands(random: Random, template: Template, plain: boolean): { bytes: number[]; rex: number } {
  const bytesHere = template.byte === true;
  const register = (small: boolean) =>
    plain && small ? random.pick(writableBytes) : random.pick(plain ? [0, 1, 2] : writable);
  const reg = typeof template.modrm === 'number' ? template.modrm : register(bytesHere);
  let rex = (reg & 8) >> 1;
  const form = template.form ?? 'both';
  const isRegister = form === 'register' || (form === 'both' && random.below(2) === 0);
  if (isRegister) {
    const rm = register(bytesHere || template.byteRm === true);
    rex |= rm >> 3;
    return { bytes: [0xc0 | ((reg & 7) << 3) | (rm & 7)], rex };
  }
  const base = random.pick(plain ? pointers.filter((p) => p < 8) : pointers);
  rex |= base >> 3;
  const indexed = (base & 7) === 4 || random.below(3) === 0;
  const displacement = BigInt(random.below(256) - 128);
  const long = random.below(2) === 0;
  const tail = little(displacement & 0xffffffffn, long ? 4 : 1);
  const mod = long ? 0x80 : 0x40;
  if (!indexed) return { bytes: [mod | ((reg & 7) << 3) | (base & 7), ...tail], rex };
  // No index (4): the other registers hold anything.
  return {
    bytes: [mod | ((reg & 7) << 3) | 4, (random.below(4) << 6) | (4 << 3) | (base & 7), ...tail],
    rex,
  };
}

function encode(random: Random, template: Template): number[] {
  const size = template.byte ? 8 : random.pick(template.sizes ?? [16, 32, 64]);
  const stack = template.sizes !== undefined && !template.sizes.includes(32);
  const wideRex = size === 64 && !stack ? 8 : 0;
  let plain = wideRex === 0 && random.below(3) === 0;
  const prefixes: number[] = [];
  if (template.lock) prefixes.push(0xf0);
  if (size === 16) prefixes.push(0x66);
  if (template.prefix) prefixes.push(template.prefix);
  let rex = wideRex;
  let tail: number[] = [];
  const opcode = [...template.opcode];
  if (template.modrm !== undefined) {
    const operand = operands(random, template, plain);
    tail = operand.bytes;
    rex |= operand.rex;
  } else if (template.plusRegister) {
    const register = random.pick(plain ? [0, 1, 2] : writable);
    opcode[opcode.length - 1]! += register & 7;
    rex |= register >> 3;
  } else plain = true;
  const immediateBytes =
    template.immediate === 'z'
      ? Math.min(size / 8, 4)
      : template.immediate === 'v'
        ? size / 8
        : (template.immediate ?? 0);
  return [
    ...prefixes,
    ...(rex || !plain ? [0x40 | rex] : []),
    ...opcode,
    ...tail,
    ...little(value(random), immediateBytes),
  ];
}

export function randomCase(random: Random, family: Family): Case {
  const registers = Array.from({ length: 16 }, () => value(random));
  for (const pointer of pointers) registers[pointer] = BigInt(DATA + 0x800 + (random.below(64) - 32));
  registers[4] = BigInt(STACK + 0x800 - random.below(2) * 4);
  const strings = family.title === 'string operations';
  // A repeat count that stays inside the data area; loops count down from it too.
  if (strings) registers[1] = BigInt(random.below(120));
  const data = new Uint8Array(DATA_BYTES);
  for (let i = 0x600; i < 0xa00; i++) data[i] = random.below(random.below(2) ? 256 : 2);
  let code: number[] = [];
  const names: string[] = [];
  const length = 1 + random.below(family.length);
  for (let i = 0; i < length; i++) {
    const template = random.pick(family.templates);
    const bytes = encode(random, template);
    if (code.length + bytes.length > 60) break;
    code = [...code, ...bytes];
    names.push(template.name);
  }
  // CF PF AF ZF SF OF, IF as in any user program, and DF for strings.
  const flags = (random.bits(16) & 0x8d5n) | 0x202n | (strings && random.below(3) === 0 ? 0x400n : 0n);
  const hex = Buffer.from(code).toString('hex');
  return {
    mode: 64,
    start: 0,
    code: Uint8Array.from(code),
    registers,
    flags,
    data,
    text: `${names.join('; ')} [${hex}]`,
  };
}
