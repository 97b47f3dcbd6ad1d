/**
 * One walk over the words of a file: which blocks there are, which constants they define, and the places where an operation
 * may stand. What the places mean is found out later, when all constants are known.
 */
import type { CFamily } from '../source/language-id';
import { blockHead, type BlockHead } from './block-head';
import type { ConstantTable } from './constant-table';
import { defineConstant, defineEnum, defineMacro, listed, macroBody } from './declarations';
import type { Stretch } from './operand-reader';
import type { Directive, SourceTokens, TokenRow } from './source-tokens';

export interface FunctionBlock {
  readonly name: string;
}

export interface SwitchBlock {
  readonly subject: Stretch;
  readonly within: FunctionBlock | undefined;
  readonly labels: Stretch[];
}

export interface Outline {
  /** Names in the code that are called and have a meaning, with the function around them. */
  readonly calls: readonly { at: number; within: FunctionBlock | undefined }[];
  /** `==` and `!=` in the code. */
  readonly comparisons: readonly { at: number; within: FunctionBlock | undefined }[];
  readonly switches: readonly SwitchBlock[];
  /** `[N] = x` in an initialiser. */
  readonly designators: readonly { index: Stretch; array: string }[];
  /** Calls in the bodies of macros: places in the row of directives. */
  readonly macroCalls: readonly number[];
  readonly includes: readonly string[];
}

interface Frame {
  readonly open: string;
  readonly at: number;
  readonly head: BlockHead;
  /** What stands around the frame's inside. */
  readonly within: FunctionBlock | undefined;
  readonly block: SwitchBlock | undefined;
  /** What opens in it and is like any other: one object serves all, because a source has tens of thousands. */
  round?: Frame;
  square?: Frame;
}

/** A frame beyond this many others is no code; copies of them would cost. */
const MAXIMUM_FRAMES = 200;
const MAXIMUM_LABEL = 60;
const plain: BlockHead = { kind: 'plain' };
const opening: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

export function outlineOf(source: SourceTokens, language: CFamily, table: ConstantTable): Outline {
  return new Walk(source, language, table).run();
}

class Walk {
  private readonly calls: { at: number; within: FunctionBlock | undefined }[] = [];
  private readonly comparisons: { at: number; within: FunctionBlock | undefined }[] = [];
  private readonly switches: SwitchBlock[] = [];
  private readonly designators: { index: Stretch; array: string }[] = [];
  private readonly macroCalls: number[] = [];
  private readonly includes: string[] = [];
  private readonly code: TokenRow;
  private frames: Frame[] = [];
  /** Frames at each open `#if`, to begin its other branches with. */
  private readonly branches: (readonly Frame[] | undefined)[] = [];
  private readonly ended = new Set<Frame>();
  private statement = 0;
  /** The directive that comes next. */
  private next = 0;

  constructor(
    private readonly source: SourceTokens,
    private readonly language: CFamily,
    private readonly table: ConstantTable,
  ) {
    this.code = source.code;
  }

  run(): Outline {
    const { tokens } = this.code;
    const { directives } = this.source;
    for (let at = 0; at <= tokens.length; at++) {
      while (this.next < directives.length && directives[this.next]!.at <= at)
        this.directive(directives[this.next++]!);
      const token = tokens[at];
      if (!token) break;
      if (token.kind === 'punctuator') this.punctuator(token.text, at);
      else if (token.kind === 'identifier') {
        if (token.meaning?.call) this.calls.push({ at, within: this.top?.within });
      } else if (token.kind === 'keyword' && token.text === 'case') this.label(at);
    }
    const { calls, comparisons, switches, designators, macroCalls, includes } = this;
    return { calls, comparisons, switches, designators, macroCalls, includes };
  }

  private get top(): Frame | undefined {
    return this.frames.at(-1);
  }

  private punctuator(text: string, at: number): void {
    switch (text) {
      case '{':
        this.begin(at);
        break;
      case '(':
      case '[':
        if (text === '[') this.designator(at);
        this.frames.push(this.bracket(text, at));
        break;
      case '}':
        this.end(at);
        break;
      case ')':
      case ']':
        if (this.top?.open === opening[text]) this.frames.pop();
        break;
      case ';':
        this.statementEnd(at);
        break;
      case ',':
        if (this.top?.head.kind === 'match') this.statement = at + 1;
        break;
      case '=>':
        if (this.top?.head.kind === 'match') this.top.block?.labels.push({ start: this.statement, end: at });
        if (this.language === 'rust') this.statement = at + 1;
        break;
      case '==':
      case '!=':
        this.comparisons.push({ at, within: this.top?.within });
        break;
    }
  }

