/**
 * What a BIOS has in memory: the interrupt vectors at 0, the data area at 400H, and a ROM with an entry for each vector. An
 * entry saves the registers and names its frame to the service port (services.ts); the work is done there, outside the
 * processor, on the saved registers. So this is all the machine code there is.
 */
import type { MemoryWrite } from '../boot/boot-image';
import { ByteWriter } from '../byte-writer';
import { EBDA_BASE, KIB } from '../memory-map';
import { TEXT_SCREEN } from '../text-screen';

/** Where entries report: a 32-bit write of the frame's linear address starts the service, a byte read says how it went. */
export const SERVICE_PORT = 0xcd0;
/** Read from the service port: the service waits for an interrupt, and is to be started again after it. */
export const SERVICE_WAITS = 1;

/** Registers as an entry pushes them, by their offset from SS:SP; FLAGS, CS and IP are INT's own. */
export const FRAME = {
  ES: 0,
  DS: 2,
  EDI: 4,
  ESI: 8,
  EBP: 12,
  EBX: 20,
  EDX: 24,
  ECX: 28,
  EAX: 32,
  VECTOR: 36,
  IP: 38,
  CS: 40,
  FLAGS: 42,
  BYTES: 44,
} as const;

const ROM_SEGMENT = 0xf000;
const ROM_BASE = ROM_SEGMENT * 16;
const VECTORS = 256;
/** Each entry is `push imm16; jmp common`, in slots of eight bytes. */
const ENTRIES = 0x1000;
const ENTRY_BYTES = 8;
const COMMON = 0x800;
/** The processor starts here after RESET; a jump to it is how old programs reboot. */
const RESET_VECTOR = 0xfff0;
/** Release date and model byte: a PC AT. */
const DATE = 0xfff5;
const DATE_TEXT = '01/01/24';
const MODEL = 0xfffe;
const MODEL_AT = 0xfc;

// BIOS data area
export const BDA = {
  COM1: 0x400,
  EBDA_SEGMENT: 0x40e,
  EQUIPMENT: 0x410,
  MEMORY_KIB: 0x413,
  KEYBOARD_FLAGS: 0x417,
  KEYBOARD_HEAD: 0x41a,
  KEYBOARD_TAIL: 0x41c,
  KEYBOARD_BUFFER: 0x41e,
  KEYBOARD_BUFFER_END: 0x43e,
  VIDEO_MODE: 0x449,
  VIDEO_COLUMNS: 0x44a,
  VIDEO_PAGE_BYTES: 0x44c,
  CURSOR: 0x450,
  CURSOR_SHAPE: 0x460,
  CRTC_PORT: 0x463,
  TICKS: 0x46c,
  DISKS: 0x475,
  KEYBOARD_BUFFER_START: 0x480,
  KEYBOARD_BUFFER_LIMIT: 0x482,
  VIDEO_LAST_ROW: 0x484,
  VIDEO_POINTS: 0x485,
} as const;

/** 80 x 25 colour, one serial port, a coprocessor, no diskette. */
const EQUIPMENT = 0x0222;
/** Lines 6 and 7 of a character. */
const CURSOR_SHAPE = 0x0607;
const CRTC_PORT = 0x3d4;
const OFFSET_IN_BDA = 0x400;

export function biosMemory(disks: number): MemoryWrite[] {
  return [
    { address: 0, bytes: vectors() },
    ...dataArea(disks),
    { address: ROM_BASE + COMMON, bytes: commonEntry() },
    { address: ROM_BASE + ENTRIES, bytes: entries() },
    { address: ROM_BASE + RESET_VECTOR, bytes: resetVector() },
    { address: ROM_BASE + DATE, bytes: new ByteWriter().text(DATE_TEXT).finish() },
    { address: ROM_BASE + MODEL, bytes: Uint8Array.of(MODEL_AT) },
  ];
}

function vectors(): Uint8Array {
  const table = new ByteWriter();
  for (let vector = 0; vector < VECTORS; vector++) table.u16(ENTRIES + vector * ENTRY_BYTES).u16(ROM_SEGMENT);
  return table.finish();
}

