/**
 * Whoever types into the headless runner: standard input, byte by byte, to COM1. A terminal is switched to raw mode, so that the
 * guest gets every key, and Ctrl-A is the escape, as QEMU has it: `Ctrl-A x` ends the run, `Ctrl-A Ctrl-A` is Ctrl-A.
 */
import type { Company } from '../machine/headless';

const ESCAPE = 0x01;
const QUIT = 'x'.charCodeAt(0);

export class Typist implements Company {
  left = false;
  quits = false;
  private escaped = false;
  private wake: (() => void) | undefined;

  /** @param type takes what the guest is to get */
  constructor(
    private readonly stdin: NodeJS.ReadStream,
    private readonly type: (bytes: Uint8Array) => void,
  ) {
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', (chunk: Buffer) => this.typed(chunk));
    stdin.on('end', () => this.leave());
  }

  async turn(idle: boolean): Promise<void> {
    if (!idle) await new Promise((resolve) => setImmediate(resolve));
    else if (!this.left && !this.quits) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
  }

  /** The run is over: the terminal is as before, and nothing keeps the process. */
  dispose(): void {
    if (this.stdin.isTTY) this.stdin.setRawMode(false);
    this.stdin.pause();
    this.stdin.removeAllListeners('data');
  }

  private typed(chunk: Buffer): void {
    const bytes = this.stdin.isTTY ? this.withoutEscapes(chunk) : chunk;
    if (bytes.length > 0) this.type(Uint8Array.from(bytes));
    this.wake?.();
  }

  private leave(): void {
    this.left = true;
    this.wake?.();
  }

  private withoutEscapes(chunk: Buffer): number[] {
    const bytes: number[] = [];
    for (const byte of chunk) {
      if (!this.escaped && byte === ESCAPE) {
        this.escaped = true;
        continue;
      }
      if (this.escaped && byte === QUIT) this.quits = true;
      else bytes.push(byte);
      this.escaped = false;
    }
    return bytes;
  }
}
