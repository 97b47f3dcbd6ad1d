/** BIOS services as real-mode programs call them: whole runs, in both topologies, of a few bytes of code. */
import assert from 'node:assert/strict';
import { createMachine } from '../../../src/machine/create';
import type { DiskImage } from '../../../src/platform/bios/connections';
import { overlaidDisk } from '../../../src/platform/bios/disk';

const CODE = 0x7c00;
const BUFFER = 0x6000;

interface Called {
  readonly ax: number;
  readonly bx: number;
  readonly cx: number;
  readonly dx: number;
  readonly carry: boolean;
  readonly buffer: Buffer;
  readonly screen: readonly string[];
}

interface Registers {
  readonly eax: number;
  readonly ebx?: number;
  readonly ecx?: number;
  readonly edx?: number;
  readonly es?: number;
  readonly di?: number;
  readonly si?: number;
  readonly bp?: number;
}

const u16 = (value: number) => [value & 0xff, (value >> 8) & 0xff];
const u32 = (value: number) => [...u16(value), ...u16(value >>> 16)];

/** Calls INT `vector` with these registers, in real mode, and returns what came back. */
function call(
  vector: number,
  registers: Registers,
  over: { topology?: string; disk?: DiskImage; keys?: number[]; contents?: Uint8Array } = {},
): Called {
  const { eax, ebx = 0, ecx = 0, edx = 0, es = 0, di = 0, si = 0, bp = 0 } = registers;
  const code = [
    ...[0x31, 0xc0, 0x8e, 0xd0, 0xbc, ...u16(0x5000), 0x8e, 0xd8], // xor ax, ax; mov ss, ax; mov sp, 5000h; mov ds, ax
    ...[0xb8, ...u16(es), 0x8e, 0xc0, 0xbf, ...u16(di), 0xbe, ...u16(si), 0xbd, ...u16(bp)],
    ...[0x66, 0xbb, ...u32(ebx), 0x66, 0xb9, ...u32(ecx), 0x66, 0xba, ...u32(edx), 0x66, 0xb8, ...u32(eax)],
    ...[0xfb, 0xcd, vector, 0x9c, 0xe6, 0xf4, 0xf4], // sti; int vector; pushf; out 0f4h, al; hlt
  ];
  const machine = createMachine({
    image: Uint8Array.from(code),
    imageName: 'call',
    loadAddress: CODE,
    memoryMiB: 64,
    topology: over.topology ?? 'bare',
    disk: over.disk,
    serial: () => undefined,
  });
  if (over.contents) machine.driver.writeImage(BigInt(BUFFER), over.contents);
  if (over.keys) machine.input('keys', Uint8Array.from(over.keys));
  let stop;
  do stop = machine.run(10_000n);
  while (stop.kind === 'budget' && machine.cpu.retired < 1_000_000n);
  assert.equal(stop.kind, 'exited');
  const register = (index: number) => Number(machine.cpu.gpr(index) & 0xffffn);
  const flags = machine.driver.readImage(0x4ffen, 2)!;
  return {
    ax: register(0),
    cx: register(1),
    dx: register(2),
    bx: register(3),
    carry: (flags[0]! & 1) !== 0,
    buffer: Buffer.from(machine.driver.readImage(BigInt(BUFFER), 1024)!),
    screen: machine.board.screen().lines,
  };
}

