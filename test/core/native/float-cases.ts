/** Random states full of floating-point numbers, and instructions of opcode rows on them. */
import type { OpcodeRow } from '../../../src/isa/opcodes/row';
import type { Random } from '../../support/random';
import { DOUBLE, EXTENDED, HALF, SINGLE, put, randomInteger, randomNumber } from './float-numbers';
import { DATA_BYTES, IMAGE_BYTES, STACK, initialImage, type Case } from './native-cpu';
import { encodeRow, MIDDLE, pointers } from './row-cases';

/** Which exceptions are masked at the start: all, or any. */
export type Masking = 'all' | 'any';

const EXCEPTIONS = 0x3f;
const SLOT = 32;
const SLOTS = 1024;

/** 18 decimal digits and a sign. */
function decimal(random: Random): bigint {
  let value = 0n;
  for (let i = 0; i < 18; i++) value = (value << 4n) | BigInt(random.below(random.pick([1, 10])));
  return value | (BigInt(random.below(2)) << 79n);
}

/** 32 bytes of numbers of one format, integers and packed decimals included. */
function slot(random: Random, bytes: Uint8Array, at: number): void {
  const kind = random.below(8);
  const fill = (count: number, pitch: number, value: () => bigint) => {
    for (let i = 0; i + pitch <= SLOT; i += pitch) put(bytes, at + i, value(), count);
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

/** Makes cases. Numbers are drawn once and reused in new combinations. */
export class FloatCases {
  private readonly slots = new Uint8Array(SLOT * SLOTS);
  private readonly extended = new Uint8Array(16 * SLOTS);

  constructor(private readonly random: Random) {
    for (let i = 0; i < SLOTS; i++) {
      slot(random, this.slots, i * SLOT);
      put(this.extended, i * 16, randomNumber(random, EXTENDED), 10);
    }
  }

  private putSlots(bytes: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end; at += SLOT) {
      const chosen = this.random.below(SLOTS) * SLOT;
      bytes.set(this.slots.subarray(chosen, chosen + SLOT), at);
    }
  }

  /** FSW has no exception waiting: the kernel would meet it first. */
  private image(masking: Masking): Uint8Array {
    const { random } = this;
    const result = initialImage();
    const view = new DataView(result.buffer);
    const masks = () => (masking === 'all' || random.below(3) === 0 ? EXCEPTIONS : random.below(64));
    const x87Masks = masks();
    view.setUint16(0, x87Masks | 0x40 | (random.pick([0, 2, 3, 3, 3]) << 8) | (random.below(4) << 10), true);
    const top = random.below(8);
    const codes = (random.below(8) << 8) | (random.below(2) << 14);
    view.setUint16(2, (random.below(64) & x87Masks) | (random.below(2) << 6) | codes | (top << 11), true);
    // Mostly five registers are full, so that neither pushes nor reads fail.
    if (random.below(8) === 0) result[4] = random.below(256);
    else for (let i = 0; i < 5; i++) result[4]! |= 1 << ((top + i) & 7);
    for (let i = 0; i < 8; i++) {
      const chosen = random.below(SLOTS) * 16;
      result.set(this.extended.subarray(chosen, chosen + 16), 32 + i * 16);
    }
    const flags = random.pick([0, 0x20, random.below(64)]);
    const modes = random.below(4) ? 0 : random.pick([0x40, 0x8000, 0x8040]);
    view.setUint32(24, flags | modes | (masks() << 7) | (random.below(4) << 13), true);
    this.putSlots(result, 160, 416);
    this.putSlots(result, 512, IMAGE_BYTES);
    return result;
  }

  /** At most `length` instructions of these rows. */
  next(rows: readonly OpcodeRow[], length: number, masking: Masking): Case & { image: Uint8Array } {
    const { random } = this;
    const registers = Array.from({ length: 16 }, () => randomInteger(random, 8));
    for (const pointer of pointers) registers[pointer] = BigInt(MIDDLE);
    registers[4] = BigInt(STACK + 0x800);
    const data = new Uint8Array(DATA_BYTES);
    // Where row-cases.ts puts memory operands.
    this.putSlots(data, 0x7c0, 0xd20);
    this.putSlots(data, 0xfc0, 0x1040);
    const chosen = Array.from({ length: 1 + random.below(length) }, () => random.pick(rows));
    const code = chosen.flatMap((row) => encodeRow(random, row));
    const hex = Buffer.from(code).toString('hex');
    return {
      mode: 64,
      start: 0,
      code: Uint8Array.from(code),
      registers,
      flags: (random.bits(16) & 0x8d5n) | 0x202n,
      data,
      image: this.image(masking),
      text: `${chosen.map(({ name }) => name).join('; ')} [${hex}]`,
    };
  }
}
