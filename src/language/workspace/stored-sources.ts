/**
 * Files on disk that nobody has open: their texts, and the sources made of the texts that were wanted last. Knows when a
 * file must be read again only because it is told.
 */
import { readFileSync, statSync } from 'node:fs';
import type { SourceFile } from '../source/source-file';
import { includesIn } from './include-lines';

/** A file beyond this is data, not source. */
export const MAXIMUM_FILE_BYTES = 2 * 1024 * 1024;
/** Texts kept at a time; parsed sources are a few times larger than their text, so only few of them. */
const MAXIMUM_TEXT_LENGTH = 24 * 1024 * 1024;
const MAXIMUM_SOURCES = 24;

/**
 * Names a text may define, in any of the languages, and some more: asking this costs nothing, and parsing every header for
 * every name would.
 */
const DEFINED =
  /\b(?:define|set|equ|equiv|assign|const)[ \t,]+([A-Za-z_.$][\w.$]*)|([A-Za-z_.$][\w.$]*)(?=[ \t]*(?:=|,|\}|$|\/[/*]|equ\b))/gim;

export class StoredSources {
  /** Least recently used first: a Map keeps the order of insertion. `undefined`: there is no such readable file. */
  private readonly texts = new Map<string, string | undefined>();
  private readonly sources = new Map<string, SourceFile | undefined>();
  private readonly includeLists = new Map<string, readonly string[]>();
  private readonly definedNames = new Map<string, ReadonlySet<string>>();
  private length = 0;

  constructor(private readonly create: (path: string, text: string) => SourceFile | undefined) {}

  /** The text; undefined when the file cannot be read, or is no source by its size. */
  text(path: string): string | undefined {
    const known = this.texts.has(path);
    const text = known ? this.texts.get(path) : readText(path);
    this.texts.delete(path);
    this.texts.set(path, text);
    if (known) return text;
    this.length += text?.length ?? 0;
    for (const [oldest, dropped] of this.texts) {
      if (this.length <= MAXIMUM_TEXT_LENGTH || oldest === path) break;
      this.texts.delete(oldest);
      this.length -= dropped?.length ?? 0;
    }
    return text;
  }

  /** Names of the files it includes, as written. */
  includes(path: string): readonly string[] {
    let names = this.includeLists.get(path);
    if (!names) {
      names = includesIn((this.text(path) ?? '').split('\n'));
      this.includeLists.set(path, names);
    }
    return names;
  }

  mayDefine(path: string, name: string): boolean {
    let names = this.definedNames.get(path);
    if (!names) {
      names = new Set([...(this.text(path) ?? '').matchAll(DEFINED)].map((match) => match[1] ?? match[2]!));
      this.definedNames.set(path, names);
    }
    return names.has(name);
  }

  source(path: string): SourceFile | undefined {
    let source = this.sources.get(path);
    if (!this.sources.has(path)) {
      const text = this.text(path);
      source = text === undefined ? undefined : this.create(path, text);
    }
    this.sources.delete(path);
    this.sources.set(path, source);
    for (const oldest of this.sources.keys()) {
      if (this.sources.size <= MAXIMUM_SOURCES) break;
      this.sources.delete(oldest);
    }
    return source;
  }

  /** The file changed, came or went. */
  forget(path: string): void {
    this.length -= this.texts.get(path)?.length ?? 0;
    this.texts.delete(path);
    this.sources.delete(path);
    this.includeLists.delete(path);
    this.definedNames.delete(path);
  }

  /** Sources read constants of other files: after a change of one, all are made anew from their texts. */
  forgetSources(): void {
    this.sources.clear();
  }
}

function readText(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    return size <= MAXIMUM_FILE_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
