/** Statements of directives that define nothing: the word, what it means, its arguments. */
import { directiveMeaning, standsBehindName, UNKNOWN, type DirectiveMeaning } from './directives';
import { labelOf } from './labels';
import type { DirectiveStatement } from './statement';
import type { StatementWords } from './statement-words';
import { textStart, tokensBehind, type Token } from './token';

export function directiveStatement(given: StatementWords, meaning: DirectiveMeaning): DirectiveStatement {
  const { labels, words } = given;
  const behind = tokensBehind(words, 1);
  const path = meaning.what === 'include' ? pathOf(behind, given) : undefined;
  return {
    kind: 'directive',
    labels,
    name: words[0]!,
    meaning: withBits(meaning, behind[0]),
    arguments: behind,
    ...(path && { path }),
  };
}

/** `[bits 32]`: the primitive form of a directive. */
export function bracketedStatement(given: StatementWords): DirectiveStatement {
  const inner = given.words.filter((word, place) => place > 0 && word.text !== ']');
  const [name, argument] = inner;
  if (!name) return directiveStatement(given, UNKNOWN);
  const meaning = withBits(directiveMeaning('nasm', name.text) ?? UNKNOWN, argument);
  return { kind: 'directive', labels: given.labels, name, meaning, arguments: tokensBehind(inner, 1) };
}

/** `name PROC` begins something with a name, `name ENDP` ends it. */
export function statementBehindName({
  words,
  labels,
  dialect,
}: StatementWords): DirectiveStatement | undefined {
  const [name, word] = words as [Token, Token | undefined];
  if (name.kind !== 'name' || word?.kind !== 'name' || !standsBehindName(word.text)) return undefined;
  const begins = /^(?:proc|label|struct?)$/i.test(word.text);
  return {
    kind: 'directive',
    labels: begins ? [...labels, labelOf(name, dialect)] : labels,
    name: word,
    meaning: directiveMeaning('nasm', word.text) ?? UNKNOWN,
    arguments: begins ? tokensBehind(words, 2) : [name, ...words.slice(2)],
  };
}

function pathOf(behind: readonly Token[], { text, dialect }: StatementWords): string | undefined {
  const [first] = behind;
  if (!first) return undefined;
  if (first.kind === 'string') return first.text.slice(1, first.text.length > 1 ? -1 : undefined);
  const rest = text.slice(textStart(first), behind[behind.length - 1]!.end);
  return /^<([^>]*)>?/.exec(rest)?.[1] ?? (dialect === 'nasm' ? rest : undefined);
}

function withBits(meaning: DirectiveMeaning, argument: Token | undefined): DirectiveMeaning {
  if (meaning.what !== 'code-bits' || meaning.bits !== undefined) return meaning;
  const bits = Number(argument?.value ?? 0n);
  return bits === 16 || bits === 32 || bits === 64 ? { ...meaning, bits } : meaning;
}
