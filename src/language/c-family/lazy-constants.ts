/**
 * The constants of a file as a map that computes a value when somebody asks for it. Headers have thousands of names, of which a
 * source needs few; and computing all of them would lead through all the headers they include.
 */
import type { ConstantTable } from './constant-table';

export class LazyConstants extends Map<string, bigint> {
  private complete = false;

  constructor(private readonly table: ConstantTable) {
    super();
  }

  override get(name: string): bigint | undefined {
    if (!this.table.defines(name)) return undefined;
    const value = super.get(name) ?? this.table.integer(name)?.value;
    if (value !== undefined) this.set(name, value);
    return value;
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  override get size(): number {
    this.computeAll();
    return super.size;
  }

  override keys(): MapIterator<string> {
    this.computeAll();
    return super.keys();
  }

  override values(): MapIterator<bigint> {
    this.computeAll();
    return super.values();
  }

  override entries(): MapIterator<[string, bigint]> {
    this.computeAll();
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, bigint]> {
    return this.entries();
  }

  override forEach(visit: (value: bigint, name: string, map: Map<string, bigint>) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this);
  }

  private computeAll(): void {
    if (this.complete) return;
    this.complete = true;
    // In the order of their definitions, whatever was asked for first.
    const known = [...this.table.names()].map((name) => [name, this.get(name)] as const);
    super.clear();
    for (const [name, value] of known) if (value !== undefined) this.set(name, value);
  }
}
