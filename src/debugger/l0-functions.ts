/**
 * Where the functions of L0 begin, from its source. Function breakpoints name them.
 */
import { host } from '../host/host';

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
  for (const { file, text } of host().l0Sources())
    text.split('\n').forEach((line, index) => {
      const name = DECLARATION.exec(line)?.[1];
      if (name !== undefined && !functions!.has(name)) functions!.set(name, { file, line: index + 1 });
    });
  return functions;
}
