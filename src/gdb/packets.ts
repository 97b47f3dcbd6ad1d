/**
 * The frame of gdb's remote serial protocol: `$data#checksum`, an interrupt byte, acknowledgements. Knows bytes, no packet's meaning.
 * gdb manual, "Overview" of the Remote Protocol.
 */

/** Bytes of data in one packet that either side may send. */
export const LONGEST_PACKET = 0x4000;

/** What came in. `bad` is a packet with a wrong checksum; `garbage` is what no client of this protocol sends. */
export type Incoming =
  | { readonly kind: 'packet'; readonly data: Uint8Array }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'bad' }
  | { readonly kind: 'garbage' };

const DOLLAR = 0x24;
const HASH = 0x23;
const ESCAPE = 0x7d;
const ESCAPE_XOR = 0x20;
const INTERRUPT = 0x03;
/** Between packets: acknowledgements, which a stream that is safe has no use for. */
const ACKNOWLEDGEMENTS: readonly number[] = [0x2b, 0x2d];

/** Cuts a stream of bytes into packets. */
export class PacketReader {
  private pending: number[] = [];
  private inside = false;

  *feed(bytes: Uint8Array): Generator<Incoming> {
    for (const byte of bytes) {
      if (!this.inside) {
        if (byte === DOLLAR) this.inside = true;
        else if (byte === INTERRUPT) yield { kind: 'interrupt' };
        else if (!ACKNOWLEDGEMENTS.includes(byte)) yield { kind: 'garbage' };
        continue;
      }
      this.pending.push(byte);
      // The two digits behind the hash complete it.
      if (this.pending.at(-3) === HASH) yield this.take();
      else if (this.pending.length > LONGEST_PACKET * 2) yield this.give();
    }
  }

  private take(): Incoming {
    const whole = this.pending;
    this.reset();
    const body = whole.slice(0, -3);
    const digits = String.fromCharCode(...whole.slice(-2));
    if (!/^[0-9a-f]{2}$/i.test(digits) || Number.parseInt(digits, 16) !== checksum(body))
      return { kind: 'bad' };
    return { kind: 'packet', data: unescaped(body) };
  }

  private give(): Incoming {
    this.reset();
    return { kind: 'garbage' };
  }

  private reset(): void {
    this.pending = [];
    this.inside = false;
  }
}

function checksum(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

function unescaped(body: readonly number[]): Uint8Array {
  const result: number[] = [];
  for (let at = 0; at < body.length; at++)
    result.push(body[at] === ESCAPE && at + 1 < body.length ? body[++at]! ^ ESCAPE_XOR : body[at]!);
  return Uint8Array.from(result);
}

/** The packet with this data, one byte a character. */
export function packet(data: string): Uint8Array {
  const body: number[] = [];
  for (const character of data) {
    const byte = character.charCodeAt(0);
    // $ # } and *, which would begin a run, stand escaped.
    if ('$#}*'.includes(character)) body.push(ESCAPE, byte ^ ESCAPE_XOR);
    else body.push(byte);
  }
  const sum = checksum(body).toString(16).padStart(2, '0');
  return Uint8Array.from([DOLLAR, ...body, HASH, sum.charCodeAt(0), sum.charCodeAt(1)]);
}
