/** Operands of an instruction: cuts its words at the commas and says what each part is, by the syntax that holds. */
import type { AssemblyDialect } from '../source/language-id';
import { registerNamed, type Register } from './register-names';
import type { AssemblyOperand } from './statement';
import type { Token } from './token';

export type Syntax = 'att' | 'gas-intel' | 'nasm';

/** Splits at commas that stand in no bracket. Nothing gives no part; nothing between two commas gives an empty one. */
function atCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: (readonly Token[])[] = [];
  if (tokens.length === 0) return parts;
  let depth = 0;
  let start = 0;
  for (let at = 0; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!;
    if (kind !== 'operator') continue;
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') depth = Math.max(0, depth - 1);
    else if (text === ',' && depth === 0) {
      parts.push(tokens.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(start === 0 ? tokens : tokens.slice(start));
  return parts;
}

const NO_OPERANDS: readonly AssemblyOperand[] = [];

/** An empty operand of a half-typed line stays, so that the place of the others is right. */
export function operandsOf(tokens: readonly Token[], syntax: Syntax): readonly AssemblyOperand[] {
  if (tokens.length === 0) return NO_OPERANDS;
  const end = tokens[tokens.length - 1]!.end;
  return atCommas(tokens).map((part) => {
    if (part.length === 0) return operand('address', part, end);
    return syntax === 'att' ? attOperand(part) : intelOperand(part, syntax === 'nasm');
  });
}

/** All operands are made here, so that they have one shape: analysis looks at nothing as often as at them. */
function operand(
  kind: AssemblyOperand['kind'],
  tokens: readonly Token[],
  start = tokens[0]!.start,
  register?: Register,
  bits?: number,
): AssemblyOperand {
  return { kind, start, end: tokens[tokens.length - 1]?.end ?? start, tokens, register, bits };
}

function attOperand(tokens: readonly Token[]): AssemblyOperand {
  const [first, second] = tokens as [Token, Token | undefined];
  if (first.text === '$') return operand('immediate', tokens.slice(1), second?.start ?? first.end);
  // `call *%rax` jumps to what the operand holds.
  if (first.text === '*' && second) {
    const target = attOperand(tokens.slice(1));
    return operand(target.kind, target.tokens, first.start, target.register);
  }
  if (first.kind === 'register' && (!second || second.text === '('))
    return operand('register', tokens, first.start, registerNamed(first.text, false));
  return operand(isMemory(tokens) ? 'memory' : 'address', tokens);
}

/** `8(%rsp,%rax,4)`, `(,%rax,8)`, `%fs:8`. In `PLACE(name, %rax)` a macro of C may be anything. */
function isMemory(tokens: readonly Token[]): boolean {
  if (tokens[0]!.kind === 'register') return tokens[1]?.text === ':';
  if (tokens[tokens.length - 1]!.text !== ')') return false;
  for (let at = tokens.length - 2; at >= 0; at--) {
    if (tokens[at]!.text === ')') return false;
    if (tokens[at]!.text !== '(') continue;
    const [base, index] = [tokens[at + 1]!, tokens[at + 2]];
    return base.kind === 'register' || (base.text === ',' && index?.kind === 'register');
  }
  return false;
}

const SIZES: ReadonlyMap<string, number> = new Map([
  ['byte', 8],
  ['word', 16],
  ['dword', 32],
  ['qword', 64],
  ['oword', 128],
  ['xmmword', 128],
]);

/** Words of Intel syntax in front of an operand that say nothing about what it is. */
const DECORATIONS: ReadonlySet<string> = new Set([
  ...SIZES.keys(),
  ...'tword ymmword fword tbyte ptr strict near far short to rel nosplit'.split(' '),
]);

/** True for words like `dword` and `ptr`. In AT&T syntax they are names like others, but hardly anybody's. */
export function isDecoration(word: string, dialect: AssemblyDialect): boolean {
  return dialect === 'nasm' && word.length <= 7 && DECORATIONS.has(word.toLowerCase());
}

function intelOperand(tokens: readonly Token[], nasm: boolean): AssemblyOperand {
  const [alone] = tokens as [Token];
  if (tokens.length === 1 && alone.kind === 'register')
    return operand('register', tokens, alone.start, registerNamed(alone.text, false));
  let bits: number | undefined;
  let pointer = false;
  let from = 0;
  for (; from < tokens.length - 1 && tokens[from]!.kind === 'name'; from++) {
    const word = tokens[from]!.text.toLowerCase();
    if (!DECORATIONS.has(word)) break;
    bits ??= SIZES.get(word);
    pointer ||= word === 'ptr';
  }
  const offset = from < tokens.length - 1 && tokens[from]!.text.toLowerCase() === 'offset';
  const inner = from > 0 || offset ? tokens.slice(offset ? from + 1 : from) : tokens;
  const first = inner[0]!;
  if (first.kind === 'register' && (inner.length === 1 || inner[1]!.text === '('))
    return operand('register', inner, first.start, registerNamed(first.text, false));
  let open = false;
  let named = false;
  for (const { kind, text } of inner) {
    if (text === '[') pointer = true;
    // What only an expansion or a segment completes can be anything.
    open ||= kind === 'argument' || kind === 'register' || text === ':';
    named ||= kind === 'name' || kind === 'numeric-reference';
  }
  if (pointer) return operand('memory', inner, alone.start, undefined, bits);
  // A bare name is an address to gas, unless it is a constant; to NASM it is a number, be it an address.
  return operand(!open && (nasm || offset || !named) ? 'immediate' : 'address', inner);
}
