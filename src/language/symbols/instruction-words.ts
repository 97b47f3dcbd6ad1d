/** Which words are instructions, asked about every line of a source and therefore kept. */
import { isMnemonic } from '../assembly/effects';
import { findInstruction } from '../knowledge/mnemonics';
import type { AssemblyDialect } from '../source/language-id';

type Word = 'instruction' | 'vmx-instruction' | 'other';

const known = { gas: new Map<string, Word>(), nasm: new Map<string, Word>() };
/** Words of sources are without number. */
const MAXIMUM_KNOWN = 5000;

export function instructionWord(word: string, dialect: AssemblyDialect): Word {
  const words = known[dialect];
  let found = words.get(word);
  if (!found) {
    const row = findInstruction(word, dialect);
    found = row?.family === 'vmx' ? 'vmx-instruction' : row || isMnemonic(word) ? 'instruction' : 'other';
    if (words.size >= MAXIMUM_KNOWN) words.clear();
    words.set(word, found);
  }
  return found;
}

export function isInstruction(word: string, dialect: AssemblyDialect): boolean {
  return instructionWord(word, dialect) !== 'other';
}
