/**
 * The facade of this room: everything a debugger asks about one program file.
 *
 * Addresses here are 64-bit unsigned bigints where the program runs: the load bias is applied. All
 * questions are lazy and none of them throws on damaged debug information: the damaged part is left out and named in
 * `problems`. Only the constructor throws, `SymbolError`, for a file that cannot be used at all.
 */
import { toInside, toOutside, type AddressRange, type CodeRange } from './address';
import { breakpointPlaces, functionPlace, inlinedPlace, type BreakpointPlace } from './breakpoint-places';
import { At, Tag } from './dwarf/constants';
import type { Entry } from './dwarf/unit';
import { SplitFiles } from './dwarf/split-files';
import type { ByteSource, OpenFile } from './byte-source';
import { separateDebugFile } from './debug-file';
import { FrameTable } from './dwarf/frame-table';
import { DwarfProgram } from './dwarf/program';
import { Scope } from './dwarf/scopes';
import { DebugSections } from './dwarf/sections';
import { sizeOf, strip, TypeReader, type DataType } from './dwarf/data-types';
import { ElfFile } from './elf';
import { ElfSymbols, type ElfSymbol, type SymbolKind } from './elf-symbols';
import { OrcTable } from './kernel/orc';
import { isPerCpu } from './kernel/per-cpu';
import type { Frame, ReadingContext, WritingContext } from './frame';
import { linkageName, NameIndex } from './name-index';
import { registerFile, type Architecture } from './registers';
import { isSigned } from './scalar-text';
import { SourceIndex, type SourceFile } from './source-index';
import { Storage } from './storage';
import { Unwinder } from './unwinder';
import { Value, type ValueSurroundings } from './values';
import { Variable, VariableLocator } from './variables';

export interface ProgramOptions {
  /** The program's name in messages. */
  readonly name?: string;
  /** A file with the debug sections, when the program itself was stripped or converted. */
  readonly debugFile?: Uint8Array;
  /** The program's path and a way to open the files that its debug information names: split and separate ones. */
  readonly path?: string;
  readonly open?: OpenFile;
  /** Where the program runs minus where it was linked. */
  readonly bias?: bigint;
  /** The same file at another place: what has been read of it is not read again. */
  readonly known?: ProgramSymbols;
}

export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  /** 1-based, absent when not recorded. */
  readonly column?: number;
  /** Whether a statement starts exactly at the address. */
  readonly isStmt: boolean;
  /** Contiguous code of this line around the address: what a step over the line runs through. */
  readonly rangeStart: bigint;
  readonly rangeEnd: bigint;
}

export interface BreakpointAddress {
  readonly address: bigint;
  /** The line the address really belongs to: that asked for, or the next one with code. */
  readonly line: number;
  readonly column?: number;
  /** Name of the function, when there is one. */
  readonly function?: string;
}

export interface FunctionInfo {
  readonly name: string;
  readonly linkageName?: string;
  readonly file?: string;
  readonly line?: number;
  /** Code of the function itself; empty for one that exists only inlined. */
  readonly ranges: readonly AddressRange[];
  /** Where to stop for a function breakpoint: behind the prologue, and where it was inlined. */
  readonly breakpoints: readonly BreakpointAddress[];
}

/** One level of the (partly inlined) functions around an address. */
export interface FunctionLevel {
  readonly name: string;
  readonly inlined: boolean;
  /** Where execution stands in this level: the line of the address, or of the call that was inlined. */
  readonly location?: { readonly file: string; readonly line: number; readonly column?: number };
  /**
   * Inlined code that begins exactly at the address: nothing of it has run yet. A stop for a line of the caller
   * should show the first level that is not entered here.
   */
  readonly entersHere: boolean;
  /** Code of this level. */
  readonly ranges: readonly AddressRange[];
}

export interface SymbolInfo {
  readonly name: string;
  readonly address: bigint;
  readonly size: number;
  readonly kind: SymbolKind;
  /** Bytes from the symbol to the address asked for. */
  readonly offset: number;
}

/** Variables that can be seen from one level of functions around an address. */
export interface ScopeVariables {
  readonly function: string;
  readonly inlined: boolean;
  readonly parameters: readonly Variable[];
  /** Innermost block first: the first of two equal names hides the other. */
  readonly locals: readonly Variable[];
}

/** A type found by name. */
export interface NamedType {
  readonly name: string;
  readonly type: DataType;
  readonly bytes: number | undefined;
  /** An integer, a pointer or an enumeration. */
  readonly scalar: { readonly signed: boolean } | undefined;
}

