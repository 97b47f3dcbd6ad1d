/**
 * The registers of a VGA in text mode (IBM VGA Technical Reference): what drivers read, write and wait for. Its text memory is
 * RAM at B8000H, so only the cursor, the start address and the retrace bits mean anything here; the rest is stored.
 */
import type { Clock, PortDevice } from '../device';
import { TEXT_SCREEN } from '../text-screen';

const FIRST = 0x3c0;
const ATTRIBUTE = 0x3c0; // index and data by turns; read: 3C1
const ATTRIBUTE_READ = 0x3c1;
const MISCELLANEOUS_WRITE = 0x3c2; // read: input status 0
const SEQUENCER = 0x3c4;
const DAC_READ_INDEX = 0x3c7;
const DAC_WRITE_INDEX = 0x3c8;
const DAC_DATA = 0x3c9;
const MISCELLANEOUS_READ = 0x3cc;
const GRAPHICS = 0x3ce;
const CRTC = 0x3d4;
const INPUT_STATUS_1 = 0x3da;

// CRTC registers
const CURSOR_START = 0x0a; // bit 5: off
const CURSOR_OFF = 1 << 5;
const CURSOR_END = 0x0b;
const START_HIGH = 0x0c;
const START_LOW = 0x0d;
const CURSOR_HIGH = 0x0e;
const CURSOR_LOW = 0x0f;

const REGISTERS = 0x20;
const DAC_BYTES = 768;
/** Colour addresses, RAM on, 28 MHz. */
const MISCELLANEOUS = 0x67;
/** Memory map B8000H, odd and even. */
const GRAPHICS_MISCELLANEOUS = 0x06;
const GRAPHICS_TEXT = 0x0e;
const SEQUENCER_MEMORY_MODE = 0x04;
const SEQUENCER_TEXT = 0x02;

// Input status 1
const DISPLAY_OFF = 1 << 0;
const VERTICAL_RETRACE = 1 << 3;
/** 70 Hz, of which the retrace takes a twentieth; 31.5 kHz, of which it takes a fifth. In ticks. */
const FRAME_TICKS = 14_285_714;
const LINE_TICKS = 31_746;

interface State {
  crtc: number[];
  sequencer: number[];
  graphics: number[];
  attribute: number[];
  /** Indexes of the four, in this order. */
  index: [number, number, number, number];
  attributeData: boolean;
  miscellaneous: number;
  dac: number[];
  dacIndex: number;
  dacReadIndex: number;
}

const blank = () => Array<number>(REGISTERS).fill(0);

function textMode(): State {
  const state: State = {
    crtc: blank(),
    sequencer: blank(),
    graphics: blank(),
    attribute: blank(),
    index: [0, 0, 0, 0],
    attributeData: false,
    miscellaneous: MISCELLANEOUS,
    dac: Array<number>(DAC_BYTES).fill(0),
    dacIndex: 0,
    dacReadIndex: 0,
  };
  state.crtc[CURSOR_START] = TEXT_SCREEN.POINTS - 3;
  state.crtc[CURSOR_END] = TEXT_SCREEN.POINTS - 2;
  state.graphics[GRAPHICS_MISCELLANEOUS] = GRAPHICS_TEXT;
  state.sequencer[SEQUENCER_MEMORY_MODE] = SEQUENCER_TEXT;
  return state;
}

export class Vga implements PortDevice {
  readonly name = 'vga';
  readonly ports = [
    { first: FIRST, count: 16 },
    { first: CRTC, count: 2 },
    { first: INPUT_STATUS_1, count: 1 },
  ];
  readonly widest = 1;

  private state = textMode();

  constructor(private readonly clock: Clock) {}

  /** First cell shown, counted from the begin of text memory. */
  get start(): number {
    return this.word(START_HIGH, START_LOW);
  }

  /** Cell of the cursor; undefined while it is off. */
  get cursor(): number | undefined {
    return (this.state.crtc[CURSOR_START] ?? 0) & CURSOR_OFF ? undefined : this.word(CURSOR_HIGH, CURSOR_LOW);
  }

  moveCursor(cell: number): void {
    this.state.crtc[CURSOR_HIGH] = (cell >> 8) & 0xff;
    this.state.crtc[CURSOR_LOW] = cell & 0xff;
  }

  readPort(port: number): number {
    const { state } = this;
    switch (port) {
      case ATTRIBUTE:
        return state.index[3];
      case ATTRIBUTE_READ:
        return state.attribute[state.index[3]] ?? 0;
      case MISCELLANEOUS_READ:
        return state.miscellaneous;
      case SEQUENCER:
        return state.index[1];
      case SEQUENCER + 1:
        return state.sequencer[state.index[1]] ?? 0;
      case GRAPHICS:
        return state.index[2];
      case GRAPHICS + 1:
        return state.graphics[state.index[2]] ?? 0;
      case CRTC:
        return state.index[0];
      case CRTC + 1:
        return state.crtc[state.index[0]] ?? 0;
      case DAC_DATA:
        return state.dac[state.dacReadIndex++ % DAC_BYTES] ?? 0;
      case INPUT_STATUS_1:
        state.attributeData = false;
        return this.retrace();
      default:
        return 0;
    }
  }

  writePort(port: number, _size: number, value: number): void {
    const { state } = this;
    switch (port) {
      case ATTRIBUTE:
        if (state.attributeData) state.attribute[state.index[3]] = value;
        else state.index[3] = value % REGISTERS;
        state.attributeData = !state.attributeData;
        break;
      case MISCELLANEOUS_WRITE:
        state.miscellaneous = value;
        break;
      case SEQUENCER:
        state.index[1] = value % REGISTERS;
        break;
      case SEQUENCER + 1:
        state.sequencer[state.index[1]] = value;
        break;
      case GRAPHICS:
        state.index[2] = value % REGISTERS;
        break;
      case GRAPHICS + 1:
        state.graphics[state.index[2]] = value;
        break;
      case CRTC:
        state.index[0] = value % REGISTERS;
        break;
      case CRTC + 1:
        state.crtc[state.index[0]] = value;
        break;
      case DAC_READ_INDEX:
        state.dacReadIndex = 3 * value;
        break;
      case DAC_WRITE_INDEX:
        state.dacIndex = 3 * value;
        break;
      case DAC_DATA:
        state.dac[state.dacIndex++ % DAC_BYTES] = value;
        break;
    }
  }

  save(): unknown {
    return structuredClone(this.state);
  }

  restore(saved: unknown): void {
    this.state = structuredClone(saved) as State;
  }

  private word(high: number, low: number): number {
    return ((this.state.crtc[high] ?? 0) << 8) | (this.state.crtc[low] ?? 0);
  }

  private retrace(): number {
    const now = this.clock.now();
    if (now % FRAME_TICKS < FRAME_TICKS / 20) return VERTICAL_RETRACE | DISPLAY_OFF;
    return now % LINE_TICKS < LINE_TICKS / 5 ? DISPLAY_OFF : 0;
  }
}
