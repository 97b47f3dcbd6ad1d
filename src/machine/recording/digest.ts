/**
 * The state of a machine in a few hashes, one for each part of it, so that a replay can say which part is another one. Pages of RAM are
 * hashed when they may have changed, and remembered.
 */
import { host } from '../../host/host';
import type { Machine } from '../machine';
import { comparedParts, type SavedMachine } from '../snapshot';
import { canonicalText } from './plain-data';

/** Part of the state -> its hash. */
export type Digest = Readonly<Record<string, string>>;

/** Digits of a hash that are kept: 64 bits. */
const DIGITS = 16;
const RAM = 'RAM';

export class StateDigest {
  /** Pages that hold anything but zeros. */
  private readonly pages = new Map<number, string>();

  changed(pages: Iterable<number>, contents: (page: number) => Uint8Array): void {
    for (const page of pages) {
      const bytes = contents(page);
      if (bytes.every((byte) => byte === 0)) this.pages.delete(page);
      else this.pages.set(page, host().sha256(bytes).slice(0, DIGITS));
    }
  }

  /** To be told all changed pages before. */
  of(state: SavedMachine): Digest {
    const pages = [...this.pages.keys()]
      .sort((a, b) => a - b)
      .map((page) => `${page} ${this.pages.get(page)}`);
    const digest: Record<string, string> = { [RAM]: hashOf(pages.join()) };
    for (const [name, data] of comparedParts(state)) digest[name] = hashOf(canonicalText(data));
    return digest;
  }

  /** @param changed pages that may differ from what was told before */
  ofMachine(machine: Machine, changed: Iterable<number>): Digest {
    this.changed(changed, (page) => machine.cpu.physical.page(page));
    return this.of(machine.save());
  }
}

function hashOf(text: string): string {
  return host().sha256(new TextEncoder().encode(text)).slice(0, DIGITS);
}

/** Parts that differ. */
export function differingParts(a: Digest, b: Digest): string[] {
  return Object.keys({ ...a, ...b }).filter((part) => a[part] !== b[part]);
}
