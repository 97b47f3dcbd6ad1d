/**
 * Between the names that traced frames have for L0's source files and their paths on this machine: what the editor shows for L0's
 * frames, and where its breakpoints stand.
 */
import { host } from '../host/host';

/** Path on this machine of a file below L0's folder; undefined when the build left the source out. */
export function l0SourcePath(file: string): string | undefined {
  const folder = host().l0Folder();
  return folder && host().path.resolve(folder, file);
}

/** The name traced frames have for a path of this machine; undefined outside L0's source. */
export function l0SourceFile(path: string): string | undefined {
  const folder = host().l0Folder();
  if (!folder) return undefined;
  const { relative, resolve } = host().path;
  const file = relative(folder, resolve(path));
  return file.startsWith('..') || !file.endsWith('.ts') ? undefined : file.replaceAll('\\', '/');
}
