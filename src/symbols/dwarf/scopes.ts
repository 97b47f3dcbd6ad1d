/**
 * Functions of one unit and what is inside them: inlined calls, lexical blocks, variables (DWARF5 3.3 to 3.5).
 *
 * A unit's functions are listed at the first question; the inside of a function is read when somebody
 * stands in it.
 */
import { RangeIndex, type CodeRange } from '../address';
import { At, Tag } from './constants';
import type { Entry } from './unit';
import { entryRanges } from './ranges';
import type { Unit } from './unit';

/** Deepest nesting of blocks and namespaces that is followed; compilers stay far below. */
const MAXIMUM_DEPTH = 200;

/** A function, an inlined call or a block inside one. */
export class Scope {
  readonly ranges: CodeRange[];
  private contents: { variables: Entry[]; inner: Scope[]; callSites: Entry[] } | undefined;

  constructor(
    readonly entry: Entry,
    readonly parent: Scope | undefined,
    private readonly depth = 0,
  ) {
    this.ranges = entryRanges(entry);
  }

  get isInlined(): boolean {
    return this.entry.tag === Tag.inlinedSubroutine;
  }

  get isFunction(): boolean {
    return this.entry.tag === Tag.subprogram;
  }

  /** Where this inlined code was entered first. */
  get entryAddress(): number | undefined {
    const entryPc = this.entry.value(At.entryPc);
    if (entryPc?.kind === 'address') return entryPc.value;
    // DWARF 5 allows an offset from the base of the scope.
    const low = this.ranges[0]?.start;
    if (entryPc?.kind === 'constant' && low !== undefined) return low + entryPc.value;
    return low;
  }

  contains(address: number): boolean {
    return this.ranges.some((r) => address >= r.start && address < r.end);
  }

  /** Parameters and variables declared directly here. */
  get variables(): readonly Entry[] {
    return this.read().variables;
  }

  /** Blocks and inlined calls directly inside. */
  get inner(): readonly Scope[] {
    return this.read().inner;
  }

  /** DW_TAG_call_site entries directly inside. */
  get callSites(): readonly Entry[] {
    return this.read().callSites;
  }

  /** The chain of scopes around an address, this one first, the innermost last. */
  path(address: number): Scope[] {
    const path: Scope[] = [this];
    for (;;) {
      const next = path[path.length - 1]!.inner.find((s) => s.contains(address));
      if (!next) return path;
      path.push(next);
    }
  }

  private read() {
    if (!this.contents) {
      this.contents = { variables: [], inner: [], callSites: [] };
      if (this.depth < MAXIMUM_DEPTH) this.collect(this.entry, this.contents, this.depth);
    }
    return this.contents;
  }

  private collect(
    from: Entry,
    into: { variables: Entry[]; inner: Scope[]; callSites: Entry[] },
    depth: number,
  ): void {
    for (const child of from.children()) {
      switch (child.tag) {
        case Tag.formalParameter:
        case Tag.variable:
          into.variables.push(child);
          break;
        case Tag.lexicalBlock:
        case Tag.tryBlock:
        case Tag.catchBlock:
        case Tag.inlinedSubroutine: {
          const scope = new Scope(child, this, depth + 1);
          if (scope.ranges.length > 0) into.inner.push(scope);
          else if (child.tag === Tag.lexicalBlock && depth < MAXIMUM_DEPTH)
            this.collect(child, into, depth + 1);
          break;
        }
        case Tag.callSite:
        case Tag.gnuCallSite:
          into.callSites.push(child);
          break;
      }
    }
  }
}

/** What one unit defines at its top level and in its namespaces. */
export class UnitContents {
  /** Every function entry: with code, abstract (inlined only) or merely declared. */
  readonly functions: Entry[] = [];
  /** Variables with static storage outside functions. */
  readonly globals: Entry[] = [];
  /** Named types, and all enumerations. */
  readonly types: Entry[] = [];
  /** Prefix like `ns::Class::` of entries in namespaces and classes, by entry offset. */
  private readonly prefixes = new Map<number, string>();
  private codeIndex: RangeIndex<Scope> | undefined;
  private instances: Map<string, Scope[]> | undefined;

  constructor(readonly unit: Unit) {
    this.walk(unit.contents.root, '', 0);
  }

  /** The function whose code contains an inside address. */
  functionAt(address: number): Scope | undefined {
    if (!this.codeIndex) {
      const entries: { start: number; end: number; value: Scope }[] = [];
      for (const entry of this.functions) {
        if (!entry.has(At.lowPc) && !entry.has(At.ranges)) continue;
        const value = new Scope(entry, undefined);
        for (const range of value.ranges) entries.push({ ...range, value });
      }
      this.codeIndex = new RangeIndex(entries);
    }
    return this.codeIndex.find(address);
  }

  /** Everywhere in this unit that the function with this (abstract) entry was inlined. */
  inlinedInstances(origin: Entry): readonly Scope[] {
    if (!this.instances) {
      this.instances = new Map();
      for (const entry of this.functions) {
        if (entry.has(At.lowPc) || entry.has(At.ranges)) this.collectInlined(new Scope(entry, undefined));
      }
    }
    return this.instances.get(key(origin)) ?? [];
  }

  /** Namespaces and classes around an entry of this unit, like `ns::Class::`; empty in C. */
  prefix(entry: Entry): string {
    return this.prefixes.get(entry.offset) ?? '';
  }

  private collectInlined(scope: Scope): void {
    for (const inner of scope.inner) {
      if (inner.isInlined) {
        const origin = inner.entry.origin();
        const list = this.instances!.get(key(origin));
        if (list) list.push(inner);
        else this.instances!.set(key(origin), [inner]);
      }
      this.collectInlined(inner);
    }
  }

  private walk(parent: Entry, prefix: string, depth: number): void {
    for (const entry of parent.children()) {
      if (prefix !== '') this.prefixes.set(entry.offset, prefix);
      switch (entry.tag) {
        case Tag.subprogram:
          this.functions.push(entry);
          break;
        case Tag.variable:
          this.globals.push(entry);
          break;
        case Tag.structureType:
        case Tag.classType:
        case Tag.unionType:
        case Tag.enumerationType:
        case Tag.typedef:
        case Tag.baseType:
          // Enumerators are known by their own names, whether or not their enumeration has one.
          if (entry.has(At.name) || entry.tag === Tag.enumerationType) this.types.push(entry);
          // Only C++ puts functions and types inside classes; a C structure is read when a value needs it.
          if (entry.tag !== Tag.classType && entry.tag !== Tag.structureType) break;
          if (this.isC || depth >= MAXIMUM_DEPTH) break;
          this.walk(entry, `${prefix}${className(entry)}::`, depth + 1);
          break;
        case Tag.namespace:
          if (depth < MAXIMUM_DEPTH) {
            this.walk(entry, `${prefix}${entry.string(At.name) ?? '(anonymous namespace)'}::`, depth + 1);
          }
          break;
      }
    }
  }

  /** DW_LANG_C89, C, C99, C11, C17 and the assemblers. */
  private get isC(): boolean {
    const language = this.unit.contents.root.number(At.language) ?? 0;
    return [0x01, 0x02, 0x0c, 0x1d, 0x2c, 0x8001].includes(language);
  }
}

/** A class's name; the skeleton of one in a type unit has it there. */
function className(entry: Entry): string {
  return entry.string(At.name) ?? entry.reference(At.signature)?.string(At.name) ?? '(anonymous)';
}

function key(entry: Entry): string {
  return `${entry.unit.key}:${entry.offset}`;
}
