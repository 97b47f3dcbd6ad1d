/**
 * The one error of this room: a file that cannot be used, or a part of it that is damaged.
 *
 * The message is for the user and says what to do. Nothing else may leave this room as an exception: a garbage
 * file gives a `SymbolError`, never a `RangeError` from deep inside a reader.
 */
export class SymbolError extends Error {
  override readonly name = 'SymbolError';

  /** `message` is one sentence for the user: what is wrong, then what to do about it. */
  constructor(message: string) {
    super(message);
  }
}
