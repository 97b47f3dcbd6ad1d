/** Files the command line names: what cannot be read or written gets a sentence. */
import { openSync, readFileSync } from 'node:fs';
import { MachineError } from '../machine/create';
import { InputLogError, readInputLog, type InputEvent } from '../machine/input-log';
import { UsageError } from './options';

export function readImage(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new MachineError(`there is no file ${path}: build it first, or correct the path`);
    if (code === 'EISDIR') throw new MachineError(`${path} is a folder: name the image in it`);
    throw new MachineError(`cannot read ${path}: ${code ?? String(error)}`);
  }
}

export function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

export function readInput(path: string): InputEvent[] {
  try {
    return readInputLog(Buffer.from(readImage(path)).toString('utf8'));
  } catch (error) {
    if (!(error instanceof InputLogError)) throw error;
    throw new MachineError(`${path} is no input log: ${error.message}; --input-log writes one`);
  }
}
