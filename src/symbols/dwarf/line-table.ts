/**
 * Questions to one unit's line rows: which line is at an address, which addresses does a line have.
 *
 * Rows of code that is not in the program (functions dropped by the linker keep rows at address 0) are left out.
 * Choosing breakpoint addresses among the answers is done in ../breakpoint-places.ts.
 */
import { lastNotAfter, RangeIndex, type CodeRange } from '../address';
import type { LineHeader, LineFile } from './line-header';
import { type LineRows, RowFlag } from './line-program';

/** What the table says about one address, inside representation. */
export interface LinePlace {
  readonly file: LineFile;
  readonly line: number;
  /** 1-based; 0 when the producer gave none. */
  readonly column: number;
  /** Whether a statement starts exactly at the address asked for. */
  readonly isStmt: boolean;
  /** Contiguous code of the same line around the address. */
  readonly range: CodeRange;
}

/** A row where a statement starts. */
export interface StatementRow {
  readonly address: number;
  /** Index into the header's files. */
  readonly file: number;
  readonly line: number;
  readonly column: number;
  readonly prologueEnd: boolean;
}

interface Sequence {
  readonly first: number;
  /** The end_sequence row. */
  readonly last: number;
}

export class LineTable {
  private readonly sequences: RangeIndex<Sequence>;
  private readonly live: Sequence[] = [];

  constructor(
    readonly header: LineHeader,
    readonly rows: LineRows,
    isCode: (address: number) => boolean,
  ) {
    const ranges: { start: number; end: number; value: Sequence }[] = [];
    let first = 0;
    for (let i = 0; i < rows.count; i++) {
      if (!(rows.flags[i]! & RowFlag.endSequence)) continue;
      const value = { first, last: i };
      const start = rows.address[first]!;
      if (i > first && isCode(start)) {
        this.live.push(value);
        ranges.push({ start, end: rows.address[i]!, value });
      }
      first = i + 1;
    }
    this.sequences = new RangeIndex(ranges);
  }

  /** Code the rows cover. */
  coverage(): CodeRange[] {
    return this.live.map((s) => ({ start: this.rows.address[s.first]!, end: this.rows.address[s.last]! }));
  }

  /**
   * The line an inside address belongs to. Of several rows at one address the last one counts, unless it is no statement and
   * one of the others is.
   */
  locate(address: number): LinePlace | undefined {
    const sequence = this.sequences.find(address);
    if (!sequence) return undefined;
    const { rows } = this;
    const { first, last } = sequence;
    const at = this.statementAt(lastNotAfter(rows.address, address, first, last), first);
    const file = this.header.files[rows.file[at]!];
    const line = rows.line[at]!;
    // Line 0 is the compiler's "belongs to no line".
    if (at < first || !file || line === 0) return undefined;
    const same = (i: number) => rows.line[i] === line && rows.file[i] === rows.file[at];
    let from = at;
    while (from > first && (same(from - 1) || this.shadowed(from - 1, last))) from--;
    let to = at + 1;
    while (to < last && (same(to) || this.shadowed(to, last))) to++;
    let isStmt = false;
    for (let i = at; i >= first && rows.address[i] === address; i--) {
      if (same(i) && rows.flags[i]! & RowFlag.isStmt) isStmt = true;
    }
    const range = { start: rows.address[from]!, end: rows.address[to]! };
    return { file, line, column: rows.column[at]!, isStmt, range };
  }

  /** The last statement among the rows at the address of row `at`; that row when there is none. */
  private statementAt(at: number, first: number): number {
    const { address, flags, line } = this.rows;
    for (let i = at; i >= first && address[i] === address[at] && line[i] !== 0; i--)
      if (flags[i]! & RowFlag.isStmt) return i;
    return at;
  }

  /** Statement rows of a file (by header index) on lines `from` to `to`, in row order. */
  statements(files: ReadonlySet<number>, from: number, to: number): StatementRow[] {
    const { rows } = this;
    const found: StatementRow[] = [];
    for (const { first, last } of this.live) {
      for (let i = first; i < last; i++) {
        const line = rows.line[i]!;
        if (line < from || line > to || !(rows.flags[i]! & RowFlag.isStmt) || !files.has(rows.file[i]!))
          continue;
        found.push(this.statement(i));
      }
    }
    return found;
  }

  /** The nearest line at or after `line` that has a statement, or undefined. */
  nextLine(files: ReadonlySet<number>, line: number): number | undefined {
    let best = Infinity;
    const { rows } = this;
    for (const { first, last } of this.live) {
      for (let i = first; i < last; i++) {
        const candidate = rows.line[i]!;
        if (candidate < line || candidate >= best || !(rows.flags[i]! & RowFlag.isStmt)) continue;
        if (files.has(rows.file[i]!)) best = candidate;
      }
    }
    return best === Infinity ? undefined : best;
  }

  /** Statement rows inside a range of addresses, in order. */
  statementsIn(range: CodeRange): StatementRow[] {
    const sequence = this.sequences.find(range.start);
    if (!sequence) return [];
    const { rows } = this;
    const found: StatementRow[] = [];
    let i = lastNotAfter(rows.address, range.start, sequence.first, sequence.last);
    while (i > sequence.first && rows.address[i - 1] === range.start) i--;
    for (; i >= 0 && i < sequence.last && rows.address[i]! < range.end; i++) {
      if (rows.flags[i]! & RowFlag.isStmt && rows.line[i] !== 0) found.push(this.statement(i));
    }
    return found;
  }

  /** Whether another row follows at the same address, so that this one covers no byte. */
  private shadowed(i: number, last: number): boolean {
    return i + 1 < last && this.rows.address[i + 1] === this.rows.address[i];
  }

  private statement(i: number): StatementRow {
    const { rows } = this;
    return {
      address: rows.address[i]!,
      file: rows.file[i]!,
      line: rows.line[i]!,
      column: rows.column[i]!,
      prologueEnd: (rows.flags[i]! & RowFlag.prologueEnd) !== 0,
    };
  }
}
