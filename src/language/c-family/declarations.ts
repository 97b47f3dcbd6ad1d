/** Constants by the words that define them: `#define`, enumerations, `const`. */
import type { CFamily } from '../source/language-id';
import type { ConstantTable, EnumMember } from './constant-table';
import { declaredType } from './integer-type';
import type { Stretch } from './operand-reader';
import type { Token } from './token';

/** The words of a `#define` behind its name and parameters; undefined when it is none. */
export function macroBody(tokens: readonly Token[], { start, end }: Stretch): Stretch | undefined {
  const name = tokens[start];
  if (start >= end || (name?.kind !== 'identifier' && name?.kind !== 'keyword')) return undefined;
  const open = tokens[start + 1];
  // Only a parenthesis right behind the name begins parameters.
  if (open?.text !== '(' || start + 1 >= end || open.start !== name.end) return { start: start + 1, end };
  let close = start + 2;
  while (close < end && tokens[close]!.text !== ')') close++;
  return { start: Math.min(close + 1, end), end };
}

export function defineMacro(table: ConstantTable, tokens: readonly Token[], stretch: Stretch): void {
  const { start, end } = stretch;
  const body = macroBody(tokens, stretch);
  if (!body) return;
  const parameters = tokens.slice(start + 1, body.start).filter((token) => token.kind === 'identifier');
  const functionLike = body.start > start + 1;
  table.define([tokens[start]!.text], {
    kind: 'macro',
    body: tokens.slice(body.start, end),
    ...(functionLike && { parameters: parameters.map((token) => token.text) }),
  });
}

/** The parts of a list between its commas. */
export function listed(tokens: readonly Token[], { start, end }: Stretch): Stretch[] {
  const parts: Stretch[] = [];
  let from = start;
  let depth = 0;
  for (let at = start; at < end; at++) {
    const { kind, text } = tokens[at]!;
    if (kind !== 'punctuator') continue;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') depth--;
    else if (text === ',' && depth === 0) {
      parts.push({ start: from, end: at });
      from = at + 1;
    }
  }
  return [...parts, { start: from, end }];
}

/** A member as it stands there. Hidden: an `#if` or `#include` before it may bring or take other members. */
interface WrittenMember {
  readonly tokens: readonly Token[];
  readonly hidden: boolean;
}

export function defineEnum(
  table: ConstantTable,
  language: CFamily,
  scope: readonly string[],
  name: string | undefined,
  members: readonly WrittenMember[],
): void {
  const found: (EnumMember & { name: string })[] = [];
  let uncounted = false;
  for (const { tokens: written, hidden } of members) {
    uncounted ||= hidden;
    const tokens = language === 'rust' ? withoutAttributes(written) : written;
    const [first, second] = tokens;
    if (!first) continue;
    const plain = first.kind === 'identifier' && (tokens.length === 1 || second?.text === '=');
    if (!plain) {
      uncounted = true;
      continue;
    }
    const value = tokens.length > 1 ? { value: tokens.slice(2) } : {};
    found.push({ name: first.text, ...value, ...(uncounted && { uncounted }) });
    uncounted = false;
  }
  // Without any number an enumeration of Rust is a list of names, of which nobody takes the numbers.
  if (language === 'rust' && !found.some((member) => member.value)) return;
  // In C the name of an enumeration stands nowhere in front of its members.
  const tag = language === 'c' ? undefined : name;
  const block = { members: found };
  found.forEach((member, index) => {
    const definition = { kind: 'enumerator', block, index } as const;
    const path = [...scope, ...(tag === undefined ? [] : [tag]), member.name];
    table.define(path, definition);
  });
}

/** `const T NAME = value` of C, `const NAME: T = value` of Rust; other statements define nothing. */
export function defineConstant(
  table: ConstantTable,
  language: CFamily,
  scope: readonly string[],
  tokens: readonly Token[],
): void {
  const at = tokens.findIndex((token) => token.text === '=');
  if (at < 2 || at + 1 >= tokens.length) return;
  const head = tokens.slice(0, at);
  if (!head.some(({ text }) => text === 'const' || text === 'constexpr' || text === 'constinit')) return;
  const body = tokens.slice(at + 1);
  const colon = head.findIndex((token) => token.text === ':');
  const nameAt = language === 'rust' ? colon - 1 : at - 1;
  const name = head[nameAt];
  const type = language === 'rust' ? head.slice(colon + 1) : head.slice(0, nameAt);
  // A pointer is constant for itself; several names in one statement are seldom numbers.
  if (name?.kind !== 'identifier' || type.some(({ text }) => text === '*' || text === '&' || text === '['))
    return;
  if (body.some(({ text }) => text === '{') || hasTopLevelComma(body)) return;
  table.define([...scope, name.text], {
    kind: 'constant',
    body,
    ...(declaredType(type) ?? { unsigned: false }),
  });
}

function hasTopLevelComma(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const { text } of tokens) {
    if (text === '(') depth++;
    else if (text === ')') depth--;
    else if (text === ',' && depth === 0) return true;
  }
  return false;
}

/** `#[name(...)]` in front of a member. */
function withoutAttributes(tokens: readonly Token[]): readonly Token[] {
  let start = 0;
  while (tokens[start]?.text === '#' && tokens[start + 1]?.text === '[') {
    let depth = 0;
    do {
      const text = tokens[++start]?.text;
      if (text === '[') depth++;
      else if (text === ']') depth--;
    } while (depth > 0 && start < tokens.length);
    start++;
  }
  return start === 0 ? tokens : tokens.slice(start);
}
