/**
 * Requests that would drop a future, held until the user has said what he wants. Only a client that asks him has them held; to every
 * other one they are refused.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { FutureAtStake } from '../debugger/session';

export class ForkQuestion {
  /** The client asks its user. */
  asks = false;
  private held: DebugProtocol.Request[] = [];

  /**
   * True: the request waits, for an error that says that a future is at stake.
   * @param ask called for the first of those that wait
   */
  holds(request: DebugProtocol.Request, error: unknown, ask: () => void): boolean {
    if (!this.asks || !(error instanceof FutureAtStake)) return false;
    this.held.push(request);
    if (this.held.length === 1) ask();
    return true;
  }

  /** The user has answered: these go on. */
  release(): DebugProtocol.Request[] {
    return this.held.splice(0);
  }
}
