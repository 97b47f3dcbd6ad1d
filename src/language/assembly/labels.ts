/**
 * Labels in front of a statement. With a colon any name is one; NASM's need none, and then what stands behind must tell, for a
 * word alone may as well be a macro.
 */
import type { AssemblyDialect } from '../source/language-id';
import { directiveMeaning, standsBehindName } from './directives';
import { isMnemonic, isPrefix } from './effects';
import { isDecoration } from './operands';
import type { Label, LabelScope } from './statement';
import { textStart, type Token } from './token';

const NONE: readonly Label[] = [];

/** What makes a label of any word in front, be it one of a directive (`name db 5`). */
const DATA = /^(?:d|res)[bwdqtoyz]$/i;

/** `length`: how many of the words they take. */
export function labelsInFront(
  words: readonly Token[],
  dialect: AssemblyDialect,
): { readonly labels: readonly Label[]; readonly length: number } {
  let labels = NONE;
  let at = 0;
  for (; at < words.length; at += 2) {
    const word = words[at]!;
    const next = words[at + 1];
    if (next?.text !== ':' || next.kind !== 'operator' || !canBeLabel(word, dialect)) break;
    const label = labelOf(word, dialect);
    labels = at === 0 ? [label] : [...labels, label];
  }
  const word = words[at];
  if (dialect === 'nasm' && at === 0 && word && isBareLabel(word, words[1]))
    return { labels: [labelOf(word, dialect)], length: 1 };
  return { labels, length: at };
}

export function labelOf(word: Token, dialect: AssemblyDialect): Label {
  const quoted = word.kind === 'string';
  return {
    name: quoted ? word.text.replaceAll('"', '') : word.text,
    start: textStart(word) + (quoted ? 1 : 0),
    end: word.end - (quoted ? 1 : 0),
    scope: scopeOf(word, dialect),
  };
}

function canBeLabel(word: Token, dialect: AssemblyDialect): boolean {
  if (word.kind === 'number') return dialect === 'gas' && /^\d+\$?$/.test(word.text);
  return word.kind === 'name' || word.kind === 'argument' || (word.kind === 'string' && dialect === 'gas');
}

function isBareLabel(word: Token, next: Token | undefined): boolean {
  if (word.kind !== 'name' && word.kind !== 'argument') return false;
  const local = word.text.startsWith('.') || word.text.startsWith('%%') || word.text.startsWith('..@');
  if (!next) return local && !directiveMeaning('nasm', word.text);
  if (DATA.test(next.text)) return true;
  if (next.kind !== 'name' || isMnemonic(word.text) || isPrefix(word.text)) return false;
  // A size belongs to the operand of whatever instruction the word may be.
  if (isDecoration(next.text, 'nasm')) return false;
  if (directiveMeaning('nasm', word.text)) return false;
  // Whoever defines with the name in front takes it as a name, not as a label.
  if (/^equ$/i.test(next.text) || standsBehindName(next.text)) return false;
  return isMnemonic(next.text) || isPrefix(next.text) || directiveMeaning('nasm', next.text) !== undefined;
}

function scopeOf(word: Token, dialect: AssemblyDialect): LabelScope {
  if (word.kind === 'number') return 'number';
  if (word.kind === 'argument') return 'macro';
  return dialect === 'nasm' && /^\.(?!\.@)/.test(word.text) ? 'label' : 'file';
}
