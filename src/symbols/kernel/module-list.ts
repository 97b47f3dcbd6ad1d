/**
 * The modules that a Linux kernel has in memory, and where it put their sections. Layouts come from the kernel's own debug
 * information, so no version of Linux is known here; names are those of `struct module` and `struct module_sect_attrs` (Linux:
 * include/linux/module.h, kernel/module/sysfs.c).
 */
import { strip, type DataType, type StructureType } from '../dwarf/data-types';
import { readNumber } from '../dwarf/expression';
import type { ReadingContext } from '../frame';
import type { ProgramSymbols } from '../program-symbols';
import { utf8 } from '../utf8';

export interface KernelModule {
  /** As in the kernel: `kvm_intel`. */
  readonly name: string;
  /** Of its `struct module`: no two modules share it. */
  readonly at: bigint;
  readonly sections: ReadonlyMap<string, bigint>;
}

type Read = ReadingContext['readMemory'];

/** A function whose first parameter is a module and whose source file knows the attributes of its sections. */
const KNOWS_LAYOUT = ['mod_sysfs_setup', 'do_init_module'];
const POINTER_BYTES = 8;
const LONGEST_NAME = 256;
/** More modules, or sections of one, are no list but memory that holds something else. */
const MOST = 4096;

/** enum module_state: loaded, or all but its initialisation done. */
const LIVE = 0n;
const COMING = 1n;

interface Field {
  readonly offset: number;
  readonly type: DataType;
}

/** A member by its path (`battr.attr.name`), through anonymous structures too. */
function field(type: DataType, path: string): Field | undefined {
  const [first, ...rest] = path.split('.');
  const actual = strip(type);
  if (actual.kind !== 'structure') return undefined;
  const found = member(actual, first!);
  if (!found || rest.length === 0) return found;
  const inner = field(found.type, rest.join('.'));
  return inner && { offset: found.offset + inner.offset, type: inner.type };
}

function member({ members }: StructureType, name: string): Field | undefined {
  for (const { name: written, type, offset } of members) {
    if (written === name) return { offset, type };
    const inner = written === undefined ? field(type, name) : undefined;
    if (inner) return { offset: offset + inner.offset, type: inner.type };
  }
  return undefined;
}

function pointedAt(type: DataType | undefined): DataType | undefined {
  const actual = type && strip(type);
  return actual?.kind === 'pointer' ? actual.target : undefined;
}

/** What of the kernel's structures is needed. */
interface Layout {
  readonly list: number;
  readonly name: number;
  readonly state: number;
  readonly attributes: number;
  readonly count: number;
  readonly first: number;
  readonly bytes: number;
  readonly sectionName: number;
  readonly address: number;
}

function layoutOf(symbols: ProgramSymbols): Layout | undefined {
  for (const name of KNOWS_LAYOUT) {
    const symbol = symbols.lookupSymbol(name)[0];
    const parameters = symbol && symbols.scopesAt(symbol.address).at(-1)?.parameters;
    const layout = layoutFrom(pointedAt(parameters?.[0]?.type));
    if (layout) return layout;
  }
  return undefined;
}

function layoutFrom(module: DataType | undefined): Layout | undefined {
  const attributes = module && field(module, 'sect_attrs');
  const list = module && field(module, 'list');
  const name = module && field(module, 'name');
  const state = module && field(module, 'state');
  const table = pointedAt(attributes?.type);
  const count = table && field(table, 'nsections');
  const entries = table && field(table, 'attrs');
  const array = entries && strip(entries.type);
  if (!attributes || !list || !name || !state || !count || array?.kind !== 'array') return undefined;
  const { element } = array;
  const sectionName = field(element, 'battr.attr.name') ?? field(element, 'name');
  const address = field(element, 'address');
  const actual = strip(element);
  if (!sectionName || !address || actual.kind !== 'structure') return undefined;
  return {
    list: list.offset,
    name: name.offset,
    state: state.offset,
    attributes: attributes.offset,
    count: count.offset,
    first: entries!.offset,
    bytes: actual.size,
    sectionName: sectionName.offset,
    address: address.offset,
  };
}

export class ModuleList {
  private constructor(
    private readonly head: bigint,
    private readonly layout: Layout,
  ) {}

  /** Undefined for a kernel without modules, or whose debug information does not describe them. */
  static of(symbols: ProgramSymbols): ModuleList | undefined {
    const head = symbols.lookupSymbol('modules').find(({ kind }) => kind === 'object');
    const layout = head && layoutOf(symbols);
    return layout && new ModuleList(head.address, layout);
  }

  /**
   * Modules that are loaded now or about to be initialised, as far as memory holds their list.
   * @param known a module that was read before: it is not read again
   */
  read(memory: Read, known: (at: bigint, name: string) => KernelModule | undefined = () => undefined) {
    const { layout, head } = this;
    const found: KernelModule[] = [];
    let entry = readNumber(memory, head, POINTER_BYTES);
    while (entry !== undefined && entry !== head && found.length < MOST) {
      const at = entry - BigInt(layout.list);
      const state = readNumber(memory, at + BigInt(layout.state), 4);
      const module = state === LIVE || state === COMING ? this.module(memory, at, known) : undefined;
      if (module) found.push(module);
      entry = readNumber(memory, entry, POINTER_BYTES);
    }
    return found;
  }

  private module(
    memory: Read,
    at: bigint,
    known: (at: bigint, name: string) => KernelModule | undefined,
  ): KernelModule | undefined {
    const { layout } = this;
    const name = text(memory, at + BigInt(layout.name));
    if (name === undefined) return undefined;
    const before = known(at, name);
    if (before) return before;
    const table = readNumber(memory, at + BigInt(layout.attributes), POINTER_BYTES);
    const count = table && readNumber(memory, table + BigInt(layout.count), 4);
    if (!table || count === undefined || count > MOST) return undefined;
    const sections = new Map<string, bigint>();
    for (let index = 0; index < Number(count); index++) {
      const entry = table + BigInt(layout.first + index * layout.bytes);
      const names = readNumber(memory, entry + BigInt(layout.sectionName), POINTER_BYTES);
      const address = readNumber(memory, entry + BigInt(layout.address), POINTER_BYTES);
      const section = names && text(memory, names);
      if (section !== undefined && address !== undefined) sections.set(String(section), address);
    }
    return { name, at, sections };
  }
}

/** The string up to its zero, however near the end of what is mapped it lies. */
function text(memory: Read, address: bigint): string | undefined {
  const bytes: number[] = [];
  while (bytes.length < LONGEST_NAME) {
    const [byte] = memory(BigInt.asUintN(64, address + BigInt(bytes.length)), 1) ?? [];
    if (byte === undefined) return undefined;
    if (byte === 0) return utf8(Uint8Array.from(bytes), 0, bytes.length);
    bytes.push(byte);
  }
  return undefined;
}
