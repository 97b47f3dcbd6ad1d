/**
 * Saved state as JSON and back: plain data as structured cloning takes it (numbers and bigints, bytes, arrays, objects, maps, sets). What
 * JSON has no word for is an array that begins with a letter. An object that stands in two places is one object again when it is read.
 */

type Bytes = Uint8Array | Uint16Array | Uint32Array | Float64Array | BigUint64Array | BigInt64Array;
const KINDS: Readonly<Record<string, new (buffer: ArrayBuffer) => Bytes>> = {
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
};

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hexOf(bytes: Uint8Array): string {
  const text: string[] = [];
  for (const byte of bytes) text.push(DIGITS[byte]!);
  return text.join('');
}

/** Throws for what is no row of pairs of digits. */
export function bytesOf(hex: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new Error('bytes are hexadecimal digits in pairs');
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

function view(data: Bytes): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** For `decoded`. */
export function encoded(data: unknown): unknown {
  return new Encoder(new Map()).value(data);
}

/** The same text for the same values, whoever built them and in whatever order. For hashes. */
export function canonicalText(data: unknown): string {
  return JSON.stringify(new Encoder(undefined).value(data));
}

class Encoder {
  /** @param seen numbers of objects that were met already; undefined: each is written out wherever it stands */
  constructor(private readonly seen: Map<object, number> | undefined) {}

  value(data: unknown): unknown {
    if (data === undefined) return ['u'];
    if (typeof data === 'bigint') return ['n', data.toString()];
    if (typeof data === 'number' && (!Number.isFinite(data) || Object.is(data, -0)))
      return ['f', Object.is(data, -0) ? '-0' : String(data)];
    if (typeof data !== 'object' || data === null) return data;
    const met = this.seen?.get(data);
    if (met !== undefined) return ['r', met];
    this.seen?.set(data, this.seen.size);
    return this.object(data);
  }

  private object(data: object): unknown {
    if (ArrayBuffer.isView(data)) return ['b', data.constructor.name, hexOf(view(data as Bytes))];
    if (Array.isArray(data)) return ['a', data.map((each) => this.value(each))];
    if (data instanceof Map)
      return ['m', [...data].map(([key, value]) => [this.value(key), this.value(value)])];
    if (data instanceof Set) return ['s', [...data].map((each) => this.value(each))];
    const entries = Object.entries(data);
    if (!this.seen) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return ['o', entries.map(([name, value]) => [name, this.value(value)])];
  }
}

/** Throws for what `encoded` never writes. */
export function decoded(json: unknown): unknown {
  return new Decoder().value(json);
}

class Decoder {
  private readonly met: object[] = [];

  value(json: unknown): unknown {
    if (!Array.isArray(json)) return json;
    const [kind, content, bytes] = json as [string, unknown, string?];
    switch (kind) {
      case 'u':
        return undefined;
      case 'n':
        return BigInt(content as string);
      case 'f':
        return Number(content);
      case 'r':
        return this.met[content as number];
      case 'b':
        return this.keep(arrayOf(content as string, bytes!));
      default:
        return this.object(kind, content as unknown[]);
    }
  }

  private object(kind: string, content: readonly unknown[]): object {
    if (kind === 'a') {
      const list = this.keep<unknown[]>([]);
      for (const each of content) list.push(this.value(each));
      return list;
    }
    if (kind === 's') {
      const set = this.keep(new Set());
      for (const each of content) set.add(this.value(each));
      return set;
    }
    const pairs = content as readonly (readonly [unknown, unknown])[];
    if (kind === 'm') {
      const map = this.keep(new Map());
      for (const [key, value] of pairs) map.set(this.value(key), this.value(value));
      return map;
    }
    if (kind !== 'o') throw new Error(`no kind of data is called ${JSON.stringify(kind)}`);
    const object = this.keep<Record<string, unknown>>({});
    for (const [name, value] of pairs) object[name as string] = this.value(value);
    return object;
  }

  private keep<T extends object>(object: T): T {
    this.met.push(object);
    return object;
  }
}

function arrayOf(kind: string, hex: string): Bytes {
  const make = KINDS[kind];
  if (!make) throw new Error(`no kind of bytes is called ${JSON.stringify(kind)}`);
  return new make(bytesOf(hex).buffer as ArrayBuffer);
}
