/**
 * What the machine and its debugger need of the computer they run on: build products, files, paths, a rest between two slices.
 * One process has one host, and its entry says which; nothing from `cpu` to `session` knows more of it than stands here.
 */

/** A function of L0's source, as the traced build names its file. */
export interface L0Source {
  /** Path below `src/l0`, with slashes. */
  readonly file: string;
  readonly text: string;
}

/** How this computer writes paths. */
export interface PathRules {
  readonly isAbsolute: (path: string) => boolean;
  /** Absolute, from the working folder. */
  readonly resolve: (...parts: string[]) => string;
  readonly join: (...parts: string[]) => string;
  readonly normalize: (path: string) => string;
  readonly dirname: (path: string) => string;
  readonly basename: (path: string) => string;
  readonly relative: (from: string, to: string) => string;
  /** Windows compares paths without case. */
  readonly caseMatters: boolean;
}

/** A file that is read where it is asked for. */
export interface FileParts {
  readonly length: number;
  /**
   * `length` bytes from `offset`, fewer at the end.
   * @throws FileProblem, with the code of `CHANGED` when it is not the file any more that was opened
   */
  read(offset: number, length: number): Uint8Array;
}

/** Code of a file that was written after it was opened: what was read of it and what could be read do not fit together. */
export const CHANGED = 'ESTALE';

export interface Host {
  readonly path: PathRules;
  /** The chip, compiled; the same one each time. */
  core(): WebAssembly.Module;
  /** The traced build of L0, loaded when somebody first steps into L0. */
  tracedL0(): unknown;
  /** The folder with L0's source; undefined when the build left it out. */
  l0Folder(): string | undefined;
  /** Every source file of L0. */
  l0Sources(): readonly L0Source[];
  exists(path: string): boolean;
  /**
   * A file to be read in parts, of which there may be gigabytes.
   * @throws FileProblem
   */
  openFile(path: string): FileParts;
  /** Every file in a folder and its subfolders. @throws FileProblem */
  filesBelow(folder: string): string[];
  /** @throws FileProblem */
  readFile(path: string): Uint8Array;
  /** The bytes of a zlib stream, at most `size`. Throws for a damaged one. */
  inflate(packed: Uint8Array, size: number): Uint8Array;
  /** A zlib stream of them. */
  deflate(bytes: Uint8Array): Uint8Array;
  /** SHA-256, in hexadecimal. */
  sha256(bytes: Uint8Array): string;
  /** Turtlescope's version, and a hash of all sources that decide how a machine runs. */
  build(): string;
  /** Lets whatever else waits have its turn. */
  rest(): Promise<void>;
}

/** A file cannot be read or written; `code` as POSIX names the error. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';

  constructor(
    readonly path: string,
    readonly code: string,
  ) {
    super(`${path}: ${code}`);
  }
}

let current: Host | undefined;

/** Called once by the process's entry, before anything else. */
export function provideHost(host: Host): void {
  current = host;
}

export function host(): Host {
  if (!current) throw new Error('provideHost() comes first: the entry of a process names its host.');
  return current;
}
