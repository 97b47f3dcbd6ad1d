/** The keyboard behind the 8042 (IBM PS/2 Hardware Interface Technical Reference, "Keyboards"): what it answers to commands. */
import type { Snapshotable } from '../device';

// Commands
const RESET = 0xff;
const SET_ALL_KEYS_FIRST = 0xf7; // to 0xfd: key types of scan code set 3
const SET_ALL_KEYS_LAST = 0xfd;
const SET_DEFAULTS = 0xf6;
const DISABLE = 0xf5;
const ENABLE = 0xf4;
const SET_RATE = 0xf3;
const READ_ID = 0xf2;
const SCAN_CODE_SET = 0xf0;
const ECHO = 0xee;
const SET_LEDS = 0xed;

// Answers
const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const TEST_PASSED = 0xaa;
/** An MF2 keyboard; its second byte as the controller's translation shows it. */
const ID = [0xab, 0x83];
const ID_TRANSLATED = [0xab, 0x41];
const DEFAULT_SCAN_CODE_SET = 2;
/** Parameter of SCAN_CODE_SET that asks for the set. */
const TELL = 0;

export class Keyboard implements Snapshotable {
  private state = {
    scanning: true,
    scanCodeSet: DEFAULT_SCAN_CODE_SET,
    /** Command whose parameter comes next; 0 when none is expected. */
    pending: 0,
  };

  constructor(private readonly send: (byte: number) => void) {}

  /** Keys are reported. */
  get scanning(): boolean {
    return this.state.scanning;
  }

  /** A byte from the host. `translated`: the controller translates what comes back. */
  receive(value: number, translated: boolean): void {
    const { state } = this;
    const { pending } = state;
    state.pending = 0;
    if (pending) return this.parameter(pending, value);
    switch (value) {
      case RESET:
        this.setDefaults(true);
        this.answer(ACKNOWLEDGE, TEST_PASSED);
        break;
      case SET_DEFAULTS:
        this.setDefaults(state.scanning);
        this.answer(ACKNOWLEDGE);
        break;
      case ENABLE:
      case DISABLE:
        state.scanning = value === ENABLE;
        this.answer(ACKNOWLEDGE);
        break;
      case READ_ID:
        this.answer(ACKNOWLEDGE, ...(translated ? ID_TRANSLATED : ID));
        break;
      case SET_LEDS:
      case SET_RATE:
      case SCAN_CODE_SET:
        state.pending = value;
        this.answer(ACKNOWLEDGE);
        break;
      case ECHO:
        this.answer(ECHO);
        break;
      default:
        this.answer(value >= SET_ALL_KEYS_FIRST && value <= SET_ALL_KEYS_LAST ? ACKNOWLEDGE : RESEND);
    }
  }

  save(): unknown {
    return { ...this.state };
  }

  restore(saved: unknown): void {
    this.state = { ...(saved as typeof this.state) };
  }

  private parameter(command: number, value: number): void {
    this.answer(ACKNOWLEDGE);
    if (command !== SCAN_CODE_SET) return;
    if (value === TELL) this.answer(this.state.scanCodeSet);
    else this.state.scanCodeSet = value;
  }

  private setDefaults(scanning: boolean): void {
    this.state = { scanning, scanCodeSet: DEFAULT_SCAN_CODE_SET, pending: 0 };
  }

  private answer(...bytes: number[]): void {
    for (const byte of bytes) this.send(byte);
  }
}
