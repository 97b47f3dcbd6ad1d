/**
 * Makes symbols of a file's bytes. A file without usable symbols is no reason to refuse a session: the sentence says what is
 * missing, and the machine runs without them.
 */
import { FileProblem, host } from '../host/host';
import type { Level } from '../machine/strand';
import type { ByteSource } from '../symbols/byte-source';
import { ProgramSymbols } from '../symbols/program-symbols';
import { SymbolError } from '../symbols/symbol-error';
import type { KernelModules, LoadedProgram } from './programs';

export interface ProgramRequest {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly path: string;
  readonly level: Level;
  readonly bias: bigint;
  /** See `LoadedProgram.sharedDownwards`. */
  readonly sharedDownwards: boolean;
  readonly modules?: KernelModules | undefined;
}

export function loadProgram(request: ProgramRequest): LoadedProgram | { readonly problem: string } {
  const { bytes, name, path, level, bias, sharedDownwards, modules } = request;
  try {
    const symbols = new ProgramSymbols(bytes, { name, bias, path, open: openDebugFile });
    return { name, path, level, symbols, sharedDownwards, modules };
  } catch (error) {
    if (error instanceof SymbolError) return { problem: error.message };
    throw error;
  }
}

/** A file that debug information names (split or separate), read where it is asked for; undefined when there is none. */
function openDebugFile(path: string): ByteSource | undefined {
  try {
    const file = host().openFile(path);
    return { length: file.length, read: (offset, length) => readPart(() => file.read(offset, length)) };
  } catch (error) {
    if (error instanceof FileProblem) return undefined;
    throw error;
  }
}

function readPart(read: () => Uint8Array): Uint8Array {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new SymbolError(`${error.path} can no longer be read (${error.code}). Restart the session.`);
  }
}
