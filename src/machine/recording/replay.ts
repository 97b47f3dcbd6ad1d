/**
 * A recorded run, run again: the user's changes come where they came, and wherever the recording has a check the state must be the
 * one it was. A difference is a defect of ours, and is told as one.
 */
import { host } from '../../host/host';
import { HistoryError, type History, type KnownState } from '../history';
import type { Machine } from '../machine';
import { isFinal, type MachineStop } from '../machine-stop';
import { compareMoments, isBefore, type Moment } from '../moment';
import { differingParts, StateDigest, type Digest } from './digest';
import { momentText } from './file-format';
import type { Recording } from './recording';

export class Replay {
  /** Checks that were right. */
  passed = 0;
  /** The recorded run is at its end, or another future was begun. */
  over = false;
  /** The run is another one than was recorded, from this instruction on. */
  leftAt: bigint | undefined;
  private endTold = false;
  private readonly digest = new StateDigest();
  private readonly checks: ReadonlyMap<string, Digest>;

  /** @param history of a machine that has not run, with the recording's input */
  constructor(
    private readonly machine: Machine,
    private readonly history: History,
    private readonly recording: Recording,
  ) {
    this.checks = new Map(recording.checks.map(({ moment, digest }) => [momentText(moment), digest]));
    history.schedule(recording.edits);
    history.onSnapshot = (known) => this.passes(known);
  }

  /**
   * As `History.run`, but not beyond the end of the recorded run.
   * @throws HistoryError
   */
  run(instructions?: bigint, until?: Moment, vcpu?: number): MachineStop {
    const { history, recording } = this;
    if (this.over) return history.run(instructions, until, vcpu);
    const { moment } = recording.end;
    const goal = until && isBefore(until, moment) ? until : moment;
    const stop = history.run(instructions, goal, vcpu);
    if (isFinal(stop) || compareMoments(history.now, moment) >= 0) this.atEnd();
    return stop;
  }

  /** Once, when the recorded run is at its end: how it went, in words. */
  ending(): string | undefined {
    if (!this.over || this.endTold || this.leftAt !== undefined) return undefined;
    this.endTold = true;
    return `the end of the recording; its ${this.passed} checks were right`;
  }

  /** Another future begins here than the recorded one. */
  leave(): void {
    if (this.over) return;
    this.over = true;
    this.leftAt = this.machine.cpu.retired;
  }

  private atEnd(): void {
    this.over = true;
    const { moment, digest } = this.recording.end;
    if (compareMoments(this.history.now, moment) !== 0)
      throw new HistoryError(
        this.differs([`where the run ends (${momentText(this.history.now)})`], this.history.now),
      );
    if (!digest) return;
    const found = this.digest.ofMachine(this.machine, this.history.changedSince());
    const problem = this.compared(found, digest, moment);
    if (problem !== undefined) throw new HistoryError(problem);
  }

  private passes(known: KnownState): string | undefined {
    if (this.over) return undefined;
    this.digest.changed(known.changed, known.page);
    const wanted = this.checks.get(momentText(known.moment));
    return wanted && this.compared(this.digest.of(known.state), wanted, known.moment);
  }

  private compared(found: Digest, wanted: Digest, moment: Moment): string | undefined {
    const parts = differingParts(found, wanted);
    if (parts.length > 0) return this.differs(parts, moment);
    this.passed++;
    return undefined;
  }

  private differs(parts: readonly string[], { retired }: Moment): string {
    const { build } = this.recording;
    const here = host().build();
    const whose =
      build === here
        ? 'This is a defect of Turtlescope: please report it, with the recording.'
        : `It was recorded by Turtlescope ${build}, and this is ${here}: replay it with the one that recorded it.`;
    return `The replay differs from the recording at instruction ${retired}: ${parts.join(', ')}. ${this.passed} checks before it were right. ${whose}`;
  }
}
