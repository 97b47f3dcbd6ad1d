/**
 * A document that the editor has open. Its text is the editor's, not the disk's. When constants it reads from other files
 * have changed, its source is made anew from the same text the next time somebody asks.
 */
import type { Range } from '../text/position';
import type { SourceFile } from '../source/source-file';

export interface TextChange {
  /** Undefined: the whole text. */
  readonly range?: Range;
  readonly text: string;
}

export class OpenDocument {
  private stale = false;

  private constructor(
    readonly uri: string,
    /** On disk; undefined for an untitled document. */
    readonly path: string | undefined,
    public version: number,
    private current: SourceFile,
    private readonly create: (text: string) => SourceFile,
  ) {}

  /** Undefined when nobody reads this language. */
  static open(
    place: { uri: string; path: string | undefined; version: number },
    text: string,
    create: (text: string) => SourceFile | undefined,
  ): OpenDocument | undefined {
    const file = create(text);
    // The language stays the same, so what could be made once can be made again.
    return file && new OpenDocument(place.uri, place.path, place.version, file, (again) => create(again)!);
  }

  get file(): SourceFile {
    if (this.stale) {
      // First, because who makes it may come back here for what it includes.
      this.stale = false;
      this.current = this.create([...this.lines].join('\n'));
    }
    return this.current;
  }

  change(version: number, changes: readonly TextChange[]): void {
    this.version = version;
    for (const { range, text } of changes) {
      if (range) this.current.edit(range, text);
      else this.current = this.create(text);
    }
  }

  /** What it knows of other files is out of date. */
  invalidate(): void {
    this.stale = true;
  }

  get lines(): Iterable<string> {
    const { current } = this;
    return Array.from({ length: current.lineCount }, (_, line) => current.lineText(line));
  }
}
