/** The VGA text mode a PC starts in, mode 3: 80 x 25 cells of character and attribute. Facts and one reader; no device. */

export const TEXT_SCREEN = {
  /** BIOS video mode. */
  MODE: 3,
  COLUMNS: 80,
  ROWS: 25,
  /** Scan lines of a character. */
  POINTS: 16,
  BASE: 0xb8000,
  CELL_BYTES: 2,
  /** Bytes of text memory, which wraps around. */
  MEMORY_BYTES: 0x8000,
  /** Grey on black. */
  ATTRIBUTE: 0x07,
} as const;
