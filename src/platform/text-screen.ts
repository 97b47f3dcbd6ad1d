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

/** What stands on the screen. */
export interface TextScreen {
  /** One text a row, trailing blanks removed. */
  readonly lines: readonly string[];
  /** Attribute bytes, row by row. */
  readonly attributes: Uint8Array;
  /** Undefined while it is off or outside. */
  readonly cursor: { readonly row: number; readonly column: number } | undefined;
}

/** Code page 437, the character set of a PC's adapter, from 80H on. */
const UPPER_HALF =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ';

/** `memory`: the text memory; `start` and `cursor`: cells, as the adapter's registers count them. */
export function readTextScreen(memory: Uint8Array, start: number, cursor: number | undefined): TextScreen {
  const { COLUMNS, ROWS, CELL_BYTES, MEMORY_BYTES } = TEXT_SCREEN;
  const at = (cell: number, byte: number) => memory[((start + cell) * CELL_BYTES + byte) % MEMORY_BYTES] ?? 0;
  const lines = Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: COLUMNS }, (_unused, column) => character(at(row * COLUMNS + column, 0)))
      .join('')
      .trimEnd(),
  );
  const place = cursor === undefined ? -1 : cursor - start;
  const inside = place >= 0 && place < ROWS * COLUMNS;
  return {
    lines,
    attributes: Uint8Array.from({ length: ROWS * COLUMNS }, (_, cell) => at(cell, 1)),
    cursor: inside ? { row: Math.floor(place / COLUMNS), column: place % COLUMNS } : undefined,
  };
}

function character(code: number): string {
  if (code >= 0x80) return UPPER_HALF[code - 0x80]!;
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ' ';
}