export class ProgramSymbols {
  readonly elf: ElfFile;
  readonly bias: bigint;
  private readonly files: readonly ElfFile[];
  private readonly dwarf: DwarfProgram;
  private readonly sources: SourceIndex;
  private readonly names: NameIndex;
  private readonly types: TypeReader;
  private readonly locator: VariableLocator;
  private readonly surroundings: ValueSurroundings;
  private symbolTable: ElfSymbols | undefined;
  private lazyUnwinder: Unwinder | undefined;
  /** The same program with another load bias: what was read of it is not read again. */
  private readonly known: ProgramSymbols | undefined;
  private lazyOrc: { readonly table: OrcTable | undefined } | undefined;
  private lazyArchitecture: Architecture | undefined;

  /** Reads headers only. Throws `SymbolError` when a file is not a usable x86 ELF file. */
  constructor(bytes: Uint8Array | ByteSource, options: ProgramOptions = {}) {
    const name = options.name ?? 'the program';
    this.bias = options.bias ?? 0n;
    const { known, path = '', open } = options;
    this.known = known;
    this.elf = known?.elf ?? new ElfFile(bytes, name);
    this.files = known?.files ?? this.debugFiles(name, options);
    this.dwarf = known?.dwarf ?? this.readDwarf(path, open);
    this.sources = known?.sources ?? new SourceIndex(this.dwarf, (address) => this.elf.occupies(address));
    this.names = known?.names ?? new NameIndex(this.dwarf);
    this.types = known?.types ?? new TypeReader((wanted, tag) => this.names.definition(wanted, tag));
    this.symbolTable = known?.symbolTable;
    this.locator = new VariableLocator({
      architecture: this.architecture,
      bias: this.bias,
      types: this.types,
      functionAt: (address) => this.scopeAt(address),
      canonicalFrameAddress: (context) => this.canonicalFrameAddress(context),
      callerOf: (context) => this.callerOf(context),
      globalDefinition: (wanted) => this.names.globals(wanted)[0],
      isPerCpu: (address) => isPerCpu(this.elf, address),
    });
    this.surroundings = {
      architecture: this.architecture,
      nameAddress: (address) => this.nameAddress(address),
      arrayCount: (bound, context) => this.locator.arrayCount(bound, context),
      implicitTarget: (entry, context) => this.implicitTarget(entry, context),
    };
  }

  /** The file with debug information, when it is another one, and the program itself. */
  private debugFiles(name: string, { debugFile, path = '', open }: ProgramOptions): ElfFile[] {
    const debug = debugFile
      ? new ElfFile(debugFile, `the debug file of ${name}`)
      : open && separateDebugFile(this.elf, path, open);
    return debug ? [debug, this.elf] : [this.elf];
  }

  private readDwarf(path: string, open: OpenFile | undefined): DwarfProgram {
    const sections = DebugSections.ofFiles(this.files);
    return new DwarfProgram(sections, open && new SplitFiles(path, open, sections));
  }

  /** The same program where it runs with another load bias. */
  at(bias: bigint): ProgramSymbols {
    return new ProgramSymbols(this.elf.source, { name: this.elf.what, bias, known: this });
  }

  /** What could not be read so far, in words for the user. */
  get problems(): readonly string[] {
    return this.dwarf.problems;
  }

  /** Whether there is any line or entry information at all. */
  get hasDebugInformation(): boolean {
    return this.dwarf.units().length > 0;
  }

  /** The code's width. The debug information decides, because 64-bit code may come in an ELF32 file. */
  get architecture(): Architecture {
    if (!this.lazyArchitecture) {
      const size = this.dwarf.units()[0]?.addressSize;
      const wide = size === undefined ? this.elf.machine === 'x86-64' : size === 8;
      this.lazyArchitecture = wide ? 'x86-64' : 'i386';
    }
    return this.lazyArchitecture;
  }

  get buildId(): string | undefined {
    return this.guard('The build-id', undefined, () => this.elf.buildId());
  }

  /** Whether an address lies in memory that the program's file occupies. */
  occupies(address: bigint): boolean {
    return this.elf.occupies(this.inside(address));
  }

  /** Bytes of the program as linked, or undefined where the file holds none (`.bss`, outside). */
  imageBytes(address: bigint, length: number): Uint8Array | undefined {
    return this.elf.imageBytes(this.inside(address), length);
  }

  // ---- lines ----

