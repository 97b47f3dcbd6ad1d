/** A board that programs hit without plan: every port, every device in memory, in any size and order, while time goes on. */
import { createBoard } from '../../src/platform/board';
import { Random } from '../support/random';

const RAM = 1 << 20;
const ACCESSES = 40;
/** Local APIC, I/O APIC, HPET, flash and what lies between. */
const PAGES = [0xfee00000, 0xfec00000, 0xfed00000, 0xfff00000, 0xb8000, 0xe0000000];

function access(random: Random, board: ReturnType<typeof createBoard>): void {
  const size = random.pick([1, 2, 4] as const);
  if (random.below(2)) {
    const port = random.below(4) ? random.below(0x500) : random.below(0x10000);
    if (random.below(2)) board.portRead(port, size);
    else board.portWrite(port, size, random.below(2 ** (8 * size)));
    return;
  }
  const wide = random.pick([1, 2, 4, 8] as const);
  const address = random.pick(PAGES) + random.below(0x1000);
  if (random.below(2)) board.memoryRead(address, wide, random.below(2));
  else board.memoryWrite(address, wide, random.bits(8 * wide), random.below(2));
}

export function devices(seed: number, runs: number): string[] {
  const random = new Random(seed);
  const ram = new Uint8Array(RAM);
  const board = createBoard({
    ramBytes: RAM,
    cpus: 2,
    memory: {
      // As the machine answers: where no RAM is, ones.
      read: (address, length) =>
        address + length <= RAM ? ram.slice(address, address + length) : new Uint8Array(length).fill(0xff),
      write: (address, bytes) => {
        if (address + bytes.length <= RAM) ram.set(bytes, address);
      },
    },
    serial: () => undefined,
    debugExit: () => undefined,
    shutdown: () => undefined,
    reset: () => undefined,
    onNmi: () => undefined,
    onInit: () => undefined,
    onStartup: () => undefined,
  });
  let now = 0;
  return Array.from({ length: runs }, () => {
    for (let i = 0; i < ACCESSES; i++) {
      access(random, board);
      now += random.below(1000);
      board.runEventsUntil(now);
      for (const apic of board.localApics) if (random.below(8) === 0) apic.acknowledge();
    }
    return 'devices: answered';
  });
}
