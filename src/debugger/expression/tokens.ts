/**
 * Expressions cut into tokens: C's numbers, strings and operators, names with `$` allowed in front. Positions are kept, because
 * `L1:0x1000` is an address and `a ? L1 : L2` is not.
 */

/** The user's mistake in an expression; the message says what and where. Never leaves the debugger room. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'operator' | 'end';
  readonly text: string;
  /** Of numbers. */
  readonly value?: bigint;
  /** Number was written in hex: results made from it are shown so. */
  readonly hex?: boolean;
  readonly start: number;
  readonly end: number;
}

const NUMBER = /^(0x[0-9a-f_]+|0b[01_]+|\d[\d_]*)[uUlL]*/i;
const NAME = /^[A-Za-z_$][\w$]*/;
/** Longest first. */
const OPERATORS = ['<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '->', '::', ...'+-*/%&|^~!<>?:=()[].,'];
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

/** @throws ExpressionError at a character no expression has. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const space = /^\s+/.exec(text.slice(at));
    if (space) {
      at += space[0].length;
      continue;
    }
    const token = next(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: 'the end', start: text.length, end: text.length });
  return tokens;
}

function next(text: string, start: number): Token {
  const rest = text.slice(start);
  const number = NUMBER.exec(rest);
  if (number) return numberToken(number[0], number[1]!, start, rest);
  const name = NAME.exec(rest);
  if (name) return { kind: 'name', text: name[0], start, end: start + name[0].length };
  if (rest[0] === '"' || rest[0] === "'") return quoted(rest, start);
  const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
  if (operator) return { kind: 'operator', text: operator, start, end: start + operator.length };
  throw new ExpressionError(
    `"${String.fromCodePoint(rest.codePointAt(0)!)}" at column ${start + 1} is nothing an expression can have.`,
  );
}

function numberToken(text: string, digits: string, start: number, rest: string): Token {
  if (/^\w/.test(rest.slice(text.length)))
    throw new ExpressionError(`"${/^\w+/.exec(rest)![0]}" is not a number: write 0x in front of hex digits.`);
  const hex = /^0x/i.test(digits);
  const value = BigInt(digits.replaceAll('_', ''));
  return { kind: 'number', text, value, hex, start, end: start + text.length };
}

/** A string, or a character constant, which is a number as in C. */
function quoted(rest: string, start: number): Token {
  const quote = rest[0]!;
  let content = '';
  let at = 1;
  while (at < rest.length && rest[at] !== quote) {
    if (rest[at] === '\\') at++;
    const plain = rest[at] ?? '';
    content += rest[at - 1] === '\\' ? (ESCAPES[plain] ?? plain) : plain;
    at++;
  }
  if (at >= rest.length) throw new ExpressionError(`The ${quote} at column ${start + 1} is never closed.`);
  const token = { text: content, start, end: start + at + 1 };
  if (quote === '"') return { kind: 'string', ...token };
  if (content.length !== 1) throw new ExpressionError('A character constant holds exactly one character.');
  return { kind: 'number', ...token, value: BigInt(content.charCodeAt(0)) };
}