for (const topology of ['nested', 'bare'] as const) {
  describe(`BIOS services, ${topology} topology`, () => {
    it('INT 15H E820: the memory map, entry by entry', () => {
      const map: [number, number, number][] = [];
      let ebx = 0;
      do {
        const answer = call(0x15, { eax: 0xe820, ebx, ecx: 20, edx: 0x534d4150, di: BUFFER }, { topology });
        assert.equal(answer.carry, false);
        assert.equal(answer.ax, 0x4150);
        const { buffer } = answer;
        map.push([
          Number(buffer.readBigUInt64LE(0)),
          Number(buffer.readBigUInt64LE(8)),
          buffer.readUInt32LE(16),
        ]);
        ebx = answer.bx;
      } while (ebx !== 0);
      assert.deepEqual(map[0], [0, 0x9fc00, 1]);
      assert.ok(
        map.some(([base, length, type]) => base === 0x100000 && length === 63 * 0x100000 && type === 1),
      );
    });

    it('INT 10H: teletype output stands on the screen, with the cursor behind it', () => {
      const { screen } = call(0x10, { eax: 0x0e42 }, { topology });
      assert.equal(screen[0], 'B');
    });
  });
}

describe('BIOS services', () => {
  it('INT 15H: sizes by 88H and E801H; what is not there sets carry', () => {
    assert.equal(call(0x15, { eax: 0x8800 }).ax, 63 * 1024);
    const { cx, dx } = call(0x15, { eax: 0xe801 });
    assert.deepEqual([cx, dx], [15 * 1024, 48 * 16]);
    const apm = call(0x15, { eax: 0x5300 });
    assert.deepEqual([apm.carry, apm.ax >> 8], [true, 0x86]);
  });

  it('INT 11H and 12H: equipment and conventional memory', () => {
    assert.equal(call(0x12, { eax: 0 }).ax, 639);
    assert.equal(call(0x11, { eax: 0 }).ax & 0x30, 0x20);
  });

  it('INT 10H: strings, and the place of the cursor', () => {
    const text = call(
      0x10,
      { eax: 0x1301, ebx: 7, ecx: 5, edx: 0x0203, bp: BUFFER },
      { contents: Buffer.from('Hello') },
    );
    assert.equal(text.screen[2], '   Hello');
    assert.equal(call(0x10, { eax: 0x0f00 }).ax, 0x5003);
  });

  it('INT 13H: reads by cylinder and by block, keeps writes, refuses what is not there', () => {
    const image = Uint8Array.from({ length: 64 * 512 }, (_, index) => index >> 9);
    const disk = overlaidDisk(image.length, (offset, length) => image.subarray(offset, offset + length));
    const read = { eax: 0x0201, ebx: BUFFER, ecx: 0x0005, edx: 0x80 };
    assert.equal(call(0x13, read, { disk }).buffer[0], 4);
    const packet = Buffer.alloc(16);
    packet.writeUInt16LE(16, 0);
    packet.writeUInt16LE(1, 2);
    packet.writeUInt16LE(BUFFER + 512, 4);
    packet.writeUInt32LE(9, 8);
    const extended = { eax: 0x4200, edx: 0x80, si: BUFFER };
    assert.equal(call(0x13, extended, { disk, contents: packet }).buffer[512], 9);
    const contents = Buffer.alloc(512, 0x77);
    assert.equal(call(0x13, { ...read, eax: 0x0301 }, { disk, contents }).carry, false);
    assert.equal(call(0x13, read, { disk }).buffer[0], 0x77);
    assert.equal(image[4 * 512], 4);
    assert.equal(call(0x13, { ...read, ecx: 0x0205 }, { disk }).carry, true);
    assert.equal(call(0x13, read).carry, true);
  });

  it('INT 16H waits for a key and gives character and scan code', () => {
    assert.equal(call(0x16, { eax: 0 }, { keys: [0x2a, 0x1e, 0x9e] }).ax, 0x1e41);
  });

  it('INT 1AH: the time of the clock', () => {
    const { carry, cx, dx } = call(0x1a, { eax: 0x0400 });
    assert.deepEqual([carry, cx, dx], [false, 0x2024, 0x0101]);
  });

  it('a vector without service returns as it came', () => {
    assert.deepEqual(call(0x60, { eax: 0x1234, ebx: 0x5678 }).ax, 0x1234);
    assert.equal(call(0x60, { eax: 0x1234, ebx: 0x5678 }).bx, 0x5678);
  });
});
