/**
 * The file of `inputLog`. What comes before it is open waits: the session writes the log's heading while it is made, and until then
 * the same file may still be read as `replayInput`.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { errorCode } from '../host/node-host';
import { unwritable } from '../protocol/configuration-problem';

export class InputLogFile {
  private waiting = '';
  private file: number | undefined;

  write(text: string): void {
    if (this.file === undefined) this.waiting += text;
    else writeSync(this.file, text);
  }

  /** @throws ConfigurationProblem when the file cannot be written */
  open(path: string): void {
    try {
      this.file = openSync(path, 'w');
    } catch (error) {
      throw unwritable('inputLog', path, errorCode(error));
    }
    writeSync(this.file, this.waiting);
    this.waiting = '';
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
