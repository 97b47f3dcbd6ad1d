/**
 * The files that a launch configuration names, read as it names them. What cannot be read is the user's mistake and says which
 * attribute to correct. Besides them a session reads the files that their debug information names (debugger/load-program.ts).
 */
import { FileProblem, host } from '../host/host';
import { ConfigurationProblem, unreadable } from '../protocol/configuration-problem';

export interface NamedFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The file an attribute names. */
export type ReadFile = (attribute: string, path: string) => NamedFile;

/** @throws ConfigurationProblem */
export function readNamed(attribute: string, path: string): NamedFile {
  let bytes: Uint8Array;
  try {
    bytes = host().readFile(path);
  } catch (error) {
    if (error instanceof FileProblem) throw unreadable(attribute, path, error.code);
    throw error;
  }
  if (bytes.length === 0)
    throw new ConfigurationProblem('empty', attribute, `names ${path}, which is empty.`);
  return { path: host().path.resolve(path), bytes };
}
