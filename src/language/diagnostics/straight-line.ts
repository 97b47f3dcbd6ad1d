/**
 * Which operations of a source certainly run together, one after the other: they stand in one block and nothing between them
 * branches around one of them. Rules about two writes ask here; a doubt is a no.
 */
import { isAssembly } from '../source/language-id';
import type { SourceFile, Word } from '../source/source-file';
import { firstWhere } from '../text/bisection';
import { comparePositions, type Position } from '../text/position';

export interface Blocks {
  /** Identity of the block a place is in; undefined where it may be skipped or nothing is known. */
  certain(place: Position): number | undefined;
  /** Identity of the function, or stretch of assembly, a place is in. */
  routine(place: Position): number;
}

interface Stretch {
  readonly start: Position;
  readonly block: number | undefined;
  readonly routine: number;
}

/** Of the places between two lines; about others it says nothing right. */
export function blocksOf(file: SourceFile, first: number, last: number): Blocks {
  const stretches = isAssembly(file.language) ? assemblyStretches(file, first, last) : braceStretches(file);
  const at = (place: Position): Stretch | undefined => {
    const isBehind = (index: number): boolean => comparePositions(stretches[index]!.start, place) > 0;
    return stretches[firstWhere(stretches.length, isBehind) - 1];
  };
  return { certain: (place) => at(place)?.block, routine: (place) => at(place)?.routine ?? 0 };
}

/** Behind these, what follows in the text does not follow in time. */
const LEAVES = /^(jmp\w?|ret\w?|iret\w?|sysret\w?|sysexit\w?|hlt|ud2|ljmp\w?)$/i;

/** Stretches of assembly end at labels, at jumps, and where the preprocessor chooses. */
function assemblyStretches(file: SourceFile, first: number, last: number): Stretch[] {
  const borders: Position[] = [];
  // Back to where the stretch of the first line begins.
  for (let line = first - 1; line >= 0 && borders.length === 0; line--)
    borders.push(...bordersOn(file, line));
  for (let line = first; line <= last; line++) borders.push(...bordersOn(file, line));
  return borders.map((start, index) => ({ start, block: index + 1, routine: index + 1 }));
}

function bordersOn(file: SourceFile, line: number): Position[] {
  return file.words(line).flatMap(({ role, text, range }): Position[] => {
    if (role === 'label' || (role === 'directive' && isConditional(text))) return [range.start];
    return role === 'mnemonic' && LEAVES.test(text) ? [range.end] : [];
  });
}

function isConditional(directive: string): boolean {
  return /^[.%#]?\s*(if|el|endif|endm|macro|rep|endr|irp)/i.test(directive);
}

/** Words behind which a statement need not run, or runs more than once. */
const BRANCHES = /^(if|else|for|while|do|case|default|switch|goto|match|loop|return|break|continue)$/;
/** Blocks that start with one of these hold functions, not statements. */
const CONTAINERS = /^(namespace|class|struct|union|enum|impl|mod|trait|extern)$/;

interface OpenBlock {
  readonly block: number;
  readonly container: boolean;
  /** It has labels of a switch or arms of a match. */
  choosing: boolean;
}

/** Reads the braces of C and Rust. A statement that begins with a branching word is in no certain block. */
class BraceReader {
  readonly stretches: Stretch[] = [];
  private readonly open: OpenBlock[] = [];
  private routine = 0;
  private blocks = 0;
  private parentheses = 0;
  private conditional = 0;
  private branching = false;
  private choosing = false;
  private container = false;

  read({ role, text, range }: Word): void {
    if (role === 'operator') {
      for (const sign of text) this.sign(sign, range.end);
    } else if (BRANCHES.test(text)) {
      this.branching = true;
      this.choosing ||= text === 'match';
      const top = this.open.at(-1);
      if (top && /^(case|default)$/.test(text)) top.choosing = true;
      this.begin(range.start);
    } else this.container ||= CONTAINERS.test(text);
  }

  /** A line that the preprocessor reads; its words are no statements. */
  preprocessor({ text, range }: Word): void {
    if (/^#\s*if/.test(text)) this.conditional++;
    else if (/^#\s*endif/.test(text)) this.conditional = Math.max(0, this.conditional - 1);
    this.begin(range.end);
  }

  private sign(sign: string, end: Position): void {
    if (sign === '(') this.parentheses++;
    else if (sign === ')') this.parentheses = Math.max(0, this.parentheses - 1);
    else if (sign === '{') {
      if (this.open.every((block) => block.container)) this.routine++;
      this.open.push({ block: ++this.blocks, container: this.container, choosing: this.choosing });
    } else if (sign === '}') this.open.pop();
    else if (sign === '?') this.branching = true;
    // The statements of a `for` are in parentheses.
    if ((sign === ';' && this.parentheses === 0) || sign === '{' || sign === '}') {
      this.branching = this.choosing = this.container = false;
      this.parentheses = 0;
      this.begin(end);
    } else if (sign === '?') this.begin(end);
  }

  private begin(start: Position): void {
    const top = this.open.at(-1);
    const certain = top && !top.choosing && !this.branching && this.conditional === 0;
    this.stretches.push({ start, block: certain ? top.block : undefined, routine: this.routine });
  }
}

function braceStretches(file: SourceFile): Stretch[] {
  const reader = new BraceReader();
  let skipping = false;
  for (let line = 0; line < file.lineCount; line++) {
    const words = file.words(line);
    const [first] = words;
    const directive = first?.role === 'directive' && first.text.startsWith('#') ? first : undefined;
    if (directive && !skipping) reader.preprocessor(directive);
    if (!directive && !skipping)
      for (const word of words) if (word.role !== 'comment' && word.role !== 'string') reader.read(word);
    skipping = (directive !== undefined || skipping) && /\\\s*$/.test(file.lineText(line));
  }
  return reader.stretches;
}
