/**
 * A file as bytes that are read when they are asked for: a kernel's debug information is larger than what a session needs of it.
 */
export interface ByteSource {
  readonly length: number;
  /** `length` bytes from `offset`, fewer at the end. Not a copy where the file is in memory. */
  read(offset: number, length: number): Uint8Array;
}

/** Opens a file that another one names; undefined when there is none. */
export type OpenFile = (path: string) => ByteSource | undefined;

/** A file that is in memory as a whole. */
export function sourceOf(bytes: Uint8Array | ByteSource): ByteSource {
  if (!(bytes instanceof Uint8Array)) return bytes;
  return { length: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
