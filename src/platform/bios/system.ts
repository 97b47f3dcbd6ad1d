/** INT 15H: memory sizes and map, A20, block move. What is not there says so: carry, and 86H in AH. */
import { e820, MIB, KIB, HIGH_MEMORY_BASE } from '../memory-map';
import type { Frame } from './frame';
import { FRAME } from './rom';
import type { BiosConnections } from './connections';

const { EAX, EBX, ECX, EDX, ESI, EDI, ES } = FRAME;
const UNSUPPORTED = 0x86;

// AX
const A20_DISABLE = 0x2400;
const A20_ENABLE = 0x2401;
const A20_STATUS = 0x2402;
const A20_SUPPORT = 0x2403;
const MEMORY_MAP = 0xe820;
const MEMORY_SIZES = 0xe801;
// AH
const WAIT = 0x86;
const BLOCK_MOVE = 0x87;
const EXTENDED_MEMORY = 0x88;

const SMAP = 0x534d4150;
const MAP_ENTRY_BYTES = 20;
/** Keyboard controller and port 92H both switch A20. */
const A20_METHODS = 3;
const FIRST_16_MIB = 16 * MIB;
const DESCRIPTOR_BYTES = 8;
/** Of the six descriptors at ES:SI the third and fourth are source and destination. */
const SOURCE = 2;
const DESTINATION = 3;

export function systemService(frame: Frame, bios: BiosConnections): void {
  frame.carry = false;
  const { ramBytes } = bios;
  switch (frame.get(EAX)) {
    case MEMORY_MAP:
      return memoryMap(frame, ramBytes);
    case MEMORY_SIZES: {
      const low = (Math.min(ramBytes, FIRST_16_MIB) - HIGH_MEMORY_BASE) / KIB;
      const high = Math.max(ramBytes - FIRST_16_MIB, 0) / (64 * KIB);
      frame.set(EAX, low);
      frame.set(ECX, low);
      frame.set(EBX, high);
      frame.set(EDX, high);
      return;
    }
    case A20_DISABLE: // it is always on
      return unsupported(frame);
    case A20_ENABLE:
      return frame.setHigh(EAX, 0);
    case A20_STATUS:
      return frame.set(EAX, 1);
    case A20_SUPPORT:
      frame.setHigh(EAX, 0);
      return frame.set(EBX, A20_METHODS);
  }
  switch (frame.high(EAX)) {
    case EXTENDED_MEMORY:
      return frame.set(EAX, Math.min((ramBytes - HIGH_MEMORY_BASE) / KIB, 0xffff));
    case BLOCK_MOVE:
      return moveBlock(frame);
    case WAIT: // no time passes in a service
      return;
    default:
      return unsupported(frame);
  }
}

function unsupported(frame: Frame): void {
  frame.carry = true;
  frame.setHigh(EAX, UNSUPPORTED);
}

/** EBX counts through the entries; 0 begins, and 0 comes back with the last one. */
function memoryMap(frame: Frame, ramBytes: number): void {
  const map = e820(ramBytes);
  const index = frame.get32(EBX);
  const entry = map[index];
  if (frame.get32(EDX) !== SMAP || frame.get32(ECX) < MAP_ENTRY_BYTES || !entry) return unsupported(frame);
  const bytes = new DataView(new ArrayBuffer(MAP_ENTRY_BYTES));
  bytes.setBigUint64(0, BigInt(entry.base), true);
  bytes.setBigUint64(8, BigInt(entry.length), true);
  bytes.setUint32(16, entry.type, true);
  frame.memory.write(frame.linear(ES, EDI), new Uint8Array(bytes.buffer));
  frame.set32(EAX, SMAP);
  frame.set32(ECX, MAP_ENTRY_BYTES);
  frame.set32(EBX, index + 1 < map.length ? index + 1 : 0);
}

/** CX words from the base of one descriptor to that of another. */
function moveBlock(frame: Frame): void {
  const table = frame.memory.read(frame.linear(ES, ESI), (DESTINATION + 1) * DESCRIPTOR_BYTES);
  const base = (index: number) => {
    const [low = 0, middle = 0, high = 0] = [2, 3, 4].map((at) => table[index * DESCRIPTOR_BYTES + at] ?? 0);
    return low + middle * 0x100 + high * 0x10000 + (table[index * DESCRIPTOR_BYTES + 7] ?? 0) * 0x1000000;
  };
  frame.memory.write(base(DESTINATION), frame.memory.read(base(SOURCE), 2 * frame.get(ECX)));
  frame.setHigh(EAX, 0);
}
