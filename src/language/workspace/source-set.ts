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
  /** The source with this URI, when it is open or indexed. */
  at(uri: string): SourceFile | undefined;
  /**
   * Assembly sources whose text has this somewhere, letters of either case; the empty text is in all of them. Files are
   * read one at a time while the caller goes through them, so that a large workspace is never in memory as a whole.
   */
  mentioning(text: string): Iterable<PlacedFile>;
}
