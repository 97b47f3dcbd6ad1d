/**
 * Joining and normalising source paths from debug information, without asking the file system.
 *
 * Paths of the machine that built the program need not be paths of this one: both slashes and drive letters are
 * understood. A relative compilation directory (`-fdebug-prefix-map=$PWD=.`) gives a relative path.
 */

/** Whether a path starts at a root: `/x`, `C:\x`, `\\server`. */
export function isAbsolutePath(path: string): boolean {
  return /^([a-zA-Z]:[\\/]|[\\/])/.test(path);
}

/** Joins the parts, a later absolute part replacing what came before, and normalises the result. */
export function joinPath(...parts: string[]): string {
  let joined = '';
  for (const part of parts) {
    if (part === '') continue;
    joined = joined === '' || isAbsolutePath(part) ? part : `${joined}/${part}`;
  }
  return normalizePath(joined);
}

/** Removes `.`, empty and resolvable `..` components; leading `..` of a relative path stay. */
export function normalizePath(path: string): string {
  const windows = /^[a-zA-Z]:[\\/]|^\\\\/.test(path);
  const text = windows ? path.replaceAll('\\', '/') : path;
  const root = /^([a-zA-Z]:\/|\/)/.exec(text)?.[0] ?? '';
  const kept: string[] = [];
  for (const part of text.slice(root.length).split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept[kept.length - 1] !== '..') kept.pop();
    else if (root === '') kept.push(part);
  }
  return root + kept.join('/');
}

/** The folder of a path, empty for a bare name. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))));
}

/** The last component of a path. */
export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** How many trailing components two paths share; case counts. */
export function sharedSuffix(a: string, b: string): number {
  const left = a.split('/').reverse();
  const right = b.split('/').reverse();
  let shared = 0;
  while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared++;
  return shared;
}
