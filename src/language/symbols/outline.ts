/**
 * What a source consists of, as a tree: sections, in them labels with their bodies, in those the local labels; macros, structures,
 * constants. A body ends with the last line that puts something into the section, so that it does not take what introduces
 * the next label.
 */
import type { AssemblyFile } from '../assembly/assembly-file';
import type { DefinitionStatement, DirectiveStatement, Label, Statement } from '../assembly/statement';
import { textStart, type Token } from '../assembly/token';
import { bodyEnds, endedBy } from './body-ends';
import type { Place } from './symbol';

export type OutlineKind =
  'section' | 'function' | 'data' | 'local' | 'constant' | 'macro' | 'structure' | 'field';

export interface OutlineNode {
  readonly name: string;
  /** Value of a constant, parameters of a macro. */
  readonly detail: string;
  readonly kind: OutlineKind;
  readonly place: Place;
  /** The last line of its body. */
  readonly end: number;
  readonly children: readonly OutlineNode[];
}

interface Node extends OutlineNode {
  end: number;
  children: Node[];
}

/** Where the next line goes: nodes that are open, outermost first. */
interface Stretch {
  readonly section: Node | undefined;
  readonly label: Node | undefined;
  readonly local: Node | undefined;
}

const NOWHERE: Stretch = { section: undefined, label: undefined, local: undefined };
const DATA =
  /^(?:\.(?:byte|h?word|short|value|int|long|quad|octa|[248]byte|asci[iz]|string\d*|float|single|double|skip|space|zero|fill|incbin)|d[bwdqtoyz]|res[bwdqtoyz]|incbin|times)$/i;
const DATA_SECTION = /^\.?(?:data|rodata|bss)/i;
/** Lines behind a label that may tell what it is. */
const NEAR = 8;
const LONGEST_DETAIL = 60;

export function outline(file: AssemblyFile): readonly OutlineNode[] {
  return new OutlineWalk(file).roots;
}

class OutlineWalk {
  readonly roots: Node[] = [];
  private line = 0;
  private at: Stretch = NOWHERE;
  private previous: Stretch = NOWHERE;
  private readonly pushed: Stretch[] = [];
  private readonly macros: (Node | undefined)[] = [];
  private structure: Node | undefined;
  private readonly constants = new Set<string>();
  private readonly ends: ReadonlyMap<string, number>;

  constructor(private readonly file: AssemblyFile) {
    this.ends = bodyEnds(file);
    for (; this.line < file.lineCount; this.line++)
      for (const statement of file.line(this.line).statements) this.statement(statement);
    this.dropEmpty(this.roots);
  }

  private statement(statement: Statement): void {
    if (this.macros.length > 0) return this.inMacro(statement);
    for (const label of statement.labels) this.label(label, statement);
    if (statement.kind === 'definition') return this.definition(statement);
    if (statement.kind === 'directive') {
      const { what, block } = statement.meaning;
      if (block?.family === 'structure' && this.structured(statement)) return;
      if (what === 'section') return this.section(statement);
      const ended = endedBy(statement);
      if (ended !== undefined ? this.at.label?.name !== ended : what === 'symbols') return;
      if (block?.family === 'conditional' || /align/i.test(statement.name.text)) return;
    }
    // Fields are laid out in no section.
    if (!this.structure) this.reach(this.at.section, this.at.label, this.at.local);
  }

  /** Bodies that go on at least to this line. */
  private reach(...nodes: readonly (Node | undefined)[]): void {
    for (const node of nodes) if (node) node.end = this.line;
  }

  private add(
    to: Node | undefined,
    kind: OutlineKind,
    name: string,
    span: { start: number; end: number },
    detail = '',
  ): Node {
    const place = { line: this.line, start: span.start, end: span.end };
    const node: Node = { name, detail, kind, place, end: this.line, children: [] };
    (to?.children ?? this.roots).push(node);
    return node;
  }

