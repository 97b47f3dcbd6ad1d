/** Boot loaders: what they put where, the state they begin in, and what they tell the user of bad images. */
import assert from 'node:assert/strict';
import type { BootImage } from '../../../src/platform/boot/boot-image';
import { LoadError } from '../../../src/platform/boot/boot-image';
import type { LoadOptions } from '../../../src/platform/boot/load-image';
import { loadImage } from '../../../src/platform/boot/load-image';
import { multibootHeader, syntheticElf } from './synthetic-elf';

const MIB = 1024 * 1024;
const base: LoadOptions = { name: 'guest.elf', memoryBytes: 64 * MIB };

function load(bytes: Uint8Array, over: Partial<LoadOptions> = {}) {
  const image = loadImage(bytes, { ...base, ...over });
  const memory = Buffer.alloc(over.memoryBytes ?? base.memoryBytes);
  for (const write of image.writes) memory.set(write.bytes, write.address);
  const text = (address: number) => memory.toString('latin1', address, memory.indexOf(0, address));
  return { image, memory, text, u32: (address: number) => memory.readUInt32LE(address) };
}

/** Content with a multiboot header in it. */
const multibootContent = () => Uint8Array.from([...multibootHeader(3), 0xf4]);
const multibootElf = (bits: 32 | 64) =>
  syntheticElf({
    bits,
    entry: 0x10000c,
    segments: [{ content: multibootContent(), physical: 0x100000, memoryBytes: 0x5000 }],
  });

const rbx = (image: BootImage) => Number(image.cpu.registers[3]);
const rsp = (image: BootImage) => Number(image.cpu.registers[4]);

