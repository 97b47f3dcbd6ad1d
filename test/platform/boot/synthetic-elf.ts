/** Small ELF files made in memory, with one field at a time to be wrong. */

export interface ElfSegmentOptions {
  readonly content: Uint8Array;
  readonly virtual?: number | bigint;
  readonly physical: number;
  readonly memoryBytes?: number;
  /** p_type; PT_LOAD unless said otherwise. */
  readonly type?: number;
}

export interface ElfOptions {
  readonly bits?: 32 | 64;
  readonly machine?: number;
  readonly type?: number;
  readonly entry?: number;
  readonly segments?: readonly ElfSegmentOptions[];
}

const DEFAULT_SEGMENT: ElfSegmentOptions = { content: Uint8Array.of(0xf4, 0xeb, 0xfd), physical: 0x100000 };

/** An executable with its segments behind the headers, in order. */
export function syntheticElf(options: ElfOptions = {}): Uint8Array {
  const { bits = 64, type = 2, entry = 0x100000, segments = [DEFAULT_SEGMENT] } = options;
  const machine = options.machine ?? (bits === 64 ? 62 : 3);
  const [headerBytes, entryBytes] = bits === 64 ? [64, 56] : [52, 32];
  const contentStart = headerBytes + segments.length * entryBytes;
  const total = segments.reduce((sum, { content }) => sum + content.length, contentStart);
  const bytes = Buffer.alloc(total);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, 1, 1]);
  const word = (value: number | bigint, at: number) =>
    bits === 64 ? bytes.writeBigUInt64LE(BigInt(value), at) : bytes.writeUInt32LE(Number(value), at);
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(machine, 18);
  word(entry, 24);
  word(headerBytes, bits === 64 ? 32 : 28);
  const sizes = bits === 64 ? 54 : 42;
  bytes.writeUInt16LE(entryBytes, sizes);
  bytes.writeUInt16LE(segments.length, sizes + 2);
  let offset = contentStart;
  segments.forEach(
    ({ content, physical, virtual = physical, memoryBytes = content.length, type = 1 }, index) => {
      const at = headerBytes + index * entryBytes;
      bytes.writeUInt32LE(type, at);
      const fields = [offset, virtual, physical, content.length, memoryBytes];
      fields.forEach((value, i) => word(value, at + (bits === 64 ? 8 + 8 * i : 4 + 4 * i)));
      bytes.set(content, offset);
      offset += content.length;
    },
  );
  return new Uint8Array(bytes);
}

/** A multiboot 1 header; `addresses` are header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr. */
export function multibootHeader(flags = 0, addresses: readonly number[] = []): Uint8Array {
  const bytes = Buffer.alloc(12 + 4 * addresses.length);
  bytes.writeUInt32LE(0x1badb002, 0);
  bytes.writeUInt32LE(flags, 4);
  bytes.writeUInt32LE(-(0x1badb002 + flags) >>> 0, 8);
  addresses.forEach((value, index) => bytes.writeUInt32LE(value, 12 + 4 * index));
  return new Uint8Array(bytes);
}

/** One note: owner, type, description, each padded to 4 bytes. */
export function elfNote(owner: string, type: number, description: Uint8Array): Uint8Array {
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  const name = new TextEncoder().encode(`${owner}\0`);
  const head = Buffer.alloc(12);
  [name.length, description.length, type].forEach((value, index) => head.writeUInt32LE(value, 4 * index));
  return new Uint8Array(Buffer.concat([head, padded(name), padded(description)]));
}
