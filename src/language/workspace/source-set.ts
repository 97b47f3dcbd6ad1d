/**
 * The sources of a workspace as features that look across files see them: open documents as they stand in the editor, other
 * files as they lie on disk.
 */
import type { SourceFile } from '../source/source-file';

export interface PlacedFile {
  readonly uri: string;
  readonly file: SourceFile;
}

export interface SourceSet {
  /** URIs of everything that is open or indexed. */
  readonly uris: Iterable<string>;
  /** The source with this URI, when it is open or indexed. */
  at(uri: string): SourceFile | undefined;
  /** The text with this URI, of a header too; undefined when there is none. */
  text(uri: string): string | undefined;
  /** URIs of the files that this one includes by itself, headers too, in its order; what is not found is left out. */
  includes(uri: string): readonly string[];
  /**
   * Tells whoever keeps what it made of sources. With a URI: what stands there is another text, came or went. Without one:
   * files came or went, or includes are looked for elsewhere.
   */
  watch(changed: (uri: string | undefined) => void): void;
  /**
   * Assembly sources whose text has this somewhere, letters of either case; the empty text is in all of them. Files are
   * read one at a time while the caller goes through them, so that a large workspace is never in memory as a whole.
   */
  mentioning(text: string): Iterable<PlacedFile>;
}
