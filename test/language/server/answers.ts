/** Everything the analysis says about an open document, as one text: two documents with the same text must say the same. */
import { codeActions } from '../../../src/language/actions/code-actions';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import { completions } from '../../../src/language/completion/completion';
import { KnownSymbols } from '../../../src/language/completion/known-symbols';
import { diagnose } from '../../../src/language/diagnostics/diagnose';
import { inlayHints } from '../../../src/language/hints/inlay-hints';
import { hover } from '../../../src/language/hover/hover';
import { inlineValues } from '../../../src/language/inline-values/inline-values';
import { liveExpression } from '../../../src/language/inline-values/live-expressions';
import { createSourceFile } from '../../../src/language/source-files';
import type { SourceFile } from '../../../src/language/source/source-file';
import { folds } from '../../../src/language/symbols/folding';
import { outline } from '../../../src/language/symbols/outline';
import { definitionsAt, referencesOf, symbolAt } from '../../../src/language/symbols/references';
import { semanticTokens } from '../../../src/language/symbols/semantic-tokens';
import { WorkspaceTables } from '../../../src/language/symbols/workspace-tables';
import type { Position, Range } from '../../../src/language/text/position';
import type { TextChange } from '../../../src/language/workspace/open-document';
import { Workspace, type CreateSource } from '../../../src/language/workspace/workspace';

/** One document in a workspace of its own, asked as the server asks. */
export class AskedDocument {
  private readonly workspace: Workspace;
  private readonly tables: WorkspaceTables;
  private readonly known: KnownSymbols;

  constructor(
    private readonly uri: string,
    languageId: string,
    text: string,
    create: CreateSource = createSourceFile,
  ) {
    this.workspace = new Workspace(create);
    this.tables = new WorkspaceTables(this.workspace);
    this.known = new KnownSymbols(this.workspace, this.tables);
    this.workspace.didOpen(uri, languageId, 0, text);
  }

  change(version: number, changes: readonly TextChange[]): void {
    this.workspace.didChange(this.uri, version, changes);
  }

  /** What does not depend on a place. */
  whole(): string {
    const { file } = this;
    const lines = Array.from({ length: file.lineCount }, (_, line) => line);
    const all: Range = { start: { line: 0, character: 0 }, end: { line: file.lineCount, character: 0 } };
    return textOf({
      lines: lines.map((line) => file.lineText(line)),
      words: lines.map((line) => file.words(line)),
      analysis: file.analysis(),
      constants: [...file.constants()],
      includes: file.includes(),
      findings: diagnose(file),
      hints: inlayHints(file, all),
      values: inlineValues(file, all, { start: all.end, end: all.end }),
      ...(file instanceof AssemblyFile && {
        outline: outline(file),
        folds: folds(file),
        tokens: this.tokens(file),
      }),
    });
  }

  at(position: Position): string {
    const { file, uri } = this;
    this.bringUpToDate();
    const symbol = symbolAt(this.tables, uri, position);
    return textOf({
      hover: hover(file, position),
      actions: codeActions(file, { start: position, end: position }),
      live: liveExpression(file, position),
      completions: completions(file, position, this.known.of(uri)).slice(0, 40),
      definitions: definitionsAt(this.tables, uri, position),
      references: symbol && referencesOf(this.tables, symbol),
    });
  }

  private get file(): SourceFile {
    return this.workspace.document(this.uri)!.file;
  }

  private bringUpToDate(): void {
    for (const step of this.tables.refresh()) void step;
  }

  private tokens(file: AssemblyFile): unknown[] {
    this.bringUpToDate();
    const tokens: unknown[] = [];
    semanticTokens(this.tables, this.uri, file, 0, file.lineCount, (...token) => tokens.push(token));
    return tokens;
  }
}

function textOf(answers: object): string {
  return JSON.stringify(
    answers,
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
    1,
  );
}
