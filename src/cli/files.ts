/** Files that a command's own options name: what cannot be read or written gets a sentence. */
import { openSync, readFileSync } from 'node:fs';
import { errorCode } from '../host/node-host';
import { InputLogError, readInputLog, type InputEvent } from '../machine/input-log';
import { UsageError } from './failure';

export function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${errorCode(error)}`);
  }
}

export function readInput(path: string): InputEvent[] {
  try {
    return readInputLog(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof InputLogError)
      throw new UsageError(`${path} is no input log: ${error.message}; --input-log writes one`);
    throw new UsageError(`cannot read ${path}: ${errorCode(error)}`);
  }
}