function entries(): Uint8Array {
  const code = new ByteWriter();
  for (let vector = 0; vector < VECTORS; vector++) {
    const start = code.length;
    code.u8(0x68).u16(vector); // push vector
    code.u8(0xe9).u16(COMMON - (ENTRIES + code.length + 2)); // jmp common
    code.zeros(ENTRY_BYTES - (code.length - start));
  }
  return code.finish();
}

/** 16-bit code with 32-bit operands where 66H stands before an instruction. */
function commonEntry(): Uint8Array {
  const code = new ByteWriter()
    .u8(0x66, 0x60) //                pushad
    .u8(0x1e) //                      push ds
    .u8(0x06); //                     push es
  const again = code.length;
  code
    .u8(0x66, 0x31, 0xc0) //          xor eax, eax
    .u8(0x8c, 0xd0) //                mov ax, ss
    .u8(0x66, 0xc1, 0xe0, 0x04) //    shl eax, 4
    .u8(0x66, 0x0f, 0xb7, 0xcc) //    movzx ecx, sp
    .u8(0x66, 0x01, 0xc8) //          add eax, ecx
    .u8(0xba)
    .u16(SERVICE_PORT) //             mov dx, SERVICE_PORT
    .u8(0x66, 0xef) //                out dx, eax
    .u8(0xec) //                      in al, dx
    .u8(0x3c, SERVICE_WAITS) //       cmp al, SERVICE_WAITS
    .u8(0x75, 0x04) //                jne done
    .u8(0xfb) //                      sti
    .u8(0xf4); //                     hlt
  code.u8(0xeb, again - (code.length + 2)); // jmp again
  return code
    .u8(0x07) //                 done: pop es
    .u8(0x1f) //                      pop ds
    .u8(0x66, 0x61) //                popad
    .u8(0x83, 0xc4, 0x02) //          add sp, 2
    .u8(0xcf) //                      iret
    .finish();
}

/** Five bytes are left before the date: jump to the entry of INT 19H, which restarts the machine. */
function resetVector(): Uint8Array {
  return new ByteWriter()
    .u8(0xea)
    .u16(ENTRIES + 0x19 * ENTRY_BYTES)
    .u16(ROM_SEGMENT) // jmp far
    .finish();
}

function dataArea(disks: number): MemoryWrite[] {
  const word = (address: number, value: number) => ({ address, bytes: new ByteWriter().u16(value).finish() });
  const byte = (address: number, value: number) => ({ address, bytes: Uint8Array.of(value) });
  const buffer = BDA.KEYBOARD_BUFFER - OFFSET_IN_BDA;
  return [
    word(BDA.COM1, 0x3f8),
    word(BDA.EBDA_SEGMENT, EBDA_BASE >> 4),
    word(BDA.EQUIPMENT, EQUIPMENT),
    word(BDA.MEMORY_KIB, EBDA_BASE / KIB),
    word(BDA.KEYBOARD_HEAD, buffer),
    word(BDA.KEYBOARD_TAIL, buffer),
    byte(BDA.VIDEO_MODE, TEXT_SCREEN.MODE),
    word(BDA.VIDEO_COLUMNS, TEXT_SCREEN.COLUMNS),
    word(BDA.VIDEO_PAGE_BYTES, 0x1000),
    word(BDA.CURSOR_SHAPE, CURSOR_SHAPE),
    word(BDA.CRTC_PORT, CRTC_PORT),
    byte(BDA.DISKS, disks),
    word(BDA.KEYBOARD_BUFFER_START, buffer),
    word(BDA.KEYBOARD_BUFFER_LIMIT, BDA.KEYBOARD_BUFFER_END - OFFSET_IN_BDA),
    byte(BDA.VIDEO_LAST_ROW, TEXT_SCREEN.ROWS - 1),
    word(BDA.VIDEO_POINTS, TEXT_SCREEN.POINTS),
    word(EBDA_BASE, 1), // its size in KiB
  ];
}
