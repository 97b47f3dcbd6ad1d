/**
 * Which addresses to break at for a source line or a function.
 *
 * One line may have many rows: the parts of a loop header, copies made by the optimiser, every place a function was
 * inlined into. A breakpoint belongs on the first row of each function or inlined copy, and for a function's
 * opening line behind its prologue, where the arguments can be read.
 */
import type { CodeRange } from './address';
import { At } from './dwarf/constants';
import type { LineTable, StatementRow } from './dwarf/line-table';
import type { Scope, UnitContents } from './dwarf/scopes';
import type { Unit } from './dwarf/unit';

/** One address for a breakpoint, inside representation. */
export interface BreakpointPlace {
  readonly address: number;
  readonly line: number;
  readonly column: number;
}

/** Places for the statement rows of one line. */
export function breakpointPlaces(
  rows: readonly StatementRow[],
  contents: UnitContents,
  table: LineTable,
): BreakpointPlace[] {
  const best = new Map<Scope | number, BreakpointPlace>();
  for (const row of rows) {
    const scope = ownerOf(row, contents);
    // Assembly has no scopes: each of its rows stands for itself.
    const key = scope ?? row.address;
    const place =
      scope?.isFunction && row.address === scope.ranges[0]?.start ? functionPlace(scope, table) : row;
    const known = best.get(key);
    if (!known || place.address < known.address) best.set(key, place);
  }
  return [...best.values()].sort((a, b) => a.address - b.address);
}

/**
 * The function or inlined copy a statement belongs to. Optimised code often starts an inlined copy at the very
 * address of the statement that calls it: such a statement is the caller's.
 */
function ownerOf(row: StatementRow, contents: UnitContents): Scope | undefined {
  const scopes = contents.functionAt(row.address)?.path(row.address) ?? [];
  const levels = scopes.filter((s) => s.isFunction || s.isInlined).reverse();
  return levels.find((scope) => {
    if (!scope.isInlined || scope.entryAddress !== row.address) return true;
    const { entry } = scope;
    const isCall = entry.number(At.callFile) === row.file && entry.number(At.callLine) === row.line;
    const declared = entry.inherited(At.declLine);
    const sameFile = entry.inherited(At.declFile)?.number(At.declFile) === row.file;
    return !isCall && sameFile && row.line >= (declared?.number(At.declLine) ?? 0);
  });
}

/** Where to break for a whole function: behind the prologue when it has one that hides the arguments. */
export function functionPlace(scope: Scope, table: LineTable | undefined): BreakpointPlace {
  const range = scope.ranges[0];
  if (!range) return { address: 0, line: 0, column: 0 };
  const rows = table?.statementsIn(range) ?? [];
  const entry = rows[0] ?? { address: range.start, line: 0, column: 0 };
  const marked = rows.find((r) => r.prologueEnd);
  if (marked) return marked;
  // gcc marks no prologue: without optimisation the second row is the first statement. Optimised code describes
  // its arguments from the first instruction on.
  if (isOptimized(scope.entry.unit)) return { ...entry, address: range.start };
  return rows.find((r) => r.address > range.start) ?? { ...entry, address: range.start };
}

/** Whether the producer's command line asks for optimisation; the last -O counts. */
function isOptimized(unit: Unit): boolean {
  const options = unit.producer.match(/(?<=\s)-O\S*/g);
  return options !== null && options.at(-1) !== '-O0';
}

/** Where an inlined copy of a function begins. */
export function inlinedPlace(scope: Scope, table: LineTable | undefined): BreakpointPlace | undefined {
  const address = scope.entryAddress;
  if (address === undefined) return undefined;
  const range: CodeRange | undefined =
    scope.ranges.find((r) => address >= r.start && address < r.end) ?? scope.ranges[0];
  const row = range && table?.statementsIn(range).find((r) => r.address >= address);
  return { address, line: row?.line ?? 0, column: row?.column ?? 0 };
}