  private label(label: Label, statement: Statement): void {
    const { name, scope } = label;
    if (scope === 'number' || scope === 'macro') return;
    if (this.structure) return void this.add(this.structure, 'field', name, label);
    const { section, label: around } = this.at;
    const local = scope === 'label' || name.startsWith('.L');
    const within = around && (local || this.line < (this.ends.get(around.name) ?? -1));
    if (within) {
      around.end = this.line;
      this.at = { section, label: around, local: this.add(around, 'local', name, label) };
    } else {
      const kind = this.isData(statement) ? 'data' : local ? 'local' : 'function';
      this.at = { section, label: this.add(section, kind, name, label), local: undefined };
    }
    this.reach(section);
  }

  /** Data behind the label, in its line or in the next one that says what it is; at an end the section tells. */
  private isData(statement: Statement): boolean {
    for (let line = this.line; line < Math.min(this.file.lineCount, this.line + NEAR); line++) {
      for (const each of line === this.line ? [statement] : this.file.line(line).statements) {
        if (each.kind === 'instruction' && !each.call) return false;
        if (each.kind === 'directive' && DATA.test(each.name.text)) return true;
      }
    }
    return DATA_SECTION.test(this.at.section?.name ?? '');
  }

  private section({ name, arguments: words }: DirectiveStatement): void {
    const word = name.text.toLowerCase();
    if (word === '.popsection') this.at = this.pushed.pop() ?? this.at;
    else if (word === '.previous') [this.at, this.previous] = [this.previous, this.at];
    else if (/^(?:\.?(?:push)?section|segment|absolute|\.(?:text|data|bss|rodata))$/.test(word)) {
      const push = word === '.pushsection';
      if (push) this.pushed.push(this.at);
      this.previous = this.at;
      const [first] = words;
      const named = first && !/^\.(?:text|data|bss|rodata)$/.test(word);
      const span = named ? { start: textStart(first), end: first.end } : name;
      const written = this.file.lineText(this.line).slice(span.start, span.end);
      const parent = push ? (this.at.label ?? this.at.section) : undefined;
      this.at = { ...NOWHERE, section: this.add(parent, 'section', written, span) };
    }
  }

  private definition({ what, name, body, parameters }: DefinitionStatement): void {
    const span = { start: textStart(name), end: name.end };
    const { section, label } = this.at;
    // Where a body ends is known only of some labels: else it may have ended already.
    const parent = label && this.line < (this.ends.get(label.name) ?? -1) ? label : section;
    if (what === 'macro') {
      const macro = this.add(parent, 'macro', name.text, span, this.written(parameters ?? []));
      this.macros.push(macro);
    } else if (!this.constants.has(name.text)) {
      this.constants.add(name.text);
      const kind = parameters ? 'macro' : 'constant';
      this.add(parent, kind, name.text, span, this.written(parameters ?? body));
    }
    this.reach(this.at.section);
  }

  private inMacro(statement: Statement): void {
    if (statement.kind === 'definition' && statement.what === 'macro') this.macros.push(undefined);
    const block = statement.kind === 'directive' ? statement.meaning.block : undefined;
    if (block?.family !== 'macro' || block.edge !== 'close') return;
    const macro = this.macros.pop();
    if (!macro) return;
    this.reach(macro, this.at.section);
  }

  /** True for the first and the last line of a structure; `istruc` and `iend` put it somewhere. */
  private structured({ name, arguments: [first] }: DirectiveStatement): boolean {
    const word = name.text.toLowerCase();
    if (word === 'struc' && first) this.structure = this.add(this.at.section, 'structure', first.text, first);
    else if (word === 'endstruc' && this.structure) {
      this.reach(this.structure);
      this.structure = undefined;
    } else return false;
    this.reach(this.at.section);
    return true;
  }

  private written(tokens: readonly Token[]): string {
    const [first] = tokens;
    if (!first) return '';
    const text = this.file.lineText(this.line).slice(first.start, tokens[tokens.length - 1]!.end);
    return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text;
  }

  /** A section that holds nothing with a name says nothing. */
  private dropEmpty(nodes: Node[]): void {
    for (const { children } of nodes) this.dropEmpty(children);
    const kept = nodes.filter(({ kind, children }) => kind !== 'section' || children.length > 0);
    nodes.splice(0, nodes.length, ...kept);
  }
}
