/**
 * Reads the lines of a source in order and gives each name its whole name: local labels the label before them, parameters their macro,
 * numbered labels their place. Every branch of a condition counts, dead ones too: who renames wants them all.
 */
import type { AssemblyFile } from '../assembly/assembly-file';
import { marksOf } from './line-marks';
import { MacroBlocks } from './macro-blocks';
import { MacroWords, type KnownMacros } from './macro-words';
import type { Mark } from './mark';
import {
  scopedName,
  type Definition,
  type DefinitionKind,
  type Moving,
  type Occurrence,
  type Usage,
} from './symbol';

/** What the lines before a place mean for those behind it, where nothing stands open. */
export interface SymbolState {
  readonly parent: string | number;
  readonly macros: KnownMacros;
  readonly numbers: ReadonlyMap<string, number>;
  readonly scopes: number;
}

export class SymbolReader {
  readonly definitions: Moving<Definition>[] = [];
  readonly occurrences: Moving<Occurrence>[] = [];
  readonly exported = new Set<string>();
  readonly imported = new Set<string>();
  /** Names that an expansion completes: the part that stands there. */
  readonly pasted: Moving<Occurrence>[] = [];

  private line = 0;
  private commented = false;
  private continued = false;
  /** What local labels belong to: the label before, or by its number a macro that is just defined. */
  private parent: string | number;
  /** The structure that `istruc` names. */
  private instance: string | undefined;
  private inStructure = false;
  private readonly blocks: MacroBlocks;
  /** Parameters of a `#define` that goes on. */
  private text: { readonly id: number; readonly parameters: Set<string> } | undefined;
  private readonly words: MacroWords;
  /** How many labels of each number there were. */
  private readonly numbers: Map<string, number>;
  private counted = false;

  constructor(
    private readonly file: AssemblyFile,
    private readonly enter: SymbolState,
  ) {
    this.parent = enter.parent;
    this.blocks = new MacroBlocks(enter.scopes);
    this.words = new MacroWords(file.language, enter.macros);
    this.numbers = new Map(enter.numbers);
  }

  /** Nothing stands open: the state says all that the lines so far mean for the next one. */
  get quiet(): boolean {
    const open = this.commented || this.continued || this.inStructure || this.instance !== undefined;
    return !open && this.blocks.none;
  }

  get state(): SymbolState {
    return {
      parent: this.parent,
      macros: this.words.known,
      numbers: this.counted ? this.numbers : this.enter.numbers,
      scopes: this.blocks.taken,
    };
  }

  /** To be called for each line in order. */
  read(line: number): void {
    this.line = line;
    const { file } = this;
    const source = file.line(line);
    for (const statement of source.statements) {
      const block = statement.kind === 'directive' ? statement.meaning.block : undefined;
      if (block?.family === 'comment') this.commented = block.edge === 'open';
    }
    if (!this.continued) this.text = undefined;
    this.continued = source.continues;
    if (this.commented) return;
    const marks = marksOf(source, file.language);
    const text = file.lineText(line);
    marks.forEach((mark, at) => this.mark(this.words.asMacro(mark, marks[at - 1], marks[at + 1], text)));
  }

