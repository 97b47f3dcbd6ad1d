/**
 * What a name of an assembly source can be: where it is defined and where it occurs. A name is always the whole name, by which
 * any other place could ask for it: NASM's `.loop` behind `main` is `main.loop`, and names that only a part of a file knows
 * (numbered labels, parameters) carry that part behind them.
 */
export interface Place {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** What lines above that come and go move up and down. */
export type Moving<Placed extends Place> = Omit<Placed, 'line'> & { line: number };

/** `text` is put in place of its name (`#define`, `%define`), `number` is gas's `1:`. */
export type DefinitionKind =
  'label' | 'number' | 'constant' | 'text' | 'macro' | 'structure' | 'field' | 'parameter';

export interface Definition extends Place {
  readonly name: string;
  readonly kind: DefinitionKind;
  /** Found in letters of either case: gas's macros, NASM's `%idefine`. */
  readonly anyCase?: true;
  /** Only the part from the dot on stands at its places; the label before it says the rest. */
  readonly local?: true;
}

/** What a name is used as decides what it can mean: a macro and a label may have the same name. */
export type Usage = 'operand' | 'mnemonic' | 'any';

export interface Occurrence extends Place {
  readonly name: string;
  readonly as: Usage;
  /** `declaration`: `.globl`, `extern`. */
  readonly role: 'definition' | 'declaration' | 'use';
  /** `main.loop` written in full: so many letters stand before the local part. */
  readonly head?: number;
}

const SCOPE = '\0';

/** A name that only one part of one file knows. */
export function scopedName(name: string, scope: number | string): string {
  return `${name}${SCOPE}${scope}`;
}

export function isScoped(name: string): boolean {
  return name.includes(SCOPE);
}

/** The name as people write it. */
export function plainName(name: string): string {
  const end = name.indexOf(SCOPE);
  return end < 0 ? name : name.slice(0, end);
}

/** What both spellings of a name that is found in either case have in common. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** True when the name used in this way can mean the definition. Which files see each other is another question. */
export function fits(definition: Definition, { name, as }: { name: string; as: Usage }): boolean {
  if (definition.name !== name && !(definition.anyCase && nameKey(definition.name) === nameKey(name)))
    return false;
  if (as === 'any' || definition.kind === 'text' || definition.kind === 'parameter') return true;
  return (definition.kind === 'macro') === (as === 'mnemonic');
}

/** Where the name itself stands, when it is known what it means: of a name written in full, its local part. */
export function placeOf(occurrence: Occurrence, meaning: readonly Definition[]): Place {
  const { line, start, end, head = 0 } = occurrence;
  return meaning.some((definition) => definition.local)
    ? { line, start: start + head, end }
    : { line, start, end };
}
