/**
 * The guest's serial port as output of the session: bytes are gathered into lines, and what is left over is shown when the
 * machine pauses for breath, so that a prompt without a newline appears too.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { errorCode } from '../host/node-host';
import { unwritable } from '../protocol/configuration-problem';

const NEWLINE = 10;
/** More than this is shown at once even without a newline. */
const LONGEST_LINE = 4096;

export class SerialOutput {
  private bytes: number[] = [];
  private decoder = new TextDecoder();
  private scheduled = false;
  private file: number | undefined;

  /** @param path a file that gets the bytes instead of the console; it is overwritten */
  constructor(
    private readonly show: (text: string) => void,
    path?: string,
  ) {
    if (path === undefined) return;
    try {
      this.file = openSync(path, 'w');
    } catch (error) {
      throw unwritable('serial.file', path, errorCode(error));
    }
  }

  byte(value: number): void {
    this.bytes.push(value);
    if (value === NEWLINE || this.bytes.length >= LONGEST_LINE) this.flush();
    else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    }
  }

  flush(): void {
    if (this.bytes.length === 0) return;
    const bytes = Uint8Array.from(this.bytes.splice(0));
    if (this.file !== undefined) writeSync(this.file, bytes);
    else this.show(this.decoder.decode(bytes, { stream: true }));
  }

  close(): void {
    this.flush();
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
