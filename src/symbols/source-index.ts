/**
 * Source files of a program, and the line tables that mention them.
 *
 * Headers of all line programs are read at the first question about files; rows only of the units asked about.
 */
import { RangeIndex } from './address';
import { readLineHeader, type LineHeader } from './dwarf/line-header';
import { runLineProgram } from './dwarf/line-program';
import { LineTable, type LinePlace } from './dwarf/line-table';
import type { DwarfProgram } from './dwarf/program';
import { entryRanges } from './dwarf/ranges';
import type { Unit } from './dwarf/unit';
import { sharedSuffix } from './source-path';

/** One source file that has code. */
export interface SourceFile {
  /** Joined with the compilation directory and normalised; relative if the compiler was told so. */
  readonly path: string;
  /** File name, directory and compilation directory as the compiler wrote them. */
  readonly name: string;
  readonly directory: string;
  readonly compilationDirectory: string;
}

/** A unit whose line table has a file, under these indices. */
export interface FileUse {
  readonly unit: Unit;
  readonly files: ReadonlySet<number>;
}

export class SourceIndex {
  private readonly headers = new Map<number, LineHeader | undefined>();
  private readonly tables = new Map<number, LineTable | undefined>();
  private byPath: Map<string, { source: SourceFile; uses: { unit: Unit; files: Set<number> }[] }> | undefined;
  /** Units whose root names no code, by the code of their rows. */
  private rootless: RangeIndex<Unit> | undefined;

  /** `isCode` tells whether an inside address is in the program, as opposed to dropped code. */
  constructor(
    private readonly dwarf: DwarfProgram,
    private readonly isCode: (address: number) => boolean,
  ) {}

  /** All files, sorted by path. */
  files(): SourceFile[] {
    return [...this.paths().values()].map((f) => f.source).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Units that have code or declarations of the file; empty for an unknown path. */
  uses(path: string): readonly FileUse[] {
    return this.paths().get(path)?.uses ?? [];
  }

  /** Known paths that end like `path`, best match first: at least the file name must agree. */
  similar(path: string): string[] {
    const scored = [...this.paths().keys()].map((known) => ({ known, score: sharedSuffix(known, path) }));
    return scored
      .filter((s) => s.score > 0)
      .sort((a, b) => b.score - a.score)
      .map((s) => s.known);
  }

  /** The line table of a unit, or undefined if it has none. */
  table(unit: Unit): LineTable | undefined {
    const offset = this.lineOffset(unit);
    if (offset === undefined) return undefined;
    if (!this.tables.has(offset)) {
      const table = this.dwarf.guard(`Lines of ${describe(unit)}`, undefined, () => {
        const header = this.header(unit);
        return header && new LineTable(header, runLineProgram(this.dwarf.sections, header), this.isCode);
      });
      this.tables.set(offset, table);
    }
    return this.tables.get(offset);
  }

  /** Path of a file by the index that entries of the unit use (DW_AT_decl_file, DW_AT_call_file). */
  filePath(unit: Unit, index: number): string | undefined {
    return this.header(unit)?.files[index]?.path;
  }

  /** File and line of an inside address. */
  locate(address: number): LinePlace | undefined {
    const unit = this.unitAt(address);
    return unit && this.table(unit)?.locate(address);
  }

  /** The unit of an inside address; also finds units that have lines but do not say where their code is. */
  unitAt(address: number): Unit | undefined {
    return this.dwarf.unitAt(address) ?? (this.rootless ??= this.indexRootless()).find(address);
  }

  private indexRootless(): RangeIndex<Unit> {
    const entries: { start: number; end: number; value: Unit }[] = [];
    for (const unit of this.dwarf.compileUnits()) {
      this.dwarf.guard('A compile unit', undefined, () => {
        if (entryRanges(unit.root).length > 0) return undefined;
        for (const range of this.table(unit)?.coverage() ?? []) entries.push({ ...range, value: unit });
        return undefined;
      });
    }
    return new RangeIndex(entries);
  }

  private lineOffset(unit: Unit): number | undefined {
    return this.dwarf.guard('A compile unit', undefined, () => unit.lineOffset);
  }

  private header(unit: Unit): LineHeader | undefined {
    const offset = this.lineOffset(unit);
    if (offset === undefined) return undefined;
    if (!this.headers.has(offset)) {
      const header = this.dwarf.guard(`Lines of ${describe(unit)}`, undefined, () =>
        readLineHeader(this.dwarf.sections, offset, {
          compilationDirectory: unit.compilationDirectory,
          unitName: unit.name,
          addressSize: unit.addressSize,
        }),
      );
      this.headers.set(offset, header);
    }
    return this.headers.get(offset);
  }

  private paths() {
    if (!this.byPath) {
      this.byPath = new Map();
      const seen = new Set<number>();
      for (const unit of this.dwarf.compileUnits()) {
        const offset = this.lineOffset(unit);
        // Units made by link-time optimisation share a table.
        if (offset === undefined || seen.has(offset)) continue;
        seen.add(offset);
        this.addFiles(unit, this.byPath);
      }
    }
    return this.byPath;
  }

  private addFiles(unit: Unit, paths: NonNullable<SourceIndex['byPath']>): void {
    const header = this.header(unit);
    if (!header) return;
    const compilationDirectory = unit.compilationDirectory;
    header.files.forEach((file, index) => {
      // Names like <built-in> are no files.
      if (!file || file.name.startsWith('<')) return;
      let known = paths.get(file.path);
      if (!known) {
        const { path, name, directory } = file;
        known = { source: { path, name, directory, compilationDirectory }, uses: [] };
        paths.set(file.path, known);
      }
      const last = known.uses.at(-1);
      if (last?.unit === unit) last.files.add(index);
      else known.uses.push({ unit, files: new Set([index]) });
    });
  }
}

function describe(unit: Unit): string {
  try {
    return unit.name || 'an unnamed unit';
  } catch {
    return 'a damaged unit';
  }
}
