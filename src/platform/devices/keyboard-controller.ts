/**
 * The 8042 keyboard controller at ports 0x60 and 0x64 (IBM PS/2 Hardware Interface Technical Reference, "Keyboard and
 * Auxiliary Device Controller"), with a keyboard at IRQ 1 and nothing plugged into its mouse port at IRQ 12. Its output
 * port resets the machine. As a BIOS leaves it: keyboard on and translated, mouse port off.
 */
import type { InterruptLine, PortDevice } from '../device';
import { Keyboard } from './keyboard';

const DATA = 0x60;
const COMMAND = 0x64; // read: status

// Status
const STATUS_OUTPUT_FULL = 1 << 0;
const STATUS_SYSTEM = 1 << 2;
const STATUS_COMMAND = 1 << 3;
const STATUS_UNLOCKED = 1 << 4;
const STATUS_MOUSE_DATA = 1 << 5;
const STATUS_TIMEOUT = 1 << 6;

// Command byte
const KEYBOARD_INTERRUPT = 1 << 0;
const MOUSE_INTERRUPT = 1 << 1;
const SYSTEM_FLAG = 1 << 2;
const KEYBOARD_OFF = 1 << 4;
const MOUSE_OFF = 1 << 5;
const TRANSLATE = 1 << 6;

// Commands. 0x20-0x3f read, 0x60-0x7f write a byte of the controller's memory; its first is the command byte.
const READ_MEMORY = 0x20;
const WRITE_MEMORY = 0x60;
const MEMORY_BYTES = 0x20;
const MOUSE_DISABLE = 0xa7;
const MOUSE_ENABLE = 0xa8;
const MOUSE_TEST = 0xa9;
const SELF_TEST = 0xaa;
const KEYBOARD_TEST = 0xab;
const KEYBOARD_DISABLE = 0xad;
const KEYBOARD_ENABLE = 0xae;
const READ_INPUT_PORT = 0xc0;
const READ_OUTPUT_PORT = 0xd0;
const WRITE_OUTPUT_PORT = 0xd1;
/** Writes back what it is given, as if keyboard or mouse had sent it: how drivers test the ports. */
const WRITE_KEYBOARD_OUTPUT = 0xd2;
const WRITE_MOUSE_OUTPUT = 0xd3;
const WRITE_MOUSE = 0xd4;
const READ_TEST_INPUTS = 0xe0;
/** 0xf0-0xff pulse the output port's low bits that are clear; bit 0 is the CPU's reset. */
const PULSE = 0xf0;
const RESET_LINE = 1 << 0;

const SELF_TEST_PASSED = 0x55;
const INTERFACE_PASSED = 0x00;
/** Input port: keyboard not locked. */
const INPUT_PORT = 0x80;
/** Reset high, A20 on. */
const OUTPUT_PORT_INITIAL = 0x03;
const OUTPUT_PORT_KEYBOARD_FULL = 1 << 4;
const OUTPUT_PORT_MOUSE_FULL = 1 << 5;
/** What the controller says for a device that does not answer. */
const NO_ANSWER = 0xfe;

interface OutputByte {
  readonly value: number;
  readonly mouse: boolean;
  readonly timeout?: boolean;
}

interface State {
  memory: number[];
  outputPort: number;
  lastWasCommand: boolean;
  /** Command whose parameter byte is expected next; 0 when none is. */
  pending: number;
  /** Bytes for the data port, the one that is there now first. */
  output: OutputByte[];
}

export class KeyboardController implements PortDevice {
  readonly name = 'keyboard-controller';
  readonly ports = [
    { first: DATA, count: 1 },
    { first: COMMAND, count: 1 },
  ];
  readonly widest = 1;

  private readonly keyboard = new Keyboard((value) => this.send({ value, mouse: false }));
  private state: State = {
    memory: [
      KEYBOARD_INTERRUPT | SYSTEM_FLAG | MOUSE_OFF | TRANSLATE,
      ...Array<number>(MEMORY_BYTES - 1).fill(0),
    ],
    outputPort: OUTPUT_PORT_INITIAL,
    lastWasCommand: true,
    pending: 0,
    output: [],
  };

  constructor(
    private readonly keyboardIrq: InterruptLine,
    private readonly mouseIrq: InterruptLine,
    private readonly reset: () => void,
  ) {}

  /** Somebody types: scan codes of set 1. They are lost while the keyboard is off. */
  type(scanCodes: Uint8Array): void {
    if (this.commandByte & KEYBOARD_OFF || !this.keyboard.scanning) return;
    for (const value of scanCodes) this.send({ value, mouse: false });
  }

  readPort(port: number): number {
    return port === COMMAND ? this.status() : this.readData();
  }

