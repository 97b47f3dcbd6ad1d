/** Scan codes of set 1 (IBM PS/2 Hardware Interface Technical Reference, "Keyboards"), by `KeyboardEvent.code`. Make codes; E0 comes before those above FFH. */

const rows: readonly [first: number, codes: string][] = [
  [
    0x01,
    'Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace',
  ],
  [0x0f, 'Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter'],
  [0x1d, 'ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote'],
  [0x2a, 'ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight'],
  [0x37, 'NumpadMultiply AltLeft Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock'],
  [0x47, 'Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd'],
  [0x4f, 'Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal'],
  [0x56, 'IntlBackslash F11 F12'],
  [0xe01c, 'NumpadEnter ControlRight'],
  [0xe035, 'NumpadDivide'],
  [0xe038, 'AltRight'],
  [0xe047, 'Home ArrowUp PageUp'],
  [0xe04b, 'ArrowLeft'],
  [0xe04d, 'ArrowRight'],
  [0xe04f, 'End ArrowDown PageDown Insert Delete'],
  [0xe05b, 'MetaLeft MetaRight ContextMenu'],
];

const makeCodes = new Map(
  rows.flatMap(([first, codes]) => codes.split(' ').map((code, index) => [code, first + index] as const)),
);
/** Added to the last byte when a key is released. */
const BREAK = 0x80;

/** Bytes of a key going down or up; undefined for a key that an MF2 keyboard does not have. */
export function scanCode(code: string, up: boolean): number[] | undefined {
  const make = makeCodes.get(code);
  if (make === undefined) return undefined;
  const last = (make & 0xff) | (up ? BREAK : 0);
  return make > 0xff ? [make >> 8, last] : [last];
}
