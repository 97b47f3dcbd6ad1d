/** Random states full of floating-point numbers, and instructions of opcode rows on them. */
import type { OpcodeRow } from '../../../src/isa/opcodes/row';
import type { Random } from './families';
import { DOUBLE, EXTENDED, HALF, SINGLE, put, randomInteger, randomNumber } from './float-numbers';
import { DATA_BYTES, IMAGE_BYTES, STACK, initialImage, type Case } from './native-cpu';
import { encodeRow, MIDDLE, pointers } from './row-cases';

/** Exceptions that are not masked: none, any, or (rarely) any. */
export type Masking = 'masked' | 'random';

const FLAGS = 0x3f;

/** 32 bytes of numbers of one format, integers and packed decimals included. */
function slot(random: Random, bytes: Uint8Array, at: number): void {
  const kind = random.below(8);
  const fill = (count: number, pitch: number, value: () => bigint) => {
    for (let i = 0; i + pitch <= 32; i += pitch) put(bytes, at + i, value(), count);
  };
  if (kind < 2) fill(4, 4, () => randomNumber(random, SINGLE));
  else if (kind < 4) fill(8, 8, () => randomNumber(random, DOUBLE));
  else if (kind === 4) fill(10, 16, () => randomNumber(random, EXTENDED));
  else if (kind === 5) fill(10, 16, () => decimal(random));
  else if (kind === 6) fill(2, 2, () => randomNumber(random, HALF));
  else {
    const width = random.pick([2, 4, 8]);
    fill(width, width, () => randomInteger(random, width));
  }
}

/** 18 valid decimal digits and a sign. */
function decimal(random: Random): bigint {
  let value = 0n;
  for (let i = 0; i < 18; i++) value = (value << 4n) | BigInt(random.below(random.pick([1, 10])));
  return value | (BigInt(random.below(2)) << 79n);
}

/** x87 and vector registers. FSW has no exception waiting: kernels would report it on the way. */
function image(random: Random, masking: Masking): Uint8Array {
  const result = initialImage();
  const view = new DataView(result.buffer);
  const masks = masking === 'masked' ? FLAGS : random.below(3) ? random.below(64) : FLAGS;
  const precision = random.pick([0, 2, 3, 3, 3]);
  view.setUint16(0, masks | 0x40 | (precision << 8) | (random.below(4) << 10), true);
  const codes = random.below(16);
  const status = (random.below(64) & masks) | (random.below(2) << 6);
  view.setUint16(2, status | ((codes & 7) << 8) | ((codes & 8) << 11) | (random.below(8) << 11), true);
  // Mostly full, so that pushes overflow; mostly half full, so that neither happens.
  const tags = random.below(8) === 0 ? random.below(256) : 0;
  const top = (status0(view) >> 11) & 7;
  result[4] = tags;
  if (!tags) for (let i = 0; i < 5; i++) result[4] |= 1 << ((top + i) & 7);
  for (let i = 0; i < 8; i++) put(result, 32 + i * 16, randomNumber(random, EXTENDED), 10);
  const vectorMasks = masking === 'masked' ? FLAGS : random.below(3) ? random.below(64) : FLAGS;
  const modes = random.below(4) ? 0 : 0x40 | (random.below(2) << 15);
  const flags = random.pick([0, 0x20, random.below(64)]);
  view.setUint32(24, flags | (vectorMasks << 7) | (random.below(4) << 13) | modes | (random.below(8) ? 0 : 0x8000), true);
  for (let at = 160; at < 416; at += 32) slot(random, result, at);
  for (let at = 512; at < IMAGE_BYTES; at += 32) slot(random, result, at);
  return result;
}

function status0(view: DataView): number {
  return view.getUint16(2, true);
}

export function floatCase(random: Random, rows: readonly OpcodeRow[], length: number, masking: Masking): Case {
  const registers = Array.from({ length: 16 }, () => randomInteger(random, 8));
  for (const pointer of pointers) registers[pointer] = BigInt(MIDDLE);
  registers[4] = BigInt(STACK + 0x800);
  const data = new Uint8Array(DATA_BYTES);
  for (let at = 0x7c0; at < 0x1900; at += 32) slot(random, data, at);
  const chosen = Array.from({ length: 1 + random.below(length) }, () => random.pick(rows));
  const code = chosen.flatMap((row) => encodeRow(random, row));
  return {
    mode: 64,
    start: 0,
    code: Uint8Array.from(code),
    registers,
    flags: (random.bits(16) & 0x8d5n) | 0x202n,
    data,
    image: image(random, masking),
    text: `${chosen.map(({ name }) => name).join('; ')} [${Buffer.from(code).toString('hex')}]`,
  };
}
