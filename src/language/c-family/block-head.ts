/** What a `{` begins, told by the words before it. Words that tell nothing begin a plain block. */
import type { Stretch } from './operand-reader';
import type { Token } from './token';

export type BlockHead =
  | { readonly kind: 'plain' }
  /** `switch` of C, `match` of Rust. */
  | { readonly kind: 'switch' | 'match'; readonly subject: Stretch }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'enum'; readonly name: string | undefined }
  /** Something whose name stands in front of the names inside: namespace, module, type. */
  | { readonly kind: 'scope'; readonly path: readonly string[] }
  /** `name[] = {`. */
  | { readonly kind: 'initialiser'; readonly name: string | undefined };

const plain: BlockHead = { kind: 'plain' };

/** Which mark a keyword leaves. */
const marked: ReadonlyMap<string, 'switchWord' | 'match' | 'control' | 'enumWord' | 'scope' | 'fn'> = new Map(
  [
    ['switch', 'switchWord'],
    ['match', 'match'],
    ['enum', 'enumWord'],
    ['fn', 'fn'],
    ...['namespace', 'class', 'struct', 'union', 'mod', 'impl', 'trait'].map(
      (word) => [word, 'scope'] as const,
    ),
    ...['if', 'for', 'while', 'do', 'else', 'loop', 'unsafe', 'catch', 'try'].map(
      (word) => [word, 'control'] as const,
    ),
  ],
);

/** Most blocks begin with these, and then nothing else need be looked at. */
const BRANCH = /^(?:if|for|while)$/;

/** The words at the top level of a head that decide. Places; -1 is "not there". */
interface Marks {
  switchWord: number;
  match: number;
  control: number;
  enumWord: number;
  scope: number;
  fn: number;
  assignment: number;
  /** The name before the parentheses of parameters. */
  called: number;
  /** Parentheses open at the end. */
  depth: number;
}

/** `inFunction`: what looks like a function there is a macro that loops. */
export function blockHead(tokens: readonly Token[], { start, end }: Stretch, inFunction: boolean): BlockHead {
  if (end <= start || BRANCH.test(tokens[start]!.text)) return plain;
  const marks = marksOf(tokens, start, end);
  if (marks.depth > 0) return plain;
  const last = tokens[end - 1]!;
  if (marks.switchWord >= 0 && last.text === ')' && tokens[marks.switchWord + 1]?.text === '(')
    return { kind: 'switch', subject: { start: marks.switchWord + 2, end: end - 1 } };
  if (marks.match >= 0 && marks.match + 1 < end)
    return { kind: 'match', subject: { start: marks.match + 1, end } };
  if (marks.fn >= 0) return { kind: 'function', name: tokens[marks.fn + 1]?.text ?? '' };
  if (marks.control >= 0) return plain;
  if (marks.assignment >= 0)
    return last.text === '=' ? { kind: 'initialiser', name: initialised(tokens, start, end) } : plain;
  if (marks.called >= 0 && marks.scope < 0)
    return inFunction ? plain : { kind: 'function', name: tokens[marks.called]!.text };
  if (marks.enumWord >= 0) return { kind: 'enum', name: nameAfter(tokens, marks.enumWord, end)[0] };
  return marks.scope >= 0 ? { kind: 'scope', path: nameAfter(tokens, marks.scope, end) } : plain;
}

function marksOf(tokens: readonly Token[], start: number, end: number): Marks {
  const marks: Marks = {
    switchWord: -1,
    match: -1,
    control: -1,
    enumWord: -1,
    scope: -1,
    fn: -1,
    assignment: -1,
    called: -1,
    depth: 0,
  };
  /** Behind a colon stand initialisers of members, no parameters. */
  let behindColon = false;
  for (let at = start; at < end; at++) {
    const { kind, text } = tokens[at]!;
    if (kind === 'punctuator') {
      if (text === '(' || text === '[') marks.depth++;
      else if (text === ')' || text === ']') marks.depth = Math.max(0, marks.depth - 1);
      else if (marks.depth > 0) continue;
      else if (text === '=') marks.assignment = at;
      else if (text === ':') behindColon = marks.called >= 0;
      continue;
    }
    if (marks.depth > 0) continue;
    if (kind === 'identifier') {
      const called = tokens[at + 1]?.text === '(' && !behindColon;
      // Attributes of projects stand behind the parameters: __releases(lock).
      if (called && !(marks.called >= 0 && text.startsWith('__'))) marks.called = at;
    } else if (kind === 'keyword') {
      const mark = marked.get(text);
      if (mark) marks[mark] = at;
    }
  }
  return marks;
}

/** `enum class Name : u32`, `namespace a::b`, `impl Trait for Type`, `struct __packed Name`. */
function nameAfter(tokens: readonly Token[], word: number, end: number): string[] {
  let path: string[] = [];
  let angles = 0;
  for (let at = word + 1; at < end; at++) {
    const { kind, text } = tokens[at]!;
    if (text === '<') angles++;
    else if (text === '>') angles--;
    else if (text === '>>') angles -= 2;
    else if (text === ':' || text === 'where') break;
    else if (text === 'for') path = [];
    else if (kind === 'identifier' && angles <= 0)
      path = tokens[at - 1]?.text === '::' ? [...path.slice(-4), text] : [text];
  }
  return path;
}

/** The name of what is initialised: `static const handler_t NAME[N] = {`. */
function initialised(tokens: readonly Token[], start: number, end: number): string | undefined {
  for (let at = start; at < end - 1; at++) {
    const next = tokens[at + 1]!.text;
    if (tokens[at]!.kind === 'identifier' && (next === '[' || next === '=')) return tokens[at]!.text;
  }
  return undefined;
}
