/**
 * Makes symbols of a file's bytes. A file without usable symbols is no reason to refuse a session: the sentence says what is
 * missing, and the machine runs without them.
 */
import type { Level } from '../machine/strand';
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
    const symbols = new ProgramSymbols(bytes, { name, bias });
    return { name, path, level, symbols, sharedDownwards, modules };
  } catch (error) {
    if (error instanceof SymbolError) return { problem: error.message };
    throw error;
  }
}
