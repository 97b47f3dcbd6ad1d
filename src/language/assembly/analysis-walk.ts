/**
 * The walk that finds out what a source does to the hardware, in blocks. A block begins at a label, where nothing is known of any
 * register, so that little is carried from one to the next.
 */
import type { AssemblyDialect } from '../source/language-id';
import type { Analysis } from '../source/source-file';
import type { LineWalk, Walked } from '../text/block-walk';
import { sameEntries, sameMembers } from '../text/equality';
import type { FlowState } from './flow';
import { sameAccesses, type AccessesByMacro } from './macro-accesses';
import { OperationReader } from './operations';
import type { SourceNames } from './source-names';
import { SourceWalk, type AssemblyLines } from './source-walk';

/** What one block carries to the next. */
export interface AnalysisState {
  readonly flow: FlowState;
  readonly macros: AccessesByMacro;
}

export class AnalysisWalk implements LineWalk<AnalysisState, Analysis> {
  readonly initial: AnalysisState = {
    flow: { codeBits: undefined, switching: new Set() },
    macros: new Map(),
  };

  /** `names`: as they are when a walk begins. */
  constructor(
    private readonly lines: AssemblyLines,
    private readonly dialect: AssemblyDialect,
    private readonly names: () => SourceNames,
  ) {}

  same(a: AnalysisState, b: AnalysisState): boolean {
    return (
      a.flow.codeBits === b.flow.codeBits &&
      sameMembers(a.flow.switching, b.flow.switching) &&
      sameEntries(a.macros, b.macros, sameAccesses)
    );
  }

  walk(
    first: number,
    enter: AnalysisState,
    mayEnd: (line: number) => boolean,
  ): Walked<AnalysisState, Analysis> {
    const { constants, macros } = this.names();
    const reader = new OperationReader(this.lines, this.dialect, constants, macros, enter);
    const source = new SourceWalk(this.lines, (statement, line, more) => reader.read(statement, line, more));
    let line = first;
    do source.line(line++);
    while (
      line < this.lines.count &&
      !(source.quiet && reader.quiet && this.beginsBlock(line) && mayEnd(line))
    );
    const { operations, instructions } = reader;
    return { next: line, leave: reader.state, result: { operations, instructions } };
  }

  private beginsBlock(line: number): boolean {
    const labelled = this.lines.at(line)?.statements[0]?.labels.length;
    return labelled !== undefined && labelled > 0 && !this.lines.at(line - 1)?.continues;
  }
}
