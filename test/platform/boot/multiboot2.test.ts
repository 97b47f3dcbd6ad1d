/** Multiboot 2: entry state, information tags, header tags that are obeyed, and demands that are refused. */
import assert from 'node:assert/strict';
import { loadImage, type LoadOptions } from '../../../src/platform/boot/load-image';
import { syntheticElf } from './synthetic-elf';

const MIB = 1024 * 1024;
const base: LoadOptions = { name: 'guest.elf', memoryBytes: 64 * MIB };

interface HeaderTag {
  readonly type: number;
  readonly optional?: boolean;
  readonly words?: readonly number[];
}

function header(tags: readonly HeaderTag[] = [], architecture = 0): Uint8Array {
  const parts = [...tags, { type: 0 }].map(({ type, optional, words = [] }: HeaderTag) => {
    const size = 8 + 4 * words.length;
    const tag = Buffer.alloc((size + 7) & ~7);
    tag.writeUInt16LE(type, 0);
    tag.writeUInt16LE(optional ? 1 : 0, 2);
    tag.writeUInt32LE(size, 4);
    words.forEach((word, index) => tag.writeUInt32LE(word >>> 0, 8 + 4 * index));
    return tag;
  });
  const length = 16 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(16);
  [0xe85250d6, architecture, length, -(0xe85250d6 + architecture + length) >>> 0].forEach((word, index) =>
    head.writeUInt32LE(word, 4 * index),
  );
  return new Uint8Array(Buffer.concat([head, ...parts]));
}

/** The header must lie on an 8-byte boundary of the file: ELF64 headers with one segment take 120 bytes, ELF32's 84. */
function elf(
  tags: readonly HeaderTag[] = [],
  over: { bits?: 32 | 64; type?: number; physical?: number } = {},
) {
  const { bits = 64, type = 2, physical = 0x100000 } = over;
  const content = Buffer.concat([Buffer.alloc(bits === 64 ? 0 : 4), header(tags)]);
  return syntheticElf({ bits, type, entry: physical + 4, segments: [{ content, physical }] });
}

function load(bytes: Uint8Array, over: Partial<LoadOptions> = {}) {
  const image = loadImage(bytes, { ...base, ...over });
  const memory = Buffer.alloc(base.memoryBytes);
  for (const write of image.writes) memory.set(write.bytes, write.address);
  const info = Number(image.cpu.registers[3]);
  const tags = new Map<number, Buffer[]>();
  // Who was not entered by multiboot has no information.
  const end = info === 0 ? 0 : info + memory.readUInt32LE(info);
  for (let at = info + 8; at < end; at += (memory.readUInt32LE(at + 4) + 7) & ~7) {
    const type = memory.readUInt32LE(at);
    tags.set(type, [...(tags.get(type) ?? []), memory.subarray(at + 8, at + memory.readUInt32LE(at + 4))]);
  }
  return { image, memory, tags };
}

const textOf = (bytes: Buffer | undefined) => bytes?.toString('latin1', 0, bytes.indexOf(0));

