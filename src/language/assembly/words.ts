/** The words of a line with what each is there: what hover, completion and highlighting ask first. */
import type { AssemblyDialect } from '../source/language-id';
import type { Word, WordRole } from '../source/source-file';
import { lineRange } from '../text/position';
import { isDecoration } from './operands';
import type { SourceLine } from './statement';
import { textStart, type Token } from './token';

const roleOfKind: Readonly<Record<Token['kind'], WordRole>> = {
  name: 'identifier',
  number: 'number',
  string: 'string',
  register: 'register',
  argument: 'identifier',
  'numeric-reference': 'identifier',
  operator: 'operator',
  comment: 'comment',
};

/** `isMacro`: the file defines a macro of that name, so what looks like an instruction is none. */
export function wordsOf(
  line: number,
  tokens: readonly Token[],
  source: SourceLine,
  dialect: AssemblyDialect,
  isMacro: (name: string) => boolean,
): readonly Word[] {
  const roles = new Map<number, WordRole>();
  for (const statement of source.statements) {
    for (const label of statement.labels) roles.set(label.start, 'label');
    if (statement.kind === 'instruction') {
      for (const prefix of statement.prefixes) roles.set(textStart(prefix), 'prefix');
      const { mnemonic } = statement;
      if (mnemonic.kind === 'name' && !isMacro(mnemonic.text)) roles.set(textStart(mnemonic), 'mnemonic');
    } else if (statement.kind === 'directive' || statement.kind === 'definition') {
      const name = statement.kind === 'directive' ? statement.name : statement.directive;
      if (name.kind === 'name') roles.set(textStart(name), 'directive');
    }
  }
  return tokens.map((token) => {
    const start = textStart(token);
    const plain =
      token.kind === 'name' && isDecoration(token.text, dialect) ? 'operator' : roleOfKind[token.kind];
    const range = lineRange(line, Math.max(token.start, start), token.end);
    const role = roles.get(start) ?? plain;
    return {
      range,
      text: token.text,
      role,
      ...(token.kind === 'number' && token.value !== undefined && { value: token.value }),
    };
  });
}
