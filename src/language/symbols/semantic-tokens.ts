/**
 * Words of a source with what they are, for colours. Names are what their definitions are, in this file, in those it includes,
 * or in those that export them; a name nobody knows has no colour of its own.
 */
import type { AssemblyFile } from '../assembly/assembly-file';
import { lineTokens } from './line-tokens';
import type { Definition, Occurrence } from './symbol';
import { FileSymbols } from './file-symbols';
import type { TokenModifier, TokenType } from './token-types';
import type { WorkspaceTables } from './workspace-tables';
import { meaningOf, targetOf } from './meaning';

export type EmitToken = (
  line: number,
  start: number,
  end: number,
  type: TokenType,
  modifier: TokenModifier | undefined,
) => void;

/** From the first line to the last, which is included. In the order of their places. */
export function semanticTokens(
  tables: WorkspaceTables,
  uri: string,
  file: AssemblyFile,
  first: number,
  last: number,
  emit: EmitToken,
): void {
  const symbols = FileSymbols.of(file);
  const types = new NameTypes(tables, uri, symbols);
  const { occurrences } = symbols;
  let next = symbols.firstOn(first);
  for (let line = first; line <= Math.min(last, file.lineCount - 1); line++) {
    const from = next;
    while (occurrences[next]?.line === line) next++;
    for (const { start, end, type, modifier } of lineTokens(file, line)) {
      if (type !== 'name' && type !== 'call') {
        emit(line, start, end, type, modifier);
        continue;
      }
      let at = start;
      let coloured = false;
      // Two of them where a label and its local label stand together, the label first.
      for (let index = from; index < next; index++) {
        const occurrence = occurrences[index]!;
        if (occurrence.start < start || occurrence.end > end || occurrence.end <= at) continue;
        const known = types.of(occurrence);
        if (!known) continue;
        emit(line, at, occurrence.end, known, occurrence.role === 'definition' ? 'declaration' : undefined);
        at = occurrence.end;
        coloured = true;
      }
      if (!coloured && type === 'call') emit(line, start, end, 'macro', undefined);
    }
  }
}

const byKind: Readonly<Record<Exclude<Definition['kind'], 'label' | 'text'>, TokenType>> = {
  number: 'label',
  constant: 'enumMember',
  macro: 'macro',
  structure: 'struct',
  field: 'property',
  parameter: 'parameter',
};

/** Types of the names of one file: each is looked up once. */
class NameTypes {
  private readonly known = new Map<string, TokenType | undefined>();

  constructor(
    private readonly tables: WorkspaceTables,
    private readonly uri: string,
    private readonly symbols: FileSymbols,
  ) {}

  of(occurrence: Occurrence): TokenType | undefined {
    const { name, as } = occurrence;
    const key = as === 'operand' ? name : `${as} ${name}`;
    if (this.known.has(key)) return this.known.get(key);
    // Headers of C would have to be read for it: a file is coloured after each keystroke.
    const definition =
      this.symbols.definitions.meaning(occurrence)[0] ??
      targetOf(meaningOf(this.tables, this.uri, occurrence, false))[0]?.definition;
    const type = definition && typeOf(definition, occurrence);
    this.known.set(key, type);
    return type;
  }
}

function typeOf({ kind, name, local }: Definition, { as }: Occurrence): TokenType {
  if (kind === 'label') return local || name.startsWith('.L') ? 'label' : 'function';
  if (kind === 'text') return as === 'mnemonic' ? 'macro' : 'enumMember';
  return byKind[kind];
}
