/**
 * A Pratt parser for the expressions of watches, conditions and log points: C's operators and precedences, plus addresses that
 * name their space (`L2:0x1000`) and the memory behind them (`[L2:0x1000]`). Knows no machine and no symbol.
 */
import { spaceByName } from '../memory-reference';
import { isTypeWord } from './builtin-types';
import { FORMAT_HELP, numberFormat } from './formats';
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
  /** `object[from:to]`, the end not included. */
  | { readonly kind: 'slice'; readonly object: Node; readonly from: Node; readonly to: Node }
  | { readonly kind: 'cast'; readonly type: TypeNode; readonly operand: Node }
  /** A type of one name may turn out to be a variable. */
  | { readonly kind: 'sizeof'; readonly type: TypeNode | undefined; readonly operand: Node | undefined }
  /** `container_of(pointer, type, member)`: the object of which a member lies where the pointer leads. */
  | {
      readonly kind: 'container';
      readonly pointer: Node;
      readonly type: TypeNode;
      readonly members: readonly string[];
    }
  | { readonly kind: 'format'; readonly operand: Node; readonly format: string; readonly count?: Node }
  | { readonly kind: 'spaced'; readonly space: string; readonly address: Node }
  | { readonly kind: 'memory'; readonly address: Node }
  | { readonly kind: 'assign'; readonly target: Node; readonly value: Node };

/** A type as written: `pointers` stars follow the name. */
export interface TypeNode {
  readonly name: string;
  readonly pointers: number;
}

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
/** Longer ones are not written by people, and evaluating them would take the stack of whoever does. */
const MAXIMUM_OPERATORS = 2000;
const MAXIMUM_LENGTH = 20_000;
const QUALIFIERS = new Set(['const', 'volatile', 'restrict']);
const KEYWORDS = new Set(['struct', 'union', 'class', 'enum']);

/** @throws ExpressionError with a sentence for the user. */
export function parseExpression(text: string): Node {
  if (text.length > MAXIMUM_LENGTH) throw new ExpressionError('The expression is too long.');
  return new Parser(tokenize(text)).whole();
}

class Parser {
  private at = 0;
  private depth = 0;
  private operators = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Node {
    if (this.ended) throw new ExpressionError('The expression is empty.');
    const node = this.formatted(this.expression(0));
    if (!this.ended) this.unexpected('the end');
    return node;
  }

  /** `,x` and its like, at the very end. */
  private formatted(operand: Node): Node {
    if (!this.accept(',')) return operand;
    if (this.accept('[')) {
      const count = this.expression(0);
      this.expect(']');
      return this.formatted({ kind: 'format', operand, format: '[]', count });
    }
    const { kind, text } = this.peek;
    if (kind !== 'name' || (text !== 's' && !numberFormat(text)))
      this.unexpected(`a format (${FORMAT_HELP})`);
    this.at++;
    return { kind: 'format', operand, format: text };
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
        if (++this.operators > MAXIMUM_OPERATORS) throw new ExpressionError('The expression is too long.');
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
    if (this.peek.kind === 'name' && this.peek.text === 'sizeof') return this.sizeof();
    for (const operator of ['-', '+', '~', '!', '*', '&'] as const)
      if (this.accept(operator)) return { kind: 'unary', operator, operand: this.expression(UNARY) };
    return this.postfix(this.primary());
  }

  private primary(): Node {
    const token = this.take();
    if (token.kind === 'number') return { kind: 'number', value: token.value!, hex: token.hex ?? false };
    if (token.kind === 'string') return { kind: 'string', text: token.text };
    if (token.kind === 'name' && token.text === 'container_of' && this.accept('(')) return this.container();
    if (token.kind === 'name')
      return this.spaced(token) ?? { kind: 'name', name: this.qualified(token.text) };
    if (token.kind === 'operator' && token.text === '::' && this.peek.kind === 'name')
      return { kind: 'name', name: this.qualified(this.take().text) };
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

  private container(): Node {
    const pointer = this.expression(0);
    this.expect(',');
    const words = this.typeWords();
    if (words.length === 0) this.unexpected('a type');
    this.expect(',');
    const members: string[] = [];
    do {
      if (this.peek.kind !== 'name') this.unexpected('a member name');
      members.push(this.take().text);
    } while (this.accept('.'));
    this.expect(')');
    return { kind: 'container', pointer, type: { name: words.join(' '), pointers: 1 }, members };
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
      if (++this.operators > MAXIMUM_OPERATORS) throw new ExpressionError('The expression is too long.');
      if (this.accept('[')) {
        const index = this.expression(0);
        node = this.accept(':')
          ? { kind: 'slice', object: node, from: index, to: this.expression(0) }
          : { kind: 'index', object: node, index };
        this.expect(']');
      } else if (this.accept('.') || this.accept('->')) {
        if (this.peek.kind !== 'name') this.unexpected('a member name');
        node = { kind: 'member', object: node, name: this.take().text };
      } else return node;
    }
  }

  /** `Guest::State::count`, from its first name on. */
  private qualified(first: string): string {
    let name = first;
    while (
      this.peek.kind === 'operator' &&
      this.peek.text === '::' &&
      this.tokens[this.at + 1]?.kind === 'name'
    ) {
      this.at++;
      name += `::${this.take().text}`;
    }
    return name;
  }

  /**
   * `(u32 *)x`: a parenthesis that holds a type's name and stars. Which names are types only the program knows, so a plain
   * name needs a star, or a value behind it that could not follow a variable.
   */
  private cast(): Node | undefined {
    const start = this.at;
    const type = this.parenthesisedType();
    if (!type) return undefined;
    const next = this.peek;
    const begins = next.kind === 'name' || next.kind === 'number' || next.text === '(' || next.text === '[';
    const sure = type.pointers > 0 || type.name.includes(' ') || isTypeWord(type.name);
    if (!sure && !begins) {
      this.at = start;
      return undefined;
    }
    return { kind: 'cast', type, operand: this.expression(UNARY) };
  }

  private sizeof(): Node {
    this.at++;
    const type = this.parenthesisedType();
    if (type) return { kind: 'sizeof', type, operand: undefined };
    return { kind: 'sizeof', type: undefined, operand: this.expression(UNARY) };
  }

  private typeWords(): string[] {
    const words: string[] = [];
    while (this.peek.kind === 'name') {
      const word = this.qualified(this.take().text);
      if (!QUALIFIERS.has(word)) words.push(word);
    }
    return words;
  }

  /** `(const struct page *)`; nothing is taken when it is something else. */
  private parenthesisedType(): TypeNode | undefined {
    const start = this.at;
    if (!this.accept('(')) return undefined;
    const words = this.typeWords();
    let pointers = 0;
    while (this.accept('*')) {
      pointers++;
      while (QUALIFIERS.has(this.peek.text)) this.at++;
    }
    const wellFormed = words.length === 1 || KEYWORDS.has(words[0] ?? '') || words.every(isTypeWord);
    if (words.length > 0 && wellFormed && this.accept(')')) return { name: words.join(' '), pointers };
    this.at = start;
    return undefined;
  }
}
