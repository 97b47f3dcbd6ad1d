/**
 * Whose turn it is: CPUs run one after another, in order, for a fixed number of instructions each. A CPU that halts, or spins with
 * PAUSE, gives the rest of its turn away; one that rests is passed over until something can wake it. A turn is measured in retired
 * instructions and the ticks that VM entries and exits take: a guest that exits all the time must not make the others late. Both
 * are the same in every run, however a debugger cuts it.
 */

/** Length of a turn: changing CPUs then costs less than one in a hundred, and an IPI waits some ten microseconds. */
const TURN = 20_000n;
/** A CPU that pauses sooner in its turn has something to do still. */
const BEFORE_PAUSE = 100n;

export class Turns {
  /** Number of the CPU that runs, or runs next. */
  current = 0;
  private endsAt = 0n;
  private paused = 0n;
  /** CPUs that gave up because they halt or wait for a start-up IPI. */
  private resting: boolean[];

  constructor(readonly cpus: number) {
    this.resting = Turns.atReset(cpus);
  }

  /** All but the bootstrap processor wait to be started. */
  private static atReset(cpus: number): boolean[] {
    return Array.from({ length: cpus }, (_, cpu) => cpu > 0);
  }

  /** Back to CPU 0: the machine was reset. */
  reset(): void {
    this.current = 0;
    this.endsAt = 0n;
    this.resting = Turns.atReset(this.cpus);
  }

  /** What is left of the turn, perhaps less than nothing; undefined for the only CPU, whose turn never ends. */
  left(busy: bigint): bigint | undefined {
    return this.cpus > 1 ? this.endsAt - busy : undefined;
  }

  /** RETIRED from which on PAUSE gives the turn away; 0: never. */
  get pauseFrom(): bigint {
    return this.cpus > 1 ? this.paused : 0n;
  }

  /**
   * Begins the next turn when the present one is over. False: every CPU rests and none can wake.
   * @param busy retired instructions and ticks of VM entries and exits
   * @param wakes is there something that ends this CPU's rest now?
   */
  choose(retired: bigint, busy: bigint, wakes: (cpu: number) => boolean): boolean {
    if (this.cpus === 1 || (!this.resting[this.current] && busy < this.endsAt)) return true;
    for (let step = 1; step <= this.cpus; step++) {
      const next = (this.current + step) % this.cpus;
      if (this.resting[next] && !wakes(next)) continue;
      // A CPU alone need not be asked at each PAUSE whether there is another one.
      this.paused = retired + (next === this.current ? TURN : BEFORE_PAUSE);
      this.current = next;
      this.resting[next] = false;
      this.endsAt = busy + TURN;
      return true;
    }
    return false;
  }

  /** The CPU has nothing to do: its turn is over, and it gets no other one before it can wake. */
  rest(): void {
    this.resting[this.current] = true;
  }

  /** The CPU gives the rest of its turn away. */
  giveUp(): void {
    this.endsAt = 0n;
  }

  save(): unknown {
    return structuredClone({
      current: this.current,
      endsAt: this.endsAt,
      paused: this.paused,
      resting: this.resting,
    });
  }

  restore(saved: unknown): void {
    const { current, endsAt, paused, resting } = structuredClone(saved) as {
      current: number;
      endsAt: bigint;
      paused: bigint;
      resting: boolean[];
    };
    Object.assign(this, { current, endsAt, paused, resting });
  }
}
