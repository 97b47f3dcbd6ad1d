/**
 * What RAM held at the snapshots of a run: for each page the contents it had, each under the snapshot at which it was first seen. A page
 * without any was zero. Snapshots are named by numbers that rise with their moments.
 */
import { PagePool } from './page-pool';
import { sameBytes } from './same';

const PAGE = 4096;
const ZEROS = new Uint8Array(PAGE);

interface Version {
  snapshot: number;
  readonly place: number;
}

export class PageVersions {
  private readonly pool = new PagePool();
  private readonly pages = new Map<number, Version[]>();
  /** Pages that have a version of a snapshot. */
  private readonly ofSnapshot = new Map<number, Set<number>>();

  get bytes(): number {
    return this.pool.bytes;
  }

  /** The page as it was at a snapshot. */
  at(page: number, snapshot: number): Uint8Array {
    const version = this.pages.get(page)?.findLast((known) => known.snapshot <= snapshot);
    return version ? this.pool.at(version.place) : ZEROS;
  }

  /** Pages that a snapshot saw with other contents than the ones before it. */
  changedAt(snapshot: number): ReadonlySet<number> {
    return this.ofSnapshot.get(snapshot) ?? new Set();
  }

  /**
   * The page has these contents at a snapshot; later ones stay as they are.
   * @param next the snapshot behind this one; none: it is the last
   */
  keep(page: number, snapshot: number, contents: Uint8Array, next?: number): void {
    const before = this.at(page, snapshot);
    if (sameBytes(contents, before)) return;
    // What the next one sees is its own from now on.
    if (next !== undefined && !this.changedAt(next).has(page)) this.insert(page, next, before);
    this.insert(page, snapshot, contents);
  }

  private insert(page: number, snapshot: number, contents: Uint8Array): void {
    const versions = this.pages.get(page) ?? [];
    this.pages.set(page, versions);
    const behind = versions.findIndex((known) => known.snapshot > snapshot);
    versions.splice(behind < 0 ? versions.length : behind, 0, { snapshot, place: this.pool.keep(contents) });
    this.list(page, snapshot);
  }

  /** Forgets a snapshot: what it alone knew goes, what the next one still sees is the next one's. */
  forget(snapshot: number, next: number | undefined): void {
    for (const page of this.changedAt(snapshot)) {
      const versions = this.pages.get(page)!;
      const index = versions.findIndex((known) => known.snapshot === snapshot);
      const version = versions[index]!;
      if (next !== undefined && versions[index + 1]?.snapshot !== next) {
        version.snapshot = next;
        this.list(page, next);
        continue;
      }
      this.pool.giveUp(version.place);
      versions.splice(index, 1);
    }
    this.ofSnapshot.delete(snapshot);
  }

  private list(page: number, snapshot: number): void {
    const pages = this.ofSnapshot.get(snapshot) ?? new Set<number>();
    pages.add(page);
    this.ofSnapshot.set(snapshot, pages);
  }
}
