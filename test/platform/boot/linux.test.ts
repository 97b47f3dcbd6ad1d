/** Linux: where its files are put, in which state they begin, and what boot_params tells them. */
import assert from 'node:assert/strict';
import { loadImage, type LoadOptions } from '../../../src/platform/boot/load-image';
import { elfNote, syntheticElf } from './synthetic-elf';

const MIB = 1024 * 1024;
const base: LoadOptions = { name: 'vmlinuz', memoryBytes: 64 * MIB };
const KERNEL = Uint8Array.of(0xfa, 0xf4, 0xeb, 0xfd);

interface KernelOptions {
  readonly version?: number;
  readonly loadflags?: number;
  readonly xloadflags?: number;
  readonly relocatable?: number;
  readonly preferred?: bigint;
  readonly initrdMax?: number;
}

/** A bzImage of one setup sector and four bytes of kernel. */
function bzImage(options: KernelOptions = {}): Uint8Array {
  const { version = 0x20f, loadflags = 1, xloadflags = 1, relocatable = 1, preferred = 0x1000000n } = options;
  const file = Buffer.alloc(2 * 512 + KERNEL.length);
  file[0x1f1] = 1;
  file.writeUInt16LE(0xaa55, 0x1fe);
  file[0x201] = 0x6a;
  file.write('HdrS', 0x202, 'latin1');
  file.writeUInt16LE(version, 0x206);
  file[0x211] = loadflags;
  file.writeUInt32LE(options.initrdMax ?? 0x7fffffff, 0x22c);
  file[0x234] = relocatable;
  file.writeUInt16LE(xloadflags, 0x236);
  file.writeUInt32LE(64, 0x238);
  file.writeBigUInt64LE(preferred, 0x258);
  file.writeUInt32LE(0x200000, 0x260);
  file.set(KERNEL, 2 * 512);
  return new Uint8Array(file);
}

function load(bytes: Uint8Array, over: Partial<LoadOptions> = {}) {
  const image = loadImage(bytes, { ...base, ...over });
  const memory = Buffer.alloc(base.memoryBytes);
  for (const write of image.writes) memory.set(write.bytes, write.address);
  const params = Number(image.cpu.registers[6]);
  const text = (address: number) => memory.toString('latin1', address, memory.indexOf(0, address));
  return { image, memory, params, text };
}

describe('a bzImage', () => {
  it('is entered in 64-bit mode 0x200 bytes behind where it wants to lie, RSI at boot_params', () => {
    const { image, memory, params } = load(bzImage());
    assert.equal(image.cpu.mode, 'long64');
    assert.equal(image.entry, 0x1000200n);
    assert.deepEqual(memory.subarray(0x1000000, 0x1000004), Buffer.from(KERNEL));
    // __BOOT_CS and __BOOT_DS
    assert.equal(image.cpu.segments.cs.selector, 0x10);
    assert.equal(image.cpu.segments.ds.selector, 0x18);
    assert.equal(memory.toString('latin1', params + 0x202, params + 0x206), 'HdrS');
    assert.equal(memory[params + 0x210], 0xff);
  });

  it('gets its arguments alone, without a name before them', () => {
    const { memory, params, text } = load(bzImage(), { append: 'console=ttyS0 -x' });
    assert.equal(text(memory.readUInt32LE(params + 0x228)), 'console=ttyS0 -x');
  });

  it('gets the initial RAM disk at the top of RAM, on a page, below what the kernel reaches', () => {
    const initrd = Uint8Array.from({ length: 5000 }, (_, index) => index);
    for (const [initrdMax, end] of [
      [0x7fffffff, 64 * MIB],
      [0x2ffffff, 48 * MIB],
    ] as const) {
      const { memory, params } = load(bzImage({ initrdMax }), { initrd });
      const address = memory.readUInt32LE(params + 0x218);
      assert.equal(address, end - 0x2000);
      assert.equal(memory.readUInt32LE(params + 0x21c), 5000);
      assert.deepEqual(memory.subarray(address, address + 5000), Buffer.from(initrd));
    }
  });

  it('reads the E820 map and the ACPI root pointer', () => {
    const { memory, params } = load(bzImage());
    assert.equal(memory.readUInt32LE(params + 0x70), 0xe0000);
    const entries = Array.from(
      { length: memory[params + 0x1e8]! },
      (_, index) => params + 0x2d0 + 20 * index,
    );
    const ram = entries.filter((at) => memory.readUInt32LE(at + 16) === 1);
    assert.deepEqual(
      ram.map((at) => [Number(memory.readBigUInt64LE(at)), Number(memory.readBigUInt64LE(at + 8))]),
      [
        [0, 0x9fc00],
        [MIB, 63 * MIB],
      ],
    );
  });

  it('without a 64-bit entry begins in flat 32-bit mode at its first byte', () => {
    const { image } = load(bzImage({ xloadflags: 0 }));
    assert.equal(image.cpu.mode, 'protected32');
    assert.equal(image.entry, 0x1000000n);
  });

  it('that cannot be moved lies at 1 MiB', () => {
    assert.equal(load(bzImage({ relocatable: 0 })).image.entry, 0x100200n);
    assert.equal(load(bzImage({ version: 0x204, xloadflags: 0 })).image.entry, 0x100000n);
  });

  for (const [what, kernel, over, message] of [
    ['a zImage', bzImage({ loadflags: 0 }), {}, /build it as bzImage/],
    [
      'too long a command line',
      bzImage(),
      { append: 'x'.repeat(65) },
      /has 65 characters, vmlinuz takes 64: shorten/,
    ],
    [
      'an initrd larger than memory',
      bzImage(),
      { initrd: new Uint8Array(64 * MIB) },
      /set memory to 8\d MiB/,
    ],
    ['a file that ends in its setup sectors', bzImage().subarray(0, 1000), {}, /inside its setup sectors/],
    ['modules', bzImage(), { modules: [{ commandLine: '', bytes: KERNEL }] }, /no multiboot header/],
  ] as [string, Uint8Array, Partial<LoadOptions>, RegExp][])
    it(`${what}: a sentence`, () => assert.throws(() => load(kernel, over), message));
});

