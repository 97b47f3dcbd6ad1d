/**
 * Constants a source gets from the files it includes, directly or through others. A name with different values in two of them is
 * not known: which one the compiler takes depends on what we do not see. Circles of includes are usual among headers.
 */
import type { ConstantScope } from '../source/source-file';

/** What is asked of a file. */
export interface IncludedFile {
  readonly includes: readonly string[];
  /** False: it cannot define the name, so it need not be parsed. */
  mayDefine(name: string): boolean;
  constants(): ReadonlyMap<string, bigint>;
}

export interface IncludedFiles {
  at(path: string): IncludedFile | undefined;
  resolve(name: string, from: string): string | undefined;
}

interface Closure {
  /** What the file itself included when this was made. */
  readonly includes: string;
  /** Everything it includes, itself left out. */
  readonly paths: readonly string[];
  /** False: the file changed since, its includes perhaps too. */
  checked: boolean;
}

/** Nearest first, so a limit cuts the headers of headers of headers. */
const MAXIMUM_FILES = 300;
const none: ReadonlyMap<string, bigint> = new Map();

export class IncludedConstants {
  private readonly closures = new Map<string, Closure>();
  private readonly values = new Map<string, Map<string, bigint | undefined>>();
  /** Files whose constants are being computed now: they may ask us for what they include. */
  private readonly computing = new Set<string>();

  constructor(private readonly files: IncludedFiles) {}

  scope(path: string): ConstantScope {
    return { constant: (name) => this.constant(path, name) };
  }

  /** True when `reader` was given constants, or their absence, that a change of `path` can make others. */
  hasRead(reader: string, path: string): boolean {
    return this.closures.get(reader)?.paths.includes(path) ?? false;
  }

  /** Some constants are other ones now. */
  forget(): void {
    this.closures.clear();
    this.values.clear();
  }

  /** The text of a file changed: true when somebody has read its constants, and all is forgotten. */
  changed(path: string): boolean {
    if ([...this.closures.values()].some(({ paths }) => paths.includes(path))) {
      this.forget();
      return true;
    }
    // Typing seldom changes what a file includes: look before the next constant, instead of at each key.
    const closure = this.closures.get(path);
    if (closure) closure.checked = false;
    return false;
  }

  private constant(path: string, name: string): bigint | undefined {
    const closure = this.closure(path);
    let values = this.values.get(path);
    if (!values) this.values.set(path, (values = new Map<string, bigint | undefined>()));
    if (!values.has(name)) {
      const value = this.look(closure, name);
      // What was found while another file is half computed may lack that file's part.
      if (this.computing.size > 0) return value;
      values.set(name, value);
    }
    return values.get(name);
  }

  private closure(path: string): readonly string[] {
    const known = this.closures.get(path);
    if (known?.checked) return known.paths;
    const includes = (this.files.at(path)?.includes ?? []).join('\n');
    if (known?.includes === includes) {
      known.checked = true;
      return known.paths;
    }
    this.values.delete(path);
    const paths = this.walk(path);
    this.closures.set(path, { includes, paths, checked: true });
    return paths;
  }

  private look(closure: readonly string[], name: string): bigint | undefined {
    let found: bigint | undefined;
    for (const included of closure) {
      const value = this.constantsOf(included, name).get(name);
      if (value === undefined) continue;
      if (found !== undefined && found !== value) return undefined;
      found = value;
    }
    return found;
  }

  private constantsOf(path: string, name: string): ReadonlyMap<string, bigint> {
    if (this.computing.has(path)) return none;
    const file = this.files.at(path);
    if (!file?.mayDefine(name)) return none;
    this.computing.add(path);
    try {
      return file.constants();
    } finally {
      this.computing.delete(path);
    }
  }

  private walk(path: string): string[] {
    const seen = new Set([path]);
    for (const each of seen) {
      for (const name of this.files.at(each)?.includes ?? []) {
        const included = this.files.resolve(name, each);
        if (included !== undefined && seen.size <= MAXIMUM_FILES) seen.add(included);
      }
    }
    seen.delete(path);
    return [...seen];
  }
}
