/**
 * How one file names the facts of the manual: in which style, and by which names that it really knows. A name that the
 * compiler would not know is never answered.
 */
import type { Fact } from '../knowledge/fact';
import { factsNamed } from '../knowledge/lookup';
import { nameOf, styleOf, type SpellingStyle } from '../knowledge/spelling';
import type { Operand, Operation } from '../source/operation';
import { partsOf, type Analysis, type SourceFile } from '../source/source-file';

/** Styles that are tried beside that of the file: a name that includes give must be found by its spelling. */
const STYLES: readonly SpellingStyle[] = ['plain', 'linux'];

export class FileNames {
  private madeStyle: SpellingStyle | undefined;
  private byValue: Map<bigint, string[]> | undefined;

  /** Of the file as it is now; for one answer. */
  constructor(private readonly file: SourceFile) {}

  /** The style of most names in the file that mean something; the names of the rows where it has none. */
  get style(): SpellingStyle {
    return (this.madeStyle ??= this.countStyles());
  }

  /** A name in the style of the file, whether it is defined or not. */
  spelled(fact: Fact): string {
    return nameOf(fact, this.style);
  }

  /** A name of the fact that is defined here, or in what the file includes, with this value. */
  known(fact: Fact, value: bigint): string | undefined {
    const own = this.namesWith(value).find((name) => factsNamed(name).some((other) => same(other, fact)));
    if (own !== undefined) return own;
    const isDefined = (name: string): boolean => this.file.constant?.(name) === value;
    return [this.style, ...STYLES].map((style) => nameOf(fact, style)).find(isDefined);
  }

  private namesWith(value: bigint): readonly string[] {
    if (!this.byValue) {
      this.byValue = new Map();
      for (const [name, constant] of this.file.constants()) {
        const names = this.byValue.get(constant);
        if (names) names.push(name);
        else this.byValue.set(constant, [name]);
      }
    }
    return this.byValue.get(value) ?? [];
  }

  private countStyles(): SpellingStyle {
    const counts: StyleCounts = new Map();
    for (const part of partsOf(this.file))
      for (const [style, count] of stylesIn(part)) add(counts, style, count);
    for (const name of this.file.constants().keys()) countName(counts, name);
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'plain';
  }
}

type StyleCounts = Map<SpellingStyle, number>;

const stylesByPart = new WeakMap<Analysis, StyleCounts>();

function stylesIn(part: Analysis): StyleCounts {
  let counts = stylesByPart.get(part);
  if (!counts) {
    counts = new Map();
    for (const operation of part.operations)
      for (const { name } of operandsOf(operation)) if (name !== undefined) countName(counts, name);
    stylesByPart.set(part, counts);
  }
  return counts;
}

function countName(counts: StyleCounts, name: string): void {
  if (factsNamed(name).length === 0) return;
  const style = styleOf(name);
  // A plain name says little: projects with marks have fields without them.
  add(counts, style, style === 'plain' ? 1 : 3);
}

function add(counts: StyleCounts, style: SpellingStyle, count: number): void {
  counts.set(style, (counts.get(style) ?? 0) + count);
}

function operandsOf(operation: Operation): Operand[] {
  switch (operation.kind) {
    case 'vmread':
    case 'vmwrite':
      return [operation.field, ...(operation.value ? [operation.value] : [])];
    case 'rdmsr':
    case 'wrmsr':
      return [operation.msr];
    case 'cpuid':
      return [operation.leaf];
    case 'comparison':
    case 'register-write':
      return [operation.value];
  }
}

/** Rows are objects of isa, each there once. */
function same(a: Fact, b: Fact): boolean {
  if (a.kind === 'field' && b.kind === 'field') return a.row === b.row && a.high === b.high;
  if (a.kind === 'msr-bit' && b.kind === 'msr-bit') return a.row === b.row && a.range === b.range;
  if ('row' in a && 'row' in b) return a.kind === b.kind && a.row === b.row;
  if (a.kind === 'register-bit' && b.kind === 'register-bit')
    return a.format === b.format && a.range === b.range;
  // A name for the bits of several words is a name for those of each.
  if (a.kind === 'event-bit' && b.kind === 'event-bit')
    return b.places.every((place) => a.places.some(({ range }) => range === place.range));
  return false;
}