const entryNote = (entry: number) => {
  const description = Buffer.alloc(4);
  description.writeUInt32LE(entry);
  return elfNote('Xen', 18, description);
};
const pvhElf = (entry: number) =>
  syntheticElf({
    entry: 0x1000000,
    segments: [
      { content: KERNEL, physical: 0x1000000 },
      {
        content: Buffer.concat([elfNote('Linux', 1, Uint8Array.of(1)), entryNote(entry)]),
        physical: 0,
        type: 4,
      },
    ],
  });

describe('a PVH image', () => {
  it('is entered at the address of its note, in flat 32-bit mode, EBX at hvm_start_info', () => {
    const initrd = Uint8Array.of(1, 2, 3);
    const modules = [{ commandLine: 'second', bytes: Uint8Array.of(9) }];
    const { image, memory, text } = load(pvhElf(0x1000001), { append: 'quiet', initrd, modules });
    assert.equal(image.cpu.mode, 'protected32');
    assert.equal(image.cpu.rip, 0x1000001n);
    const info = Number(image.cpu.registers[3]);
    const at = (offset: number) => Number(memory.readBigUInt64LE(info + offset));
    assert.equal(memory.readUInt32LE(info), 0x336ec578);
    assert.equal(memory.readUInt32LE(info + 4), 1);
    assert.equal(text(at(24)), 'quiet');
    assert.equal(at(32), 0xe0000);
    assert.equal(memory.readUInt32LE(info + 12), 2);
    const [first, second] = [at(16), at(16) + 32].map((entry) => Number(memory.readBigUInt64LE(entry)));
    assert.deepEqual([...memory.subarray(first, first! + 3)], [1, 2, 3]);
    assert.equal(memory[second!], 9);
    assert.equal(text(Number(memory.readBigUInt64LE(at(16) + 32 + 16))), 'second');
    // Memory map: the first entry is conventional memory.
    assert.equal(Number(memory.readBigUInt64LE(at(40) + 8)), 0x9fc00);
    assert.equal(memory.readUInt32LE(at(40) + 16), 1);
  });

  it('whose note points nowhere is refused', () =>
    assert.throws(
      () => load(pvhElf(0x5000)),
      /PVH entry, where none of its segments lies: correct the note/,
    ));
});

describe('a vmlinux without PVH', () => {
  it('is entered in 64-bit mode at its physical entry, RSI at boot_params', () => {
    const content = Buffer.from('\xf4\0Linux version 6.1 (gcc)\n', 'latin1');
    const segment = { content, physical: 0x1000000, virtual: 0xffffffff81000000n };
    const { image, memory, params, text } = load(syntheticElf({ entry: 0x1000000, segments: [segment] }), {
      append: 'panic=1',
      initrd: KERNEL,
    });
    assert.equal(image.cpu.mode, 'long64');
    assert.equal(image.entry, 0x1000000n);
    assert.equal(text(memory.readUInt32LE(params + 0x228)), 'panic=1');
    assert.equal(memory.readUInt32LE(params + 0x21c), KERNEL.length);
    assert.equal(memory.toString('latin1', params + 0x202, params + 0x206), 'HdrS');
  });
});
