/** Where operands begin and end in a row of words. */
import type { Stretch } from './operand-reader';
import type { TokenRow } from './source-tokens';

/** A longer operand of a comparison is none of ours. */
const MAXIMUM_TOKENS = 40;
/** What binds more than a comparison, so that it belongs to the operand. */
const INSIDE = /^(?:\.|->|::|[-+*/%~]|<<|>>)$/;
const INSIDE_RUST = /^(?:\.|::|[-+*/%&|^]|<<|>>)$/;

/** The values of a label: `1 | 2 if x` of Rust has two. A range has none: its ends need not be anything by themselves. */
export function alternatives(row: TokenRow, { start, end }: Stretch, rust: boolean): Stretch[] {
  const parts: Stretch[] = [];
  let from = start;
  let depth = 0;
  let range = false;
  for (let at = start; at <= end; at++) {
    const text = at < end ? row.tokens[at]!.text : 'if';
    if (text === '(') depth++;
    else if (text === ')') depth--;
    if (depth > 0 && at < end) continue;
    if (text === '...' || text === '..=' || text === '..') range = true;
    // `1 | 2` as a label of C is one number.
    if (text !== 'if' && !(text === '|' && rust)) continue;
    if (at > from && !range) parts.push({ start: from, end: at });
    range = false;
    from = at + 1;
    if (text === 'if') break;
  }
  return parts;
}

/** The operand to the left of an operator. */
export function operandBefore(row: TokenRow, at: number, rust: boolean): Stretch {
  const inside = rust ? INSIDE_RUST : INSIDE;
  let start = at;
  let depth = 0;
  while (start > 0 && at - start < MAXIMUM_TOKENS) {
    const { kind, text } = row.tokens[start - 1]!;
    if (kind === 'punctuator') {
      if (text === ')' || text === ']') depth++;
      else if (text === '(' || text === '[') {
        if (depth-- === 0) break;
      } else if (depth === 0 && !inside.test(text)) break;
    } else if (kind === 'keyword' && depth === 0 && text !== 'as') break;
    start--;
  }
  return { start, end: at };
}

/** The operand to the right of an operator. */
export function operandBehind(row: TokenRow, at: number, rust: boolean): Stretch {
  const inside = rust ? INSIDE_RUST : INSIDE;
  let end = at + 1;
  let depth = 0;
  while (end - at < MAXIMUM_TOKENS) {
    const token = row.tokens[end];
    if (!token) break;
    const { kind, text } = token;
    if (kind === 'punctuator') {
      if (text === '(' || text === '[') depth++;
      else if (text === ')' || text === ']') {
        if (depth-- === 0) break;
      } else if (depth === 0 && !inside.test(text)) break;
    } else if (kind === 'keyword' && depth === 0 && text !== 'as') break;
    end++;
  }
  return { start: at + 1, end };
}