  /** All source files with their paths joined and as written. */
  sourceFiles(): SourceFile[] {
    return this.sources.files();
  }

  /** Paths of this program that end like `path`, best first: for matching a path of another machine. */
  similarSourceFiles(path: string): string[] {
    return this.sources.similar(path);
  }

  /** Lines of the file that have statements, sorted, without duplicates. `file` is a path of `sourceFiles`. */
  linesFor(file: string): number[] {
    const lines = new Set<number>();
    for (const { unit, files } of this.sources.uses(file)) {
      for (const row of this.sources.table(unit)?.statements(files, 1, Infinity) ?? []) lines.add(row.line);
    }
    return [...lines].sort((a, b) => a - b);
  }

  /** Lines (and columns) from `line` to `endLine` where a breakpoint can stand. */
  breakpointLocations(file: string, line: number, endLine = line): { line: number; column?: number }[] {
    const found = new Map<string, { line: number; column?: number }>();
    for (const { unit, files } of this.sources.uses(file)) {
      for (const row of this.sources.table(unit)?.statements(files, line, endLine) ?? []) {
        found.set(`${row.line}:${row.column}`, { line: row.line, ...columnOf(row.column) });
      }
    }
    return [...found.values()].sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
  }

  /**
   * Where to break for a line: one address per function or inlined copy. A line without code stands for the
   * next one in the file that has some. Empty for an unknown file or past its last line.
   */
  addressesOf(file: string, line: number): BreakpointAddress[] {
    const uses = this.sources.uses(file);
    let actual = Infinity;
    for (const { unit, files } of uses) {
      actual = Math.min(actual, this.sources.table(unit)?.nextLine(files, line) ?? Infinity);
    }
    if (actual === Infinity) return [];
    const found = new Map<number, BreakpointAddress>();
    for (const { unit, files } of uses) {
      this.guard('Breakpoints of a unit', undefined, () => {
        const table = this.sources.table(unit);
        const rows = table?.statements(files, actual, actual) ?? [];
        if (!table || rows.length === 0) return;
        for (const place of breakpointPlaces(rows, this.names.unit(unit), table)) {
          found.set(place.address, this.breakpointAddress(place));
        }
      });
    }
    return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  /** Source position of an address, or undefined for code without lines. */
  locate(address: bigint): SourceLocation | undefined {
    const place = this.guard('Lines', undefined, () => this.sources.locate(this.inside(address)));
    return (
      place && {
        file: place.file.path,
        line: place.line,
        ...columnOf(place.column),
        isStmt: place.isStmt,
        rangeStart: this.outside(place.range.start),
        rangeEnd: this.outside(place.range.end),
      }
    );
  }

  // ---- functions and symbols ----

  /** The functions an address is in, innermost (most deeply inlined) first; empty without debug information. */
  functionAt(address: bigint): FunctionLevel[] {
    return this.guard('Functions', [], () => {
      const inside = this.inside(address);
      const here = this.sources.locate(inside);
      let location = here && { file: here.file.path, line: here.line, ...columnOf(here.column) };
      return this.functionScopes(inside).map((scope) => {
        const level: FunctionLevel = {
          name: this.scopeName(scope),
          inlined: scope.isInlined,
          entersHere: scope.isInlined && scope.entryAddress === inside,
          ...(location ? { location } : {}),
          ranges: this.outsideRanges(scope.ranges),
        };
        location = scope.isInlined ? this.callLocation(scope) : undefined;
        return level;
      });
    });
  }

  /** The ELF symbol an address belongs to. Names assembly labels and code without debug information. */
  symbolAt(address: bigint): SymbolInfo | undefined {
    return this.guard('Symbols', undefined, () => {
      const inside = this.inside(address);
      const symbol = this.symbols.nearest(inside);
      return symbol && this.symbolInfo(symbol, inside - symbol.address);
    });
  }

  /** Functions of that name (plain, qualified or linkage name); falls back to symbols without debug information. */
  lookupFunction(name: string): FunctionInfo[] {
    const found = this.guard('Functions', [], () => this.describeFunctions(this.names.functions(name)));
    if (found.length > 0) return found;
    const symbols = this.lookupSymbol(name).filter((s) => s.kind === 'function' || s.kind === 'label');
    return symbols.map((s) => {
      const location = this.locate(s.address);
      const line = location?.line ?? 0;
      return {
        name,
        ...(location ? { file: location.file, line } : {}),
        ranges: [{ start: s.address, end: s.address + BigInt(Math.max(s.size, 1)) }],
        breakpoints: [{ address: s.address, line, function: name }],
      };
    });
  }

  /** ELF symbols of that name. */
  lookupSymbol(name: string): SymbolInfo[] {
    return this.guard('Symbols', [], () => this.symbols.named(name).map((s) => this.symbolInfo(s, 0)));
  }

  /** Names of functions, globals and symbols that start with `prefix`, sorted, at most `limit`. */
  completions(prefix: string, limit = 100): string[] {
    return this.guard('Names', [], () => {
      const names = new Set(this.symbols.completions(prefix, limit));
      for (const list of [this.names.functionNames(), this.names.globalNames()]) {
        for (const name of list) if (name.startsWith(prefix)) names.add(name);
      }
      return [...names].sort().slice(0, limit);
    });
  }

  // ---- variables ----

  /** Parameters and locals visible at an address, one element per level of `functionAt`, in its order. */
  scopesAt(address: bigint): ScopeVariables[] {
    return this.guard('Variables', [], () => {
      const inside = this.inside(address);
      const path = this.scopeAt(inside)?.path(inside).reverse() ?? [];
      const levels: ScopeVariables[] = [];
      let parameters: Variable[] = [];
      let locals: Variable[] = [];
      for (const scope of path) {
        for (const entry of scope.variables) {
          const variable = this.variable(entry, entry.tag === Tag.formalParameter ? 'parameter' : 'local');
          if (variable) (variable.kind === 'parameter' ? parameters : locals).push(variable);
        }
        if (!scope.isFunction && !scope.isInlined) continue;
        levels.push({ function: this.scopeName(scope), inlined: scope.isInlined, parameters, locals });
        parameters = [];
        locals = [];
      }
      return levels;
    });
  }

  /** Global variables, sorted by name; `file` keeps those of one source file. */
  globals(file?: string): Variable[] {
    return this.guard('Variables', [], () => {
      const entries = this.names
        .allGlobals()
        .filter((e) => file === undefined || this.declarationFile(e) === file);
      const found = entries.map((e) => this.variable(e, 'global')).filter((v) => v !== undefined);
      return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    });
  }

  /**
   * A variable visible by name at an address: locals of one level of `functionAt` first (0 is the innermost), then
   * globals, those of the address's own unit before others.
   */
  lookupVariable(name: string, address?: bigint, level = 0): Variable | undefined {
    const scope = address === undefined ? undefined : this.scopesAt(address)[level];
    const local =
      scope?.locals.find((v) => v.name === name) ?? scope?.parameters.find((v) => v.name === name);
    if (local) return local;
    return this.guard('Variables', undefined, () => {
      const candidates = this.names.globals(name);
      const unit = address === undefined ? undefined : this.sources.unitAt(this.inside(address));
      const defined = () => candidates.find((e) => !e.flag(At.declaration));
      const entry = candidates.find((e) => e.unit.owner === unit) ?? defined() ?? candidates[0];
      return entry && this.variable(entry, 'global');
    });
  }

  /** The value of an enumerator, whatever enumeration of the program it is in. */
  lookupEnumerator(name: string): bigint | undefined {
    return this.guard('Types', undefined, () => this.names.enumerator(name));
  }

  /** A type by name, as C or C++ writes it; undefined when the program has none. */
  lookupType(name: string): NamedType | undefined {
    return this.guard('Types', undefined, () => {
      const entry = this.names.type(name);
      return entry && describeType(name, this.types.read(entry));
    });
  }

  /** An object of a type at an address. */
  valueAt({ name, type }: NamedType, address: bigint, context: ReadingContext): Value {
    const storage = new Storage({ kind: 'memory', address }, 0, this.architecture);
    const text = `*(${name} *)0x${address.toString(16)}`;
    return new Value(name, type, storage, context, this.surroundings, text);
  }

  /** The variable's value as a tree. Never throws: what cannot be read says so in its text. */
  readVariable(variable: Variable, context: ReadingContext): Value {
    const storage = this.locator.storage(variable, context);
    return new Value(variable.name, variable.type, storage, context, this.surroundings);
  }

  /** Changes a scalar value; undefined when done, otherwise a sentence for the user. */
  writeVariable(value: Value, text: string, context: WritingContext): string | undefined {
    return value.write(text, context);
  }

  // ---- stack ----

  /** The innermost frame of a stopped thread; `wordSize` when the CPU's mode differs from the program's. */
  innermostFrame(readRegister: (dwarfNumber: number) => bigint | undefined, wordSize?: 2 | 4 | 8): Frame {
    const pc = readRegister(registerFile(this.architecture).instructionPointer) ?? 0n;
    const frame = {
      pc,
      codeAddress: pc,
      origin: 'innermost' as const,
      heuristic: false,
      register: readRegister,
    };
    return wordSize === undefined ? frame : { ...frame, wordSize };
  }

  /** The caller's frame, or undefined at the end of the stack. */
  unwind(frame: Frame, readMemory: ReadingContext['readMemory']): Frame | undefined {
    return this.guard('The stack', undefined, () => this.unwinder.unwind(frame, readMemory));
  }

  // ---- inside ----

  private get symbols(): ElfSymbols {
    if (!this.symbolTable) {
      // A stripped program keeps its symbols in the debug file.
      const file = this.elf.section('.symtab')
        ? this.elf
        : (this.files.find((f) => f.section('.symtab')) ?? this.elf);
      this.symbolTable = new ElfSymbols(file);
    }
    return this.symbolTable;
  }

  private get unwinder(): Unwinder {
    this.lazyUnwinder ??= new Unwinder(this.frameTables(), registerFile(this.architecture), this.bias, {
      isCode: (address) => this.occupies(address),
      functionStart: (address) => this.functionStart(address),
      orc: (address) => this.orc()?.find(this.inside(address)),
      sameFunction: (start, address) =>
        !this.symbols.hasFunctionBetween(this.inside(start), this.inside(address)),
    });
    return this.lazyUnwinder;
  }

  private orc(): OrcTable | undefined {
    if (this.known) return this.known.orc();
    return (this.lazyOrc ??= { table: OrcTable.of(this.elf) }).table;
  }

  private functionStart(address: bigint): bigint | undefined {
    const inside = this.inside(address);
    const scope = this.scopeAt(inside)?.ranges.find((r) => inside >= r.start && inside < r.end);
    if (scope) return this.outside(scope.start);
    const symbol = this.symbols.nearest(inside);
    return symbol?.kind === 'function' ? this.outside(symbol.address) : undefined;
  }

  private frameTables(): FrameTable[] {
    const wordSize = registerFile(this.architecture).wordSize;
    const report = (error: Error) =>
      this.guard('Call frames', undefined, () => {
        throw error;
      });
    const tables = [new FrameTable(this.dwarf.sections.bytes('frame'), 'debug_frame', 0, wordSize, report)];
    const section = this.elf.section('.eh_frame');
    if (section)
      tables.push(new FrameTable(this.elf.data(section), 'eh_frame', section.start, wordSize, report));
    return tables;
  }

  private canonicalFrameAddress(context: ReadingContext): bigint | undefined {
    const pc = context.codeAddress ?? context.register(registerFile(this.architecture).instructionPointer);
    if (pc === undefined) return undefined;
    const frame = { codeAddress: pc, register: (n: number) => context.register(n) };
    return this.unwinder.canonicalFrameAddress(frame, (a, n) => context.readMemory(a, n));
  }

  private callerOf(context: ReadingContext): Frame | undefined {
    const frame = this.innermostFrame((n) => context.register(n));
    const codeAddress = context.codeAddress ?? frame.pc;
    return this.unwinder.unwind({ ...frame, codeAddress }, (a, n) => context.readMemory(a, n));
  }

  private scopeAt(address: number): Scope | undefined {
    const unit = this.sources.unitAt(address);
    return unit && this.names.unit(unit).functionAt(address);
  }

  /** Function and inlined scopes around an address, innermost first. */
  private functionScopes(address: number): Scope[] {
    const path = this.scopeAt(address)?.path(address) ?? [];
    return path.filter((s) => s.isFunction || s.isInlined).reverse();
  }

  private scopeName(scope: Scope): string {
    return this.names.qualifiedName(scope.entry) ?? linkageName(scope.entry) ?? '<unnamed>';
  }

  private callLocation(scope: Scope) {
    const file = this.sources.filePath(scope.entry.unit, scope.entry.number(At.callFile) ?? -1);
    const line = scope.entry.number(At.callLine);
    if (file === undefined || line === undefined) return undefined;
    return { file, line, ...columnOf(scope.entry.number(At.callColumn) ?? 0) };
  }

  private describeFunctions(entries: readonly Entry[]): FunctionInfo[] {
    const found = new Map<string, FunctionInfo & { breakpoints: BreakpointAddress[] }>();
    for (const entry of entries) {
      const unit = entry.unit;
      const origin = entry.origin();
      const scope = new Scope(entry, undefined);
      const table = this.sources.table(unit);
      const places: BreakpointPlace[] = scope.ranges.length > 0 ? [functionPlace(scope, table)] : [];
      for (const copy of this.names.unit(unit).inlinedInstances(origin)) {
        const place = inlinedPlace(copy, table);
        if (place) places.push(place);
      }
      if (places.length === 0) continue;
      // The abstract and the concrete entry of one function are one answer.
      const key = `${origin.unit.key}:${origin.offset}`;
      const known = found.get(key);
      const ranges = this.outsideRanges(scope.ranges);
      const breakpoints = places.map((p) => this.breakpointAddress(p));
      const merged = new Map([...(known?.breakpoints ?? []), ...breakpoints].map((b) => [b.address, b]));
      const linkage = linkageName(entry);
      // Assemblers say where a function is, not where it is declared.
      const start = this.sources.locate(scope.ranges[0]?.start ?? NaN);
      const file = this.declarationFile(entry) ?? start?.file.path;
      const line = entry.inherited(At.declLine)?.number(At.declLine) ?? start?.line;
      found.set(key, {
        name: this.names.qualifiedName(entry) ?? '<unnamed>',
        ...(linkage === undefined ? {} : { linkageName: linkage }),
        ...(file === undefined ? {} : { file }),
        ...(line === undefined ? {} : { line }),
        ranges: [...(known?.ranges ?? []), ...ranges],
        breakpoints: [...merged.values()],
      });
    }
    return [...found.values()];
  }

  /** Where a variable is declared; undefined where the compiler did not say. */
  declarationOf({ entry, line }: Variable): { readonly file: string; readonly line: number } | undefined {
    const file = this.guard('Variables', undefined, () => this.declarationFile(entry));
    return file === undefined || line === undefined ? undefined : { file, line };
  }

  private declarationFile(entry: Entry): string | undefined {
    const owner = entry.inherited(At.declFile);
    const index = owner?.number(At.declFile);
    return owner && index !== undefined ? this.sources.filePath(owner.unit, index) : undefined;
  }

  private variable(entry: Entry, kind: Variable['kind']): Variable | undefined {
    const name = entry.name();
    return name === undefined ? undefined : new Variable(name, kind, entry, this.types.typeOf(entry));
  }

  private implicitTarget(entry: Entry, context: ReadingContext) {
    const type = this.types.typeOf(entry);
    return { type, storage: this.locator.storage({ entry, type }, context) };
  }

  private nameAddress(address: bigint): string | undefined {
    const symbol = this.occupies(address) ? this.symbolAt(address) : undefined;
    if (!symbol) return undefined;
    return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
  }

  private breakpointAddress(place: BreakpointPlace): BreakpointAddress {
    const address = this.outside(place.address);
    const levels = this.functionAt(address);
    const level = levels.find((l) => l.location?.line === place.line) ?? levels.find((l) => !l.entersHere);
    return {
      address,
      line: place.line,
      ...columnOf(place.column),
      ...(level ? { function: level.name } : {}),
    };
  }

  private symbolInfo(symbol: ElfSymbol, offset: number): SymbolInfo {
    const { name, size, kind } = symbol;
    // Absolute symbols are numbers, not places: they do not move with the program.
    const address = kind === 'absolute' ? toOutside(symbol.address) : this.outside(symbol.address);
    return { name, address, size, kind, offset };
  }

  private inside(address: bigint): number {
    return toInside(address - this.bias);
  }

  private outside(address: number): bigint {
    return BigInt.asUintN(64, toOutside(address) + this.bias);
  }

  private outsideRanges(ranges: readonly CodeRange[]): AddressRange[] {
    return ranges.map((r) => ({ start: this.outside(r.start), end: this.outside(r.end) }));
  }

  private guard<T>(what: string, fallback: T, work: () => T): T {
    return this.dwarf.guard(what, fallback, work);
  }
}

function describeType(name: string, type: DataType): NamedType {
  const actual = strip(type);
  const scalar = actual.kind === 'base' || actual.kind === 'enum' || actual.kind === 'pointer';
  return { name, type, bytes: sizeOf(type), scalar: scalar ? { signed: isSigned(actual) } : undefined };
}

function columnOf(column: number): { column?: number } {
  return column > 0 ? { column } : {};
}
