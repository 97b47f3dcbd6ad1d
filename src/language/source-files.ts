/** Makes the source of a text: the one place that knows which front end reads which language. */
import type { ConstantScope, SourceFile } from './source/source-file';
import { languageOf } from './source/language-id';

/** Undefined when nobody reads the language. An empty `languageId` leaves it to the file's name. */
export function createSourceFile(
  languageId: string,
  path: string,
  _text: string,
  _scope: ConstantScope,
): SourceFile | undefined {
  const language = languageOf(languageId, path);
  if (language === undefined) return undefined;
  return undefined;
}
