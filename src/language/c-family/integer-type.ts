/** Integer types by the names that projects give them. Only their width and sign matter here. */
import type { Token } from './token';

export interface IntegerType {
  readonly bits: number;
  readonly unsigned: boolean;
}

const named: readonly (readonly [RegExp, (match: RegExpExecArray) => IntegerType])[] = [
  [/^(?:__)?([us])(8|16|32|64)$/, ([, sign, bits]) => ({ bits: Number(bits), unsigned: sign === 'u' })],
  [/^([ui])(8|16|32|64|128)$/, ([, sign, bits]) => ({ bits: Number(bits), unsigned: sign === 'u' })],
  [/^([ui])size$/, ([, sign]) => ({ bits: 64, unsigned: sign === 'u' })],
  [/^(u?)int(8|16|32|64)(?:_t)?$/i, ([, sign, bits]) => ({ bits: Number(bits), unsigned: sign !== '' })],
  [/^u_?int_?(8|16|32|64)(?:_t)?$/i, ([, bits]) => ({ bits: Number(bits), unsigned: true })],
  [/^Bit(8|16|32|64)(u|s)$/, ([, bits, sign]) => ({ bits: Number(bits), unsigned: sign === 'u' })],
  [
    /^(?:size_t|uintptr_t|UINTN|ULONG_PTR|SIZE_T|ULONGLONG|ULONG64|DWORD64|QWORD)$/,
    () => ({ bits: 64, unsigned: true }),
  ],
  [/^(?:ULONG|DWORD|UINT|ULONG32|DWORD32)$/, () => ({ bits: 32, unsigned: true })],
  [/^(?:USHORT|WORD)$/, () => ({ bits: 16, unsigned: true })],
  [/^(?:UCHAR|BYTE)$/, () => ({ bits: 8, unsigned: true })],
];

const builtIn = /^(?:signed|unsigned|char|short|int|long|const|volatile)$/;

function typeNamed(name: string): IntegerType | undefined {
  for (const [pattern, type] of named) {
    const match = pattern.exec(name);
    if (match) return type(match);
  }
  return undefined;
}

/**
 * The type that starts at a word, and where it ends. Unknown: some words that may be a type, as `(foo_t)`. Undefined: no type,
 * or one of no integers.
 */
export function castOf(
  tokens: readonly Token[],
  start: number,
  limit: number,
): { type: IntegerType | 'unknown'; end: number } | undefined {
  let end = start;
  while (end < limit && builtIn.test(tokens[end]?.text ?? '')) end++;
  const words = tokens.slice(start, end).map((token) => token.text);
  if (words.some((word) => word !== 'const' && word !== 'volatile')) return { type: builtInType(words), end };
  const name = end < limit ? tokens[end] : undefined;
  if (name?.kind !== 'identifier' && name?.kind !== 'keyword') return undefined;
  const type = typeNamed(name.text);
  if (type) return { type, end: end + 1 };
  return name.kind === 'identifier' ? { type: 'unknown', end: end + 1 } : undefined;
}

/** Long is 64 bits wide: the code is of hypervisors for x86-64. */
function builtInType(words: readonly string[]): IntegerType {
  const unsigned = words.includes('unsigned');
  if (words.includes('char')) return { bits: 8, unsigned };
  if (words.includes('short')) return { bits: 16, unsigned };
  return { bits: words.includes('long') ? 64 : 32, unsigned };
}

/** The type that a declaration gives its name: the last one among the words before the name. */
export function declaredType(tokens: readonly Token[]): IntegerType | undefined {
  const words = tokens.map((token) => token.text);
  if (words.some((word) => /^(?:unsigned|signed|char|short|int|long)$/.test(word))) return builtInType(words);
  const last = words.at(-1);
  return last === undefined ? undefined : typeNamed(last);
}
