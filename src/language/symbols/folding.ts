/** Which lines of a source fold together: bodies of labels, blocks of directives, comments over several lines. */
import type { AssemblyFile } from '../assembly/assembly-file';
import type { BlockFamily } from '../assembly/directives';
import { outline, type OutlineNode } from './outline';

export interface Fold {
  readonly start: number;
  /** The last line that is hidden. */
  readonly end: number;
  readonly kind?: 'comment';
}

/** A shorter body of a local label is as soon read as unfolded. */
const SHORTEST_LOCAL = 3;

export function folds(file: AssemblyFile): readonly Fold[] {
  const found = [...bodies(outline(file)), ...blocks(file), ...comments(file)];
  // Where two begin on one line an editor takes one of them: the longer.
  const byStart = new Map<number, Fold>();
  for (const fold of found) {
    const other = byStart.get(fold.start);
    if (fold.end > fold.start && (!other || other.end < fold.end)) byStart.set(fold.start, fold);
  }
  return [...byStart.values()].sort((a, b) => a.start - b.start);
}

function* bodies(nodes: readonly OutlineNode[]): Generator<Fold> {
  for (const { kind, place, end, children } of nodes) {
    const least = kind === 'local' ? SHORTEST_LOCAL : 1;
    const folds = kind === 'function' || kind === 'data' || kind === 'local';
    if (folds && end - place.line >= least) yield { start: place.line, end };
    yield* bodies(children);
  }
}

/** Blocks of directives; a block that nothing closes is being typed. The closing line stays in sight. */
function* blocks(file: AssemblyFile): Generator<Fold> {
  const open: { family: BlockFamily; line: number }[] = [];
  for (let line = 0; line < file.lineCount; line++) {
    for (const statement of file.line(line).statements) {
      if (statement.kind === 'definition' && statement.what === 'macro') open.push({ family: 'macro', line });
      const block = statement.kind === 'directive' ? statement.meaning.block : undefined;
      if (!block) continue;
      if (block.edge !== 'open') {
        const at = open.findLastIndex(({ family }) => family === block.family);
        if (at < 0) continue;
        yield { start: open[at]!.line, end: line - 1 };
        open.length = at;
      }
      if (block.edge !== 'close') open.push({ family: block.family, line });
    }
  }
}

/** Runs of lines with nothing but comments; an empty line within an open comment is one. */
function* comments(file: AssemblyFile): Generator<Fold> {
  let start: number | undefined;
  for (let line = 0; line <= file.lineCount; line++) {
    const { statements, rest } = file.line(line);
    // Reading a line again costs more than to see that it says something.
    const tokens = statements.length === 0 && rest.length === 0 ? file.tokens(line) : [];
    if (tokens.length > 0 && tokens.every(({ kind }) => kind === 'comment')) {
      start ??= line;
    } else if (start !== undefined) {
      yield { start, end: line - 1, kind: 'comment' };
      start = undefined;
    }
  }
}
