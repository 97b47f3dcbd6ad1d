/**
 * Which assembly sources lie in the workspace's folders. Walks them in the background and notes paths only; what is in a file is
 * read when a feature wants it.
 */
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

const EXTENSIONS = new Set(['.s', '.asm', '.nasm', '.inc']);
const SKIPPED = new Set(['node_modules', '.git', '.hg', '.svn', 'dist', 'out', 'build', 'target']);
/** Enough for the x86 part of a kernel; a walk must end in every folder a user may open. */
export const MAXIMUM_FILES = 4000;
const MAXIMUM_FOLDERS = 20_000;

export interface IndexResult {
  readonly files: number;
  /** The walk ended at a limit: some sources are not known. */
  readonly limited: boolean;
}

export function isIndexed(path: string): boolean {
  return EXTENSIONS.has(extname(path).toLowerCase());
}

export class SourceIndex {
  private readonly known = new Set<string>();

  get paths(): Iterable<string> {
    return this.known;
  }

  has(path: string): boolean {
    return this.known.has(path);
  }

  add(path: string): void {
    if (isIndexed(path) && this.known.size < MAXIMUM_FILES) this.known.add(path);
  }

  delete(path: string): void {
    this.known.delete(path);
  }

  /** Notes the sources below the folders, breadth first, so that a limit cuts what lies deepest. */
  async walk(roots: readonly string[], wanted: () => boolean): Promise<IndexResult> {
    const queue = [...roots];
    for (let at = 0; at < queue.length && wanted(); at++) {
      if (at >= MAXIMUM_FOLDERS || this.known.size >= MAXIMUM_FILES)
        return { files: this.known.size, limited: true };
      const folder = queue[at]!;
      // A folder that cannot be read, or went meanwhile, has no sources for us. Links are not followed: they can form circles.
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (entry.isFile()) this.add(join(folder, entry.name));
        else if (entry.isDirectory() && !SKIPPED.has(entry.name)) queue.push(join(folder, entry.name));
      }
    }
    return { files: this.known.size, limited: false };
  }

  clear(): void {
    this.known.clear();
  }
}
