/** Deterministic random numbers: the same cases in every run. */
export class Random {
  constructor(private state: number) {}

  /** 0 <= result < limit */
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 4294967296) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bits(count: number): bigint {
    let value = 0n;
    for (let i = 0; i < count; i += 16) value = (value << 16n) | BigInt(this.below(65536));
    return value & ((1n << BigInt(count)) - 1n);
  }
}
