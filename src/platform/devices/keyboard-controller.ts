/**
 * The 8042 keyboard controller at ports 0x60 and 0x64, without keyboard or mouse: self-test, command byte,
 * output port and the reset pulse guests use to reboot. No interrupt ever comes from it.
 */
import type { PortDevice } from '../device';

const DATA = 0x60;
const COMMAND = 0x64; // read: status

// Status
const STATUS_OUTPUT_FULL = 1 << 0;
const STATUS_SYSTEM = 1 << 2;
const STATUS_UNLOCKED = 1 << 4;

// Commands
const READ_COMMAND_BYTE = 0x20;
const WRITE_COMMAND_BYTE = 0x60;
const DISABLE_MOUSE = 0xa7;
const TEST_MOUSE = 0xa9;
const SELF_TEST = 0xaa;
const TEST_KEYBOARD = 0xab;
const READ_OUTPUT_PORT = 0xd0;
const WRITE_OUTPUT_PORT = 0xd1;
/** 0xf0-0xff pulse the output port's low bits that are clear; bit 0 is the CPU's reset. */
const PULSE = 0xf0;
const PULSE_KEEPS_RESET = 1 << 0;

const SELF_TEST_PASSED = 0x55;
const INTERFACE_PASSED = 0x00;
/** Interface tests of a port that is not there: clock line stuck low. */
const INTERFACE_FAILED = 0x01;
/** Reset high and A20 on. */
const OUTPUT_PORT_INITIAL = 0x03;

export class KeyboardController implements PortDevice {
  readonly name = 'keyboard-controller';
  readonly ports = [
    { first: DATA, count: 1 },
    { first: COMMAND, count: 1 },
  ];
  readonly widest = 1;

  private state = {
    commandByte: 0x44,
    outputPort: OUTPUT_PORT_INITIAL,
    /** Answer waiting in the data port; -1 when empty. */
    answer: -1,
    /** Command whose parameter byte is expected next; 0 when none is. */
    pending: 0,
  };

  constructor(private readonly reset: () => void) {}

  readPort(port: number): number {
    const { state } = this;
    if (port === COMMAND) {
      return STATUS_UNLOCKED | STATUS_SYSTEM | (state.answer >= 0 ? STATUS_OUTPUT_FULL : 0);
    }
    const answer = Math.max(state.answer, 0);
    state.answer = -1;
    return answer;
  }

  writePort(port: number, _size: number, value: number): void {
    if (port === COMMAND) this.command(value);
    else this.parameter(value);
  }

  save(): unknown {
    return { ...this.state };
  }

  restore(saved: unknown): void {
    this.state = { ...(saved as typeof this.state) };
  }

  private command(value: number): void {
    const { state } = this;
    state.pending = 0;
    switch (value) {
      case READ_COMMAND_BYTE:
        state.answer = state.commandByte;
        return;
      case WRITE_COMMAND_BYTE:
      case WRITE_OUTPUT_PORT:
        state.pending = value;
        return;
      case SELF_TEST:
        state.answer = SELF_TEST_PASSED;
        return;
      case TEST_KEYBOARD:
        state.answer = INTERFACE_PASSED;
        return;
      case TEST_MOUSE:
        state.answer = INTERFACE_FAILED;
        return;
      case READ_OUTPUT_PORT:
        state.answer = state.outputPort;
        return;
      case DISABLE_MOUSE:
        return;
    }
    if (value >= PULSE && !(value & PULSE_KEEPS_RESET)) this.reset();
  }

  /** A byte for the keyboard itself is swallowed: there is none to acknowledge it. */
  private parameter(value: number): void {
    const { state } = this;
    const { pending } = state;
    state.pending = 0;
    if (pending === WRITE_COMMAND_BYTE) {
      state.commandByte = value;
    } else if (pending === WRITE_OUTPUT_PORT) {
      state.outputPort = value;
      if (!(value & PULSE_KEEPS_RESET)) this.reset();
    }
  }
}
