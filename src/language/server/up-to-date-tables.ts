/**
 * Brings the tables of the workspace up to date without keeping others waiting, and tells the client when colours that it shows may be
 * other ones now because another file defines other names.
 */
import { setImmediate } from 'node:timers/promises';
import type { CancellationToken } from 'vscode-languageserver/node';
import type { Session } from './session';
import type { Settling } from './settling';

/** How long reading the workspace may keep others waiting. */
const SLICE_MS = 10;

export class UpToDateTables {
  constructor(
    private readonly session: Session,
    private readonly settling: Settling,
  ) {}

  async bring(token?: CancellationToken): Promise<void> {
    const { tables } = this.session;
    const before = tables.changes;
    let since = Date.now();
    for (const steps = tables.refresh(); !steps.next().done;) {
      if (Date.now() - since < SLICE_MS) continue;
      await setImmediate();
      if (token?.isCancellationRequested) return;
      since = Date.now();
    }
    if (tables.changes !== before) this.mayDiffer();
  }

  /** Files came, went or changed. */
  mayDiffer(): void {
    const { abilities, connection } = this.session;
    if (abilities.refreshesTokens)
      this.settling.later('tokens', () => connection.languages.semanticTokens.refresh());
  }
}
