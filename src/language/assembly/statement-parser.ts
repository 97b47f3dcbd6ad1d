/**
 * Words of a line into statements, for both dialects. Any row of words is some statement: a line that is being typed is an
 * instruction with an odd operand, never an error.
 */
import type { AssemblyDialect } from '../source/language-id';
import { definitionBehindName, definitionByDirective } from './definitions';
import { bracketedStatement, directiveStatement, statementBehindName } from './directive-statements';
import { directiveMeaning, UNKNOWN } from './directives';
import { instructionStatement } from './instruction-statements';
import { labelsInFront } from './labels';
import type { Syntax } from './operands';
import type { SourceLine, Statement } from './statement';
import type { StatementWords } from './statement-words';
import { NO_TOKENS, tokensBehind, type Lexed, type Token } from './token';

const EMPTY: SourceLine = { statements: [], continues: false, rest: NO_TOKENS };

export function parseLine(text: string, lexed: Lexed, dialect: AssemblyDialect, intel: boolean): SourceLine {
  const words = lexed.tokens.filter((token) => token.kind !== 'comment');
  const { continues } = lexed;
  if (words.length === 0 && !continues) return EMPTY;
  if (lexed.continued) return { statements: EMPTY.statements, continues, rest: tokensBehind(words, 0) };
  const syntax: Syntax = dialect === 'nasm' ? 'nasm' : intel ? 'gas-intel' : 'att';
  const statements = segments(words, dialect).flatMap((segment) => {
    const { labels, length } = labelsInFront(segment, dialect);
    const behind = length === 0 ? segment : segment.slice(length);
    if (behind.length > 0) return [statementOf({ text, dialect, syntax, labels, words: behind })];
    return labels.length > 0 ? [{ kind: 'label' as const, labels }] : [];
  });
  // The copy has no room left for more.
  return { statements: statements.slice(), continues, rest: NO_TOKENS };
}

/** A semicolon ends a statement of gas; a line of the preprocessor is one piece. */
function segments(words: readonly Token[], dialect: AssemblyDialect): readonly (readonly Token[])[] {
  const whole =
    dialect === 'nasm' || words[0]?.text.startsWith('#') || !words.some((word) => word.text === ';');
  if (whole) return [words];
  const parts: Token[][] = [[]];
  for (const word of words) {
    if (word.text === ';' && word.kind === 'operator') parts.push([]);
    else parts[parts.length - 1]!.push(word);
  }
  return parts;
}

function statementOf(given: StatementWords): Statement {
  const { words, dialect } = given;
  const first = words[0]!;
  if (first.text === '[' && dialect === 'nasm') return bracketedStatement(given);
  const meaning = first.kind === 'name' ? directiveMeaning(dialect, first.text) : undefined;
  if (meaning?.what === 'define')
    return (
      definitionByDirective(given, meaning.block?.family === 'macro') ?? directiveStatement(given, meaning)
    );
  if (meaning) return directiveStatement(given, meaning);
  const definition = definitionBehindName(given);
  if (definition) return definition;
  if (first.text === '.') return directiveStatement(given, UNKNOWN);
  const named = dialect === 'nasm' ? statementBehindName(given) : undefined;
  return named ?? instructionStatement(given);
}
