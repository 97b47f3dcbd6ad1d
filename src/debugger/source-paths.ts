/**
 * Between the paths the compiler wrote and the paths of this machine: the sourceMap's longest prefix first, then the folders
 * around the program, for paths a build made relative.
 */
import { host } from '../host/host';
import type { ProgramSymbols } from '../symbols/program-symbols';

export class SourcePaths {
  private readonly known = new Map<string, string>();
  private readonly prefixes: readonly (readonly [from: string, to: string])[];

  /**
   * @param sourceMap compile-time prefix to prefix here
   * @param programPath relative paths are looked for beside it and in the folders above
   */
  constructor(
    sourceMap: Readonly<Record<string, string>>,
    private readonly programPath: string,
  ) {
    this.prefixes = Object.entries(sourceMap).sort(([a], [b]) => b.length - a.length);
  }

  /** Where a compile-time path is on this machine; the path itself when nothing better exists. */
  toLocal(path: string): string {
    let local = this.known.get(path);
    if (local === undefined) this.known.set(path, (local = this.find(path)));
    return local;
  }

  private find(path: string): string {
    const { dirname, isAbsolute, join, resolve } = host().path;
    for (const [from, to] of this.prefixes) {
      const rest = withoutPrefix(path, from);
      if (rest !== undefined) return join(to, rest);
    }
    if (isAbsolute(path)) return path;
    // Reproducible builds write paths relative to some folder at or above the program.
    for (let folder = dirname(resolve(this.programPath)); ; folder = dirname(folder)) {
      const candidate = join(folder, path);
      if (host().exists(candidate)) return candidate;
      if (folder === dirname(folder)) return join(dirname(resolve(this.programPath)), path);
    }
  }

  /** The program's own spelling of a path of this machine; undefined when the program has no such file. */
  toProgram(symbols: ProgramSymbols, local: string): string | undefined {
    const wanted = comparable(local);
    const files = symbols.sourceFiles();
    const exact = files.find((file) => comparable(this.toLocal(file.path)) === wanted);
    if (exact) return exact.path;
    // The file was moved and nobody wrote a sourceMap: the longest common end, if it is more than a name or unique.
    const similar = symbols.similarSourceFiles(local.replaceAll('\\', '/'));
    const first = similar[0];
    if (first === undefined || host().exists(this.toLocal(first))) return undefined;
    return first;
  }
}

function withoutPrefix(path: string, prefix: string): string | undefined {
  const start = prefix.replace(/[\\/]+$/, '');
  if (path === start) return '';
  if (start === '' || start === '.') return host().path.isAbsolute(path) ? undefined : path;
  return path.startsWith(start + '/') || path.startsWith(start + '\\')
    ? path.slice(start.length + 1)
    : undefined;
}

/** Windows compares paths without case, and either slash. */
function comparable(path: string): string {
  const { normalize, caseMatters } = host().path;
  return caseMatters ? normalize(path) : normalize(path).toLowerCase();
}
