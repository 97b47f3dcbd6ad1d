/** Makes the source of a text: the one place that knows which front end reads which language. */
import { AssemblyFile } from './assembly/assembly-file';
import { CFamilyFile } from './c-family/c-family-file';
import { isAssembly, languageOf } from './source/language-id';
import type { ConstantScope, SourceFile } from './source/source-file';

/** Undefined when nobody reads the language. An empty `languageId` leaves it to the file's name. */
export function createSourceFile(
  languageId: string,
  path: string,
  text: string,
  scope: ConstantScope,
): SourceFile | undefined {
  const language = languageOf(languageId, path);
  if (language === undefined) return undefined;
  return isAssembly(language)
    ? new AssemblyFile(language, text, scope)
    : new CFamilyFile(language, text, scope);
}
