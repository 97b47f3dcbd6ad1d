/**
 * Text of a file's bytes. Nearly all of it is short names in ASCII, which need no decoder.
 */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** Beyond this a decoder is faster than a loop. */
const SHORT = 64;

export function utf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT) return decoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > 0x7f) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}