describe('multiboot 2', () => {
  for (const bits of [32, 64] as const)
    it(`an ELF${bits} begins in flat 32-bit mode with the loader's magic`, () => {
      const { image } = load(elf([], { bits }));
      assert.equal(image.cpu.mode, 'protected32');
      assert.equal(image.cpu.registers[0], 0x36d76289n);
      assert.equal(image.entry, 0x100004n);
    });

  it('tells command line, loader, memory, modules, screen and ACPI, and ends with the end tag', () => {
    const modules = [
      { commandLine: 'one', bytes: Uint8Array.of(1, 2, 3) },
      { commandLine: 'two', bytes: Uint8Array.of(4) },
    ];
    const { memory, tags } = load(elf(), { append: 'a b', modules });
    assert.equal(textOf(tags.get(1)?.[0]), 'guest.elf a b');
    assert.equal(textOf(tags.get(2)?.[0]), 'turtlescope');
    assert.deepEqual(
      tags.get(3)?.map((tag) => [textOf(tag.subarray(8)), tag.readUInt32LE(4) - tag.readUInt32LE(0)]),
      [
        ['one', 3],
        ['two', 1],
      ],
    );
    assert.equal(memory[tags.get(3)![0]!.readUInt32LE(0)], 1);
    assert.deepEqual(
      [0, 4].map((at) => tags.get(4)![0]!.readUInt32LE(at)),
      [639, 63 * 1024],
    );
    const map = tags.get(6)![0]!;
    assert.equal(map.readUInt32LE(0), 24);
    assert.equal(Number(map.readBigUInt64LE(8 + 8)), 0x9fc00);
    assert.equal(Number(tags.get(8)![0]!.readBigUInt64LE(0)), 0xb8000);
    assert.equal(tags.get(14)![0]!.toString('latin1', 0, 8), 'RSD PTR ');
    assert.deepEqual(tags.get(15)![0], memory.subarray(0xe0000, 0xe0024));
    assert.deepEqual([...tags.keys()].at(-1), 0);
    assert.equal(tags.has(21), false);
  });

  it('obeys address and entry tags', () => {
    const file = Buffer.alloc(0x200, 0x90);
    const tags = [
      { type: 2, words: [0x200040, 0x200000, 0x200100, 0x201000] },
      { type: 3, words: [0x200080] },
    ];
    file.set(header(tags), 0x40);
    const { image, memory } = load(new Uint8Array(file));
    assert.equal(image.entry, 0x200080n);
    assert.equal(memory.readUInt32LE(0x200040), 0xe85250d6);
    assert.deepEqual([...memory.subarray(0x2000ff, 0x200101)], [0x90, 0]);
  });

  it('puts a relocatable static PIE where its header wants it, and says where', () => {
    const tags = [{ type: 10, words: [0x400000, 0x1000000, 0x200000, 1] }];
    const { image, memory, tags: told } = load(elf(tags, { type: 3, physical: 0 }));
    assert.equal(image.entry, 0x400004n);
    assert.equal(memory.readUInt32LE(0x400000), 0xe85250d6);
    assert.equal(told.get(21)?.[0]?.readUInt32LE(0), 0x400000);
  });

  const demands: [string, HeaderTag, RegExp][] = [
    [
      'information it does not have',
      { type: 1, words: [6, 17] },
      /information of type 17 \(EFI_MEMORY_MAP\)/,
    ],
    ['a graphical framebuffer', { type: 5, words: [1024, 768, 32] }, /there is only a text screen/],
    ['a tag nobody defined', { type: 77 }, /header tag 77/],
  ];
  for (const [what, tag, message] of demands) {
    it(`refuses ${what}, unless that is optional`, () => {
      assert.throws(() => load(elf([tag])), message);
      assert.equal(load(elf([{ ...tag, optional: true }])).image.entry, 0x100004n);
    });
  }

  const broken: [string, Uint8Array, RegExp][] = [
    ['another architecture', header([], 4), /another architecture than i386/],
    ['no ELF and no addresses', header(), /without address tag and is not an ELF file/],
    [
      'addresses without entry',
      header([{ type: 2, words: [0x100000, 0x100000, 0, 0] }]),
      /no entry address tag/,
    ],
    [
      'addresses that contradict',
      header([
        { type: 2, words: [0x100000, 0x200000, 0, 0] },
        { type: 3, words: [0] },
      ]),
      /correct the address tag/,
    ],
    [
      'a header that ends behind the file',
      header([{ type: 6 }]).subarray(0, 20),
      /truncated: its multiboot 2/,
    ],
  ];
  for (const [what, bytes, message] of broken)
    it(`${what}: a sentence`, () => assert.throws(() => load(bytes), message));
});

describe('a static PIE', () => {
  it('lies as linked, or where it is wanted, or at 1 MiB when it is linked at 0', () => {
    const pie = (physical: number) =>
      syntheticElf({ type: 3, entry: physical, segments: [{ content: Uint8Array.of(0xf4), physical }] });
    assert.equal(load(pie(0x300000)).image.entry, 0x300000n);
    assert.equal(load(pie(0x300000), { flat: { address: 0x500000 } }).image.entry, 0x500000n);
    assert.equal(load(pie(0)).image.entry, 0x100000n);
  });
});

describe('files nobody can boot get a sentence', () => {
  const pe = Buffer.alloc(256);
  pe.write('MZ', 0, 'latin1');
  pe.writeUInt32LE(0x80, 0x3c);
  pe.write('PE\0\0', 0x80, 'latin1');
  const iso = Buffer.alloc(0x8800);
  iso.write('CD001', 0x8001, 'latin1');
  const sector = Buffer.alloc(512);
  sector.writeUInt16LE(0xaa55, 510);
  const cases: [string, Buffer, RegExp][] = [
    ['PE', pe, /PE image for UEFI, and there is no UEFI here: build/],
    ['ISO', iso, /ISO image: take the kernel/],
    ['disk', Buffer.concat([sector, sector]), /disk image: open the kernel/],
    ['boot sector', sector, /16-bit boot sector: give 0x7c00/],
    ['qcow2', Buffer.from('QFI\xfb', 'latin1'), /qcow2/],
    ['gzip', Buffer.of(0x1f, 0x8b, 8), /gunzip/],
  ];
  for (const [what, bytes, message] of cases)
    it(what, () => assert.throws(() => load(new Uint8Array(bytes)), message));
});
