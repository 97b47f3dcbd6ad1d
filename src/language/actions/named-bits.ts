/** A word of bits as the names of its bits, joined by `|`. */
import type { FileNames } from '../meaning/file-names';
import type { NamedPart } from '../meaning/operand-meaning';
import type { Operand } from '../source/operation';
import type { SourceFile } from '../source/source-file';
import { inNotationOf } from './number-text';

/** Undefined when the file knows no name of any bit. Bits without a known name stay a number. */
export function namedBits(
  file: SourceFile,
  operand: Operand,
  parts: readonly NamedPart[],
  names: FileNames,
): string | undefined {
  let rest = operand.value ?? 0n;
  const known: string[] = [];
  for (const { fact, mask } of parts) {
    const name = fact && names.known(fact, mask);
    if (name === undefined) continue;
    known.push(name);
    rest &= ~mask;
  }
  if (known.length === 0) return undefined;
  const number = rest === 0n ? [] : [inNotationOf(operand.text.replace(/^\$/, ''), rest)];
  const text = [...known, ...number].join(' | ');
  return known.length + number.length === 1 || standsAlone(file, operand) ? text : `(${text})`;
}

/** True when nothing on either side could bind to a part of the text. */
function standsAlone(file: SourceFile, { range }: Operand): boolean {
  const before = file.lineText(range.start.line).slice(0, range.start.character).trimEnd();
  const behind = file.lineText(range.end.line).slice(range.end.character).trimStart();
  return /(^|[(,={$]|\breturn|\bcase)$/.test(before) && /^($|[),;}:]|\/[*/]|#)/.test(behind);
}
