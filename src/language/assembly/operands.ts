/** Operands of an instruction: cuts its words at the commas and says what each part is, by the syntax that holds. */
import type { AssemblyDialect } from '../source/language-id';
import { registerNamed } from './register-names';
import type { AssemblyOperand } from './statement';
import type { Token } from './token';

export type Syntax = 'att' | 'gas-intel' | 'nasm';

/** Splits at commas that stand in no bracket. Nothing gives no part; nothing between two commas gives an empty one. */
export function atCommas(tokens: readonly Token[]): Token[][] {
  if (tokens.length === 0) return [];
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'operator') {
      if (token.text === '(' || token.text === '[') depth++;
      else if (token.text === ')' || token.text === ']') depth = Math.max(0, depth - 1);
      else if (token.text === ',' && depth === 0) {
        parts.push([]);
        continue;
      }
    }
    parts[parts.length - 1]!.push(token);
  }
  return parts;
}

/** An empty operand of a half-typed line stays, so that the place of the others is right. */
export function operandsOf(tokens: readonly Token[], syntax: Syntax): readonly AssemblyOperand[] {
  const end = tokens[tokens.length - 1]?.end ?? 0;
  return atCommas(tokens).map((part) => {
    if (part.length === 0) return { kind: 'address', start: end, end, tokens: part };
    return syntax === 'att' ? attOperand(part) : intelOperand(part, syntax === 'nasm');
  });
}

function attOperand(tokens: readonly Token[]): AssemblyOperand {
  const [first, second] = tokens as [Token, Token | undefined];
  const span = { start: first.start, end: tokens[tokens.length - 1]!.end, tokens };
  if (first.text === '$') {
    const expression = tokens.slice(1);
    return { ...span, kind: 'immediate', start: expression[0]?.start ?? first.end, tokens: expression };
  }
  // `call *%rax` jumps to what the operand holds.
  if (first.text === '*' && second) return { ...attOperand(tokens.slice(1)), start: first.start };
  if (first.kind === 'register' && (!second || second.text === '('))
    return { ...span, kind: 'register', register: registerNamed(first.text, false) };
  return { ...span, kind: tokens.some((token) => token.kind === 'register') ? 'memory' : 'address' };
}

const SIZES: Readonly<Record<string, number>> = {
  byte: 8,
  word: 16,
  dword: 32,
  qword: 64,
  oword: 128,
  xmmword: 128,
};
/** Words of Intel syntax in front of an operand that say nothing about what it is. */
const DECORATION =
  /^(?:byte|word|dword|qword|oword|tword|xmmword|ymmword|fword|tbyte|ptr|strict|near|far|short|to|rel|nosplit)$/i;

/** True for words like `dword` and `ptr`. In AT&T syntax they are names like others, but hardly anybody's. */
export function isDecoration(word: string, dialect: AssemblyDialect): boolean {
  return dialect === 'nasm' && DECORATION.test(word);
}

function intelOperand(tokens: readonly Token[], nasm: boolean): AssemblyOperand {
  let bits: number | undefined;
  let pointer = false;
  let from = 0;
  while (from < tokens.length - 1 && DECORATION.test(tokens[from]!.text)) {
    bits ??= SIZES[tokens[from]!.text.toLowerCase()];
    pointer ||= tokens[from]!.text.toLowerCase() === 'ptr';
    from++;
  }
  const offset = from < tokens.length - 1 && tokens[from]!.text.toLowerCase() === 'offset';
  const inner = tokens.slice(offset ? from + 1 : from);
  const first = inner[0]!;
  const span = { start: first.start, end: inner[inner.length - 1]!.end, tokens: inner };
  const memory: AssemblyOperand = { ...span, kind: 'memory', start: tokens[0]!.start, ...(bits && { bits }) };
  if (first.kind === 'register' && (inner.length === 1 || inner[1]!.text === '('))
    return { ...span, kind: 'register', register: registerNamed(first.text, false) };
  if (pointer || inner.some((token) => token.text === '[')) return memory;
  if (inner.some((token) => token.kind === 'argument' || token.kind === 'register' || token.text === ':'))
    return { ...span, kind: 'address' };
  // A bare name is an address to gas, unless it is a constant; to NASM it is a number, be it an address.
  const name = inner.some((token) => token.kind === 'name' || token.kind === 'numeric-reference');
  return { ...span, kind: nasm || offset || !name ? 'immediate' : 'address' };
}
