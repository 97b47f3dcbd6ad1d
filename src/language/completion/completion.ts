/**
 * Completion in assembly: what can stand at the cursor, sorted by what is likely there. Lists are short: what does not fit
 * the word so far is left out.
 */
import { AssemblyFile } from '../assembly/assembly-file';
import { allRegisters, type Register } from '../assembly/register-names';
import { registerText } from '../hover/register-text';
import { FileNames } from '../meaning/file-names';
import type { AssemblyDialect } from '../source/language-id';
import type { SourceFile } from '../source/source-file';
import type { Position, Range } from '../text/position';
import { cursorAt, type Cursor } from './cursor';
import { factItems } from './fact-items';
import type { Item } from './item';
import { directiveItems, mnemonicItems } from './line-items';
import { useOfValue } from './use-of-value';

/** What the symbols of the file and its includes give to completion. */
export interface CompletionSymbols {
  /** As they are written on a line. */
  names(line: number): Iterable<NamedSymbol>;
  /** Labels that sources show to the linker, those that are wanted. */
  elsewhere(wanted: (name: string) => boolean): Iterable<NamedSymbol>;
}

export interface NamedSymbol {
  readonly name: string;
  readonly kind: 'label' | 'constant' | 'macro';
  readonly detail?: string;
}

export interface Completion {
  readonly label: string;
  readonly kind: Item['kind'];
  readonly detail?: string;
  /** Lists are shown in the order of this. */
  readonly sortText: string;
  /** What the editor compares with the word typed so far. */
  readonly filterText: string;
  readonly edit: { readonly range: Range; readonly text: string };
  /** Markdown, made when somebody wants to read it. */
  readonly documentation?: () => string | undefined;
}

/** A longer list is cut; the editor asks again when more is typed. */
export const MAXIMUM_COMPLETIONS = 400;

export function completions(
  file: SourceFile,
  position: Position,
  symbols: CompletionSymbols,
): readonly Completion[] {
  if (!(file instanceof AssemblyFile) || position.line >= file.lineCount) return [];
  const cursor = cursorAt(file, position);
  if (!cursor) return [];
  return itemsAt(file, cursor, symbols)
    .flat()
    .filter((item) => fits(item, cursor))
    .slice(0, MAXIMUM_COMPLETIONS)
    .map((item, place) => completion(item, place, cursor));
}

/** Groups, the likeliest first. */
function itemsAt(file: AssemblyFile, cursor: Cursor, symbols: CompletionSymbols): Item[][] {
  const { language } = file;
  const { place, typed, instruction } = cursor;
  const named = [...symbols.names(cursor.range.start.line)].map(symbolItem);
  const ofKind = (...kinds: Item['kind'][]): Item[] => named.filter(({ kind }) => kinds.includes(kind));
  if (place === 'argument') return [ofKind('constant', 'label')];
  if (place === 'line') {
    const macros = ofKind('macro');
    const sign = (language === 'gas' ? /^[.#]/ : /^%/).exec(cursor.sigil + typed);
    if (sign) return [directiveItems(language, sign[0])];
    // NASM's directives are words like mnemonics.
    return [mnemonicItems(language, typed), macros, language === 'nasm' ? directiveItems(language) : []];
  }
  if (cursor.sigil === '%' && language === 'gas') return [registerItems(language)];
  if (instruction && jumps(instruction.base)) {
    const near = new Set(named.map(({ label }) => label));
    const far = [...symbols.elsewhere((name) => begins(name, typed) && !near.has(name))].map(symbolItem);
    return [ofKind('label'), far, registers(cursor, language)];
  }
  const use = useOfValue(file, cursor);
  if (use) return [factItems(use, new FileNames(file))];
  const constants = [ofKind('constant'), ofKind('label')];
  return cursor.sigil === '$' ? constants : [registers(cursor, language), ...constants];
}

function symbolItem({ name, kind, detail }: { name: string; kind: Item['kind']; detail?: string }): Item {
  return { label: name, kind, ...(detail !== undefined && { detail }) };
}

const jumps = (base: string): boolean => /^(j[a-z]+|call|loop[a-z]*)$/.test(base);

/** A number cannot be a register, and a register of AT&T syntax starts with a percent sign. */
function registers(cursor: Cursor, dialect: AssemblyDialect): Item[] {
  return cursor.sigil === '' ? registerItems(dialect) : [];
}

const order: Readonly<Record<Register['kind'], number>> = {
  general: 0,
  control: 1,
  segment: 2,
  debug: 3,
  'instruction-pointer': 4,
  other: 5,
};

function registerItems(dialect: AssemblyDialect): Item[] {
  return [...allRegisters]
    .sort((a, b) => order[a.kind] - order[b.kind] || (b.bits ?? 0) - (a.bits ?? 0))
    .map(({ name, bits }) => ({
      label: name,
      kind: 'register',
      ...(bits !== undefined && { detail: `${bits} bits` }),
      ...(dialect === 'gas' && { text: `%${name}` }),
      documentation: () => registerText(name),
    }));
}

/** What starts with the word so far, or has it after an underscore (`RIP` finds GUEST_RIP). */
function fits({ label, kind }: Item, { typed }: Cursor): boolean {
  if (kind !== 'directive') return begins(label, typed);
  const bare = (word: string): string => word.toLowerCase().replace(/^[%#.]/, '');
  return bare(label).startsWith(bare(typed));
}

function begins(label: string, typed: string): boolean {
  const word = typed.toLowerCase();
  const name = label.toLowerCase();
  return name.startsWith(word) || name.includes(`_${word}`);
}

function completion(item: Item, place: number, cursor: Cursor): Completion {
  const { label, kind, detail, documentation } = item;
  const text = textOf(item, cursor);
  return {
    label,
    kind,
    ...(detail !== undefined && { detail }),
    sortText: String(place).padStart(4, '0'),
    filterText: cursor.sigil === '%' ? label.replace(/^%/, '') : label,
    edit: { range: cursor.range, text },
    ...(documentation && { documentation }),
  };
}

/** The text with the sigil that belongs to it, unless that is typed already. */
function textOf({ label, kind, text = label, constant }: Item, cursor: Cursor): string {
  if (cursor.sigil === '%') return text.replace(/^%/, '');
  const immediate = (constant || kind === 'constant') && cursor.instruction?.destinationLast;
  return immediate && cursor.sigil === '' && !cursor.begun ? `$${text}` : text;
}
