/** URIs of the protocol and paths of the disk. A document without a path (untitled, on another machine) has only its URI. */
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The path behind a `file:` URI; undefined for another one, and for what is no URI. */
export function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

/** As one speaks of a file. */
export function fileName(uri: string): string {
  try {
    return basename(decodeURIComponent(uri));
  } catch {
    return basename(uri);
  }
}