  private mark(mark: Mark): void {
    const { kind, name } = mark;
    switch (kind) {
      case 'label':
      case 'exported-label':
        if (kind === 'exported-label') this.exported.add(name);
        return this.label(mark);
      case 'number': {
        const count = (this.numbers.get(name) ?? 0) + 1;
        this.numbers.set(name, count);
        this.counted = true;
        return void this.define(mark, 'number', scopedName(name, count));
      }
      case 'generated':
        return void this.define(mark, 'label', this.inMacro(name));
      case 'common':
        this.exported.add(name);
        return void this.define(mark, 'label', name);
      case 'constant':
        return void this.define(mark, 'constant', this.whole(name), this.isLocal(name));
      case 'text':
        this.words.add(name, false);
        this.text = { id: this.blocks.nextId(), parameters: new Set() };
        return void this.define(mark, 'text', name);
      case 'macro':
        this.words.add(name, true);
        this.blocks.open(this.parent, true, name === '' ? undefined : this.define(mark, 'macro', name));
        // Whoever calls the macro gives its local labels their label: among themselves they belong together.
        this.parent = this.blocks.nextId();
        return;
      case 'repetition':
        return void this.blocks.open(this.parent, false, undefined);
      case 'end-macro':
        this.parent = this.blocks.close(true)?.parent ?? this.parent;
        return;
      case 'end-repetition':
        return void this.blocks.close(false);
      case 'structure':
        this.parent = name;
        this.inStructure = true;
        return void this.define(mark, 'structure', name);
      case 'instance':
        this.instance = name;
        return;
      case 'end-instance':
        this.instance = undefined;
        this.inStructure = false;
        return;
      case 'parameter': {
        const owner = this.text ?? this.blocks.innermost;
        owner?.parameters.add(name);
        return void this.define(mark, 'parameter', scopedName(name, owner?.id ?? ''));
      }
      case 'pasted':
        return void this.pasted.push({ ...mark, line: this.line, as: 'any', role: 'use' });
      case 'word':
        return;
      case 'argument':
        return this.argument(mark);
      case 'numeric-reference': {
        const number = name.slice(0, -1);
        const next = /f$/i.test(name) ? 1 : 0;
        const label = scopedName(number, (this.numbers.get(number) ?? 0) + next);
        return this.occur(mark, label, 'operand', 'use');
      }
      case 'export':
      case 'import':
        (kind === 'export' ? this.exported : this.imported).add(this.whole(name));
        return this.use(mark, 'operand', 'declaration');
      case 'member':
        return this.occur(
          mark,
          this.instance === undefined ? this.whole(name) : this.instance + name,
          'operand',
          'use',
        );
      case 'use':
        return this.use(mark, 'operand', 'use');
      case 'call':
        return this.use(mark, 'mnemonic', 'use');
      case 'any':
        return this.use(mark, 'any', 'use');
    }
  }

  private label(mark: Mark): void {
    const local = this.isLocal(mark.name);
    this.define(mark, local && this.inStructure ? 'field' : 'label', this.whole(mark.name), local);
    if (!mark.name.startsWith('.')) this.parent = mark.name;
  }

  /** Two dots in front make NASM's special names, which belong to no label. */
  private isLocal(name: string): boolean {
    return this.file.language === 'nasm' && name[0] === '.' && name[1] !== '.';
  }

  private whole(name: string): string {
    if (!this.isLocal(name)) return name;
    return typeof this.parent === 'string' ? this.parent + name : scopedName(name, this.parent);
  }

  private define(mark: Mark, kind: DefinitionKind, name: string, local = false): Definition {
    const { start, end, anyCase } = mark;
    const definition = {
      name,
      kind,
      line: this.line,
      start,
      end,
      ...(anyCase && { anyCase }),
      ...(local && { local }),
    };
    this.definitions.push(definition);
    this.occur(mark, name, kind === 'macro' ? 'mnemonic' : 'operand', 'definition');
    return definition;
  }

  private occur({ start, end }: Mark, name: string, as: Usage, role: Occurrence['role'], head = 0): void {
    this.occurrences.push({ name, as, role, line: this.line, start, end, ...(head > 0 && { head }) });
  }

  private use(mark: Mark, as: Usage, role: Occurrence['role']): void {
    const { name, start } = mark;
    if (this.text?.parameters.has(name)) return this.occur(mark, scopedName(name, this.text.id), as, role);
    const dot = this.file.language === 'nasm' ? name.indexOf('.', 1) : -1;
    if (dot > 0 && !name.startsWith('.')) {
      this.occur({ ...mark, end: start + dot }, name.slice(0, dot), as, role);
      return this.occur(mark, name, as, role, dot);
    }
    this.occur(mark, this.whole(name), as, role);
  }

  private argument(mark: Mark): void {
    const { name } = mark;
    if (name.startsWith('%%')) return this.occur(mark, this.inMacro(name), 'operand', 'use');
    if (name.startsWith('%')) {
      // Numbered parameters stand nowhere but in the count behind the macro's name.
      const { macro } = this.blocks;
      if (!macro) return;
      const whole = scopedName(name, macro.id);
      if (macro.definition && !macro.parameters.has(name))
        this.definitions.push({ ...macro.definition, name: whole, kind: 'parameter' });
      macro.parameters.add(name);
      return this.occur(mark, whole, 'any', 'use');
    }
    const owner = this.blocks.having(name);
    if (owner) this.occur(mark, scopedName(name, owner.id), 'any', 'use');
  }

  private inMacro(name: string): string {
    return scopedName(name, this.blocks.macro?.id ?? '');
  }
}
