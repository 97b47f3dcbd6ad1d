/**
 * What the place under the pointer is, in words. First what an operation says about it (a number is a field, an MSR or an exit
 * reason only by what is done with it), then the word itself. Nothing certain, nothing shown.
 */
import { factNumbered, factsNamed } from '../knowledge/lookup';
import { nameOf } from '../knowledge/spelling';
import { isAssembly } from '../source/language-id';
import { operationsNear, wordAt, type SourceFile, type Word } from '../source/source-file';
import { comparePositions, touches, type Position, type Range } from '../text/position';
import { contradicts, numbersOf } from './fact-number';
import { factMarkdown } from './fact-text';
import { instructionText } from './instruction-text';
import { meaningsAt, subject, type Meaning } from './operand-meaning';
import { registerText } from './register-text';

export interface Hover {
  readonly range: Range;
  readonly markdown: string;
}

export function hover(file: SourceFile, position: Position): Hover | undefined {
  const word = wordAt(file, position);
  for (const meaning of meaningsAt(file, position.line)) {
    const { range } = meaning.operand;
    // A comma right behind the operand touches it and is not it.
    if (!touches(range, position) || (word && comparePositions(word.range.start, range.end) >= 0)) continue;
    const found = operandHover(file, meaning, word);
    if (found) return found;
  }
  return word && wordHover(file, word);
}

function operandHover(file: SourceFile, meaning: Meaning, word: Word | undefined): Hover | undefined {
  const { operand, kind, value } = meaning;
  // A name within a value means more than the value: `CPU_BASED_HLT_EXITING | ...`.
  const named = word && kind === undefined ? namedHover(file, word) : undefined;
  if (named) return named;
  if (operand.value === undefined) return undefined;
  const fact = kind && factNumbered(kind, operand.value);
  const markdown = fact ? factMarkdown(fact) : value?.(operand.value);
  return markdown === undefined ? undefined : { range: operand.range, markdown };
}

function wordHover(file: SourceFile, word: Word): Hover | undefined {
  switch (word.role) {
    case 'register': {
      const markdown = isAssembly(file.language) ? registerText(word.text) : undefined;
      return markdown === undefined ? undefined : { range: word.range, markdown };
    }
    case 'mnemonic':
    case 'prefix':
      return instructionHover(file, word);
    case 'identifier':
    case 'label':
      return namedHover(file, word);
    default:
      return undefined;
  }
}

function instructionHover(file: SourceFile, word: Word): Hover | undefined {
  if (!isAssembly(file.language)) return undefined;
  const { line, character } = word.range.end;
  const operands = file.lineText(line).slice(character);
  const markdown = instructionText(word.text, file.language, operands, subjectOf(file, word));
  return markdown === undefined ? undefined : { range: word.range, markdown };
}

/** What this very instruction reads or writes, where the source tells. */
function subjectOf(file: SourceFile, word: Word): string | undefined {
  const { start } = word.range;
  const operation = operationsNear(file, start.line).find(({ range }) => touches(range, start));
  const fact = operation && subject(operation);
  return fact && nameOf(fact);
}

/** The path in front of a member or of a name in a module: `vmcs12->`, `vmcs::guest::`. */
const pathBefore = /(?:[A-Za-z_]\w*(?:::|\.|->))+$/;

function namedHover(file: SourceFile, word: Word): Hover | undefined {
  if (word.role !== 'identifier' && word.role !== 'label') return undefined;
  const path =
    pathBefore.exec(file.lineText(word.range.start.line).slice(0, word.range.start.character))?.[0] ?? '';
  const own = factsNamed(word.text);
  const facts = own.length > 0 || path === '' ? own : factsNamed(path.replaceAll('->', '.') + word.text);
  // A source that defines the name with another number means another thing by it.
  const value = file.constant?.(word.text) ?? file.constants().get(word.text);
  const sure = facts.filter((fact) => value === undefined || !contradicts(numbersOf(fact, word.text), value));
  if (sure.length === 0) return undefined;
  return { range: word.range, markdown: sure.map(factMarkdown).join('\n\n---\n\n') };
}
