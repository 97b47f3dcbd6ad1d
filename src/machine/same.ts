/**
 * Equality of what snapshots are made of: bytes, and plain data that survives structured cloning.
 */

/** @param a of the same length as `b`, a multiple of 4, and both at multiples of 4 in their buffers */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const [first, second] = [a, b].map(
    (bytes) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2),
  );
  for (let word = 0; word < first!.length; word++) if (first![word] !== second![word]) return false;
  return true;
}

export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, at) => byte === b[at]);
  if (a instanceof Map && b instanceof Map) return sameData([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return sameData([...a], [...b]);
  const [names, others] = [Object.keys(a), Object.keys(b)];
  if (names.length !== others.length || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a, b] as Record<string, unknown>[];
  return names.every((name) => Object.hasOwn(right!, name) && sameData(left![name], right![name]));
}
