/** Files that a command's own options name: what cannot be read or written gets a sentence. */
import { openSync, readFileSync } from 'node:fs';
import { errorCode } from '../host/node-host';
import { InputLogError, readInputLog, type InputEvent } from '../machine/input-log';
import { unreadable, unwritable } from '../protocol/configuration-problem';
import { complain, UnusableFile } from './failure';

export function openForWriting(option: string, path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UnusableFile(`--${option} ${unwritable(option, path, errorCode(error)).problem}`);
  }
}

export function tellRecorded(file: string): void {
  complain(`recorded in ${file}: "turtlescope replay ${file}" runs it again`);
}

export function readInput(option: string, path: string): InputEvent[] {
  try {
    return readInputLog(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof InputLogError)
      throw new UnusableFile(
        `--${option} names ${path}, which is no input log: ${error.message}; --input-log writes one`,
      );
    throw new UnusableFile(`--${option} ${unreadable(option, path, errorCode(error)).problem}`);
  }
}
