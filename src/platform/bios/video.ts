/** INT 10H: the text screen, mode 3, one page of it. Graphics modes and VESA are not there and say so. */
import type { Dma } from '../device';
import { TEXT_SCREEN } from '../text-screen';
import type { Frame } from './frame';
import { BDA, FRAME } from './rom';
import type { BiosConnections } from './connections';

const { EAX, EBX, ECX, EDX, EBP, ES } = FRAME;
const { BASE, CELL_BYTES, COLUMNS, ROWS, ATTRIBUTE } = TEXT_SCREEN;

// AH
const SET_MODE = 0x00;
const SET_CURSOR_SHAPE = 0x01;
const SET_CURSOR = 0x02;
const GET_CURSOR = 0x03;
const SCROLL_UP = 0x06;
const SCROLL_DOWN = 0x07;
const READ_CELL = 0x08;
const WRITE_CELLS = 0x09;
const WRITE_CHARACTERS = 0x0a;
const TELETYPE = 0x0e;
const GET_MODE = 0x0f;
const ALTERNATE_SELECT = 0x12;
const WRITE_STRING = 0x13;
const DISPLAY_COMBINATION = 0x1a;

const BELL = 7;
const BACKSPACE = 8;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 0x20;
/** BL of ALTERNATE_SELECT that asks for the adapter; colour with 256 KiB. */
const EGA_INFORMATION = 0x10;
const EGA_256_KIB = 3;
/** BL of DISPLAY_COMBINATION: VGA with a colour display. */
const VGA_COLOUR = 0x08;
const STRING_MOVES_CURSOR = 1 << 0;
const STRING_HAS_ATTRIBUTES = 1 << 1;

