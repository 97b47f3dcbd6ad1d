/**
 * Sources with marks in them: `‹name›` is where a symbol is defined, `«name»` where it is meant. All marks of one test are about
 * one symbol.
 */
import { uriOf } from '../../../src/language/workspace/places';
import { createSourceFile } from '../../../src/language/source-files';
import { WorkspaceTables } from '../../../src/language/symbols/workspace-tables';
import { Workspace } from '../../../src/language/workspace/workspace';
import type { Place } from '../../../src/language/symbols/symbol';

export interface MarkedPlace extends Place {
  readonly file: string;
  readonly definition: boolean;
}

export interface MarkedSources {
  readonly workspace: Workspace;
  readonly tables: WorkspaceTables;
  readonly marks: readonly MarkedPlace[];
  readonly uri: (file: string) => string;
  readonly text: (file: string) => string;
  /** The file of a URI. */
  readonly file: (uri: string) => string;
}

const ROOT = '/marked-sources';

export function marksIn(text: string): { plain: string; marks: (Place & { definition: boolean })[] } {
  const marks: (Place & { definition: boolean })[] = [];
  const lines = text.split('\n').map((marked, line) => {
    let plain = '';
    let open: { start: number; definition: boolean } | undefined;
    for (const letter of marked) {
      if (letter === '‹' || letter === '«') open = { start: plain.length, definition: letter === '‹' };
      else if (letter === '›' || letter === '»') marks.push({ line, end: plain.length, ...open! });
      else plain += letter;
    }
    return plain;
  });
  return { plain: lines.join('\n'), marks };
}

/** All files are open, none is on disk. */
export function openMarked(files: Readonly<Record<string, string>>): MarkedSources {
  const workspace = new Workspace(createSourceFile);
  const tables = new WorkspaceTables(workspace);
  const texts = new Map<string, string>();
  const uri = (file: string): string => uriOf(`${ROOT}/${file}`);
  const marks = Object.entries(files).flatMap(([file, text]) => {
    const { plain, marks: found } = marksIn(text);
    texts.set(file, plain);
    workspace.didOpen(uri(file), '', 1, plain);
    return found.map((mark) => ({ file, ...mark }));
  });
  refresh(tables);
  return {
    workspace,
    tables,
    marks,
    uri,
    text: (file) => texts.get(file)!,
    file: (given) => given.slice(uri('').length),
  };
}

export function refresh(tables: WorkspaceTables): void {
  const steps = tables.refresh();
  while (!steps.next().done);
}

/** A place in one line, as assertions show it. */
export function shown(place: Place & { file: string }): string {
  return `${place.file}:${place.line}:${place.start}-${place.end}`;
}
