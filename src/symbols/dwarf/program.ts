/**
 * All debug information of one program: the list of units and the way from an offset or address to a unit.
 *
 * Unit headers are scanned at the first question; a unit's entries only when something in it is asked for. A damaged
 * unit is reported in `problems` and ends the scan, the ones before it stay usable.
 */
import { RangeIndex } from '../address';
import { SymbolError } from '../symbol-error';
import { AbbreviationTable } from './abbreviations';
import { UnitType } from './constants';
import { entryRanges } from './ranges';
import type { DebugSections } from './sections';
import { splitName, type SplitFiles } from './split-files';
import { type Entry, Unit, type UnitProgram } from './unit';

const WITH_CODE: readonly UnitType[] = [UnitType.compile, UnitType.skeleton, UnitType.splitCompile];

export class DwarfProgram implements UnitProgram {
  /** What could not be read, in words for the user. */
  readonly problems: string[] = [];
  private readonly tables = new Map<number, AbbreviationTable>();
  private allUnits: Unit[] | undefined;
  private signatures: Map<bigint, Unit> | undefined;
  private unitIndex: RangeIndex<Unit> | undefined;
  private readonly splits = new Map<Unit, Unit | undefined>();
  private missesFiles = false;

  /** `completes`: the skeleton unit that the units here, of a file of their own, belong to. */
  constructor(
    readonly sections: DebugSections,
    private readonly splitFiles?: SplitFiles,
    private readonly completes?: Unit,
  ) {}

  /** Every unit, in file order. */
  units(): readonly Unit[] {
    return (this.allUnits ??= [...this.scan('info'), ...this.scan('types')]);
  }

  /** Units that own code and lines: neither type units nor partial ones. */
  compileUnits(): readonly Unit[] {
    return this.units().filter((u) => WITH_CODE.includes(u.unitType));
  }

  abbreviations(offset: number): AbbreviationTable {
    let table = this.tables.get(offset);
    if (!table) {
      table = new AbbreviationTable(this.sections.reader('abbrev', offset));
      this.tables.set(offset, table);
    }
    return table;
  }

  /** The entry at an offset of `.debug_info`, or undefined when no unit covers it. */
  entry(offset: number): Entry | undefined {
    const units = this.units();
    let low = 0;
    let high = units.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const unit = units[middle]!;
      if (unit.section === 'types' || unit.offset > offset) high = middle;
      else low = middle + 1;
    }
    const unit = units[low - 1];
    return unit && offset < unit.end ? unit.entry(offset) : undefined;
  }

  typeBySignature(signature: bigint): Entry | undefined {
    if (!this.signatures) {
      this.signatures = new Map();
      for (const unit of this.units()) {
        if (unit.typeSignature !== undefined) this.signatures.set(unit.typeSignature, unit);
      }
    }
    return this.signatures.get(signature)?.typeEntry;
  }

  split(skeleton: Unit): Unit | undefined {
    if (skeleton.skeleton) return undefined;
    if (!this.splits.has(skeleton))
      this.splits.set(skeleton, splitName(skeleton) === undefined ? undefined : this.findSplit(skeleton));
    return this.splits.get(skeleton);
  }

  private findSplit(skeleton: Unit): Unit | undefined {
    try {
      if (!this.splitFiles) throw new SymbolError(`debug information lies in ${splitName(skeleton)}.`);
      const program = new DwarfProgram(this.splitFiles.sectionsOf(skeleton), undefined, skeleton);
      const [unit] = program.compileUnits();
      if (unit && skeleton.splitId === unit.splitId) return unit;
      throw new SymbolError(`${splitName(skeleton)} is of another build. Rebuild the program.`);
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      // One file that is missing is told; the others are missing for the same reason.
      if (!this.missesFiles) this.problems.push(`Split debug information: ${error.message}`);
      this.missesFiles = true;
      return undefined;
    }
  }

  /** The unit whose code contains an inside address. */
  unitAt(address: number): Unit | undefined {
    this.unitIndex ??= this.indexUnits();
    return this.unitIndex.find(address);
  }

  /** Runs `work`; a damaged part becomes a problem and the answer `fallback`. */
  guard<T>(what: string, fallback: T, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      const problem = `${what}: ${error.message}`;
      // The same damage is met again by every question that touches it.
      if (this.problems.length < 100 && !this.problems.includes(problem)) this.problems.push(problem);
      return fallback;
    }
  }

  private scan(section: 'info' | 'types'): Unit[] {
    const found: Unit[] = [];
    this.guard(`.debug_${section}`, undefined, () => {
      const reader = this.sections.reader(section);
      while (!reader.done) {
        const unit = new Unit(this, section, reader, this.completes);
        found.push(unit);
        reader.offset = unit.end;
      }
      return undefined;
    });
    return found;
  }

  private indexUnits(): RangeIndex<Unit> {
    const entries: { start: number; end: number; value: Unit }[] = [];
    for (const unit of this.compileUnits()) {
      this.guard('A compile unit', undefined, () => {
        for (const range of entryRanges(unit.root)) entries.push({ ...range, value: unit });
        return undefined;
      });
    }
    return new RangeIndex(entries);
  }
}
