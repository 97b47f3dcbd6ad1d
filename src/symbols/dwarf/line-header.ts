/**
 * Headers of `.debug_line` programs, versions 2 to 5 (DWARF5 6.2.4): directories, files, opcode lengths.
 *
 * Versions before 5 count files from 1 and leave directory 0 unsaid; here both become one table in which the index
 * a row uses is the array index. It does not run the program.
 */
import { joinPath } from '../source-path';
import { SymbolError } from '../symbol-error';
import type { ByteReader } from '../byte-reader';
import { type FormLayout } from './abbreviations';
import { Form } from './constants';
import type { DebugSections } from './sections';

const enum ContentType {
  path = 1,
  directoryIndex = 2,
}

/** A source file as the compiler named it and as one path. */
export interface LineFile {
  /** Name as written. */
  readonly name: string;
  /** Directory as written, empty when it is the compilation directory. */
  readonly directory: string;
  /** Compilation directory, directory and name joined and normalised; relative when all three are. */
  readonly path: string;
}

export interface LineHeader {
  readonly version: number;
  readonly addressSize: number;
  readonly minimumInstructionLength: number;
  readonly defaultIsStmt: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeLengths: readonly number[];
  /** By the index rows use; a hole where the table starts at 1. */
  readonly files: readonly (LineFile | undefined)[];
  /** The opcodes: from here to `end`. */
  readonly program: number;
  readonly end: number;
}

/** What a header before version 5 leaves to the compile unit. */
export interface LineContext {
  readonly compilationDirectory: string;
  readonly unitName: string;
  readonly addressSize: number;
}

/** Reads the header at `offset`. Throws `SymbolError` for damage and unknown versions. */
export function readLineHeader(sections: DebugSections, offset: number, context: LineContext): LineHeader {
  const reader = sections.reader('line', offset);
  let length = reader.u32();
  let offsetSize: 4 | 8 = 4;
  if (length === 0xffffffff) {
    offsetSize = 8;
    length = reader.size(8);
  }
  const end = reader.offset + length;
  if (end > reader.end) throw damaged('is truncated');
  const version = reader.u16();
  if (version < 2 || version > 5) throw damaged(`has version ${version}, which does not exist`);
  let addressSize = context.addressSize;
  if (version >= 5) {
    addressSize = reader.u8();
    reader.skip(1);
  }
  const headerLength = reader.size(offsetSize);
  const program = reader.offset + headerLength;
  if (program > end) throw damaged('has a header longer than itself');
  const minimumInstructionLength = reader.u8();
  if (version >= 4) reader.skip(1);
  const defaultIsStmt = reader.u8() !== 0;
  const lineBase = reader.i8();
  const lineRange = reader.u8();
  if (lineRange === 0) throw damaged('has a line range of zero');
  const opcodeBase = reader.u8();
  const opcodeLengths = [0];
  for (let i = 1; i < opcodeBase; i++) opcodeLengths.push(reader.u8());
  const layout: FormLayout = { version, addressSize, offsetSize };
  const header = reader.at(reader.offset, program);
  const files =
    version >= 5 ? newFileTable(header, sections, layout, context) : oldFileTable(header, context);
  return {
    version,
    addressSize,
    minimumInstructionLength,
    defaultIsStmt,
    lineBase,
    lineRange,
    opcodeLengths,
    files,
    program,
    end,
  };
}

/** Name of a file in a table before version 5, also as DW_LNE_define_file adds it. */
export function readOldFile(reader: ByteReader, name: string, directories: string[], base: string): LineFile {
  const index = reader.uleb();
  reader.skipLeb();
  reader.skipLeb();
  const directory = directories[index] ?? '';
  return { name, directory, path: joinPath(base, directory, name) };
}

function oldFileTable(reader: ByteReader, context: LineContext): (LineFile | undefined)[] {
  const directories = [''];
  for (let name = reader.string(); name !== ''; name = reader.string()) directories.push(name);
  const files: (LineFile | undefined)[] = [undefined];
  for (let name = reader.string(); name !== ''; name = reader.string()) {
    files.push(readOldFile(reader, name, directories, context.compilationDirectory));
  }
  return files;
}

function newFileTable(
  reader: ByteReader,
  sections: DebugSections,
  layout: FormLayout,
  context: LineContext,
): LineFile[] {
  const directories = entries(reader, sections, layout).map((entry) => entry.path);
  return entries(reader, sections, layout).map((entry) => {
    // Directory 0 is the compilation directory itself, which other directories are relative to.
    const directory = entry.directory === 0 ? '' : (directories[entry.directory] ?? '');
    const path = joinPath(directories[0] || context.compilationDirectory, directory, entry.path);
    return { name: entry.path, directory, path };
  });
}

function entries(reader: ByteReader, sections: DebugSections, layout: FormLayout) {
  const formats: { content: number; form: number }[] = [];
  for (let count = reader.u8(); count > 0; count--) {
    formats.push({ content: reader.uleb(), form: reader.uleb() });
  }
  const count = reader.uleb();
  // Each entry takes at least a byte: a larger count is damage and must not fill the memory.
  if (count > reader.remaining || (count > 0 && formats.length === 0))
    throw damaged('has an impossible file table');
  const found: { path: string; directory: number }[] = [];
  for (let i = 0; i < count; i++) {
    let path = '';
    let directory = 0;
    for (const { content, form } of formats) {
      const value = readContent(reader, form, sections, layout);
      if (content === ContentType.path && typeof value === 'string') path = value;
      else if (content === ContentType.directoryIndex && typeof value === 'number') directory = value;
    }
    found.push({ path, directory });
  }
  return found;
}

/** A value of the entry formats; checksums and the like are skipped. */
function readContent(
  reader: ByteReader,
  form: number,
  sections: DebugSections,
  layout: FormLayout,
): string | number | undefined {
  switch (form) {
    case Form.string:
      return reader.string();
    case Form.lineStrp:
      return sections.text('line_str', reader.size(layout.offsetSize));
    case Form.strp:
      return sections.text('str', reader.size(layout.offsetSize));
    case Form.udata:
      return reader.uleb();
    case Form.data1:
      return reader.u8();
    case Form.data2:
      return reader.u16();
    case Form.data4:
      return reader.u32();
    case Form.data8:
      reader.skip(8);
      return undefined;
    case Form.data16:
      reader.skip(16);
      return undefined;
    case Form.block:
      reader.skip(reader.uleb());
      return undefined;
    default:
      throw damaged(`uses form 0x${form.toString(16)} in its file table`);
  }
}

function damaged(what: string): SymbolError {
  return new SymbolError(`A line table in .debug_line ${what}. It is damaged; rebuild the program.`);
}
