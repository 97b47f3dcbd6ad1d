/**
 * Finds the file that an include names: beside the including file, in the folders of the settings, then in each folder
 * upwards to the workspace folder and its `include/`. A build system could know better; nobody asks one.
 */
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

/** Folders above a file that are looked at: a bound for paths that lie outside every workspace folder. */
const MAXIMUM_DEPTH = 24;

export class IncludePaths {
  /** Where a folder's includes were looked for and what was found: the disk is asked once for each. */
  private readonly found = new Map<string, string | undefined>();

  constructor(
    private readonly folders: readonly string[],
    private readonly settings: readonly string[],
    private readonly exists: (path: string) => boolean,
  ) {}

  /** Path of the included file; undefined when there is none. */
  resolve(name: string, from: string): string | undefined {
    const folder = dirname(from);
    const key = `${folder}\0${name}`;
    if (!this.found.has(key)) this.found.set(key, this.look(name, folder));
    return this.found.get(key);
  }

  /** Files came or went. */
  forget(): void {
    this.found.clear();
  }

  private look(name: string, folder: string): string | undefined {
    if (name === '' || name.includes('\0')) return undefined;
    if (isAbsolute(name)) return this.exists(name) ? name : undefined;
    for (const candidate of this.candidates(folder)) {
      const path = join(candidate, name);
      if (this.exists(path)) return path;
    }
    return undefined;
  }

  private *candidates(folder: string): Iterable<string> {
    yield folder;
    const root = this.folders.find((each) => isInside(folder, each));
    for (const path of this.settings) {
      if (isAbsolute(path)) yield path;
      else for (const each of root === undefined ? this.folders : [root]) yield resolve(each, path);
    }
    if (root === undefined) {
      yield join(folder, 'include');
      return;
    }
    for (let at = folder, depth = 0; depth < MAXIMUM_DEPTH; at = dirname(at), depth++) {
      yield at;
      yield join(at, 'include');
      if (relative(root, at) === '') return;
    }
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
