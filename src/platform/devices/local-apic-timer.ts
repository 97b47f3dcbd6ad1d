/**
 * The local APIC's timer (SDM vol. 3, "APIC Timer" and "TSC-Deadline Mode"): one-shot, periodic, TSC deadline.
 * Input clock: one count a tick, before the divider. Knows only when it expires, not what that leads to.
 */
import type { Alarm, Clock, Snapshotable } from '../device';

export const TIMER_MODE = { ONE_SHOT: 0, PERIODIC: 1, TSC_DEADLINE: 2, RESERVED: 3 } as const;

/** Shortest period the timer keeps, in ticks; shorter ones would leave the guest no instruction between two. */
const SHORTEST_PERIOD = 1000;
/** Deadlines farther away than this are never reached (2^53 ticks are 104 days). */
const NEVER = Number.MAX_SAFE_INTEGER;

interface State {
  mode: number;
  /** Divide configuration register: bits 3, 1, 0. */
  divideConfiguration: number;
  initialCount: number;
  /** Tick at which the running count reaches zero; undefined when stopped. */
  expiresAt: number | undefined;
  /** IA32_TSC_DEADLINE, 0 when disarmed. */
  deadline: bigint;
  tscOffset: bigint;
}

export class LocalApicTimer implements Snapshotable {
  private state: State = {
    mode: TIMER_MODE.ONE_SHOT,
    divideConfiguration: 0,
    initialCount: 0,
    expiresAt: undefined,
    deadline: 0n,
    tscOffset: 0n,
  };
  private alarm: Alarm | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly expired: () => void,
  ) {}

  /** LVT timer bits 18:17. One-shot and periodic share the running count; a change to or from deadline mode stops. */
  setMode(mode: number): void {
    const { state } = this;
    if (mode === state.mode) return;
    const counting = (m: number) => m === TIMER_MODE.ONE_SHOT || m === TIMER_MODE.PERIODIC;
    if (!counting(mode) || !counting(state.mode)) {
      state.initialCount = 0;
      state.expiresAt = undefined;
      state.deadline = 0n;
    }
    state.mode = mode;
    this.arm();
  }

  get divideConfiguration(): number {
    return this.state.divideConfiguration;
  }

  /** A running count goes on from where it is at the new rate. */
  set divideConfiguration(value: number) {
    const remaining = this.currentCount;
    this.state.divideConfiguration = value & 0xb;
    if (this.state.expiresAt !== undefined && this.state.mode !== TIMER_MODE.TSC_DEADLINE) {
      this.state.expiresAt = this.clock.now() + remaining * this.divisor();
      this.arm();
    }
  }

  get initialCount(): number {
    return this.state.initialCount;
  }

  /** Starts the count; 0 stops it. Ignored in TSC-deadline mode. */
  set initialCount(value: number) {
    const { state } = this;
    if (state.mode === TIMER_MODE.TSC_DEADLINE) return;
    state.initialCount = value;
    state.expiresAt = value === 0 ? undefined : this.clock.now() + this.period();
    this.arm();
  }

  get currentCount(): number {
    const { expiresAt, mode } = this.state;
    if (expiresAt === undefined || mode === TIMER_MODE.TSC_DEADLINE) return 0;
    return Math.ceil(Math.max(expiresAt - this.clock.now(), 0) / this.divisor());
  }

  /** IA32_TSC_DEADLINE. Reads 0 and ignores writes outside TSC-deadline mode. */
  get deadline(): bigint {
    return this.state.deadline;
  }

  set deadline(value: bigint) {
    const { state } = this;
    if (state.mode !== TIMER_MODE.TSC_DEADLINE) return;
    state.deadline = value;
    this.followTsc();
  }

  get tscOffset(): bigint {
    return this.state.tscOffset;
  }

  set tscOffset(value: bigint) {
    this.state.tscOffset = value;
    if (this.state.mode === TIMER_MODE.TSC_DEADLINE) this.followTsc();
  }

  save(): unknown {
    return structuredClone(this.state);
  }

  restore(saved: unknown): void {
    this.state = structuredClone(saved) as State;
    this.arm();
  }

  /** Back to power-on values; the TSC is not the timer's and stays. */
  reset(): void {
    const { tscOffset } = this.state;
    this.state = {
      mode: TIMER_MODE.ONE_SHOT,
      divideConfiguration: 0,
      initialCount: 0,
      expiresAt: undefined,
      deadline: 0n,
      tscOffset,
    };
    this.arm();
  }

  private followTsc(): void {
    const { state } = this;
    const tick = state.deadline - state.tscOffset;
    state.expiresAt = state.deadline === 0n ? undefined : Number(tick > NEVER ? NEVER : tick);
    if (state.expiresAt !== undefined && state.expiresAt <= this.clock.now()) this.expire();
    else this.arm();
  }

  private expire(): void {
    const { state } = this;
    if (state.mode === TIMER_MODE.PERIODIC) {
      state.expiresAt = (state.expiresAt ?? this.clock.now()) + this.period();
    } else {
      state.expiresAt = undefined;
      state.deadline = 0n;
    }
    this.arm();
    this.expired();
  }

  private arm(): void {
    this.alarm?.cancel();
    const { expiresAt } = this.state;
    this.alarm = undefined;
    if (expiresAt === undefined || expiresAt >= NEVER) return;
    this.alarm = this.clock.schedule(expiresAt, () => this.expire());
  }

  /** Ticks of a whole count. */
  private period(): number {
    const ticks = this.state.initialCount * this.divisor();
    return this.state.mode === TIMER_MODE.PERIODIC ? Math.max(ticks, SHORTEST_PERIOD) : ticks;
  }

  /** Bits 3, 1, 0 as a three-bit number n: 111 divides by 1, else by 2^(n + 1). */
  private divisor(): number {
    const { divideConfiguration } = this.state;
    const n = ((divideConfiguration >> 1) & 4) | (divideConfiguration & 3);
    return n === 7 ? 1 : 2 << n;
  }
}