describe('loading multiboot images', () => {
  for (const bits of [32, 64] as const) {
    it(`enters an ELF${bits} in flat 32-bit protected mode with the loader's magic`, () => {
      const { image, u32 } = load(multibootElf(bits));
      assert.equal(image.entry, 0x10000cn);
      assert.equal(image.cpu.mode, 'protected32');
      assert.equal(image.cpu.rip, 0x10000cn);
      assert.equal(image.cpu.registers[0], 0x2badb002n);
      assert.equal(image.cpu.cr0, 0x11n);
      assert.deepEqual(image.cpu.segments.cs, { selector: 8, base: 0n, limit: 0xffffffff, access: 0xc09b });
      assert.equal(u32(0x100000), 0x1badb002);
    });
  }

  it('passes the image name and the arguments as the command line', () => {
    const { image, text, u32 } = load(multibootElf(32), { append: 'null vmenter' });
    assert.equal(u32(rbx(image)) & 4, 4);
    assert.equal(text(u32(rbx(image) + 16)), 'guest.elf null vmenter');
    assert.equal(text(u32(rbx(image) + 64)), 'turtlescope');
  });

  it('passes the name alone without arguments', () => {
    const { image, text, u32 } = load(multibootElf(32));
    assert.equal(text(u32(rbx(image) + 16)), 'guest.elf');
  });

  it('describes memory: lower, upper and the map', () => {
    const { image, memory, u32 } = load(multibootElf(32));
    assert.equal(u32(rbx(image) + 4), 639);
    assert.equal(u32(rbx(image) + 8), 63 * 1024);
    const [length, start] = [u32(rbx(image) + 44), u32(rbx(image) + 48)];
    const ranges: string[] = [];
    for (let at = start; at < start + length; at += u32(at) + 4) {
      const [from, size] = [memory.readBigUInt64LE(at + 4), memory.readBigUInt64LE(at + 12)];
      ranges.push(`${from.toString(16)}-${(from + size).toString(16)} ${u32(at + 20)}`);
    }
    assert.deepEqual(ranges, [
      '0-9fc00 1',
      '9fc00-a0000 2',
      'e0000-100000 2',
      '100000-4000000 1',
      'fec00000-fec01000 2',
      'fee00000-fee01000 2',
    ]);
  });

  it('puts modules on pages behind the image and its bss, with their strings', () => {
    const modules = [
      { commandLine: 'first a=1', bytes: Uint8Array.of(1, 2, 3) },
      { commandLine: 'second', bytes: new Uint8Array(5000).fill(9) },
    ];
    const { image, memory, text, u32 } = load(multibootElf(32), { modules });
    assert.equal(u32(rbx(image) + 20), 2);
    const table = u32(rbx(image) + 24);
    const seen = [0, 16].map((at) => [u32(table + at), u32(table + at + 4), text(u32(table + at + 8))]);
    assert.deepEqual(seen, [
      [0x105000, 0x105003, 'first a=1'],
      [0x106000, 0x106000 + 5000, 'second'],
    ]);
    assert.deepEqual([...memory.subarray(0x105000, 0x105003)], [1, 2, 3]);
  });

  it('loads by the address fields where flag 16 is set', () => {
    const addresses = [0x200010, 0x200000, 0x200040, 0x201000, 0x200020];
    const file = Buffer.alloc(0x100);
    file.set(multibootHeader(0x10000, addresses), 0x10);
    file.fill(0xcc, 0x3f, 0x41);
    const { image, memory } = load(new Uint8Array(file));
    assert.equal(image.entry, 0x200020n);
    assert.equal(memory.readUInt32LE(0x200010), 0x1badb002);
    // Up to load_end_addr and not further.
    assert.deepEqual([...memory.subarray(0x20003f, 0x200041)], [0xcc, 0]);
  });

  it('finds no header without the right checksum, beyond 8 KiB or off the 4-byte boundary', () => {
    const wrong = multibootHeader();
    wrong[8]! ^= 1;
    for (const file of [
      wrong,
      Buffer.concat([Buffer.alloc(8192), multibootHeader()]),
      Buffer.concat([Buffer.alloc(2), multibootHeader()]),
    ]) {
      assert.throws(() => load(file), /neither an ELF file nor a multiboot image/);
    }
  });

  it('translates a virtual entry point to its physical address', () => {
    const segment = { content: multibootContent(), physical: 0x100000, virtual: 0xc0100000 };
    const { image } = load(syntheticElf({ bits: 32, entry: 0xc010000c, segments: [segment] }));
    assert.equal(image.entry, 0x10000cn);
  });

  it('keeps its own tables out of an image that lies in low memory', () => {
    const content = multibootContent();
    const segment = { content, physical: 0x1000, memoryBytes: 0x8000 };
    const { image } = load(syntheticElf({ bits: 32, entry: 0x100c, segments: [segment] }));
    assert.ok(rbx(image) >= 0x9000);
    assert.ok(rsp(image) > 0x9000);
    assert.ok(image.cpu.gdtr.base >= 0x9000n);
  });

  it('refuses demands multiboot 1 does not define', () => {
    const content = multibootHeader(0x100);
    assert.throws(
      () => load(syntheticElf({ bits: 32, segments: [{ content, physical: 0x100000 }] })),
      /demands multiboot features 0x100/,
    );
  });
});

describe('loading ELF files without a multiboot header', () => {
  it('enters ELF64 in 64-bit mode on identity page tables of 4 GiB', () => {
    const { image, memory } = load(syntheticElf());
    const { cpu } = image;
    assert.equal(cpu.mode, 'long64');
    assert.deepEqual([cpu.cr0, cpu.cr4, cpu.efer], [0x80000011n, 0x20n, 0x500n]);
    assert.equal(cpu.segments.cs.access, 0xa09b);
    const entry = (table: bigint, index: number) => memory.readBigUInt64LE(Number(table) + 8 * index);
    for (const gib of [0, 1, 2, 3]) {
      const pointers = entry(cpu.cr3, 0) & ~0xfffn;
      const directory = entry(pointers, gib) & ~0xfffn;
      assert.equal(entry(directory, 511), (BigInt(gib * 512 + 511) << 21n) | 0x83n);
    }
    assert.equal(rsp(image) % 16, 0);
  });

  it('enters ELF32 in flat 32-bit protected mode', () => {
    const { image } = load(syntheticElf({ bits: 32 }));
    assert.equal(image.cpu.mode, 'protected32');
    assert.equal(image.cpu.registers[0], 0n);
  });

  it('gives descriptors that match the segment registers', () => {
    const { image, memory } = load(syntheticElf());
    const gdt = Number(image.cpu.gdtr.base);
    assert.equal(memory.toString('hex', gdt + 8, gdt + 16), 'ffff0000009baf00');
    assert.equal(memory.toString('hex', gdt + 16, gdt + 24), 'ffff00000093cf00');
    assert.equal(image.cpu.gdtr.limit, 23);
  });

  it('loads segments at physical addresses', () => {
    const { memory } = load(
      syntheticElf({
        segments: [
          { content: Uint8Array.of(0xf4), physical: 0x100000 },
          { content: Uint8Array.of(0xab), physical: 0x300000, virtual: 0xffffffff80300000n },
        ],
      }),
    );
    assert.equal(memory[0x300000], 0xab);
  });
});

