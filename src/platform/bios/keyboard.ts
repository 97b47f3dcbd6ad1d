/** INT 09H, the keyboard's interrupt, which fills the buffer in the data area, and INT 16H, which reads it. US layout. */
import type { Frame } from './frame';
import { BDA, FRAME } from './rom';
import type { BiosConnections } from './connections';

const { EAX } = FRAME;
const BDA_BASE = 0x400;

// AH of INT 16H; 1xH serve enhanced keyboards and do the same here
const READ = 0x00;
const PEEK = 0x01;
const FLAGS = 0x02;
const ENHANCED = 0x10;

const RELEASED = 0x80;
const LEFT_SHIFT = 0x2a;
const RIGHT_SHIFT = 0x36;
const CONTROL = 0x1d;
// Bits of the flags
const FLAG_RIGHT_SHIFT = 1 << 0;
const FLAG_LEFT_SHIFT = 1 << 1;
const FLAG_CONTROL = 1 << 2;
const MODIFIERS: Readonly<Record<number, number>> = {
  [LEFT_SHIFT]: FLAG_LEFT_SHIFT,
  [RIGHT_SHIFT]: FLAG_RIGHT_SHIFT,
  [CONTROL]: FLAG_CONTROL,
};

/** Characters by scan code of set 1, from 01H on; a blank in the middle of the row has none. */
const PLAIN = "\x1b1234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
const SHIFTED = '\x1b!@#$%^&*()_+\b\tQWERTYUIOP{}\r\0ASDFGHJKL:"~\0|ZXCVBNM<>?\0*\0 ';

export function keyboardInterrupt(frame: Frame, bios: BiosConnections): void {
  const code = bios.scanCode();
  const flags = byteAt(frame, BDA.KEYBOARD_FLAGS);
  const modifier = MODIFIERS[code & ~RELEASED];
  if (modifier !== undefined) {
    const now = code & RELEASED ? flags & ~modifier : flags | modifier;
    frame.memory.write(BDA.KEYBOARD_FLAGS, Uint8Array.of(now));
    return;
  }
  if (code & RELEASED) return;
  const row = flags & (FLAG_LEFT_SHIFT | FLAG_RIGHT_SHIFT) ? SHIFTED : PLAIN;
  const character = row.charCodeAt(code - 1) || 0;
  store(frame, code, flags & FLAG_CONTROL ? character & 0x1f : character);
}

/** A full buffer loses the key. */
function store(frame: Frame, code: number, character: number): void {
  const tail = wordAt(frame, BDA.KEYBOARD_TAIL);
  const next = after(tail);
  if (next === wordAt(frame, BDA.KEYBOARD_HEAD)) return;
  frame.memory.write(BDA_BASE + tail, Uint8Array.of(character, code));
  frame.memory.write(BDA.KEYBOARD_TAIL, Uint8Array.of(next & 0xff, next >> 8));
}

/** Place of the next entry in the ring. */
function after(place: number): number {
  const next = place + 2;
  return next === BDA.KEYBOARD_BUFFER_END - BDA_BASE ? BDA.KEYBOARD_BUFFER - BDA_BASE : next;
}

/** True: there is no key yet, and the caller wants one. */
export function keyboardService(frame: Frame): boolean {
  const function_ = frame.high(EAX) & ~ENHANCED;
  const head = wordAt(frame, BDA.KEYBOARD_HEAD);
  const empty = head === wordAt(frame, BDA.KEYBOARD_TAIL);
  switch (function_) {
    case READ:
      if (empty) return true;
      frame.set(EAX, wordAt(frame, BDA_BASE + head));
      frame.memory.write(BDA.KEYBOARD_HEAD, Uint8Array.of(after(head) & 0xff, after(head) >> 8));
      return false;
    case PEEK:
      frame.zero = empty;
      if (!empty) frame.set(EAX, wordAt(frame, BDA_BASE + head));
      return false;
    case FLAGS:
      frame.setLow(EAX, byteAt(frame, BDA.KEYBOARD_FLAGS));
      return false;
    default:
      return false;
  }
}

function byteAt(frame: Frame, address: number): number {
  return frame.memory.read(address, 1)[0] ?? 0;
}

function wordAt(frame: Frame, address: number): number {
  return byteAt(frame, address) | (byteAt(frame, address + 1) << 8);
}
