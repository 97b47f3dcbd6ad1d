/**
 * Macros by substitution of words, as the preprocessor does it, for what stands in constants: no `#`, no `##`. Gives up,
 * rather than going on for long.
 */
import type { Token } from './token';

export interface Macro {
  /** Undefined: object-like. */
  readonly parameters?: readonly string[];
  readonly body: readonly Token[];
}

const MAXIMUM_TOKENS = 4000;
const MAXIMUM_DEPTH = 40;

/** Undefined when there is no end to it, or a call does not fit its macro. */
export function expanded(
  tokens: readonly Token[],
  macroOf: (name: string) => Macro | undefined,
): readonly Token[] | undefined {
  // Most constants need nothing of this.
  if (!tokens.some((token) => token.kind === 'identifier' && macroOf(token.text))) return tokens;
  const expansion = new Expansion(macroOf);
  return expansion.run(tokens, []) ? expansion.result : undefined;
}

class Expansion {
  readonly result: Token[] = [];
  private steps = 0;

  constructor(private readonly macroOf: (name: string) => Macro | undefined) {}

  /** `within`: macros being expanded now, which do not expand again. */
  run(tokens: readonly Token[], within: readonly string[]): boolean {
    if (within.length > MAXIMUM_DEPTH) return false;
    for (let at = 0; at < tokens.length; at++) {
      if (++this.steps > MAXIMUM_TOKENS) return false;
      const token = tokens[at]!;
      const name = token.text;
      const macro = token.kind === 'identifier' && !within.includes(name) ? this.macroOf(name) : undefined;
      if (!macro) {
        this.result.push(token);
        continue;
      }
      if (!macro.parameters) {
        if (!this.run(macro.body, [...within, name])) return false;
        continue;
      }
      if (tokens[at + 1]?.text !== '(') return false;
      const call = argumentsAt(tokens, at + 1);
      if (call?.list.length !== macro.parameters.length) return false;
      if (!this.run(substituted(macro, call.list), [...within, name])) return false;
      at = call.end;
    }
    return true;
  }
}

/** Arguments of the call whose `(` stands at `open`, and where its `)` is. */
function argumentsAt(
  tokens: readonly Token[],
  open: number,
): { list: (readonly Token[])[]; end: number } | undefined {
  const list: Token[][] = [[]];
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.text === ')' && --depth === 0) return { list, end: at };
    if (token.text === ',' && depth === 1) list.push([]);
    else if (depth > 0) list.at(-1)!.push(token);
    if (token.text === '(') depth++;
  }
  return undefined;
}

function substituted({ parameters, body }: Macro, given: readonly (readonly Token[])[]): readonly Token[] {
  return body.flatMap((token) => {
    const index = token.kind === 'identifier' ? parameters!.indexOf(token.text) : -1;
    return index < 0 ? [token] : given[index]!;
  });
}
