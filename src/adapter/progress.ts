/**
 * Long work as progress of the client's, if the client shows any: reading an image with its symbols, and searching the past, which
 * a client can cancel.
 */
import type { SearchProgress } from '../debugger/session';
import type { Client } from './context';

export class Progress {
  /** The client shows progress. */
  wanted = false;
  private made = 0;
  /** The search under way. */
  private current: string | undefined;

  constructor(private readonly client: Client) {}

  /** Work that nobody can interrupt. */
  during<T>(title: string, work: () => T): T {
    const id = this.start(title, false);
    try {
      return work();
    } finally {
      this.end(id);
    }
  }

  search({ title, done }: SearchProgress): void {
    if (done === 0) this.current ??= this.start(title, true);
    const id = this.current;
    if (id === undefined) return;
    if (done === 1) this.over();
    else this.send('progressUpdate', { progressId: id, percentage: Math.floor(done * 100) });
  }

  /** The search goes on no more. */
  over(): void {
    if (this.current !== undefined) this.end(this.current);
    this.current = undefined;
  }

  /** It is the search under way. */
  isCurrent(id: string): boolean {
    return id === this.current;
  }

  private start(title: string, cancellable: boolean): string {
    const progressId = `turtlescope-${++this.made}`;
    this.send('progressStart', { progressId, title, cancellable });
    return progressId;
  }

  private end(progressId: string): void {
    this.send('progressEnd', { progressId });
  }

  private send(event: string, body: object): void {
    if (this.wanted) this.client.send(event, body);
  }
}
