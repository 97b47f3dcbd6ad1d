/**
 * Where the functions of L0 begin, from its source. Function breakpoints name them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { l0SourceFolder } from './l0-sources';

export interface L0Function {
  /** Path below L0's folder. */
  readonly file: string;
  readonly line: number;
}

const DECLARATION = /^(?:export )?function (\w+)/;

let functions: Map<string, L0Function> | undefined;

/** All functions of L0 by name; read once. */
export function l0Functions(): ReadonlyMap<string, L0Function> {
  if (functions) return functions;
  functions = new Map();
  const folder = l0SourceFolder();
  for (const path of folder === undefined ? [] : sources(folder)) {
    const file = relative(folder!, path).split(sep).join('/');
    readFileSync(path, 'utf8')
      .split('\n')
      .forEach((text, index) => {
        const name = DECLARATION.exec(text)?.[1];
        if (name !== undefined && !functions!.has(name)) functions!.set(name, { file, line: index + 1 });
      });
  }
  return functions;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
