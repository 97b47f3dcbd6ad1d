/** Computes a constant expression of C, C++ or Rust from its words, macros already expanded. Anything else has no value. */
import { binary, integerOf, unary, type Integer } from './integer';
import { bitFunction } from './bit-functions';
import { castOf, type IntegerType } from './integer-type';
import type { Token } from './token';

const precedence: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};
/** In Rust the comparisons bind less than the bits. */
const rustPrecedence: Readonly<Record<string, number>> = {
  ...precedence,
  '==': 2.5,
  '!=': 2.5,
  '<': 2.5,
  '>': 2.5,
  '<=': 2.5,
  '>=': 2.5,
};
/** Deeper is nobody's code, and would run out of stack. */
const MAXIMUM_DEPTH = 200;

/** Names in a path; longer ones are none. */
const MAXIMUM_PATH = 12;

/** How deep computing is now: one counter for all, because a name leads to other expressions, in other files too. */
let depth = 0;

export class Expression {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly rust: boolean,
    private readonly valueOf: (name: string) => Integer | undefined,
  ) {}

  value(): Integer | undefined {
    const value = this.conditional();
    return this.at === this.tokens.length ? value : undefined;
  }

  private conditional(): Integer | undefined {
    return this.nested(() => this.choice());
  }

  private choice(): Integer | undefined {
    const condition = this.operation(0);
    if (!condition || !this.take('?')) return condition;
    const yes = this.conditional();
    if (!yes || !this.take(':')) return undefined;
    const no = this.conditional();
    return condition.value === 0n ? no : no && yes;
  }

  private operation(above: number): Integer | undefined {
    let left = this.operand();
    while (left) {
      const operator = this.peek();
      const binds =
        operator?.kind === 'punctuator'
          ? (this.rust ? rustPrecedence : precedence)[operator.text]
          : undefined;
      if (binds === undefined || binds <= above) return left;
      this.at++;
      const right = this.operation(binds);
      left = right && binary(operator!.text, left, right);
    }
    return undefined;
  }

  private operand(): Integer | undefined {
    let value = this.nested(() => this.prefixed());
    // `X as u32` binds more than any operator of two operands.
    while (value && this.rust && this.take('as')) {
      const type = castOf(this.tokens, this.at, this.tokens.length);
      value = type && converted(value, type.type);
      this.at = type?.end ?? this.at;
    }
    return value;
  }

  private nested(read: () => Integer | undefined): Integer | undefined {
    if (depth >= MAXIMUM_DEPTH) return undefined;
    depth++;
    try {
      return read();
    } finally {
      depth--;
    }
  }

  private prefixed(): Integer | undefined {
    const token = this.tokens[this.at];
    if (!token) return undefined;
    if (token.kind === 'number') {
      this.at++;
      return token.integer;
    }
    if (token.kind === 'identifier') return this.named();
    if (token.text === '(') return this.bracketed();
    if (token.text === '::') return this.named();
    if (token.text === 'static_cast') return this.staticCast();
    if (token.kind === 'keyword') return this.constructed();
    if (token.kind !== 'punctuator') return undefined;
    this.at++;
    const operand = this.operand();
    // Rust has no `~`; its `!` turns bits, except those of truths.
    const operator = this.rust && token.text === '!' ? '~' : token.text;
    return operand && unary(operator, operand);
  }

  /** `NAME`, `a::b::NAME`, `BIT(3)`. */
  private named(): Integer | undefined {
    const type = this.constructed();
    if (type) return type;
    let path = this.take('::') ? '::' : '';
    for (let names = 0; ; names++) {
      const token = this.tokens[this.at];
      if (token?.kind !== 'identifier' || names >= MAXIMUM_PATH) return undefined;
      path += token.text;
      this.at++;
      if (!this.take('::')) break;
      path += '::';
    }
    if (!this.take('(')) return this.valueOf(path);
    const given: Integer[] = [];
    do {
      const value = this.suffixed(path) ?? this.conditional();
      if (!value) return undefined;
      given.push(value);
    } while (this.take(','));
    return this.take(')') ? bitFunction(path, given) : undefined;
  }

  /** `ULL` as in `_AC(1, ULL)` is no name of a constant. */
  private suffixed(path: string): Integer | undefined {
    const token = this.tokens[this.at];
    if (path !== '_AC' || token?.kind !== 'identifier' || !/^U?LL?$|^U$/.test(token.text)) return undefined;
    this.at++;
    return {
      value: BigInt(token.text.includes('L') ? 64 : 32),
      bits: 32,
      unsigned: token.text.includes('U'),
    };
  }

  /** `(x)`, or a cast and what it casts. */
  private bracketed(): Integer | undefined {
    const cast = castOf(this.tokens, this.at + 1, this.tokens.length);
    if (cast && this.tokens[cast.end]?.text === ')') {
      const start = this.at;
      this.at = cast.end + 1;
      // `(NAME) - 1` subtracts; only before something that cannot go on an expression is an unknown name a type.
      if (cast.type !== 'unknown' || this.startsOperand()) {
        const operand = this.operand();
        return operand && converted(operand, cast.type);
      }
      this.at = start;
    }
    this.at++;
    const value = this.conditional();
    return this.take(')') ? value : undefined;
  }

  private startsOperand(): boolean {
    const token = this.tokens[this.at];
    return token?.kind === 'number' || token?.kind === 'identifier';
  }

  /** `static_cast<u32>(x)`. */
  private staticCast(): Integer | undefined {
    this.at++;
    if (!this.take('<')) return undefined;
    const type = castOf(this.tokens, this.at, this.tokens.length);
    if (!type) return undefined;
    this.at = type.end;
    return this.take('>') ? this.castArgument(type.type) : undefined;
  }

  /** `uint32_t(x)`, `u64{x}`, `u32::MAX`. */
  private constructed(): Integer | undefined {
    const type = castOf(this.tokens, this.at, this.at + 1);
    if (!type || type.type === 'unknown') return undefined;
    const next = this.tokens[type.end];
    if (next?.text === '::' && this.tokens[type.end + 1]?.text === 'MAX') {
      this.at = type.end + 2;
      const { bits, unsigned } = type.type;
      return integerOf((1n << BigInt(unsigned ? bits : bits - 1)) - 1n, bits, unsigned);
    }
    if (next?.text !== '(' && next?.text !== '{') return undefined;
    this.at = type.end;
    return this.castArgument(type.type);
  }

  private castArgument(type: IntegerType | 'unknown'): Integer | undefined {
    const closing = this.take('(') ? ')' : this.take('{') ? '}' : undefined;
    const value = closing === undefined ? undefined : this.conditional();
    return value && this.take(closing!) ? converted(value, type) : undefined;
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private take(text: string): boolean {
    if (this.tokens[this.at]?.text !== text) return false;
    this.at++;
    return true;
  }
}

function converted(value: Integer, type: IntegerType | 'unknown'): Integer {
  return type === 'unknown' ? value : integerOf(value.value, type.bits, type.unsigned);
}
