/**
 * Addresses inside this room are JavaScript numbers; at its border they are unsigned 64-bit bigints.
 *
 * A number holds 53 bits exactly. x86 addresses are sign-extended from 48 bits, so reading the 64-bit value as
 * *signed* keeps both halves exact: 0xffffffff81000000 is -0x7f000000 inside. Order is then signed too,
 * which is all the sorted tables here need. 32-bit files give plain positive numbers.
 */

/** Half-open address range, inside representation. */
export interface CodeRange {
  readonly start: number;
  readonly end: number;
}

/** Half-open address range at the border of the room: 64-bit unsigned. */
export interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** An outside (unsigned 64-bit) address as the inside number. */
export function toInside(address: bigint): number {
  return Number(BigInt.asIntN(64, address));
}

/** An inside number as the unsigned 64-bit address it stands for. */
export function toOutside(address: number): bigint {
  return Number.isFinite(address) ? BigInt.asUintN(64, BigInt(Math.trunc(address))) : 0n;
}

/**
 * Finds the range around an address. Ranges may nest and overlap (inlined code, units in pieces): the
 * answer is the containing range that starts last.
 */
export class RangeIndex<T> {
  private readonly starts: Float64Array;
  private readonly ends: Float64Array;
  /** Highest end among this and all earlier entries: where a walk backwards may give up. */
  private readonly reach: Float64Array;
  private readonly values: T[];

  constructor(entries: { start: number; end: number; value: T }[]) {
    const sorted = entries.filter((e) => e.end > e.start).sort((a, b) => a.start - b.start || b.end - a.end);
    this.starts = Float64Array.from(sorted, (e) => e.start);
    this.ends = Float64Array.from(sorted, (e) => e.end);
    this.values = sorted.map((e) => e.value);
    this.reach = new Float64Array(sorted.length);
    let reach = -Infinity;
    for (let i = 0; i < sorted.length; i++) {
      reach = Math.max(reach, this.ends[i]!);
      this.reach[i] = reach;
    }
  }

  /** The value whose range contains `address` and starts last, or undefined. */
  find(address: number): T | undefined {
    const at = this.findEntry(address);
    return at < 0 ? undefined : this.values[at];
  }

  /** The values of all ranges that contain `address`, the one that starts last first. */
  findAll(address: number): T[] {
    const found: T[] = [];
    for (let i = this.lastNotAfter(address); i >= 0 && this.reach[i]! > address; i--) {
      if (this.ends[i]! > address) found.push(this.values[i]!);
    }
    return found;
  }

  /** Bounds of the range that `find` answers for. */
  findRange(address: number): CodeRange | undefined {
    const at = this.findEntry(address);
    return at < 0 ? undefined : { start: this.starts[at]!, end: this.ends[at]! };
  }

  private findEntry(address: number): number {
    for (let i = this.lastNotAfter(address); i >= 0 && this.reach[i]! > address; i--) {
      if (this.ends[i]! > address) return i;
    }
    return -1;
  }

  private lastNotAfter(address: number): number {
    return lastNotAfter(this.starts, address);
  }
}

/** Index of the last element of ascending `sorted` that is <= `value`, or -1. Binary search. */
export function lastNotAfter(sorted: Float64Array, value: number, first = 0, end = sorted.length): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low === first ? -1 : low - 1;
}
