/**
 * Objects that a gdb client reads piece by piece: the target description, the list of threads, the path of the image (`qXfer`), and
 * the files with symbols themselves (`vFile`). No other file can be named.
 */
import { targetDescription } from './target-description';
import { bytesOf, countOf, encoded, textOf } from './hex';
import { LONGEST_PACKET } from './packets';
import type { GdbTarget } from './target';
import type { ClientThreads } from './threads';

/** `errno` of the File-I/O protocol. */
const Errno = { NOENT: 2, BADF: 9, INVAL: 22 } as const;
/** `struct stat` of the File-I/O protocol is big-endian; size and the times are its last members. */
const STAT_BYTES = 64;
const STAT_MODE = 8;
const STAT_SIZE = 28;
/** S_IFREG, readable by all. */
const MODE = 0o100444;
/** Escaped bytes take two: half of a packet always fits. */
const PIECE = LONGEST_PACKET / 2 - 64;

export class Transfers {
  private readonly open = new Map<number, Uint8Array>();
  private nextFile = 3;

  constructor(
    private readonly target: GdbTarget,
    private readonly threads: ClientThreads,
  ) {}

  /** What follows `qXfer:`; undefined for an object that is not there. */
  xfer(text: string): string | undefined {
    const [, object, annex, offset, length] =
      /^([\w-]+):read:([^:]*):([0-9a-f]+),([0-9a-f]+)$/i.exec(text) ?? [];
    const whole = object === undefined ? undefined : this.object(object, annex!);
    return whole === undefined ? undefined : pieceOf(whole, countOf(offset), countOf(length));
  }

  private object(name: string, annex: string): string | undefined {
    if (name === 'features') return annex === 'target.xml' ? encoded(targetDescription) : undefined;
    if (name === 'threads') return encoded(this.threads.xml());
    return name === 'exec-file' ? encoded(this.target.files[0]!.path) : undefined;
  }

  /** What follows `vFile:`; undefined for an operation that is not there. */
  file(text: string): string | undefined {
    const [, operation, rest = ''] = /^(\w+):?(.*)$/s.exec(text) ?? [];
    const given = rest.split(',');
    switch (operation) {
      case 'setfs':
        return 'F0';
      case 'open':
        return this.openFile(given[0]!, given[1]);
      case 'pread':
        return this.read(given);
      case 'fstat':
        return this.stat(given[0]);
      case 'close':
        return this.open.delete(countOf(given[0]) ?? -1) ? 'F0' : failed(Errno.BADF);
      default:
        return undefined;
    }
  }

  private openFile(hexPath: string, flags: string | undefined): string {
    const name = bytesOf(hexPath);
    if (!name || countOf(flags) !== 0) return failed(Errno.INVAL);
    const path = new TextDecoder().decode(name);
    const file = this.target.files.find((candidate) => candidate.path === path);
    if (!file) return failed(Errno.NOENT);
    this.open.set(this.nextFile, file.bytes);
    return `F${(this.nextFile++).toString(16)}`;
  }

  private read([file, count, offset]: readonly (string | undefined)[]): string {
    const bytes = this.open.get(countOf(file) ?? -1);
    const [length, start] = [countOf(count), countOf(offset)];
    if (!bytes) return failed(Errno.BADF);
    if (length === undefined || start === undefined) return failed(Errno.INVAL);
    const piece = bytes.subarray(start, start + Math.min(length, PIECE));
    return `F${piece.length.toString(16)};${textOf(piece)}`;
  }

  private stat(file: string | undefined): string {
    const bytes = this.open.get(countOf(file) ?? -1);
    if (!bytes) return failed(Errno.BADF);
    const view = new DataView(new ArrayBuffer(STAT_BYTES));
    view.setUint32(STAT_MODE, MODE);
    view.setBigUint64(STAT_SIZE, BigInt(bytes.length));
    return `F${STAT_BYTES.toString(16)};${textOf(new Uint8Array(view.buffer))}`;
  }

  /** The client is gone, and so are the files it had open. */
  close(): void {
    this.open.clear();
  }
}

function failed(errno: number): string {
  return `F-1,${errno.toString(16)}`;
}

/** `m` and a piece, or `l` and the last one. */
function pieceOf(whole: string, offset: number | undefined, length: number | undefined): string | undefined {
  if (offset === undefined || length === undefined) return undefined;
  const end = offset + Math.min(length, PIECE);
  return `${end < whole.length ? 'm' : 'l'}${whole.slice(offset, end)}`;
}
