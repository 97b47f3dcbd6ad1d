/**
 * COM1 on standard output, line by line: a write for each byte would fill a pipe that nobody reads within a few hundred of them.
 */
import { writeSync } from 'node:fs';

const NEWLINE = 10;

export class SerialLines {
  private readonly bytes: number[] = [];

  byte(byte: number): void {
    this.bytes.push(byte);
    if (byte === NEWLINE) this.flush();
  }

  /** Shows a line that has no end yet. */
  flush(): void {
    if (this.bytes.length > 0) writeSync(1, Uint8Array.from(this.bytes.splice(0)));
  }
}
