/**
 * INT 13H on a disk image as the first hard disk: reads and writes by cylinder, head and sector, and by block number
 * (Enhanced Disk Drive specification). The image is never changed: written sectors are kept beside it.
 */
import type { Frame } from './frame';
import { FRAME } from './rom';
import type { BiosConnections, DiskImage } from './connections';

const { EAX, EBX, ECX, EDX, ESI, ES, DS } = FRAME;

export const SECTOR_BYTES = 512;
const FIRST_HARD_DISK = 0x80;

// AH
const RESET = 0x00;
const STATUS = 0x01;
const READ = 0x02;
const WRITE = 0x03;
const VERIFY = 0x04;
const PARAMETERS = 0x08;
const TYPE = 0x15;
const EXTENSIONS_PRESENT = 0x41;
const EXTENDED_READ = 0x42;
const EXTENDED_WRITE = 0x43;
const EXTENDED_VERIFY = 0x44;
const EXTENDED_PARAMETERS = 0x48;

// Status
const OK = 0x00;
const BAD_COMMAND = 0x01;
const NO_SUCH_SECTOR = 0x04;

const HEADS = 255;
const SECTORS_PER_TRACK = 63;
const LAST_CYLINDER = 1023;
const TYPE_HARD_DISK = 0x03;
const EXTENSIONS_ASKED = 0x55aa;
const EXTENSIONS_ANSWER = 0xaa55;
/** Packet access; version 1.x. */
const EXTENSIONS_PACKET = 1;
const EXTENSIONS_VERSION = 0x01;
const PARAMETER_BYTES = 26;

export function diskService(frame: Frame, { disk }: BiosConnections): void {
  if (!disk || frame.low(EDX) !== FIRST_HARD_DISK) return end(frame, BAD_COMMAND);
  switch (frame.high(EAX)) {
    case RESET:
    case STATUS:
      return end(frame, OK);
    case READ:
    case WRITE:
    case VERIFY:
      return byCylinder(frame, disk);
    case PARAMETERS: {
      const last = Math.min(Math.ceil(disk.sectors / (HEADS * SECTORS_PER_TRACK)) - 1, LAST_CYLINDER);
      frame.set(ECX, ((last & 0xff) << 8) | ((last >> 8) << 6) | SECTORS_PER_TRACK);
      frame.set(EDX, ((HEADS - 1) << 8) | 1);
      return end(frame, OK);
    }
    case TYPE:
      frame.set(ECX, disk.sectors >>> 16);
      frame.set(EDX, disk.sectors & 0xffff);
      end(frame, OK);
      return frame.setHigh(EAX, TYPE_HARD_DISK);
    case EXTENSIONS_PRESENT:
      if (frame.get(EBX) !== EXTENSIONS_ASKED) return end(frame, BAD_COMMAND);
      frame.set(EBX, EXTENSIONS_ANSWER);
      frame.set(ECX, EXTENSIONS_PACKET);
      end(frame, OK);
      return frame.setHigh(EAX, EXTENSIONS_VERSION);
    case EXTENDED_READ:
    case EXTENDED_WRITE:
    case EXTENDED_VERIFY:
      return byBlock(frame, disk);
    case EXTENDED_PARAMETERS:
      return parameters(frame, disk);
    default:
      return end(frame, BAD_COMMAND);
  }
}

function end(frame: Frame, status: number): void {
  frame.setHigh(EAX, status);
  frame.carry = status !== OK;
}

function byCylinder(frame: Frame, disk: DiskImage): void {
  const sector = frame.low(ECX) & 0x3f;
  const cylinder = frame.high(ECX) | ((frame.low(ECX) & 0xc0) << 2);
  const head = frame.high(EDX);
  const first = (cylinder * HEADS + head) * SECTORS_PER_TRACK + sector - 1;
  const count = frame.low(EAX);
  const inside = sector > 0 && sector <= SECTORS_PER_TRACK && head < HEADS && first + count <= disk.sectors;
  if (!inside || count === 0) return end(frame, NO_SUCH_SECTOR);
  transfer(frame, disk, first, count, frame.linear(ES, EBX), frame.high(EAX));
  end(frame, OK);
}

/** The packet at DS:SI: size, count, buffer as offset and segment, block number of 64 bits. */
function byBlock(frame: Frame, disk: DiskImage): void {
  const bytes = frame.memory.read(frame.linear(DS, ESI), 16);
  const packet = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = packet.getUint16(2, true);
  const buffer = packet.getUint16(6, true) * 16 + packet.getUint16(4, true);
  const first = Number(packet.getBigUint64(8, true));
  if (first + count > disk.sectors) return end(frame, NO_SUCH_SECTOR);
  transfer(frame, disk, first, count, buffer, frame.high(EAX) - (EXTENDED_READ - READ));
  end(frame, OK);
}

/** `command`: READ, WRITE or VERIFY, of which the last moves nothing. */
function transfer(
  frame: Frame,
  disk: DiskImage,
  first: number,
  count: number,
  buffer: number,
  command: number,
): void {
  for (let i = 0; i < count; i++) {
    const at = buffer + i * SECTOR_BYTES;
    if (command === READ) frame.memory.write(at, disk.read(first + i));
    else if (command === WRITE) disk.write(first + i, frame.memory.read(at, SECTOR_BYTES));
  }
}

function parameters(frame: Frame, disk: DiskImage): void {
  const result = new DataView(new ArrayBuffer(PARAMETER_BYTES));
  result.setUint16(0, PARAMETER_BYTES, true);
  result.setUint32(4, Math.ceil(disk.sectors / (HEADS * SECTORS_PER_TRACK)), true);
  result.setUint32(8, HEADS, true);
  result.setUint32(12, SECTORS_PER_TRACK, true);
  result.setBigUint64(16, BigInt(disk.sectors), true);
  result.setUint16(24, SECTOR_BYTES, true);
  frame.memory.write(frame.linear(DS, ESI), new Uint8Array(result.buffer));
  end(frame, OK);
}

/** Reads of a disk that is never written: `read` gives bytes of the image. Written sectors are kept here. */
export function overlaidDisk(bytes: number, read: (offset: number, length: number) => Uint8Array): DiskImage {
  const written = new Map<number, Uint8Array>();
  return {
    sectors: Math.floor(bytes / SECTOR_BYTES),
    read: (sector) => written.get(sector) ?? read(sector * SECTOR_BYTES, SECTOR_BYTES),
    write: (sector, content) => void written.set(sector, content.slice()),
  };
}
