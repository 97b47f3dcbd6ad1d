/**
 * The three words that carry an event (VM-entry, VM-exit and IDT-vectoring information) in words a person says:
 * "#PF (14), hardware exception, error code 0x2".
 */
import { interruptionFormats } from '../isa/interruption-formats';
import { extract, hex, rangeText, vectorText } from './word';

export type EventWord = 'entry-interruption' | 'exit-interruption' | 'idt-vectoring';

/** True when the word's valid bit is set; without it nothing else in it means anything (SDM 24.9.2). */
export function isValidEvent(format: EventWord, word: number): boolean {
  return part(format, word, 'VALID') === 1n;
}

function part(format: EventWord, word: number, name: string): bigint | undefined {
  const range = interruptionFormats[format].ranges.find((candidate) => candidate.name === name);
  return range && extract(BigInt(word >>> 0), range);
}

/** @param error the companion error code; shown only when the word says there is one */
export function eventText(format: EventWord, word: number, error?: number): string {
  if (!isValidEvent(format, word)) return 'none';
  const ranges: readonly { name: string; high: number; low: number }[] = interruptionFormats[format].ranges;
  const type = interruptionFormats[format].ranges.find((range) => range.name === 'TYPE')!;
  const hasError = ranges.some(
    (range) => range.name.includes('ERROR_CODE') && extract(BigInt(word >>> 0), range) === 1n,
  );
  const vector = vectorText(Number(part(format, word, 'VECTOR')));
  const code = hasError && error !== undefined ? `, error code ${hex(error >>> 0)}` : '';
  return `${vector}, ${rangeText(type, extract(BigInt(word >>> 0), type))}${code}`;
}
