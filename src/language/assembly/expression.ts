/**
 * Constant expressions as each assembler computes them: 64 bits, with the precedence of its own manual, which for gas is not C's.
 * Anything that is no constant (an address, a float, an unknown name, half a line) has no value.
 */
import type { AssemblyDialect } from '../source/language-id';
import type { Token } from './token';

/** Binary operators by how tightly they bind. */
const precedence: Readonly<Record<AssemblyDialect, Readonly<Record<string, number>>>> = {
  gas: levels(
    ['||'],
    ['&&'],
    ['+', '-', '==', '!=', '<>', '<', '>', '<=', '>='],
    ['|', '&', '^', '!'],
    ['*', '/', '%', '<<', '>>'],
  ),
  nasm: levels(
    ['||'],
    ['^^'],
    ['&&'],
    ['=', '==', '<>', '!=', '<', '<=', '>', '>='],
    ['|'],
    ['^'],
    ['&'],
    ['<<', '>>', '<<<', '>>>'],
    ['+', '-'],
    ['*', '/', '//', '%', '%%'],
  ),
};

function levels(...rows: readonly string[][]): Record<string, number> {
  return Object.fromEntries(rows.flatMap((row, level) => row.map((operator) => [operator, level + 1])));
}

/** Deeper nesting is nobody's source. */
const DEEPEST = 60;

/** The value as a signed number of 64 bits. Names must have been put in place before: one that is left has no value. */
export function evaluate(tokens: readonly Token[], dialect: AssemblyDialect): bigint | undefined {
  if (tokens.length === 1) return wrap(tokens[0]!.value);
  const reader = new Reader(tokens, dialect);
  const value = reader.binary(1, 0);
  return reader.finished ? wrap(value) : undefined;
}

function wrap(value: bigint | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt.asIntN(64, value);
}

class Reader {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly dialect: AssemblyDialect,
  ) {}

  get finished(): boolean {
    return this.at === this.tokens.length;
  }

  /** An expression whose operators bind at least as tightly as `level`. */
  binary(level: number, depth: number): bigint | undefined {
    let left = this.unary(depth);
    for (;;) {
      const token = this.tokens[this.at];
      if (token?.kind !== 'operator') return left;
      const own = precedence[this.dialect][token.text];
      if (own === undefined || own < level) return left;
      this.at++;
      const right = this.binary(own + 1, depth);
      left =
        left === undefined || right === undefined
          ? undefined
          : wrap(compute(token.text, left, right, this.dialect));
    }
  }

  private unary(depth: number): bigint | undefined {
    const token = this.tokens[this.at++];
    if (!token || depth > DEEPEST) return undefined;
    if (token.kind !== 'operator') return wrap(token.value);
    if (token.text === '(') {
      const value = this.binary(1, depth + 1);
      return this.tokens[this.at++]?.text === ')' ? value : undefined;
    }
    const value = this.unary(depth + 1);
    if (value === undefined) return undefined;
    switch (token.text) {
      case '-':
        return wrap(-value);
      case '+':
        return value;
      case '~':
        return ~value;
      case '!':
        return value === 0n ? 1n : 0n;
      default:
        return undefined;
    }
  }
}

function compute(
  operator: string,
  left: bigint,
  right: bigint,
  dialect: AssemblyDialect,
): bigint | undefined {
  const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
  // NASM's plain division is unsigned, its doubled one signed; gas has the signed one only.
  const signed = dialect === 'gas' || operator.length === 2;
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
    case '//':
      if (right === 0n) return undefined;
      return signed ? left / right : unsigned(left) / unsigned(right);
    case '%':
    case '%%':
      if (right === 0n) return undefined;
      return signed ? left % right : unsigned(left) % unsigned(right);
    case '<<':
    case '<<<':
      return right < 0n || right > 63n ? undefined : left << right;
    case '>>':
      return right < 0n || right > 63n ? undefined : unsigned(left) >> right;
    case '|':
      return left | right;
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    default:
      // Comparisons and their kin choose what is assembled; they are not how anybody writes a constant of the manual.
      return undefined;
  }
}
