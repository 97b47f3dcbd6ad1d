/** INT 08H, the timer's interrupt, which counts ticks, and INT 1AH, which reads and sets clock and date. */
import type { Frame } from './frame';
import { BDA, FRAME } from './rom';
import type { BiosConnections } from './connections';

const { EAX, ECX, EDX } = FRAME;

// AH
const READ_TICKS = 0x00;
const READ_TIME = 0x02;
const READ_DATE = 0x04;

/** Ticks of the timer at 1,193,182 Hz / 65536, for a time of day in seconds. */
const TICKS_PER_SECOND = 1_193_182 / 65_536;

// CMOS
const SECONDS = 0x00;
const MINUTES = 0x02;
const HOURS = 0x04;
const DAY = 0x07;
const MONTH = 0x08;
const YEAR = 0x09;
const CENTURY = 0x32;

/** Counts in the data area, for who reads it there. */
export function timerInterrupt(frame: Frame): void {
  const bytes = frame.memory.read(BDA.TICKS, 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(0, view.getUint32(0, true) + 1, true);
  frame.memory.write(BDA.TICKS, bytes);
}

export function clockService(frame: Frame, { cmos }: BiosConnections): void {
  frame.carry = false;
  switch (frame.high(EAX)) {
    case READ_TICKS: {
      // From the clock, because nobody need have the timer running.
      const [hours = 0, minutes = 0, seconds = 0] = [HOURS, MINUTES, SECONDS].map((at) => decimal(cmos(at)));
      const ticks = Math.floor((hours * 3600 + minutes * 60 + seconds) * TICKS_PER_SECOND);
      frame.set(ECX, ticks >>> 16);
      frame.set(EDX, ticks & 0xffff);
      frame.setLow(EAX, 0); // midnight has not passed since the last call
      return;
    }
    case READ_TIME: // binary-coded decimal, as the clock keeps it
      frame.set(ECX, (cmos(HOURS) << 8) | cmos(MINUTES));
      frame.set(EDX, cmos(SECONDS) << 8);
      return;
    case READ_DATE:
      frame.set(ECX, (cmos(CENTURY) << 8) | cmos(YEAR));
      frame.set(EDX, (cmos(MONTH) << 8) | cmos(DAY));
      return;
    default: // PCI BIOS (B1H) among them
      frame.carry = true;
  }
}

function decimal(bcd: number): number {
  return (bcd >> 4) * 10 + (bcd & 0xf);
}
