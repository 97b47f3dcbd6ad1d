/** Statements that give a name to something that is not a place: `#define`, `.set`, `equ`, `name = value`, macros. */
import type { DefinitionStatement, Label } from './statement';
import type { StatementWords } from './statement-words';
import { NO_TOKENS, tokensBehind, type Token } from './token';

/** Of a directive that defines; undefined while it is half typed. `opensMacro`: `.macro`, `%macro`. */
export function definitionByDirective(
  { words, labels, dialect }: StatementWords,
  opensMacro: boolean,
): DefinitionStatement | undefined {
  const [directive, name, next] = words as [Token, Token | undefined, Token | undefined];
  const word = directive.text.toLowerCase();
  // `label equ 5`: the name stands in front, as a label if it has a colon.
  if (word === 'equ') {
    const label = labels[labels.length - 1];
    return label && definition(labels.slice(0, -1), 'value', directive, named(label), tokensBehind(words, 1));
  }
  if (!name || name.kind === 'operator' || name.kind === 'string') return undefined;
  if (opensMacro) return definition(labels, 'macro', directive, name, NO_TOKENS, tokensBehind(words, 2));
  if (dialect === 'gas' && word !== '#define')
    return definition(labels, 'value', directive, name, tokensBehind(words, next?.text === ',' ? 3 : 2));
  const what = /assign$/.test(word) ? 'value' : 'text';
  // A parenthesis right behind the name, and only there, begins parameters.
  if (next?.text !== '(' || next.start !== name.end)
    return definition(labels, what, directive, name, tokensBehind(words, 2));
  const close = words.findIndex((token) => token.text === ')');
  const stop = close < 0 ? words.length : close;
  return definition(labels, what, directive, name, tokensBehind(words, stop + 1), words.slice(3, stop));
}

/** `name = value`, and in NASM's files `name equ value` and `name macro`. */
export function definitionBehindName({
  words,
  labels,
  dialect,
}: StatementWords): DefinitionStatement | undefined {
  const [name, sign] = words as [Token, Token | undefined];
  if (!sign || name.kind !== 'name') return undefined;
  const isSign = sign.kind === 'operator' && (sign.text === '=' || sign.text === '==') && name.text !== '.';
  if (isSign || (dialect === 'nasm' && sign.kind === 'name' && /^equ$/i.test(sign.text)))
    return definition(labels, 'value', sign, name, tokensBehind(words, 2));
  if (dialect === 'nasm' && sign.kind === 'name' && /^macro$/i.test(sign.text))
    return definition(labels, 'macro', sign, name, NO_TOKENS, tokensBehind(words, 2));
  return undefined;
}

function definition(
  labels: readonly Label[],
  what: DefinitionStatement['what'],
  directive: Token,
  name: Token,
  body: readonly Token[],
  parameters?: readonly Token[],
): DefinitionStatement {
  return { kind: 'definition', labels, directive, what, name, body, ...(parameters && { parameters }) };
}

function named({ name, start, end }: Label): Token {
  return { kind: 'name', start, end, text: name, value: undefined };
}
