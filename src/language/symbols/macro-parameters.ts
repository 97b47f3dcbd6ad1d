/** Parameters in the heads of gas's macros, and parameters that words inside of macros are made of, for both dialects. */
import { textStart, type Span, type Token } from '../assembly/token';
import type { AssemblyDialect } from '../source/language-id';

/** Names of `.macro name a, b=1, c:req`; commas may be missing. */
export function macroParameters(tokens: readonly Token[]): readonly Token[] {
  const found: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.kind === 'name' || token.kind === 'register') found.push(token);
    if (tokens[at + 1]?.text === ':') at += 2;
    if (tokens[at + 1]?.text !== '=') continue;
    // The default goes up to a comma or a blank.
    at += 2;
    while (
      at + 1 < tokens.length &&
      tokens[at + 1]!.text !== ',' &&
      tokens[at + 1]!.start === tokens[at]!.end
    )
      at++;
  }
  return found;
}

export interface Argument extends Span {
  readonly name: string;
}

const GAS = /\\([A-Za-z_][\w.$]*)/g;
const NASM = /%(?:\{[-+]?([0-9]+)\}|[-+]?([0-9]+))/g;

/** `\name` in gas. In NASM `%1`, and `%%name` when the word is that alone. */
export function argumentsIn(token: Token, dialect: AssemblyDialect): readonly Argument[] {
  const from = textStart(token);
  if (dialect === 'gas')
    return [...token.text.matchAll(GAS)].map((match) => {
      const end = from + match.index + match[0].length;
      return { name: match[1]!, start: end - match[1]!.length, end };
    });
  if (/^%%[^%]+$/.test(token.text)) return [{ name: token.text, start: from, end: token.end }];
  return [...token.text.matchAll(NASM)].map((match) => {
    const start = from + match.index;
    return { name: `%${match[1] ?? match[2]}`, start, end: start + match[0].length };
  });
}
