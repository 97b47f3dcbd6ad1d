/**
 * The wires on which people reach the board: what they typed comes at the tick it is noted for and at no other, so the same
 * notes make the same run. What is still on its way is state, like that of any device.
 */
import type { Clock, InputEvent, Snapshotable } from './device';

export class InputWires implements Snapshotable {
  /** In order of time. */
  private onTheWay: InputEvent[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly deliver: (event: InputEvent) => void,
  ) {}

  /** The event comes at its tick, or at the next chance when that is past. */
  send(event: InputEvent): void {
    const after = this.onTheWay.findIndex(({ at }) => at > event.at);
    this.onTheWay.splice(after < 0 ? this.onTheWay.length : after, 0, event);
    this.clock.schedule(event.at, () => {
      const next = this.onTheWay.shift();
      if (next) this.deliver(next);
    });
  }

  save(): unknown {
    return structuredClone(this.onTheWay);
  }

  restore(saved: unknown): void {
    this.onTheWay = [];
    for (const event of structuredClone(saved) as InputEvent[]) this.send(event);
  }
}