describe('loading flat binaries', () => {
  const code = Uint8Array.of(0xf4, 0xeb, 0xfd);

  it('begins in real mode at the address, with the boot drive in DL', () => {
    const { image, memory } = load(code, { flat: { address: 0x7c00 } });
    assert.equal(memory[0x7c00], 0xf4);
    assert.equal(image.cpu.mode, 'real16');
    assert.equal(image.cpu.rip, 0x7c00n);
    assert.deepEqual(image.cpu.segments.cs, { selector: 0, base: 0n, limit: 0xffff, access: 0x9b });
    assert.equal(image.cpu.registers[2], 0x80n);
  });

  it('chooses a segment for entries above 64 KiB', () => {
    const { image } = load(code, { flat: { address: 0x20004 } });
    assert.equal(image.cpu.segments.cs.selector, 0x2000);
    assert.equal(image.cpu.segments.cs.base + image.cpu.rip, 0x20004n);
  });

  it('begins in protected or 64-bit mode when asked to, at another entry', () => {
    for (const mode of ['protected32', 'long64'] as const) {
      const { image } = load(code, { flat: { address: 0x100000, entry: 0x100002, mode } });
      assert.equal(image.cpu.mode, mode);
      assert.equal(image.cpu.rip, 0x100002n);
    }
  });

  it('takes the address before any header in the file', () => {
    const { image } = load(multibootElf(32), { flat: { address: 0x8000 } });
    assert.equal(image.cpu.mode, 'real16');
  });
});

describe('firmware memory', () => {
  it('has the ACPI tables in the ROM area and the BIOS data area, whatever the loader', () => {
    for (const bytes of [multibootElf(32), syntheticElf()]) {
      const { memory } = load(bytes);
      assert.equal(memory.toString('latin1', 0xe0000, 0xe0008), 'RSD PTR ');
      assert.equal(memory.readUInt16LE(0x40e), 0x9fc0);
      assert.equal(memory.readUInt16LE(0x413), 639);
    }
  });

  it('gives way to an image that wants its place, zeros included', () => {
    const segment = { content: Uint8Array.of(1), physical: 0x400, memoryBytes: 0x100 };
    const { memory } = load(syntheticElf({ entry: 0x400, segments: [segment] }));
    assert.equal(memory.readUInt16LE(0x40e), 0);
  });
});

