/** The words around a call: whether it is one, what its arguments are, what it is a method of. */
import type { Stretch } from './operand-reader';
import type { TokenRow } from './source-tokens';
import type { Token } from './token';

/** A call of more words than this is not one that we know. */
const MAXIMUM_TOKENS = 400;
/** Behind these a name begins an expression, although they are words as types are. */
const BEFORE_EXPRESSION =
  /^(?:return|else|do|case|goto|throw|in|match|if|while|unsafe|move|await|co_return|as|mut)$/;
const CONSTANT_LIKE = /^[A-Z][A-Z0-9_]*$/;

export class CallSurroundings {
  constructor(private readonly row: TokenRow) {}

  /** A type stands before the name. */
  declares(at: number): boolean {
    let before = this.token(at - 1);
    if (before?.text === '::' && this.token(at - 2)?.kind === 'identifier') {
      // `void Cpu::vmwrite(`
      let start = at - 2;
      while (this.token(start - 1)?.text === '::' && this.token(start - 2)?.kind === 'identifier') start -= 2;
      before = this.token(start - 1);
    }
    if (before?.kind === 'keyword') return !BEFORE_EXPRESSION.test(before.text);
    return before?.kind === 'identifier' && !CONSTANT_LIKE.test(before.text);
  }

  /** `u64 field`, `field: u32`: a parameter, not an argument. */
  declaresParameter({ start, end }: Stretch): boolean {
    const [first, second] = [this.token(start), this.token(start + 1)];
    if (!first || !second || end - start < 2) return false;
    if (first.kind === 'identifier' && second.text === ':') return true;
    const isWord = (token: Token): boolean =>
      token.kind === 'identifier' || (token.kind === 'keyword' && !BEFORE_EXPRESSION.test(token.text));
    return isWord(first) && isWord(second) && second.text !== 'as';
  }

  /** Where the `(` of a call stands: behind the name, `!`, or `::<T>`. */
  openAfter(at: number): number | undefined {
    let open = at + 1;
    if (this.token(open)?.text === '!') open++;
    if (
      this.token(open)?.text === '::' &&
      this.token(open + 1)?.text === '<' &&
      this.token(open + 3)?.text === '>'
    )
      open += 4;
    return this.token(open)?.text === '(' ? open : undefined;
  }

  /** Arguments and the place behind the `)`; undefined when the call is not closed. */
  argumentsAt(open: number): { given: Stretch[]; end: number } | undefined {
    const given: Stretch[] = [];
    let start = open + 1;
    let depth = 0;
    for (let at = open; at < open + MAXIMUM_TOKENS; at++) {
      const token = this.token(at);
      if (!token) return undefined;
      if (token.kind !== 'punctuator') continue;
      const { text } = token;
      if (text === '(' || text === '[' || text === '{') depth++;
      else if (text === ')' || text === ']' || text === '}') depth--;
      else if (text === ';' && depth === 1) return undefined;
      const closed = depth === 0;
      if (!closed && !(text === ',' && depth === 1)) continue;
      if (at > start) given.push({ start, end: at });
      start = at + 1;
      if (closed) return text === ')' ? { given, end: at + 1 } : undefined;
    }
    return undefined;
  }

  /** `VmcsGuest64::IA32_EFER.write(v)`: the field is what the method belongs to. */
  fieldBefore(at: number): Stretch | undefined {
    if (this.token(at - 1)?.text !== '.' || this.token(at - 2)?.kind !== 'identifier') return undefined;
    let start = at - 2;
    while (this.token(start - 1)?.text === '::' && this.token(start - 2)?.kind === 'identifier') start -= 2;
    return start < at - 2 && /^Vmcs/.test(this.token(at - 4)?.text ?? '')
      ? { start, end: at - 1 }
      : undefined;
  }

  /** Such types have the width of their fields in their names. */
  typeWidth({ end }: Stretch): { bits?: 16 | 32 | 64 } {
    const width = /16|32|64/.exec(this.token(end - 3)?.text ?? '')?.[0];
    return width === undefined ? {} : { bits: Number(width) as 16 | 32 | 64 };
  }

  isVmcsMethod(at: number): boolean {
    const link = this.token(at - 1)?.text;
    return (link === '::' || link === '.' || link === '->') && /vmcs$/i.test(this.token(at - 2)?.text ?? '');
  }

  private token(at: number): Token | undefined {
    return this.row.tokens[at];
  }
}
