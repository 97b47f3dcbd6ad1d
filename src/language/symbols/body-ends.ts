/** Where functions say themselves that they end: `.size name, ...`, `SYM_FUNC_END(name)`, `name ENDP`. */
import type { AssemblyFile } from '../assembly/assembly-file';
import type { Statement } from '../assembly/statement';

/** Macros of C that end what they name, as Linux and Xen write them. */
const ENDING = /(?:^|_)END(?:PROC|DATA)?(?:_|$)/;

/** The name whose body the statement ends. */
export function endedBy(statement: Statement): string | undefined {
  if (statement.kind === 'directive' && /^(?:\.size|endp)$/i.test(statement.name.text))
    return statement.arguments[0]?.text;
  if (statement.kind === 'instruction' && statement.call && ENDING.test(statement.mnemonic.text))
    return statement.operands[0]?.tokens[0]?.text;
  return undefined;
}

/** The line on which each name's body ends; the last, if several do. */
export function bodyEnds(file: AssemblyFile): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (let line = 0; line < file.lineCount; line++)
    for (const statement of file.line(line).statements) {
      const name = endedBy(statement);
      if (name !== undefined) ends.set(name, line);
    }
  return ends;
}