export function videoService(frame: Frame, bios: BiosConnections): void {
  const screen = new TextPage(frame.memory, bios.moveCursor);
  switch (frame.high(EAX)) {
    case SET_MODE:
      screen.clear();
      return;
    case SET_CURSOR_SHAPE:
      frame.memory.write(BDA.CURSOR_SHAPE, Uint8Array.of(frame.low(ECX), frame.high(ECX)));
      return;
    case SET_CURSOR:
      screen.cursor = { row: frame.high(EDX), column: frame.low(EDX) };
      return;
    case GET_CURSOR: {
      const { row, column } = screen.cursor;
      const [last = 0, first = 0] = frame.memory.read(BDA.CURSOR_SHAPE, 2);
      frame.set(EDX, (row << 8) | column);
      frame.set(ECX, (first << 8) | last);
      return;
    }
    case SCROLL_UP:
    case SCROLL_DOWN:
      return scroll(frame, screen);
    case READ_CELL: {
      const [character = 0, attribute = 0] = screen.cell(screen.cursor);
      frame.set(EAX, (attribute << 8) | character);
      return;
    }
    case WRITE_CELLS:
    case WRITE_CHARACTERS: {
      const attribute = frame.high(EAX) === WRITE_CELLS ? frame.low(EBX) : undefined;
      screen.fill(screen.cursor, frame.get(ECX), frame.low(EAX), attribute);
      return;
    }
    case TELETYPE:
      return screen.type(frame.low(EAX));
    case GET_MODE:
      frame.set(EAX, (COLUMNS << 8) | TEXT_SCREEN.MODE);
      return frame.setHigh(EBX, 0);
    case ALTERNATE_SELECT:
      if (frame.low(EBX) === EGA_INFORMATION) frame.set(EBX, EGA_256_KIB);
      return;
    case WRITE_STRING:
      return writeString(frame, screen);
    case DISPLAY_COMBINATION:
      frame.setLow(EAX, DISPLAY_COMBINATION);
      frame.set(EBX, VGA_COLOUR);
      return;
  }
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** Page 0 of the screen with its cursor. */
class TextPage {
  constructor(
    private readonly memory: Dma,
    private readonly moveCursor: (cell: number) => void,
  ) {}

  get cursor(): Place {
    const [column = 0, row = 0] = this.memory.read(BDA.CURSOR, 2);
    return { row, column };
  }

  set cursor({ row, column }: Place) {
    this.memory.write(BDA.CURSOR, Uint8Array.of(column, row));
    this.moveCursor(row * COLUMNS + column);
  }

  cell({ row, column }: Place): Uint8Array {
    return this.memory.read(BASE + (row * COLUMNS + column) * CELL_BYTES, CELL_BYTES);
  }

  /** `count` cells from a place on; without an attribute they keep theirs. */
  fill({ row, column }: Place, count: number, character: number, attribute?: number): void {
    const first = row * COLUMNS + column;
    const last = Math.min(first + count, ROWS * COLUMNS);
    for (let index = first; index < last; index++) {
      const cell = attribute === undefined ? [character] : [character, attribute];
      this.memory.write(BASE + index * CELL_BYTES, Uint8Array.from(cell));
    }
  }

  clear(): void {
    this.fill({ row: 0, column: 0 }, ROWS * COLUMNS, BLANK, ATTRIBUTE);
    this.cursor = { row: 0, column: 0 };
  }

  /** Prints as a teletype does: control characters move, the last line scrolls. */
  type(character: number, attribute?: number): void {
    let { row, column } = this.cursor;
    if (character === CARRIAGE_RETURN) column = 0;
    else if (character === LINE_FEED) row++;
    else if (character === BACKSPACE) column = Math.max(column - 1, 0);
    else if (character !== BELL) {
      this.fill({ row, column }, 1, character, attribute);
      column++;
    }
    if (column === COLUMNS) {
      column = 0;
      row++;
    }
    if (row === ROWS) {
      this.scroll(1, { row: 0, column: 0 }, { row: ROWS - 1, column: COLUMNS - 1 }, ATTRIBUTE);
      row--;
    }
    this.cursor = { row, column };
  }

  /** Moves the rows of a window up by `lines`, down when negative; blank rows come in. */
  scroll(lines: number, top: Place, bottom: Place, attribute: number): void {
    const height = bottom.row - top.row + 1;
    const width = bottom.column - top.column + 1;
    const rows = Array.from({ length: height }, (_, index) =>
      this.memory.read(BASE + ((top.row + index) * COLUMNS + top.column) * CELL_BYTES, width * CELL_BYTES),
    );
    for (let index = 0; index < height; index++) {
      const from = rows[index + lines];
      const place = { row: top.row + index, column: top.column };
      if (from) this.memory.write(BASE + (place.row * COLUMNS + place.column) * CELL_BYTES, from);
      else this.fill(place, width, BLANK, attribute);
    }
  }
}

/** AL lines of the window CH,CL to DH,DL; 0 lines empty it. */
function scroll(frame: Frame, screen: TextPage): void {
  const top = { row: frame.high(ECX), column: frame.low(ECX) };
  const bottom = {
    row: Math.min(frame.high(EDX), ROWS - 1),
    column: Math.min(frame.low(EDX), COLUMNS - 1),
  };
  if (top.row > bottom.row || top.column > bottom.column) return;
  const lines = frame.low(EAX) || ROWS;
  screen.scroll(frame.high(EAX) === SCROLL_UP ? lines : -lines, top, bottom, frame.high(EBX));
}

/** CX characters at ES:BP from DH,DL on; AL says whether attributes stand between them and whether the cursor moves. */
function writeString(frame: Frame, screen: TextPage): void {
  const how = frame.low(EAX);
  const before = screen.cursor;
  const step = how & STRING_HAS_ATTRIBUTES ? 2 : 1;
  const text = frame.memory.read(frame.linear(ES, EBP), frame.get(ECX) * step);
  screen.cursor = { row: frame.high(EDX), column: frame.low(EDX) };
  for (let at = 0; at < text.length; at += step)
    screen.type(text[at] ?? BLANK, step === 2 ? text[at + 1] : frame.low(EBX));
  if (!(how & STRING_MOVES_CURSOR)) screen.cursor = before;
}
