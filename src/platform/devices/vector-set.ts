/** 256 bits, one a vector: IRR, ISR or TMR of a local APIC (SDM vol. 3, "Interrupt Acceptance for Fixed Interrupts"). */
import type { Snapshotable } from '../device';

export class VectorSet implements Snapshotable {
  private words = new Uint32Array(8);

  add(vector: number): void {
    this.words[vector >> 5]! |= 1 << (vector & 31);
  }

  remove(vector: number): void {
    this.words[vector >> 5]! &= ~(1 << (vector & 31));
  }

  has(vector: number): boolean {
    return (this.word(vector >> 5) & (1 << (vector & 31))) !== 0;
  }

  /** The highest vector in the set; -1 when it is empty. */
  highest(): number {
    for (let index = 7; index >= 0; index--) {
      const word = this.word(index);
      if (word) return index * 32 + 31 - Math.clz32(word);
    }
    return -1;
  }

  /** 32 vectors as the register shows them; `index` is 0-7. */
  word(index: number): number {
    return this.words[index] ?? 0;
  }

  clear(): void {
    this.words.fill(0);
  }

  save(): Uint32Array {
    return this.words.slice();
  }

  restore(saved: unknown): void {
    this.words = Uint32Array.from(saved as Uint32Array);
  }
}
