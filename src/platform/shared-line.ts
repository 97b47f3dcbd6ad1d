/** A wire several outputs drive: high while any of them is (wired OR). */
import type { InterruptLine, Snapshotable } from './device';

export class SharedLine implements Snapshotable {
  private driven = 0;
  private outputs = 0;

  constructor(private readonly target: InterruptLine) {}

  /** One more output on this wire. At most 31; make them in a fixed order, snapshots count them. */
  output(): InterruptLine {
    const bit = 1 << this.outputs++;
    return {
      set: (level) => {
        this.driven = level ? this.driven | bit : this.driven & ~bit;
        this.target.set(this.driven !== 0);
      },
    };
  }

  save(): number {
    return this.driven;
  }

  /** Does not touch the target: it restores its own level. */
  restore(saved: unknown): void {
    this.driven = saved as number;
  }
}