  private bracket(open: '(' | '[', at: number): Frame {
    const { top } = this;
    const frame = (): Frame => ({ open, at, head: plain, within: top?.within, block: undefined });
    if (!top) return frame();
    return open === '(' ? (top.round ??= frame()) : (top.square ??= frame());
  }

  private begin(at: number): void {
    const within = this.top?.within;
    const head = blockHead(this.code.tokens, { start: this.statement, end: at }, within !== undefined);
    const inside = head.kind === 'function' ? { name: head.name } : within;
    const block =
      head.kind === 'switch' || head.kind === 'match'
        ? { subject: head.subject, within, labels: [] }
        : undefined;
    if (block) this.switches.push(block);
    this.frames.push({ open: '{', at, head, within: inside, block });
    this.statement = at + 1;
  }

  /** A `}` closes the nearest `{` and what was left open inside; one too many closes nothing. */
  private end(at: number): void {
    const index = this.frames.findLastIndex((frame) => frame.open === '{');
    this.statement = at + 1;
    if (index < 0) return;
    const frame = this.frames[index]!;
    this.frames.length = index;
    if (frame.head.kind !== 'enum' || this.ended.has(frame)) return;
    this.ended.add(frame);
    this.enumeration(frame, frame.head.name, at);
  }

  private enumeration(frame: Frame, name: string | undefined, end: number): void {
    const members = listed(this.code.tokens, { start: frame.at + 1, end });
    const branches = this.branchesSince(frame.at);
    const seen = members.map(({ start, end: to }) => ({
      tokens: this.code.tokens.slice(start, to),
      hidden: branches.some((at) => at >= start && at <= to),
    }));
    defineEnum(this.table, this.language, this.scope(), name, seen);
  }

  /** Where directives stand behind a place that may put words in or take some out. */
  private branchesSince(start: number): number[] {
    const places: number[] = [];
    for (let index = this.next - 1; index >= 0; index--) {
      const { at, name } = this.source.directives[index]!;
      if (at <= start) break;
      if (name !== 'define' && name !== 'undef') places.push(at);
    }
    return places;
  }

  private statementEnd(at: number): void {
    const top = this.top;
    if (top && top.open !== '{') return;
    if (!top?.within && at - this.statement > 3)
      defineConstant(this.table, this.language, this.scope(), this.code.tokens.slice(this.statement, at));
    this.statement = at + 1;
  }

  private scope(): string[] {
    return this.frames.flatMap(({ head }) => (head.kind === 'scope' ? head.path : []));
  }

  private label(at: number): void {
    const { tokens } = this.code;
    let end = at + 1;
    while (end - at < MAXIMUM_LABEL && tokens[end] && tokens[end]!.text !== ':') end++;
    if (tokens[end]?.text !== ':') return;
    for (let index = this.frames.length - 1; index >= Math.max(0, this.frames.length - 50); index--) {
      const { head, block } = this.frames[index]!;
      if (head.kind === 'switch') block?.labels.push({ start: at + 1, end });
      if (head.kind === 'switch' || head.kind === 'function') break;
    }
    this.statement = end + 1;
  }

  private designator(at: number): void {
    const { head } = this.top ?? {};
    const { tokens } = this.code;
    const before = tokens[at - 1]?.text;
    if (head?.kind !== 'initialiser' || head.name === undefined || (before !== ',' && before !== '{')) return;
    let end = at + 1;
    while (end - at < MAXIMUM_LABEL && tokens[end] && tokens[end]!.text !== ']') end++;
    if (tokens[end + 1]?.text === '=')
      this.designators.push({ index: { start: at + 1, end }, array: head.name });
  }

  // --- preprocessor ---------------------------------------------------------------------------------------------------

  private directive(directive: Directive): void {
    const { tokens } = this.source.preprocessor;
    const { name, start, end } = directive;
    if (name === 'define') {
      defineMacro(this.table, tokens, directive);
      const body = macroBody(tokens, directive);
      for (let at = body?.start ?? end; at < end; at++)
        if (tokens[at]!.meaning?.call) this.macroCalls.push(at);
    } else if (name === 'include' || name === 'import') {
      const file = start < end ? tokens[start]! : undefined;
      if (file && (file.kind === 'header' || file.kind === 'string'))
        this.includes.push(file.text.replace(/^[<"]|[>"]$/g, ''));
    } else if (name.startsWith('if'))
      this.branches.push(this.frames.length <= MAXIMUM_FRAMES ? [...this.frames] : undefined);
    else if (name === 'else' || name === 'elif') {
      const before = this.branches.at(-1);
      if (!before) return;
      this.frames = [...before];
      this.statement = Math.max(this.statement, directive.at);
    } else if (name === 'endif') this.branches.pop();
  }
}
