/**
 * L0's own source on this machine: in the repository beside the sources, in the packaged extension as a copy beside the
 * bundle. What the editor shows for L0's frames, and where its breakpoints stand.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const places = [
  join(__dirname, 'l0-source'),
  join(__dirname, '..', 'src', 'l0'),
  join(__dirname, '..', 'l0'),
];

/** The folder with L0's source; undefined when the build left it out. */
export function l0SourceFolder(): string | undefined {
  return places.find((place) => existsSync(join(place, 'index.ts')));
}

/** Path on this machine of a file below L0's folder, as traced frames name it. */
export function l0SourcePath(file: string): string | undefined {
  const folder = l0SourceFolder();
  return folder && resolve(folder, file);
}

/** The name traced frames have for a path of this machine; undefined outside L0's source. */
export function l0SourceFile(path: string): string | undefined {
  const folder = l0SourceFolder();
  if (!folder) return undefined;
  const file = relative(folder, resolve(path));
  return file.startsWith('..') || file === '' || !file.endsWith('.ts')
    ? undefined
    : file.split(sep).join('/');
}
