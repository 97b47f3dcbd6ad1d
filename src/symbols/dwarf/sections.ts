/**
 * The debug sections of one program, by short name, each loaded when first asked for.
 *
 * Sections may come from the program itself, a separate debug file, or a file beside the objects. It knows names, not contents.
 */
import { ByteReader } from '../byte-reader';
import type { ElfFile } from '../elf';
import { SymbolError } from '../symbol-error';

export type DebugSectionName =
  | 'info'
  | 'types'
  | 'abbrev'
  | 'line'
  | 'line_str'
  | 'str'
  | 'str_offsets'
  | 'addr'
  | 'ranges'
  | 'rnglists'
  | 'loc'
  | 'loclists'
  | 'frame';

const EMPTY = new Uint8Array(0);

export class DebugSections {
  private readonly texts = new Map<string, ByteReader>();
  private readonly loaded = new Map<DebugSectionName, Uint8Array>();

  /** `provide` answers undefined for a section that is not there. */
  constructor(private readonly provide: (name: DebugSectionName) => Uint8Array | undefined) {}

  /** Of the program and its debug file the first that has `.debug_info` or `.debug_line` provides all sections. */
  static ofFiles(files: readonly ElfFile[]): DebugSections {
    const provider = files.find((f) => f.describesSource) ?? files.find((f) => f.debugSection('frame'));
    return new DebugSections((name) => provider?.debugData(name));
  }

  /** Contents, empty when absent. Throws `SymbolError` when the compression is damaged. */
  bytes(name: DebugSectionName): Uint8Array {
    let bytes = this.loaded.get(name);
    if (!bytes) {
      bytes = this.provide(name) ?? EMPTY;
      this.loaded.set(name, bytes);
    }
    return bytes;
  }

  reader(name: DebugSectionName, offset = 0): ByteReader {
    const bytes = this.bytes(name);
    if (offset > bytes.length) {
      throw new SymbolError(
        `.debug_${name} has no offset ${offset}. The debug information is damaged; rebuild it.`,
      );
    }
    return new ByteReader(bytes, `.debug_${name}`, offset);
  }

  /** The string at an offset. One cursor per section serves all strings: there are very many. */
  text(name: 'str' | 'line_str', offset: number): string {
    let reader = this.texts.get(name);
    if (!reader) {
      reader = this.reader(name);
      this.texts.set(name, reader);
    }
    reader.offset = Math.min(offset, reader.end);
    return reader.string();
  }
}