describe('bad images get one message that says what to do', () => {
  const flat = (address: number, over = {}) => ({ flat: { address, ...over } });
  const cases: [string, Uint8Array, Partial<LoadOptions>, RegExp][] = [
    [
      'text',
      new TextEncoder().encode('#!/bin/sh\n'),
      {},
      /neither an ELF file nor a multiboot image nor a Linux kernel: open an x86 ELF/,
    ],
    ['nothing', new Uint8Array(0), {}, /neither an ELF/],
    ['nothing, flat', new Uint8Array(0), flat(0x7c00), /is empty/],
    ['another machine', syntheticElf({ machine: 183 }), {}, /built for AArch64.*build it for x86/],
    ['an unknown machine', syntheticElf({ machine: 999 }), {}, /ELF machine 999/],
    ['an object file', syntheticElf({ type: 1 }), {}, /object file: link it/],
    [
      'a program for a dynamic linker',
      syntheticElf({ type: 3, segments: [{ content: Uint8Array.of(1), physical: 0x1000, type: 3 }] }),
      {},
      /-static -no-pie, or -static-pie/,
    ],
    ['a header only', syntheticElf().subarray(0, 40), {}, /before the end of the ELF header/],
    [
      'no program headers whole',
      syntheticElf().subarray(0, 100),
      {},
      /before the end of its program headers/,
    ],
    ['a segment cut short', syntheticElf().subarray(0, 121), {}, /before the end of segment 0/],
    ['no segments', syntheticElf({ segments: [] }), {}, /no program headers/],
    [
      'more than memory',
      syntheticElf({ segments: [{ content: Uint8Array.of(1), physical: 0x100000, memoryBytes: 80 * MIB }] }),
      {},
      /needs memory up to 0x5100000, the machine has 64 MiB: set memory to 81 MiB or more/,
    ],
    [
      'an address beyond all memory',
      syntheticElf({ segments: [{ content: Uint8Array.of(1), physical: 0xffff80000000 }] }),
      {},
      /link it at a physical address below 3 GiB/,
    ],
    [
      'the VGA hole',
      syntheticElf({
        entry: 0x90000,
        segments: [{ content: Uint8Array.of(1), physical: 0x90000, memoryBytes: 0x20000 }],
      }),
      {},
      /covers 0xa0000-0xbffff/,
    ],
    [
      'a higher-half entry',
      syntheticElf({
        entry: 0x40100000,
        segments: [{ content: Uint8Array.of(1), physical: 0x100000, virtual: 0x40100000 }],
      }),
      {},
      /virtual address 0x40100000.*multiboot header/,
    ],
    ['big-endian', Uint8Array.from(syntheticElf(), (b, i) => (i === 5 ? 2 : b)), {}, /little-endian/],
    [
      'modules without multiboot',
      syntheticElf(),
      { modules: [{ commandLine: 'm', bytes: new Uint8Array(1) }] },
      /modules cannot/,
    ],
    [
      'modules too large',
      multibootElf(32),
      { modules: [{ commandLine: 'm', bytes: new Uint8Array(70 * MIB) }] },
      /do not fit into 64 MiB/,
    ],
    ['odd memory', syntheticElf(), { memoryBytes: 12345 }, /memory must be between 2 and 3072 MiB/],
    ['real mode above 1 MiB', Uint8Array.of(1), flat(0x200000), /cannot begin in real mode/],
    ['a strange address', Uint8Array.of(1), flat(-5), /give one below 4 GiB/],
    ['a header without ELF', multibootHeader(), {}, /without address fields and is not an ELF/],
    [
      'addresses that contradict',
      multibootHeader(0x10000, [0x1000, 0x2000, 0, 0, 0]),
      {},
      /correct the address fields/,
    ],
    [
      'addresses behind the file',
      multibootHeader(0x10000, [0x100000, 0x100000, 0x200000, 0, 0]),
      {},
      /behind the end of the file/,
    ],
    ['a cut header', multibootHeader(0x10000, [0x100000]), {}, /truncated: its multiboot header/],
  ];
  for (const [what, bytes, options, message] of cases) {
    it(what, () => {
      assert.throws(
        () => loadImage(bytes, { ...base, ...options }),
        (error: Error) => {
          assert.ok(error instanceof LoadError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('no garbage gives any other error', () => {
    let seed = 42;
    const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
    const addresses = [0x100000, 0x100000, 0, 0, 0x100000];
    const originals = [
      syntheticElf(),
      syntheticElf({ bits: 32 }),
      multibootElf(32),
      multibootElf(64),
      multibootHeader(0x10000, addresses),
    ];
    let refused = 0;
    for (let round = 0; round < 5000; round++) {
      const bytes = originals[round % originals.length]!.slice();
      for (let i = random() % 6; i >= 0; i--) bytes[random() % bytes.length] = random() >>> 24;
      const cut = random() % 4 ? bytes.length : random() % bytes.length;
      try {
        const image = loadImage(bytes.subarray(0, cut), base);
        for (const write of image.writes) assert.ok(write.address + write.bytes.length <= base.memoryBytes);
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        refused++;
      }
    }
    assert.ok(refused > 1000, `only ${refused} refused`);
  });
});
