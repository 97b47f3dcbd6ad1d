/**
 * The bus between local APICs and I/O APICs: addressing and arbitration of interrupt messages (SDM vol. 3,
 * "Distribution Mechanism"). The APICs on it see the bus, never each other.
 */

/** Delivery modes as encoded in ICR, LVT and redirection entries. */
export const DELIVERY = {
  FIXED: 0,
  LOWEST_PRIORITY: 1,
  SMI: 2,
  NMI: 4,
  INIT: 5,
  STARTUP: 6,
  EXTINT: 7,
} as const;

export interface InterruptMessage {
  /** APIC ID (physical) or message destination address (logical). */
  readonly destination: number;
  /** All local APICs are addressed, whatever `destination` says. */
  readonly broadcast: boolean;
  readonly logical: boolean;
  /** One of `DELIVERY`. */
  readonly delivery: number;
  readonly vector: number;
  /** Trigger mode: level, so that an EOI goes back to the I/O APIC. */
  readonly level: boolean;
}

/** What the bus asks of a local APIC. */
export interface BusAgent {
  matches(message: InterruptMessage): boolean;
  /** Arbitration of lowest-priority messages: the smaller wins. */
  readonly ppr: number;
  accept(message: InterruptMessage): void;
}

export class ApicBus {
  private readonly agents: BusAgent[] = [];
  private readonly eoiListeners: ((vector: number) => void)[] = [];

  attach(agent: BusAgent): void {
    this.agents.push(agent);
  }

  /** Called with the vector of every EOI of a level-triggered interrupt. */
  onEndOfInterrupt(listener: (vector: number) => void): void {
    this.eoiListeners.push(listener);
  }

  /** Delivers to all that match but `except`. False when nobody was addressed. */
  send(message: InterruptMessage, except?: BusAgent): boolean {
    const targets = this.agents.filter((agent) => agent !== except && agent.matches(message));
    if (message.delivery === DELIVERY.LOWEST_PRIORITY) {
      // Equal priorities: the first attached wins, so that runs repeat.
      const winner = targets.reduce<BusAgent | undefined>(
        (best, agent) => (best && best.ppr <= agent.ppr ? best : agent),
        undefined,
      );
      winner?.accept(message);
      return winner !== undefined;
    }
    for (const agent of targets) agent.accept(message);
    return targets.length > 0;
  }

  endOfInterrupt(vector: number): void {
    for (const listener of this.eoiListeners) listener(vector);
  }
}
