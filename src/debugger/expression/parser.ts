/**
 * A Pratt parser for the expressions of watches, conditions and log points: C's operators and precedences, plus addresses that
 * name their space (`L2:0x1000`) and the memory behind them (`[L2:0x1000]`). Knows no machine and no symbol.
 */
import { spaceByName } from '../memory-reference';
import { builtinType, isTypeWord, type BuiltinType } from './builtin-types';
import { ExpressionError, tokenize, type Token } from './tokens';

export type UnaryOperator = '-' | '+' | '~' | '!' | '*' | '&';
export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

export type Node =
  | { readonly kind: 'number'; readonly value: bigint; readonly hex: boolean }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'choice'; readonly condition: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'member'; readonly object: Node; readonly name: string }
  | { readonly kind: 'index'; readonly object: Node; readonly index: Node }
  /** `pointers`: how many stars follow the type. */
  | { readonly kind: 'cast'; readonly type: BuiltinType; readonly pointers: number; readonly operand: Node }
  | { readonly kind: 'spaced'; readonly space: string; readonly address: Node }
  | { readonly kind: 'memory'; readonly address: Node }
  | { readonly kind: 'assign'; readonly target: Node; readonly value: Node };

/** Binding power of each binary operator, as in C. */
const BINARY: Readonly<Record<string, number>> = {
  '||': 3,
  '&&': 4,
  '|': 5,
  '^': 6,
  '&': 7,
  '==': 8,
  '!=': 8,
  '<': 9,
  '<=': 9,
  '>': 9,
  '>=': 9,
  '<<': 10,
  '>>': 10,
  '+': 11,
  '-': 11,
  '*': 12,
  '/': 12,
  '%': 12,
};
const ASSIGN = 1;
const CHOICE = 2;
const UNARY = 13;
/** A text deeper than this is not an expression but an attack on the stack. */
const MAXIMUM_DEPTH = 200;

/** @throws ExpressionError with a sentence for the user. */
export function parseExpression(text: string): Node {
  const parser = new Parser(tokenize(text));
  return parser.whole();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Node {
    if (this.ended) throw new ExpressionError('The expression is empty.');
    const node = this.expression(0);
    if (!this.ended) this.unexpected('the end');
    return node;
  }

  private get ended(): boolean {
    return this.peek.kind === 'end';
  }

  private get peek(): Token {
    return this.tokens[this.at]!;
  }

  private take(): Token {
    const token = this.peek;
    if (!this.ended) this.at++;
    return token;
  }

  private accept(operator: string): boolean {
    if (this.peek.kind !== 'operator' || this.peek.text !== operator) return false;
    this.at++;
    return true;
  }

  private expect(operator: string): void {
    if (!this.accept(operator)) this.unexpected(`"${operator}"`);
  }

  private unexpected(wanted: string): never {
    const { kind, text, start } = this.peek;
    const found = kind === 'end' ? 'the expression ends' : `there is "${text}" at column ${start + 1}`;
    throw new ExpressionError(`Expected ${wanted}, but ${found}.`);
  }

  /** Everything that binds tighter than `power`. */
  private expression(power: number): Node {
    if (++this.depth > MAXIMUM_DEPTH) throw new ExpressionError('The expression is nested too deeply.');
    let left = this.prefix();
    for (;;) {
      const operator = this.peek.kind === 'operator' ? this.peek.text : '';
      if (operator === '=' && power < ASSIGN + 1) {
        this.at++;
        left = { kind: 'assign', target: left, value: this.expression(ASSIGN - 1) };
      } else if (operator === '?' && power < CHOICE) {
        this.at++;
        const yes = this.expression(0);
        this.expect(':');
        left = { kind: 'choice', condition: left, yes, no: this.expression(CHOICE - 1) };
      } else {
        const binding = BINARY[operator];
        if (binding === undefined || binding <= power) break;
        this.at++;
        const right = this.expression(binding);
        left = { kind: 'binary', operator: operator as BinaryOperator, left, right };
      }
    }
    this.depth--;
    return left;
  }

  private prefix(): Node {
    const cast = this.cast();
    if (cast) return cast;
    for (const operator of ['-', '+', '~', '!', '*', '&'] as const)
      if (this.accept(operator)) return { kind: 'unary', operator, operand: this.expression(UNARY) };
    return this.postfix(this.primary());
  }

  private primary(): Node {
    const token = this.take();
    if (token.kind === 'number') return { kind: 'number', value: token.value!, hex: token.hex ?? false };
    if (token.kind === 'string') return { kind: 'string', text: token.text };
    if (token.kind === 'name') return this.spaced(token) ?? { kind: 'name', name: token.text };
    if (token.text === '(' && token.kind === 'operator') {
      const inner = this.expression(0);
      this.expect(')');
      return inner;
    }
    if (token.text === '[' && token.kind === 'operator') {
      const address = this.expression(0);
      this.expect(']');
      return { kind: 'memory', address };
    }
    if (token.kind !== 'end') this.at--;
    this.unexpected('a value');
  }

  /** `L2:0x1000`: the colon must follow at once, so that `a ? L1 : L2` stays a choice. */
  private spaced(name: Token): Node | undefined {
    const colon = this.peek;
    if (colon.kind !== 'operator' || colon.text !== ':' || colon.start !== name.end) return undefined;
    if (!spaceByName(name.text)) return undefined;
    this.at++;
    return { kind: 'spaced', space: name.text, address: this.expression(UNARY) };
  }

  private postfix(object: Node): Node {
    let node = object;
    for (;;) {
      if (this.accept('[')) {
        node = { kind: 'index', object: node, index: this.expression(0) };
        this.expect(']');
      } else if (this.accept('.') || this.accept('->')) {
        if (this.peek.kind !== 'name') this.unexpected('a member name');
        node = { kind: 'member', object: node, name: this.take().text };
      } else return node;
    }
  }

  /** `(u32 *)x`: a parenthesis that holds nothing but words of a type and stars. */
  private cast(): Node | undefined {
    if (this.peek.kind !== 'operator' || this.peek.text !== '(') return undefined;
    const words: string[] = [];
    let ahead = this.at + 1;
    const token = () => this.tokens[ahead]!;
    while (token().kind === 'name' && isTypeWord(token().text)) words.push(this.tokens[ahead++]!.text);
    if (words.length === 0) return undefined;
    let pointers = 0;
    while (token().kind === 'operator' && token().text === '*') {
      pointers++;
      ahead++;
    }
    if (token().kind !== 'operator' || token().text !== ')') return undefined;
    const type = builtinType(words);
    if (!type) throw new ExpressionError(`"${words.join(' ')}" is not a type.`);
    this.at = ahead + 1;
    return { kind: 'cast', type, pointers, operand: this.expression(UNARY) };
  }
}