  writePort(port: number, _size: number, value: number): void {
    this.state.lastWasCommand = port === COMMAND;
    if (port === COMMAND) this.command(value);
    else if (this.state.pending) this.parameter(value);
    else this.keyboard.receive(value, (this.commandByte & TRANSLATE) !== 0);
    this.update();
  }

  save(): unknown {
    return structuredClone({ controller: this.state, keyboard: this.keyboard.save() });
  }

  restore(saved: unknown): void {
    const { controller, keyboard } = structuredClone(saved) as { controller: State; keyboard: unknown };
    this.state = controller;
    this.keyboard.restore(keyboard);
  }

  private get commandByte(): number {
    return this.state.memory[0] ?? 0;
  }

  private set commandByte(value: number) {
    this.state.memory[0] = value;
  }

  private status(): number {
    const { output, lastWasCommand } = this.state;
    const next = output[0];
    return (
      STATUS_UNLOCKED |
      (this.commandByte & SYSTEM_FLAG ? STATUS_SYSTEM : 0) |
      (lastWasCommand ? STATUS_COMMAND : 0) |
      (next ? STATUS_OUTPUT_FULL : 0) |
      (next?.mouse ? STATUS_MOUSE_DATA : 0) |
      (next?.timeout ? STATUS_TIMEOUT : 0)
    );
  }

  private readData(): number {
    const value = this.state.output.shift()?.value ?? 0;
    // The line drops before it rises for the next byte: edge-triggered controllers must see both.
    this.keyboardIrq.set(false);
    this.mouseIrq.set(false);
    this.update();
    return value;
  }

  private send(byte: OutputByte): void {
    this.state.output.push(byte);
    this.update();
  }

  private answer(value: number): void {
    this.send({ value, mouse: false });
  }

  private update(): void {
    const next = this.state.output[0];
    const enabled = this.commandByte;
    this.keyboardIrq.set(next !== undefined && !next.mouse && (enabled & KEYBOARD_INTERRUPT) !== 0);
    this.mouseIrq.set(next !== undefined && next.mouse && (enabled & MOUSE_INTERRUPT) !== 0);
  }

  private command(value: number): void {
    const { state } = this;
    state.pending = 0;
    if (value >= READ_MEMORY && value < READ_MEMORY + MEMORY_BYTES) {
      this.answer(state.memory[value - READ_MEMORY] ?? 0);
      return;
    }
    if (value >= WRITE_MEMORY && value < WRITE_MEMORY + MEMORY_BYTES) {
      state.pending = value;
      return;
    }
    if (value >= PULSE) {
      if (!(value & RESET_LINE)) this.reset();
      return;
    }
    switch (value) {
      case MOUSE_DISABLE:
        this.commandByte |= MOUSE_OFF;
        break;
      case MOUSE_ENABLE:
        this.commandByte &= ~MOUSE_OFF;
        break;
      case KEYBOARD_DISABLE:
        this.commandByte |= KEYBOARD_OFF;
        break;
      case KEYBOARD_ENABLE:
        this.commandByte &= ~KEYBOARD_OFF;
        break;
      case SELF_TEST:
        state.output = [];
        this.commandByte |= SYSTEM_FLAG;
        this.answer(SELF_TEST_PASSED);
        break;
      case KEYBOARD_TEST:
      case MOUSE_TEST:
        this.answer(INTERFACE_PASSED);
        break;
      case READ_INPUT_PORT:
        this.answer(INPUT_PORT);
        break;
      case READ_OUTPUT_PORT:
        this.answer(this.outputPort());
        break;
      case READ_TEST_INPUTS:
        this.answer(0);
        break;
      case WRITE_OUTPUT_PORT:
      case WRITE_KEYBOARD_OUTPUT:
      case WRITE_MOUSE_OUTPUT:
      case WRITE_MOUSE:
        state.pending = value;
        break;
    }
  }

  private outputPort(): number {
    const next = this.state.output[0];
    const full = next ? (next.mouse ? OUTPUT_PORT_MOUSE_FULL : OUTPUT_PORT_KEYBOARD_FULL) : 0;
    return this.state.outputPort | full;
  }

  private parameter(value: number): void {
    const { state } = this;
    const { pending } = state;
    state.pending = 0;
    switch (pending) {
      case WRITE_OUTPUT_PORT:
        state.outputPort = value;
        if (!(value & RESET_LINE)) this.reset();
        break;
      case WRITE_KEYBOARD_OUTPUT:
        this.send({ value, mouse: false });
        break;
      case WRITE_MOUSE_OUTPUT:
        this.send({ value, mouse: true });
        break;
      case WRITE_MOUSE: // nobody there to acknowledge it
        this.send({ value: NO_ANSWER, mouse: true, timeout: true });
        break;
      default:
        state.memory[pending - WRITE_MEMORY] = value;
    }
  }
}
