/** Makes operands of stretches of words: where they stand, what they are worth, what a debugger could evaluate there. */
import type { Operand } from '../source/operation';
import type { Range } from '../text/position';
import type { ConstantTable } from './constant-table';
import { asHardware } from './integer';
import { castOf } from './integer-type';
import type { TokenRow } from './source-tokens';
import type { Token } from './token';

/** Words from `start` to before `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Names that are constants by custom, whoever defines them. */
const CONSTANT_NAME = /^[A-Z][A-Z0-9_]{2,}$|^k[A-Z]|^[A-Z][a-z]+[A-Z0-9]|::/;
/** Longer texts are cut: they are for people. */
const MAXIMUM_LINES = 20;

export class OperandReader {
  constructor(
    readonly row: TokenRow,
    private readonly textOf: (line: number) => string,
    readonly constants: ConstantTable,
    readonly rust: boolean,
  ) {}

  /** `bits`: how wide the value is taken, for negative ones. */
  operand(given: Stretch, bits?: number): Operand {
    const core = this.core(given);
    const name = this.name(core);
    const only = core.end === core.start + 1 ? this.row.tokens[core.start] : undefined;
    const literal = only?.kind === 'number' && only.integer !== undefined;
    // A cast around a name or a number is not what one points at; around more it is.
    const stretch = literal || name !== undefined ? core : given;
    const integer = this.constants.evaluate(this.tokens(given));
    const value = integer && asHardware(integer, bits);
    const expression = value === undefined ? this.variable(core) : undefined;
    return {
      range: this.range(stretch),
      text: this.text(stretch),
      ...(value !== undefined && { value }),
      ...(literal && { literal }),
      ...(name !== undefined && { name }),
      ...(expression !== undefined && { expression }),
    };
  }

  /** A constant, or a name that looks like one. */
  isConstant(given: Stretch): boolean {
    const name = this.name(this.core(given));
    return (
      (name !== undefined && CONSTANT_NAME.test(name)) ||
      this.constants.evaluate(this.tokens(given)) !== undefined
    );
  }

  tokens({ start, end }: Stretch): readonly Token[] {
    return this.row.tokens.slice(start, end);
  }

  range({ start, end }: Stretch): Range {
    const { tokens } = this.row;
    return {
      start: { line: this.row.lineOf(start), character: tokens[start]?.start ?? 0 },
      end: { line: this.row.lineOf(end - 1), character: tokens[end - 1]?.end ?? 0 },
    };
  }

  text(stretch: Stretch): string {
    const { start, end } = this.range(stretch);
    if (start.line === end.line) return this.textOf(start.line).slice(start.character, end.character);
    const parts = [this.textOf(start.line).slice(start.character)];
    for (let line = start.line + 1; line <= end.line && parts.length < MAXIMUM_LINES; line++)
      parts.push(line === end.line ? this.textOf(line).slice(0, end.character) : this.textOf(line));
    return parts.map((part) => part.trim()).join(' ');
  }

  /** Without the parentheses and casts around it. */
  core(given: Stretch): Stretch {
    const { tokens } = this.row;
    let { start, end } = given;
    for (;;) {
      if (tokens[start]?.text === '(') {
        const cast = castOf(tokens, start + 1, end);
        const close = this.closing(start, end);
        if (close === end - 1 && end - start > 2) {
          start++;
          end--;
          continue;
        }
        if (cast && cast.end === close && isPrimary(tokens[close + 1])) {
          start = close + 1;
          continue;
        }
      }
      // `x as u32`
      if (end - start > 2 && tokens[end - 2]?.text === 'as' && tokens[end - 2]?.kind === 'keyword') {
        end -= 2;
        continue;
      }
      return { start, end };
    }
  }

  /** A plain name or a path. */
  name({ start, end }: Stretch): string | undefined {
    const { tokens } = this.row;
    let name = '';
    for (let at = start; at < end; at++) {
      const token = tokens[at]!;
      const wanted = (at - start) % 2 === 0 ? token.kind === 'identifier' : token.text === '::';
      if (!wanted) return undefined;
      name += token.text;
    }
    return (end - start) % 2 === 1 ? name : undefined;
  }

  /** `x`, `a.b`, `a->b.c`: what C can evaluate without doing anything. */
  variable({ start, end }: Stretch): string | undefined {
    const { tokens } = this.row;
    let text = '';
    for (let at = start; at < end; at++) {
      const token = tokens[at]!;
      const wanted =
        (at - start) % 2 === 0 ? token.kind === 'identifier' : token.text === '.' || token.text === '->';
      if (!wanted) return undefined;
      text += token.text;
    }
    return (end - start) % 2 === 1 && /[a-z]/.test(text) ? text : undefined;
  }

  /** The parenthesis that closes the one at `open`; -1 when it is not before `end`. */
  private closing(open: number, end: number): number {
    const { tokens } = this.row;
    let depth = 0;
    for (let at = open; at < end; at++) {
      const { text, kind } = tokens[at]!;
      if (kind !== 'punctuator') continue;
      if (text === '(') depth++;
      else if (text === ')' && --depth === 0) return at;
    }
    return -1;
  }
}

function isPrimary(token: Token | undefined): boolean {
  return token?.kind === 'identifier' || token?.kind === 'number' || token?.text === '(';
}
