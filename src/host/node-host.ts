/**
 * The host of a process of Node's. Build products lie beside the bundle in a packaged extension, in `dist/` when the sources run
 * as they are.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import * as path from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { CHANGED, FileProblem, type FileParts, type Host, type L0Source } from './host';

const products = [__dirname, path.join(__dirname, '..', '..', 'dist')];
const l0Places = [
  path.join(__dirname, 'l0-source'),
  path.join(__dirname, '..', 'src', 'l0'),
  path.join(__dirname, '..', 'l0'),
];

let compiled: WebAssembly.Module | undefined;
let traced: unknown;
let sources: readonly L0Source[] | undefined;

function product(name: string): string {
  const found = products.map((folder) => path.join(folder, name)).find((place) => existsSync(place));
  if (found === undefined)
    throw new Error(`${name} is missing beside ${__dirname}: run "npm run build" first.`);
  return found;
}

function l0Folder(): string | undefined {
  return l0Places.find((place) => existsSync(path.join(place, 'index.ts')));
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(file);
    return [file];
  });
}

function readL0(): L0Source[] {
  const folder = l0Folder();
  if (folder === undefined) return [];
  const typescript = filesOf(folder).filter((file) => file.endsWith('.ts'));
  return typescript.map((file) => ({
    file: path.relative(folder, file).split(path.sep).join('/'),
    text: readFileSync(file, 'utf8'),
  }));
}

/** The POSIX name of what went wrong. */
export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function withFile<T>(path: string, work: (file: number) => T): T {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return work(file);
  } catch (error) {
    throw error instanceof FileProblem ? error : new FileProblem(path, errorCode(error));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Opened anew for each part, so that a session keeps no file from being written, and needs no end. */
class OpenedFile implements FileParts {
  readonly length: number;
  private readonly written: string;

  constructor(private readonly path: string) {
    [this.length, this.written] = withFile(path, (file) => {
      const state = fstatSync(file);
      if (state.isDirectory()) throw new FileProblem(path, 'EISDIR');
      return [state.size, versionOf(file)];
    });
  }

  read(offset: number, length: number): Uint8Array {
    return withFile(this.path, (file) => {
      if (versionOf(file) !== this.written) throw new FileProblem(this.path, CHANGED);
      const bytes = new Uint8Array(Math.max(0, Math.min(length, this.length - offset)));
      let done = 0;
      while (done < bytes.length) {
        const count = readSync(file, bytes, done, bytes.length - done, offset + done);
        if (count === 0) throw new FileProblem(this.path, CHANGED);
        done += count;
      }
      return bytes;
    });
  }
}

/** The same for the same contents, another after the file was written or replaced. */
function versionOf(file: number): string {
  const { ino, size, mtimeNs } = fstatSync(file, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

export const nodeHost: Host = {
  path: { ...path, caseMatters: process.platform !== 'win32' },
  core: () => (compiled ??= new WebAssembly.Module(readFileSync(product('core.wasm')))),
  // A build product, loaded only when somebody steps into L0.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  tracedL0: () => (traced ??= require(product('l0-traced.js')) as unknown),
  l0Folder,
  l0Sources: () => (sources ??= readL0()),
  exists: (file) => existsSync(file),
  openFile: (file) => new OpenedFile(file),
  filesBelow(folder) {
    try {
      return filesOf(folder);
    } catch (error) {
      throw new FileProblem(folder, errorCode(error));
    }
  },
  readFile(file) {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new FileProblem(file, errorCode(error));
    }
  },
  inflate: (packed, size) => new Uint8Array(inflateSync(packed, { maxOutputLength: size })),
  deflate: (bytes) => new Uint8Array(deflateSync(bytes)),
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  build: () => readFileSync(product('machine-build.txt'), 'utf8').trim(),
  rest: () => new Promise((resolve) => setImmediate(resolve)),
};
