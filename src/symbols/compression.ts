/**
 * Compressed debug sections: SHF_COMPRESSED with zlib or zstd (System V gABI, "Section Compression"), and the older `.zdebug_` form.
 */
import { unzlibSync } from 'fflate';
import { decompress as unzstd } from 'fzstd';
import { ByteReader } from './byte-reader';
import { SymbolError } from './symbol-error';

const ELFCOMPRESS_ZLIB = 1;
const ELFCOMPRESS_ZSTD = 2;
/** "ZLIB", then the size as eight big-endian bytes. */
const OLD_MAGIC = 'ZLIB';
const OLD_HEADER = 12;

interface Compression {
  readonly method: number;
  readonly packed: Uint8Array;
  /** Bytes of the contents, as the section claims. */
  readonly size: number;
}

interface Method {
  /** Most bytes that `packed` ones can stand for: a larger claim is damage, not a reason to allocate it. */
  readonly most: (packed: number) => number;
  readonly unpack: (packed: Uint8Array, into: Uint8Array) => Uint8Array;
}

const methods: Readonly<Record<number, Method>> = {
  [ELFCOMPRESS_ZLIB]: {
    // Deflate cannot expand more than 1032 times.
    most: (packed) => packed * 1032 + 64,
    unpack: (packed, into) => unzlibSync(packed, { out: into }),
  },
  [ELFCOMPRESS_ZSTD]: {
    // A block of a run is four bytes for at most 128 KiB (RFC 8878, 3.1.1.2).
    most: (packed) => (packed / 4 + 1) * (128 << 10),
    unpack: (packed, into) => unzstd(packed, into),
  },
};

/** How a section is compressed; undefined when it is not. */
export function compressionOf(
  name: string,
  flagged: boolean,
  stored: Uint8Array,
  bits: 32 | 64,
): Compression | undefined {
  if (flagged) {
    const reader = new ByteReader(stored, name);
    const method = reader.u32();
    if (bits === 64) reader.skip(4);
    const size = reader.size(bits / 8);
    reader.skip(bits / 8);
    return { method, packed: stored.subarray(reader.offset), size };
  }
  if (!name.startsWith('.zdebug_') || stored.length < OLD_HEADER) return undefined;
  if (String.fromCharCode(...stored.subarray(0, OLD_MAGIC.length)) !== OLD_MAGIC) return undefined;
  const size = new DataView(stored.buffer, stored.byteOffset).getUint32(OLD_HEADER - 4);
  return { method: ELFCOMPRESS_ZLIB, packed: stored.subarray(OLD_HEADER), size };
}

/**
 * The contents. `what` names file and section.
 * @throws SymbolError when they are damaged or packed in another way
 */
export function decompressed({ method, packed, size }: Compression, what: string): Uint8Array {
  const known = methods[method];
  if (!known)
    throw new SymbolError(
      `${what} is compressed with a method other than zlib and zstd. ` +
        'Run objcopy --decompress-debug-sections on the file, or build with -gz=none.',
    );
  if (size <= known.most(packed.length)) {
    try {
      const bytes = known.unpack(packed, new Uint8Array(size));
      if (bytes.length === size) return bytes;
    } catch {
      // Falls through to the one message for damaged compression.
    }
  }
  throw new SymbolError(`${what} is compressed and damaged. Rebuild the file.`);
}
