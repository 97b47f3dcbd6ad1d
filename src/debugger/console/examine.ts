/**
 * `x/NFU ADDRESS` of gdb: memory of any space in rows of sixteen bytes.
 */
import { formattedNumber, numberFormat } from '../expression/formats';
import { evaluate, evaluatedText, numberOf } from '../expression/evaluator';
import type { ExpressionScope } from '../expression/scope';
import { spaceName } from '../memory-reference';

const UNITS: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 };
const ROW = 16;
const MOST_UNITS = 4096;
const USAGE = 'Write x/NFU ADDRESS: x/8xg $rsp, x/s "text", x/4xw L2gpa:0x1000.';

export function examine(scope: ExpressionScope, given: string): string {
  const [, digits, letters = '', expression = ''] = /^(?:\/(\d*)([a-z]*)\s+)?(.+)$/s.exec(given) ?? [];
  const unit = [...letters].find((letter) => letter in UNITS && letter !== 'b');
  const format = [...letters].find((letter) => letter === 's' || numberFormat(letter) !== undefined) ?? 'x';
  // "b" is a size beside another format, and binary alone.
  const bytes = unit
    ? UNITS[unit]!
    : letters.length > 1 && letters.includes('b')
      ? 1
      : format === 'c'
        ? 1
        : 8;
  const count = Math.min(digits ? Number(digits) : 1, MOST_UNITS);
  if (expression === '') return USAGE;
  const found = evaluate(format === 's' ? `${expression},s` : expression, scope, false);
  if ('error' in found) return found.error;
  if (format === 's') return evaluatedText(found.result);
  const address = numberOf(found.result);
  if (address === undefined || address < 0n) return USAGE;
  const space = ('space' in found.result ? found.result.space : undefined) ?? scope.space;
  const rows: string[] = [];
  for (let done = 0; done < count; done += ROW / bytes) {
    const at = address + BigInt(done * bytes);
    const words: string[] = [];
    for (let i = 0; i < Math.min(ROW / bytes, count - done); i++) {
      const value = scope.read(space, at + BigInt(i * bytes), bytes);
      words.push(value === undefined ? '<no memory>' : word(value, format, bytes));
    }
    rows.push(`${spaceName(space)}:0x${at.toString(16)}: ${words.join(' ')}`);
  }
  return rows.join('\n');
}

function word(value: bigint, format: string, bytes: number): string {
  if (format === 'x') return `0x${value.toString(16).padStart(bytes * 2, '0')}`;
  const signed = format === 'd' || format === 'c' ? BigInt.asIntN(bytes * 8, value) : value;
  return formattedNumber(signed, numberFormat(format)!, bytes * 8);
}
