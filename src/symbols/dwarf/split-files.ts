/**
 * Debug information that the compiler left beside the objects (-gsplit-dwarf): `.dwo` files, or a `.dwp` package of them.
 *
 * Source: DWARF5 7.3.2 (split object files) and 7.3.5 (package files); GNU's form of both before DWARF 5. A skeleton unit in
 * the program names the file and the id that it must have.
 */
import { ByteReader } from '../byte-reader';
import type { OpenFile } from '../byte-source';
import { ElfFile } from '../elf';
import { directoryOf, fileNameOf, joinPath } from '../source-path';
import { SymbolError } from '../symbol-error';
import { At } from './constants';
import { DebugSections, type DebugSectionName } from './sections';
import type { Unit } from './unit';

/** Sections that split units share with the program: addresses are the linker's business. */
const OF_PROGRAM: readonly DebugSectionName[] = ['addr', 'ranges', 'line', 'line_str'];

/** Sections of a package by the numbers of its index; version 2 is GNU's. */
const PACKAGED: Readonly<Record<number, Readonly<Record<number, DebugSectionName>>>> = {
  2: { 1: 'info', 2: 'types', 3: 'abbrev', 4: 'line', 5: 'loc', 6: 'str_offsets' },
  5: { 1: 'info', 3: 'abbrev', 4: 'line', 5: 'loclists', 6: 'str_offsets', 8: 'rnglists' },
};

/** Where a unit's part of each section lies in a package. */
type Contribution = ReadonlyMap<DebugSectionName, { readonly offset: number; readonly size: number }>;

interface Package {
  readonly file: ElfFile;
  readonly units: ReadonlyMap<bigint, Contribution>;
}

export class SplitFiles {
  private package: Package | undefined | null = null;

  /** `program` is the path of the program itself. */
  constructor(
    private readonly program: string,
    private readonly open: OpenFile,
    private readonly main: DebugSections,
  ) {}

  /** The sections that complete a skeleton unit. Throws `SymbolError` with what to do when they are not found. */
  sectionsOf(skeleton: Unit): DebugSections {
    const name = splitName(skeleton)!;
    const packaged = this.packaged(skeleton);
    if (packaged) return packaged;
    const own = directoryOf(this.program);
    const paths = [
      joinPath(skeleton.compilationDirectory, name),
      joinPath(own, name),
      joinPath(own, fileNameOf(name)),
    ];
    for (const path of new Set(paths)) {
      const bytes = this.open(path);
      if (!bytes) continue;
      const file = new ElfFile(bytes, path);
      return this.sections((section) => file.debugData(`${section}.dwo`));
    }
    throw new SymbolError(
      `debug information lies in ${name}, which is neither in ${skeleton.compilationDirectory || 'the folder it was compiled in'} ` +
        `nor beside the program. Keep the .dwo files, make a package of them (dwp), or build without -gsplit-dwarf.`,
    );
  }

  private sections(bytes: (name: DebugSectionName) => Uint8Array | undefined): DebugSections {
    return new DebugSections((name) => (OF_PROGRAM.includes(name) ? this.main.bytes(name) : bytes(name)));
  }

  private packaged(skeleton: Unit): DebugSections | undefined {
    if (this.package === null) this.package = this.readPackage();
    const id = skeleton.splitId;
    const contribution = id === undefined ? undefined : this.package?.units.get(id);
    if (!this.package || !contribution) return undefined;
    const { file } = this.package;
    return this.sections((name) => {
      const bytes = file.debugData(`${name}.dwo`);
      const part = contribution.get(name);
      // Strings and, before version 5, nothing else are shared by all units.
      return part && bytes
        ? bytes.subarray(part.offset, part.offset + part.size)
        : name === 'str'
          ? bytes
          : undefined;
    });
  }

  private readPackage(): Package | undefined {
    const path = `${this.program}.dwp`;
    const bytes = this.open(path);
    if (!bytes) return undefined;
    const file = new ElfFile(bytes, path);
    const index = file.debugData('cu_index');
    return index && { file, units: readIndex(new ByteReader(index, '.debug_cu_index')) };
  }
}

/** The file a skeleton unit names; undefined for whole units. */
export function splitName(unit: Unit): string | undefined {
  return unit.root.string(At.dwoName) ?? unit.root.string(At.gnuDwoName);
}

function readIndex(reader: ByteReader): Map<bigint, Contribution> {
  const version = reader.u32() & 0xffff;
  const names = PACKAGED[version];
  if (!names) throw new SymbolError(`.debug_cu_index has version ${version}. Rebuild the package with dwp.`);
  const columns = reader.u32();
  const unitCount = reader.u32();
  const slots = reader.u32();
  const ids = reader.offset;
  const rows = ids + slots * 8;
  const kinds = reader.at(rows + slots * 4);
  const sections = Array.from({ length: columns }, () => names[kinds.u32()]);
  const offsets = kinds.offset;
  const sizes = offsets + unitCount * columns * 4;
  const units = new Map<bigint, Contribution>();
  for (let slot = 0; slot < slots; slot++) {
    const row = reader.at(rows + slot * 4).u32();
    if (row === 0) continue;
    const contribution = new Map<DebugSectionName, { offset: number; size: number }>();
    sections.forEach((name, column) => {
      const at = ((row - 1) * columns + column) * 4;
      if (name)
        contribution.set(name, { offset: reader.at(offsets + at).u32(), size: reader.at(sizes + at).u32() });
    });
    units.set(reader.at(ids + slot * 8).u64(), contribution);
  }
  return units;
}
