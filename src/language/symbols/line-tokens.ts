/**
 * What the words of a line are, for colours, as far as the line alone tells. Kept by line, so that a keystroke in a large file costs
 * one line.
 */
import type { AssemblyFile } from '../assembly/assembly-file';
import { textStart, type Token } from '../assembly/token';
import type { SourceLine } from '../assembly/statement';
import { instructionWord } from './instruction-words';
import type { TokenModifier, TokenType } from './token-types';

export interface LineToken {
  readonly start: number;
  readonly end: number;
  /** `name`: what the symbol of the name is, other lines tell. `call`: the same, and a macro if they do not. */
  readonly type: TokenType | 'name' | 'call';
  readonly modifier?: TokenModifier;
}

const byKind: Readonly<Record<Token['kind'], LineToken['type'] | undefined>> = {
  name: 'name',
  number: 'number',
  string: 'string',
  register: 'register',
  argument: 'parameter',
  'numeric-reference': 'label',
  operator: undefined,
  comment: 'comment',
};

const kept = new WeakMap<object, readonly LineToken[]>();

export function lineTokens(file: AssemblyFile, line: number): readonly LineToken[] {
  const key = file.lineKey(line);
  let tokens = kept.get(key);
  // The copy has no room left for more.
  if (!tokens) kept.set(key, (tokens = read(file, line).slice()));
  return tokens;
}

function read(file: AssemblyFile, line: number): readonly LineToken[] {
  const roles = rolesIn(file.line(line), file.language);
  return file.tokens(line).flatMap((token): LineToken[] => {
    const known = roles.get(textStart(token));
    const type = byKind[token.kind];
    if (token.end <= token.start) return [];
    if (known) return [{ start: token.start, end: token.end, ...known }];
    return type ? [{ start: token.start, end: token.end, type }] : [];
  });
}

type Role = Pick<LineToken, 'type' | 'modifier'>;

function rolesIn({ statements }: SourceLine, dialect: AssemblyFile['language']): ReadonlyMap<number, Role> {
  const roles = new Map<number, Role>();
  for (const statement of statements) {
    if (statement.kind === 'instruction') {
      for (const prefix of statement.prefixes) roles.set(textStart(prefix), { type: 'mnemonic' });
      const { mnemonic } = statement;
      if (mnemonic.kind === 'name') {
        const word = instructionWord(mnemonic.text, dialect);
        const vmx = word === 'vmx-instruction';
        roles.set(textStart(mnemonic), {
          type: word === 'other' ? 'call' : 'mnemonic',
          ...(vmx && { modifier: 'vmx' }),
        });
      }
    } else if (statement.kind !== 'label') {
      const word = statement.kind === 'directive' ? statement.name : statement.directive;
      if (word.kind === 'name') roles.set(textStart(word), { type: 'directive' });
    }
    for (const label of statement.labels)
      if (label.scope === 'number') roles.set(label.start, { type: 'label', modifier: 'declaration' });
  }
  return roles;
}
