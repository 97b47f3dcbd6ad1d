/**
 * Functions, global variables and types of the whole program by name.
 *
 * Built at the first lookup by walking every unit once; until then nothing is paid. ELF symbols are asked elsewhere.
 */
import { At, Tag } from './dwarf/constants';
import type { Entry } from './dwarf/unit';
import type { DwarfProgram } from './dwarf/program';
import { UnitContents } from './dwarf/scopes';
import type { Unit } from './dwarf/unit';

interface Names {
  readonly functions: Map<string, Entry[]>;
  readonly globals: Map<string, Entry[]>;
  readonly types: Map<string, Entry[]>;
  /** All named types, typedefs and base types too, plain and qualified. */
  readonly named: Map<string, Entry[]>;
  readonly enumerations: Entry[];
}

export class NameIndex {
  private readonly contents = new Map<Unit, UnitContents>();
  private names: Names | undefined;
  private enumerators: Map<string, bigint> | undefined;

  constructor(private readonly dwarf: DwarfProgram) {}

  /** What a unit defines. Throws `SymbolError` when the unit is damaged. */
  unit(any: Unit): UnitContents {
    const unit = any.owner;
    let contents = this.contents.get(unit);
    if (!contents) {
      contents = new UnitContents(unit);
      this.contents.set(unit, contents);
    }
    return contents;
  }

  /** Name with namespace and class, as C++ and Rust programs mean it; plain for C. */
  qualifiedName(entry: Entry): string | undefined {
    const named = entry.inherited(At.name);
    const name = named?.string(At.name);
    return named && name !== undefined ? this.unit(named.unit).prefix(named) + name : undefined;
  }

  /** Function entries of that name, plain, qualified or linkage name; declarations without code included. */
  functions(name: string): readonly Entry[] {
    return this.read().functions.get(name) ?? [];
  }

  globals(name: string): readonly Entry[] {
    return this.read().globals.get(name) ?? [];
  }

  allGlobals(): Entry[] {
    return [...new Set([...this.read().globals.values()].flat())];
  }

  /** The definition of a structure, union, class or enumeration. */
  definition(name: string, tag: number): Entry | undefined {
    return this.read()
      .types.get(name)
      ?.find((e) => e.tag === tag && !e.flag(At.declaration));
  }

  /** A type by the name programs write: `struct page`, `page_t`, `Guest::State`. */
  type(written: string): Entry | undefined {
    const [, keyword, name] = /^(?:(struct|union|class|enum) )?(.+)$/.exec(written)!;
    const tag = keyword && TAGS[keyword];
    const fits = (e: Entry) => (!tag || e.tag === tag) && !e.flag(At.declaration);
    return this.read().named.get(name!)?.find(fits);
  }

  /** Value of the first enumerator of that name. */
  enumerator(name: string): bigint | undefined {
    if (!this.enumerators) {
      this.enumerators = new Map();
      for (const entry of this.read().enumerations) {
        for (const child of entry.children()) {
          const value = child.value(At.constValue);
          const known = child.string(At.name);
          if (value?.kind !== 'constant' || known === undefined || this.enumerators.has(known)) continue;
          this.enumerators.set(known, value.big ?? BigInt(Math.trunc(value.value)));
        }
      }
    }
    return this.enumerators.get(name);
  }

  functionNames(): IterableIterator<string> {
    return this.read().functions.keys();
  }

  globalNames(): IterableIterator<string> {
    return this.read().globals.keys();
  }

  private read() {
    if (!this.names) {
      const names: Names = {
        functions: new Map<string, Entry[]>(),
        globals: new Map<string, Entry[]>(),
        types: new Map<string, Entry[]>(),
        named: new Map<string, Entry[]>(),
        enumerations: [],
      };
      this.names = names;
      for (const unit of this.dwarf.units()) {
        this.dwarf.guard('Names of a unit', undefined, () => this.addUnit(unit, names));
      }
    }
    return this.names;
  }

  private addUnit(unit: Unit, names: Names): void {
    const contents = this.unit(unit);
    for (const entry of contents.functions) {
      const name = entry.name();
      if (name === undefined) continue;
      add(names.functions, name, entry);
      const qualified = this.qualifiedName(entry);
      if (qualified !== undefined && qualified !== name) add(names.functions, qualified, entry);
      const linkage = linkageName(entry);
      if (linkage !== undefined && linkage !== name) add(names.functions, linkage, entry);
    }
    for (const entry of contents.globals) {
      const name = entry.name();
      // Declarations, and the abstract entries of link-time optimisation, are defined elsewhere.
      if (name === undefined || (!entry.has(At.location) && !entry.has(At.constValue))) continue;
      add(names.globals, name, entry);
      const qualified = this.qualifiedName(entry);
      if (qualified !== undefined && qualified !== name) add(names.globals, qualified, entry);
    }
    for (const entry of contents.types) {
      if (entry.tag === Tag.enumerationType) names.enumerations.push(entry);
      if (!entry.has(At.name)) continue;
      const plain = entry.string(At.name)!;
      const qualified = this.qualifiedName(entry) ?? plain;
      for (const name of new Set([plain, qualified])) add(names.named, name, entry);
      if (entry.tag !== Tag.typedef && entry.tag !== Tag.baseType)
        add(names.types, entry.string(At.name)!, entry);
    }
  }
}

const TAGS: Readonly<Record<string, number>> = {
  struct: Tag.structureType,
  union: Tag.unionType,
  class: Tag.classType,
  enum: Tag.enumerationType,
};

/** The name the linker knows a function by, when it differs from the source's. */
export function linkageName(entry: Entry): string | undefined {
  return entry.inherited(At.linkageName)?.string(At.linkageName) ?? entry.string(At.mipsLinkageName);
}

function add(map: Map<string, Entry[]>, name: string, entry: Entry): void {
  const list = map.get(name);
  if (list) list.push(entry);
  else map.set(name, [entry]);
}
