/**
 * The keyboard of the Screen page: keys that go down and up become scan codes, and what goes down comes up again, whatever becomes of
 * the focus. VS Code keeps the keys of the debugger: function keys while the guest stands (it would not hear them now), pause and
 * stop while it runs, and what leads out of the page.
 */
import { scanCode } from './scan-codes';

/** The part of a `KeyboardEvent` that is read. */
export interface Key {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
}

const FUNCTION_KEY = /^F\d+$/;
/** Pause, and with Shift: stop. */
const PAUSE = 'F6';
const STOP = 'F5';

export class Keyboard {
  guestStands = false;
  private readonly pressed = new Set<string>();

  /** @param send takes the bytes of one key */
  constructor(private readonly send: (bytes: readonly number[]) => void) {}

  /** True when the key is the guest's; a key that is held goes down again and again, as on hardware. */
  down(key: Key): boolean {
    if (this.isOurs(key) || !this.tell(key.code, false)) return false;
    this.pressed.add(key.code);
    return true;
  }

  up({ code }: Key): boolean {
    return this.pressed.delete(code) && this.tell(code, true);
  }

  /** The page loses the focus: nobody would say that the keys came up. */
  releaseAll(): void {
    for (const code of this.pressed) this.tell(code, true);
    this.pressed.clear();
  }

  private isOurs({ code, ctrlKey, shiftKey, metaKey }: Key): boolean {
    if (FUNCTION_KEY.test(code) && this.guestStands) return true;
    if (code === PAUSE || (code === STOP && shiftKey)) return true;
    return metaKey || (code === 'Tab' && (ctrlKey || shiftKey)) || (ctrlKey && shiftKey);
  }

  private tell(code: string, up: boolean): boolean {
    const bytes = scanCode(code, up);
    if (bytes) this.send(bytes);
    return bytes !== undefined;
  }
}
