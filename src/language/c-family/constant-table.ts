/**
 * Names of constants and what they are worth. A name that the file defines more than once with different values (`#if`,
 * `#else`) is worth nothing, because which one holds is not known here; so is a name whose definition cannot be computed.
 */
import type { ConstantScope } from '../source/source-file';
import type { CFamily } from '../source/language-id';
import { Expression } from './expression';
import { integerOf, integerOfValue, type Integer } from './integer';
import { expanded, type Macro } from './macro-expansion';
import type { Token } from './token';

export interface EnumMember {
  /** Undefined: one more than the member before it. */
  readonly value?: readonly Token[];
  /** Something between it and the member before may add members: its number cannot be counted. */
  readonly uncounted?: true;
}

export interface EnumBlock {
  readonly members: readonly EnumMember[];
}

export type Definition =
  | ({ readonly kind: 'macro' } & Macro)
  | {
      readonly kind: 'constant';
      readonly body: readonly Token[];
      readonly bits?: number;
      readonly unsigned: boolean;
    }
  | { readonly kind: 'enumerator'; readonly block: EnumBlock; readonly index: number };

const WITHOUT_HEAD = /^(?:::|crate::|self::|super::)+/;

export class ConstantTable {
  private readonly definitions = new Map<string, Definition[]>();
  private readonly values = new Map<string, Integer | undefined>();
  private readonly enums = new Map<EnumBlock, (Integer | undefined)[]>();

  constructor(
    private readonly language: CFamily,
    private readonly scope: ConstantScope,
  ) {}

  /** `path`: scopes (namespace, module, type) and the name. It is also found with some of the outer scopes left out. */
  define(path: readonly string[], definition: Definition): void {
    let name = '';
    for (let first = path.length - 1; first >= 0; first--) {
      name = name === '' ? path[first]! : `${path[first]}::${name}`;
      const known = this.definitions.get(name);
      if (known) known.push(definition);
      else this.definitions.set(name, [definition]);
    }
  }

  /** The macro that stands for a name wherever it is written; undefined when there are two of them. */
  macro(name: string): Macro | undefined {
    const definitions = this.definitions.get(name);
    const first = definitions?.[0];
    if (first?.kind !== 'macro') return undefined;
    if (definitions!.length === 1) return first;
    const text = bodyText(first);
    return definitions!.every((each) => each.kind === 'macro' && bodyText(each) === text) ? first : undefined;
  }

  /** What a name or a path (`vmcs::guest::RIP`) is worth. */
  integer(name: string): Integer | undefined {
    if (this.values.has(name)) return this.values.get(name);
    // Whoever asks for it meanwhile stands in its own definition.
    this.values.set(name, undefined);
    const value = this.compute(name);
    this.values.set(name, value);
    return value;
  }

  /** What an expression is worth; undefined when it is none, or has a name in it that is worth nothing. */
  evaluate(tokens: readonly Token[]): Integer | undefined {
    const [first] = tokens;
    if (tokens.length === 1 && first?.kind === 'number') return first.integer;
    const words = expanded(tokens, (name) => this.macro(name));
    return words && new Expression(words, this.language === 'rust', (name) => this.integer(name)).value();
  }

  /** Names of constants, worth something or not. */
  *names(): Iterable<string> {
    for (const [name, [first]] of this.definitions)
      if (first?.kind !== 'macro' || !first.parameters) yield name;
  }

  defines(name: string): boolean {
    return this.definitions.has(name);
  }

  private compute(name: string): Integer | undefined {
    const definitions = this.definitions.get(name);
    if (definitions) {
      const [first, ...others] = definitions.map((definition) => this.worth(definition));
      return first && others.every((other) => other?.value === first.value) ? first : undefined;
    }
    const outside = this.scope.constant(name);
    if (outside !== undefined)
      return this.language === 'rust' ? { value: outside, unsigned: false } : integerOfValue(outside);
    return this.shorter(name);
  }

  /** `x86::vmx::vmcs::guest::RIP` is `guest::RIP` of whoever defines that. The last word alone would be anybody's. */
  private shorter(name: string): Integer | undefined {
    const inside = name.replace(WITHOUT_HEAD, '');
    if (inside !== name) return inside === '' ? undefined : this.integer(inside);
    const rest = /^[^:]+::(.+)$/.exec(name)?.[1];
    if (rest === undefined) return undefined;
    return rest.includes('::') || name.startsWith('Self::') ? this.integer(rest) : undefined;
  }

  private worth(definition: Definition): Integer | undefined {
    switch (definition.kind) {
      case 'macro':
        return definition.parameters ? undefined : this.evaluate(definition.body);
      case 'constant': {
        const value = this.evaluate(definition.body)?.value;
        return value === undefined ? undefined : integerOf(value, definition.bits, definition.unsigned);
      }
      case 'enumerator':
        return this.members(definition.block)[definition.index];
    }
  }

  private members(block: EnumBlock): readonly (Integer | undefined)[] {
    const known = this.enums.get(block);
    if (known) return known;
    const values: (Integer | undefined)[] = [];
    // Seen while it grows: a member may use those before it.
    this.enums.set(block, values);
    let next: bigint | undefined = 0n;
    for (const { value, uncounted } of block.members) {
      if (value) next = this.evaluate(value)?.value;
      else if (uncounted) next = undefined;
      values.push(next === undefined ? undefined : integerOfValue(next));
      if (next !== undefined) next++;
    }
    return values;
  }
}

function bodyText({ parameters, body }: Macro): string {
  return `${parameters?.join(',') ?? ''})${body.map((token) => token.text).join(' ')}`;
}
