/**
 * Looks at the bytes a client sends before the protocol's reader does: headers with a Content-Length, bodies of JSON. The reader
 * passes over everything else in silence, and a client that sends it would wait for ever.
 */
import { Transform, type TransformCallback } from 'node:stream';

/** A header is two short lines. */
const LONGEST_HEADER = 1024;
const LONGEST_BODY = 64 * 1024 * 1024;
const END = '\r\n\r\n';

export class InputGuard extends Transform {
  private pending = Buffer.alloc(0);
  private refused = false;

  /** @param refuse gets one sentence, once */
  constructor(private readonly refuse: (problem: string) => void) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    for (let whole = this.message(); whole; whole = this.message()) this.push(whole);
    done();
  }

  /** The next whole message, taken from the front; undefined while it is incomplete, or after garbage. */
  private message(): Buffer | undefined {
    if (this.refused) return undefined;
    const end = this.pending.indexOf(END);
    if (end < 0) {
      if (this.pending.length > LONGEST_HEADER || !looksLikeHeader(this.pending))
        this.garbage(`a message begins with "Content-Length: ...", not ${quoted(this.pending)}.`);
      return undefined;
    }
    const header = this.pending.toString('latin1', 0, end);
    const length = Number(/^Content-Length: *(\d{1,9})$/im.exec(header)?.[1] ?? NaN);
    if (!(length <= LONGEST_BODY)) {
      this.garbage(`the header ${quoted(this.pending.subarray(0, end))} has no usable Content-Length.`);
      return undefined;
    }
    const start = end + END.length;
    if (this.pending.length < start + length) return undefined;
    const whole = this.pending.subarray(0, start + length);
    this.pending = this.pending.subarray(start + length);
    if (isMessage(whole.toString('utf8', start))) return whole;
    this.garbage(`${quoted(whole.subarray(start))} is not a JSON object with a "type".`);
    return undefined;
  }

  private garbage(problem: string): void {
    this.refused = true;
    this.refuse(problem);
  }
}

function looksLikeHeader(bytes: Buffer): boolean {
  return /^[A-Za-z-]*(:[^\r\n]*(\r\n?[A-Za-z-]*)?)*\r?$/.test(bytes.toString('latin1', 0, LONGEST_HEADER));
}

function isMessage(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null && 'type' in message;
  } catch {
    return false;
  }
}

function quoted(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, 40);
  return JSON.stringify(bytes.length > 40 ? `${text}...` : text);
}
