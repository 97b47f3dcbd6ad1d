/** Where people meet the guest: what they read of it besides COM1's text, and where what they type goes. Types and one list. */

export const inputSources = ['serial', 'keys'] as const;

/** Where something typed goes: COM1's line, or the keyboard. */
export type InputSource = (typeof inputSources)[number];

/** Neighbouring cells of one row that have the same attribute byte. */
export interface ScreenRun {
  text: string;
  /** Bits 0-3 foreground, 4-6 background, 7 blinks. */
  attribute: number;
}

/** The VGA text screen: all rows, in runs that fill them. */
export interface Screen {
  rows: ScreenRun[][];
  /** Missing while it is off or outside. */
  cursor?: { row: number; column: number };
}
